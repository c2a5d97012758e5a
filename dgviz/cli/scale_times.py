"""What very many sites would take, computed from what a site and a day take here."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets import forcing_names
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.memory import SINGLE, estimate
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import FIRST, domain_of
from dgviz.experiment.splits import period_positions, periods_of, training_days

MEASURED = "sites=100,years=10"  # of a twin of the first science
EPOCHS = 4  # of which the first also compiles
SITES = (10_000, 100_000, 1_000_000)
YEARS = 40
HELD = 80  # bytes of a site and step that results take before they are written, measured at 6 000 sites x 40 years


def _twin() -> str:
    return f"twin:{domain_of(FIRST)},{MEASURED}"


class Cost(NamedTuple):
    """Of a site and a step: seconds in an update, seconds for the results, bytes of the results on disk."""

    update: float
    results: float
    stored: float


class Needs(NamedTuple):
    """Of a run: seconds of an epoch and of the results; bytes of memory, of the data and of the results on disk."""

    epoch: float
    results: float
    memory: float
    data: float
    stored: float


def measure() -> Cost:
    """Train a small run and see."""
    config = RunConfig(data=_twin(), epochs=EPOCHS, device="cpu")
    dataset = dataset_of(config)
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(config, Path(folder))
        carry_out(run)
        first, *_, last = (record["seconds"] for record in run.progress)
        after = run.record["seconds"] - last
        stored = sum(file.stat().st_size for file in (run.folder / "results.zarr").rglob("*") if file.is_file())
    steps = dataset.sizes["site"] * _simulated(config, dataset)
    return Cost((last - first) / (EPOCHS - 1) / _of_updates(config, dataset), after / steps, stored / steps)


def needs(cost: Cost, n_sites: int, years: int = YEARS) -> Needs:
    """What a run with the default options would take on so many sites and years, two thirds of them trained on.

    Memory is that beside the data.
    """
    config = RunConfig(data=_twin(), device="cpu")
    dataset = _enlarged(dataset_of(config), n_sites, years)
    parts = estimate(config, dataset)
    epoch = cost.update * _of_updates(config, dataset)
    steps = n_sites * _simulated(config, dataset)
    data = SINGLE * (len(forcing_names(dataset)) + 1) * n_sites * dataset.sizes["time"]
    memory = parts["program"] + max(parts["update"], HELD * steps)
    return Needs(epoch, cost.results * steps, memory, data, cost.stored * steps)


def _of_updates(config: RunConfig, dataset: xr.Dataset) -> int:
    """The steps of all sites that an epoch simulates, warm-ups among them."""
    days, _ = training_days(config, dataset)
    windows = max(1, round((days.stop - days.start) / config.window))
    return dataset.sizes["site"] * windows * (config.warmup + config.window)


def _simulated(config: RunConfig, dataset: xr.Dataset) -> int:
    """The steps of a site in the results."""
    spans = [period_positions(dataset, period, name) for name, period in periods_of(config, dataset).items()]
    return max(span.stop for span in spans) - min(span.start for span in spans)


def _enlarged(dataset: xr.Dataset, n_sites: int, years: int) -> xr.Dataset:
    """A data set with as many variables, and so many sites and years, which takes no memory: all values are zero."""
    times = pd.date_range(dataset.time.values[0], periods=round(365.25 * years), freq="D")
    sizes, split = {"time": len(times), "site": n_sites}, round(2 / 3 * len(times))
    zeros = {
        name: (values.dims, np.broadcast_to(np.float32(0), [sizes[str(dim)] for dim in values.dims]), values.attrs)
        for name, values in dataset.data_vars.items()
    }
    periods = {
        "train_period": f"{times[0]:%Y-%m-%d}/{times[split - 1]:%Y-%m-%d}",
        "test_period": f"{times[split]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}",
    }
    return xr.Dataset(zeros, {"time": times, "site": np.arange(n_sites)}, dataset.attrs | periods)
