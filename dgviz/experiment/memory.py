"""How much memory a run needs, about, and whether there is as much: said before it starts.

What a model keeps for a gradient grows with time steps x sites; how many numbers that are for each was measured:
`tests/experiment/test_memory.py` compares the estimate with the peaks of runs.
"""

import torch
import xarray as xr

from dgviz.datasets import attribute_names, forcing_names
from dgviz.datasets.kept_files import stays_in_file
from dgviz.experiment.config import RunConfig
from dgviz.experiment.results import sites_at_once
from dgviz.experiment.splits import period_positions, periods_of, training_days
from dgviz.learn.options import ConfigError
from dgviz.memory import available, is_large
from dgviz.processes.declare import Flux, State
from dgviz.steps import step_of

SINGLE = 4  # bytes of a number
PROGRAM = 120 * 2**20  # bytes: compilers and kernels, whatever is trained
COPIES = 2  # of the data: as arrays and as tensors
STORES_KEPT, MEMBERS_KEPT = 1 / 16, 0.6  # compiled processes keep their stores every so many steps, and what they give
LOOPED = 12  # numbers that the loop of torch keeps for each flux and store
DYNAMIC, DYNAMIC_AFTER = 10, 5  # numbers for a dynamic parameter of a member in an update, and in the results
RECURRENT, FORWARD_ONLY = 14, 3  # numbers for each hidden unit, with and without a gradient
ASKED = {"update": "batch_size, window, members or hidden", "results": "sites, members or hidden"}


def check_memory(config: RunConfig, dataset: xr.Dataset, device: str) -> None:
    """Is there as much memory as a run needs? Raises ConfigError saying how much and what would need less."""
    parts = estimate(config, dataset)
    largest = max(ASKED, key=parts.__getitem__)
    update = parts["update"] if device == "cpu" else 0.0
    needed = parts["program"] + parts["data"] + max(update, parts["results"])
    _compare(needed, available(), largest, config)
    if device == "cuda":
        _compare(parts["data"] / COPIES + parts["update"], torch.cuda.mem_get_info()[0], "update", config)


def _compare(needed: float, free: float, largest: str, config: RunConfig) -> None:
    if needed > free:
        said = {"update": "an update of the weights", "results": "the results"}[largest]
        raise ConfigError(
            f"This run needs about {needed / 2**30:.1f} GB of memory, most of it for {said}, and {free / 2**30:.1f} GB "
            f"are free. Lower {ASKED[largest]} (now batch_size={config.batch_size}, window={config.window}, "
            f"members={config.members}, hidden={config.hidden}), or train on fewer sites."
        )


def estimate(config: RunConfig, dataset: xr.Dataset) -> dict[str, float]:
    """About how many bytes a run takes, by what takes them: "program", "data", "update" and, after it, "results".

    Data that stay in their file take what memory there is, and none that is needed.
    """
    days, warmup = training_days(config, dataset)
    n_sites, n_days, joined = dataset.sizes["site"], dataset.sizes["time"], config.build().joins_sites
    n_series = len({*config.build().forcings, *forcing_names(dataset)}) + 1
    window = min(config.window, days.stop - days.start)
    batch = n_sites if joined else min(n_sites, config.batch_size)
    update = batch * (window * _kept(config, dataset, True) + warmup * _kept(config, dataset, True, warmup=True))
    update += batch * _spun_up(config, dataset)
    share, steps = config.validation_fraction, days.stop - days.start
    held = {"none": 0, "sites": share * n_sites * (steps + warmup), "period": n_sites * (share * steps + warmup)}
    update = max(update, held[config.validation] * _kept(config, dataset, False))
    spans = [period_positions(dataset, period, name) for name, period in periods_of(config, dataset).items()]
    whole = max(s.stop for s in spans) - min(s.start for s in spans) + config.warmup
    block = n_sites if joined else min(n_sites, sites_at_once(config, whole))
    series = whole * n_sites
    written = 0 if is_large(SINGLE * series) else 3 * (1 + len(config.dynamic)) * series
    results = config.seeds * block * whole * _kept(config, dataset, False) + written
    return {
        "program": PROGRAM,
        "data": 0.0 if stays_in_file(dataset) else SINGLE * COPIES * n_series * n_days * n_sites,
        "update": SINGLE * update,
        "results": SINGLE * results,
    }


def _spun_up(config: RunConfig, dataset: xr.Dataset) -> float:
    """How many numbers of a site the spin-up takes: a copy of the inputs of a year for each store, and one more."""
    model, year = config.build(), step_of(dataset.indexes["time"]).per_year
    varying = len(model.forcings) + config.members * len(config.dynamic)
    return (len(model.stores) + 1) * year * varying


def _kept(config: RunConfig, dataset: xr.Dataset, learns: bool, warmup: bool = False) -> float:
    """How many numbers are kept for each time step of a site, where networks learn, or after that.

    No gradient of a network goes through its warm-up.
    """
    model = config.build()
    kept = 2.0 * (len(model.forcings) + 3)
    if model.processes:
        n_stores, n_fluxes = len(model.of(State)), len(model.of(Flux))
        fused = model.backend("cuda" if config.device == "cuda" else "cpu")[0] == "fused"
        of_processes = STORES_KEPT * n_stores + MEMBERS_KEPT if fused else LOOPED * (n_stores + n_fluxes)
        kept += config.members * (of_processes + (DYNAMIC if learns else DYNAMIC_AFTER) * len(config.dynamic))
    n_inputs = len(forcing_names(dataset)) + len(attribute_names(dataset, config.attributes))
    for there, with_gradient in (
        (bool(config.dynamic), learns),
        (config.predictor == "corrected", True),  # how the target responds goes through its correction
        (config.predictor == "network", learns),
    ):
        if there:
            with_gradient = with_gradient and not (warmup and learns)
            kept += 2 * n_inputs + (RECURRENT if with_gradient else FORWARD_ONLY) * config.hidden
    return kept
