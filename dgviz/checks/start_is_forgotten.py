"""Has the simulation forgotten how its stores began?"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import Trial
from dgviz.learn.model import of_networks
from dgviz.learn.spin_up import declared_stores

FEW, MORE = 5, 8  # times that the first year is repeated
TOLERANCE = 0.05


def start_is_forgotten(trial: Trial) -> CheckResult:
    """Three more years of spin-up change neither the target nor what the stores hold.

    From the declared, almost empty stores the first year is repeated five times and eight times; after both the target
    and each store agree within five percent of their mean; what may be below zero, as temperatures in °C, within five
    percent of the widest range of those in the same units. Stores that still fill hide what is missing elsewhere, while
    the balance closes all the time. The same is asked of the derivative of the mean target with respect to the stores
    at the start, times what they gain in these three years.
    """
    name, year = "start_is_forgotten", trial.tensors.year
    if not trial.declared.stores:
        return CheckResult(name, "This model steps no stores through time.")
    if trial.n_days < year:
        return CheckResult(name, f"A year of {year} steps has to be repeated. Choose a longer window.")
    few, more = (_stores_after(trial, times) for times in (FEW, MORE))
    less_spun, spun = (_simulate(trial, stores) for stores in (few, more))
    series = trial.dataset(
        [f"first year {FEW} times", f"first year {MORE} times"],
        {trial.target: [less_spun[trial.target], spun[trial.target]]},
        {},
    )
    scales = _scales(trial, spun)
    differences = {name: _difference(trial, less_spun[name], spun[name], scale) for name, scale in scales.items()}
    worst = max(trial.declared.stores, key=differences.__getitem__)
    criteria = (
        Criterion("Difference of the target, of its mean", 100 * differences[trial.target], "%", 0.0, 100 * TOLERANCE),
        Criterion("Largest difference of a store, of its mean", 100 * differences[worst], "%", 0.0, 100 * TOLERANCE),
        Criterion(
            "Change of the target by its derivative",
            _by_derivative(trial, few, more, scales[trial.target]),
            "%",
            0.0,
            100 * TOLERANCE,
        ),
    )
    sentence = f"Three more years of spin-up change {trial.target_words} by {concise(criteria[0].value)} %"
    if not criteria[1].holds:
        sentence += f"; {trial.stores[worst].long_name.lower()} still changes by {concise(criteria[1].value)} %"
    return CheckResult(name, f"{sentence}.", criteria, series)


def _stores_after(trial: Trial, times: int) -> dict[str, Tensor]:
    """The stores `(site, member)` by name after the first year, repeated from the declared ones."""
    first = trial.tensors.part(slice(trial.tensors.year))
    with torch.no_grad():
        parameters = trial.model.parameters_of(first)
        step = trial.declared.stepper(first.forcings, parameters)
        stores: Mapping[str, Tensor] = declared_stores(trial.declared, parameters, first)
        for _ in range(times):
            stores = step(stores)
    return dict(stores)


def _simulate(trial: Trial, stores: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    with torch.no_grad():
        return {k: v[:, 0].numpy() for k, v in trial.model.mean(_begun(trial, stores)).items()}


def _begun(trial: Trial, stores: Mapping[str, Tensor]):
    """The tensors of the trial, to begin with these stores."""
    initial = of_networks(trial.tensors.initial or {}) | {k: v[None] for k, v in stores.items()}
    return replace(trial.tensors, initial=initial)


def _difference(trial: Trial, one: np.ndarray, other: np.ndarray, scale: float) -> float:
    """The mean difference of two series on the scored days, of their mean or of the scale, where that is more."""
    one, other = trial.scored(one), trial.scored(other)
    level = max(float(np.abs(other).mean()), scale)
    return float(np.abs(other - one).mean()) / level if level else 0.0


def _scales(trial: Trial, simulated: Mapping[str, np.ndarray]) -> dict[str, float]:
    """For the target and each store the widest range of those in its units, where one of these may be below zero.

    The mean of such a series says nothing; of others the scale is zero.
    """
    stores = trial.declared.stores
    units = {name: trial.declared.attrs(name)["units"] for name in (trial.target, *stores)}
    below_zero = {store.units for store in stores.values() if store.floor is None}
    ranges = {name: float(np.ptp(trial.scored(simulated[name]))) for name in units}
    widest = {unit: max(ranges[name] for name in units if units[name] == unit) for unit in below_zero}
    return {name: widest.get(unit, 0.0) for name, unit in units.items()}


def _by_derivative(trial: Trial, few: Mapping[str, Tensor], more: Mapping[str, Tensor], scale: float) -> float:
    """By how many percent the mean target changes with the stores at the start, to first order."""
    at_start = {k: v.clone().requires_grad_() for k, v in few.items()}
    mean = trial.model.mean(_begun(trial, at_start), [trial.target])[trial.target][trial.warmup :].mean()
    slopes = torch.autograd.grad(mean, list(at_start.values()), materialize_grads=True)
    gained = sum(float((slope * (more[k] - few[k])).sum()) for k, slope in zip(few, slopes, strict=True))
    level = max(abs(float(mean.detach())), scale)
    return 100 * abs(gained) / level if level else 0.0
