"""Twins: small worlds with a known law, made in a second.

`--data twin:DOMAIN` opens one. Its sites have realistic drivers and attributes; a hidden map leads from attributes to
parameters, and hidden options of the processes lead from drivers and parameters to the target. Noise and gaps are
options. The truth stays in the data set, under names that begin with `true_`, as coordinates: no network reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.processes.declare import Attribute, Parameter
from dgviz.processes.model import ProcessModel
from dgviz.processes.other_targets import other_targets
from dgviz.steps import STEPS

WARMUP_YEARS = 2  # simulated before the record and dropped, so that the stores have forgotten how they began


@dataclass(frozen=True)
class Twin:
    """What a science gives for its twin.

    - `drivers(random, n_sites, times)` gives a data set of forcings `(time, site)` and attributes `(site,)` in the
      units declared, with coordinates `lat` and `lon`.
    - `law(attributes)` gives for the parameters that vary from site to site the place in their range, from 0 to 1,
      `(site,)` by name; the others have their defaults everywhere.
    - `processes` are the hidden options of the slots; those left out have their defaults.
    - `noise` is the standard deviation of the error of observation: a share of the target where it has a floor, else
      in its units; by the name of the target where there are several.
    - `trained` is the share of the record that is for training; the rest is for testing.
    """

    drivers: Callable[[np.random.Generator, int, pd.DatetimeIndex], xr.Dataset]
    law: Callable[[xr.Dataset], Mapping[str, xr.DataArray]]
    processes: Mapping[str, str] = field(default_factory=dict)
    n_sites: int = 40
    years: float = 3.0
    start: str = "2000-10-01"
    noise: float | Mapping[str, float] = 0.1
    gaps: float = 0.05
    trained: float = 2 / 3


def make_twin(
    twin: Twin,
    vocabulary: Vocabulary,
    model: ProcessModel,
    *,
    noise: float | None = None,
    gaps: float | None = None,
    seed: float = 0,
    sites: float | None = None,
    years: float | None = None,
) -> xr.Dataset:
    """The data of a twin: drivers, attributes, the observed targets, and the truth.

    `true_<parameter>` is `(site,)`; `true_<target>`, without noise and gaps, and `true_<flux>` are `(time, site)`.
    Of a process that is of one target at a time it is the first. `noise` and `gaps`, the share of times without an
    observation, are those of the twin unless given; `noise` is of the first target, and that of the others is larger or
    smaller than theirs as it is. An observation stays within the range of its target.
    """
    random = np.random.default_rng(int(seed))
    n_sites = int(twin.n_sites if sites is None else sites)
    per_year = next(step for step in STEPS if step.name == vocabulary.step).per_year
    n_steps = round((twin.years if years is None else years) * per_year)
    n_before = WARMUP_YEARS * per_year if model.stores else 0
    times = _times(twin.start, vocabulary.step, n_steps, n_before)
    drivers = twin.drivers(random, n_sites, times)
    drivers = drivers.assign_coords(time=times, site=[f"twin{i:03d}" for i in range(n_sites)])
    if "day_of_year" not in drivers:
        drivers["day_of_year"] = "time", times.day_of_year.to_numpy("float32")
    parameters = _parameters(twin, model, drivers)
    truth = _simulate(model, drivers, parameters).isel(time=slice(-n_steps, None))
    drivers = drivers.isel(time=slice(-n_steps, None)).drop_vars("day_of_year")
    targets = [name for name in vocabulary.targets if name in truth]
    truth = truth.drop_vars(other_targets(model, targets, targets[0]))
    targets = [name for name in targets if name in truth]
    errors = _errors(twin, targets, noise)
    observed = {}
    for target in targets:
        seen = _observe(truth[target], vocabulary, random, errors[target])
        missing = random.random(seen.shape) < (twin.gaps if gaps is None else gaps)
        observed[target] = seen.where(~missing)
    dataset = drivers.assign(observed).astype("float32")
    dataset = dataset.assign_coords(name=("site", [f"Twin {i + 1}" for i in range(n_sites)]))
    dataset = dataset.assign_coords({f"true_{name}": values for name, values in (*parameters.items(), *truth.items())})
    return check(_label(dataset, vocabulary, round(twin.trained * n_steps)), f"twin:{vocabulary.domain}", vocabulary)


def persistent(random: np.random.Generator, shape: tuple[int, int], memory: float) -> np.ndarray:
    """Noise of unit variance in which a share `memory` of each day stays to the next, `(time, site)`."""
    noise = random.standard_normal(shape)
    for day in range(1, len(noise)):
        noise[day] = memory * noise[day - 1] + np.sqrt(1 - memory**2) * noise[day]
    return noise


def _times(start: str, step: str, n_steps: int, n_before: int) -> pd.DatetimeIndex:
    """The times of the record, with those of the warm-up before them."""
    offset = next(s.offset for s in STEPS if s.name == step)
    record = pd.date_range(start, periods=n_steps, freq=offset)
    before = pd.date_range(end=record[0], periods=n_before + 1, freq=offset)[:-1]
    return before.append(record)


def _parameters(twin: Twin, model: ProcessModel, drivers: xr.Dataset) -> dict[str, xr.DataArray]:
    """The true parameters `(site,)`: where the law puts them in their ranges, else their defaults."""
    places = twin.law(drivers)
    parameters = {}
    for name, declared in model.of(Parameter).items():
        low, high = declared.range
        place = places.get(name)
        value = xr.full_like(drivers.lat, declared.default) if place is None else low + (high - low) * place.clip(0, 1)
        parameters[name] = value.astype("float64").drop_attrs().assign_attrs(declared.attrs)
    return parameters


def _simulate(model: ProcessModel, drivers: xr.Dataset, parameters: Mapping[str, xr.DataArray]) -> xr.Dataset:
    """Every flux and store `(time, site)` under the true parameters."""
    forcings = {}
    for name, declared in model.forcings.items():
        values = torch.as_tensor(drivers[name].values.astype("float64"))
        is_static = isinstance(declared, Attribute) or values.ndim == 1 and drivers[name].dims == ("site",)
        forcings[name] = values[None, :, None] if is_static else values.reshape(len(values), -1, 1)
    given = {name: torch.as_tensor(values.values)[None, :, None] for name, values in parameters.items()}
    with torch.no_grad():
        values = model(forcings, given)
    return model.to_dataset(values, time=drivers.time, site=drivers.site)


def _errors(twin: Twin, targets: list[str], noise: float | None) -> dict[str, float]:
    """The size of the error of observation of each target: `noise` for the first, the others in proportion."""
    usual = twin.noise if isinstance(twin.noise, Mapping) else dict.fromkeys(targets, twin.noise)
    factor = 1.0 if noise is None else noise / (usual[targets[0]] or 1.0)
    return {target: factor * usual[target] for target in targets}


def _observe(truth: xr.DataArray, vocabulary: Vocabulary, random: np.random.Generator, noise: float) -> xr.DataArray:
    """The target with errors of observation: multiplied where it has a floor, so that it stays above, else added.

    It stays within the range of what can be observed.
    """
    declared = vocabulary.targets[str(truth.name)]
    error = random.standard_normal(truth.shape)
    if declared.floor is None:
        seen = truth + noise * error
    else:
        seen = declared.floor + (truth - declared.floor) * np.exp(noise * error - noise**2 / 2)
    return seen.clip(*declared.range)


def _label(dataset: xr.Dataset, vocabulary: Vocabulary, split: int) -> xr.Dataset:
    """Units and names from the declarations, the default split, and what this is."""
    declared = {**vocabulary.forcings, **vocabulary.targets, **vocabulary.static}
    for name in set(map(str, dataset.variables)) & set(declared):
        dataset[name].attrs = {**declared[name].attrs, **dataset[name].attrs}
    times = dataset.indexes["time"]
    return dataset.assign_attrs(
        title=f"Twin: {vocabulary.domain.replace('_', ' ')}, {dataset.sizes['site']} made-up sites with a known law",
        domain=vocabulary.domain,
        source="made by dgviz from a known law; nothing in it was measured",
        licence="CC0-1.0",
        train_period=f"{times[0]:%Y-%m-%d}/{times[split - 1]:%Y-%m-%d}",
        test_period=f"{times[split]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}",
    )
