"""What there is to learn from, and to be judged by: said before training, not found out after it.

A run without any observation to learn from, or to be scored by, is refused. Single sites without go on without being
trained on, or scored, and are named in remarks that the run records.
"""

from dataclasses import replace

import numpy as np
import xarray as xr

from dgviz.datasets import attribute_names
from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Kind, Remark
from dgviz.experiment import needs
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.needs import learns, reads_attributes
from dgviz.experiment.splits import (
    Fold,
    folds_of,
    group_numbers,
    groups_of,
    period_positions,
    periods_of,
    trained_on,
    training_days,
)
from dgviz.learn.fit import held_steps
from dgviz.memory import blocks
from dgviz.quantities import Target

ROUNDING = 1e-6  # of the values: what varies less is constant
STILL = 0.01  # of the mean: what deviates less hardly varies, and each of its errors would count a thousandfold
MOSTLY = 0.9  # of the observations: so many at one value are no observations of what varies
HARDLY = f"its deviation is below {STILL:.0%} of its mean, or it is the same on over {MOSTLY:.0%} of them"
FEW = 10  # observations of a site from which hardly anything can be learned


def trainings(config: RunConfig, dataset: xr.Dataset) -> list[Fold]:
    """The trainings of a run, each with those sites alone that there is something to learn from.

    Raises ConfigError where there is nothing to learn or to be judged by, naming period, sites and what to do.
    """
    folds = folds_of(config, dataset)
    _check_warmup(config, dataset)
    _check_test(config, dataset)
    if not learns(config):
        return folds
    varies = _teaches(config, _trained_on(config, dataset))
    folds = [replace(fold, trained=tuple(i for i in fold.trained if varies[i])) for fold in folds]
    for fold in folds:
        _check_fold(config, dataset, fold)
    return folds


def remarks_of(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    """The sites that a run goes on without, in training, validation and scores, and what can hardly be learned."""
    said = [Remark("doubtful", name, f"has no effect: it needs {it}.") for name, it in config.without_effect().items()]
    said += [*_of_one_site(config, dataset), *_unscored(config, dataset), *_ungrouped(config, dataset)]
    if learns(config):
        seen = trained_on(config, dataset)
        said += [*_untrained(config, seen), *_unvalidated(config, seen), *_alike(config, seen)]
    return said


def n_scored(results: xr.Dataset, target: Target, period: str = "test") -> int:
    """How many sites have the first score of the target in a period."""
    return int(results[target.scores[0]].sel(period=period).notnull().sum())


def _check_warmup(config: RunConfig, dataset: xr.Dataset) -> None:
    if config.warmup > dataset.sizes["time"]:
        step = config.science.step
        raise ConfigError(
            f"warmup = {config.warmup}: the record has only {dataset.sizes['time']} {step}s. "
            f"Give at most as many, or the usual {config.default('warmup')}."
        )


def _check_test(config: RunConfig, dataset: xr.Dataset) -> None:
    period = periods_of(config, dataset)["test"]
    if not _count(dataset[config.target][period_positions(dataset, period, "test")]).any():
        raise ConfigError(
            f"test_period {period!r}: {config.target} is observed at none of the {_sites(config, dataset)} in it, so "
            f"the run could not be scored. {_where_observed(config, dataset)} Choose a test_period with observations."
        )


def _check_fold(config: RunConfig, dataset: xr.Dataset, fold: Fold) -> None:
    """Something to train on, and to validate with."""
    target, sites = config.target, _sites(config, dataset)
    of_fold = f" (fold {fold.name})" if config.holdout != "none" else ""
    if not fold.trained:
        observed = _trained_on(config, dataset)
        what = "varies" if _count(observed).any() else "is observed"
        raise ConfigError(
            f"train_period {periods_of(config, dataset)['train']!r}: {target} {what} at none of the {sites}{of_fold} "
            f"in the part that is trained on, {_days(observed)}: there is nothing to learn. "
            f"{_where_observed(config, dataset)} Choose a longer train_period, or one with observations."
        )
    if config.validation == "sites" and len({*group_numbers(config, dataset)[list(fold.trained)]}) < 2:
        raise ConfigError(
            f"validation 'sites': there is one {groups_of(config, dataset) or config.science.site} to learn "
            f"from{of_fold}, and none to validate with. Choose validation 'period' or 'none'."
        )
    if config.validation != "period":
        return
    held = _held(config, dataset)
    if not _count(held)[list(fold.trained)].any():
        raise ConfigError(
            f"validation 'period': {target} is observed at none of the {sites}{of_fold} in the last part of the "
            f"training period, {_days(held)}, so no epoch could be called the best. Choose another train_period, a "
            f"larger validation_fraction (now {config.validation_fraction:g}) or validation 'none'."
        )


def _untrained(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    observed = _trained_on(config, dataset)
    count, varies, days = _count(observed), _varies(observed), f"in the part that is trained on, {_days(observed)}"
    teaches = _teaches(config, observed)
    few = teaches & (count < FEW) & (config.science.step != "point")  # a curve has few points
    said: list[tuple[np.ndarray, Kind, str]] = [
        (count == 0, "left out", f"{config.target} is not observed {days}: not trained on."),
        ((count > 0) & ~varies, "left out", f"{config.target} does not vary {days}: not trained on."),
        (varies & ~teaches, "left out", f"{config.target} hardly varies {days} ({HARDLY}): not trained on."),
        (few, "doubtful", f"{config.target} has fewer than {FEW} observations {days}."),
    ]
    return [Remark(kind, _named(dataset, which), text) for which, kind, text in said if which.any()]


def _unvalidated(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    if config.validation != "period":
        return []
    held = _held(config, dataset)
    missing = _count(held) == 0
    text = f"{config.target} is not observed in the validation period, {_days(held)}: does not count in it."
    return [Remark("left out", _named(dataset, missing), text)] if missing.any() else []


def _unscored(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    observed = dataset[config.target][period_positions(dataset, periods_of(config, dataset)["test"], "test")]
    count, days = _count(observed), f"in the test period, {_days(observed)}"
    said = [
        (count == 0, f"{config.target} is not observed {days}: not scored there."),
        ((count > 0) & ~_varies(observed), f"{config.target} does not vary {days}: scores of its variation are empty."),
    ]
    return [Remark("left out", _named(dataset, which), text) for which, text in said if which.any()]


def _of_one_site(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    """Options that compare sites with each other, where there is but one."""
    chosen = {"attributes_as": config.attributes_as == "shuffled", "weights": bool(config.weights)}
    named = [name for name, is_chosen in chosen.items() if is_chosen and dataset.sizes["site"] == 1]
    said = [Remark("doubtful", name, f"has no effect: there is one {config.science.site}.") for name in named]
    if config.weights and not named and np.ptp(dataset[config.weights].values) == 0:
        text = f"has no effect: {config.weights} is the same at all {_sites(config, dataset)}."
        said.append(Remark("doubtful", "weights", text))
    return said


def _ungrouped(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    """The usual groups of the science, where sites are held out and the data do not tell them."""
    if not config.groups or not needs.HELD_OUT.met(config) or groups_of(config, dataset):
        return []
    text = (
        f"the data have no text {config.groups!r} that some of the {_sites(config, dataset)} share, so it keeps none "
        "together: those that are alike may be trained on and held out. Set groups= where that is right"
    )
    return [Remark("doubtful", "groups", text)]


def _alike(config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
    """Attributes that are the same, or missing, at all sites: a network learns nothing from them."""
    if not reads_attributes(config):
        return []
    alike = []
    for name in attribute_names(dataset, config.attributes):
        values = dataset[name].values.astype("float64")
        known = values[np.isfinite(values)]
        if not known.size or np.ptp(known) <= ROUNDING * abs(known).max():
            alike.append(name)
    text = f"the same, or missing, at all {_sites(config, dataset)}: a network learns nothing from it."
    return [Remark("doubtful", some(alike), text)] if alike else []


def _trained_on(config: RunConfig, dataset: xr.Dataset) -> xr.DataArray:
    """The target `(time, site)` on the days that are trained on: without those held out for validation."""
    days, _ = training_days(config, dataset)
    n_held = held_steps(config, days.stop - days.start)
    return dataset[config.target].transpose("time", "site")[days.start : days.stop - n_held]


def _held(config: RunConfig, dataset: xr.Dataset) -> xr.DataArray:
    """The target `(time, site)` on the days that are held out for validation."""
    days, _ = training_days(config, dataset)
    n_held = held_steps(config, days.stop - days.start)
    return dataset[config.target].transpose("time", "site")[days.stop - n_held : days.stop]


def _count(observed: xr.DataArray) -> np.ndarray:
    """How many times each site is observed `(site,)`."""
    return observed.notnull().sum("time").values


def _varies(observed: xr.DataArray) -> np.ndarray:
    """At which sites the observations differ from each other `(site,)`."""
    low, high = observed.min("time").values, observed.max("time").values
    return high - low > ROUNDING * np.maximum(abs(low), abs(high))


def _teaches(config: RunConfig, observed: xr.DataArray) -> np.ndarray:
    """At which sites the observations vary enough to be learned from `(site,)`.

    A loss divides the errors of a site by its deviation: a stuck instrument, which stands still, would outweigh all
    others. A target that mostly is at its floor, as a dry stream is, does vary.
    """
    parts = blocks(observed.sizes["time"], observed.sizes["site"])
    return np.concatenate([_moves(config, observed.isel(site=block)) for block in parts])


def _moves(config: RunConfig, observed: xr.DataArray) -> np.ndarray:
    """The same of a block of sites."""
    values = observed.values.astype("float64")
    mean, count = np.abs(observed.mean("time").values), np.maximum(_count(observed), 1)
    # The value in the middle is the one that most have, if most have one.
    middle = observed.median("time").values
    still = (values == middle).sum(0) > MOSTLY * count
    at_floor = middle == config.target_quantity.floor
    moves = observed.astype("float64").std("time").values > STILL * mean
    return _varies(observed) & (moves & ~still | at_floor)


def _days(observed: xr.DataArray) -> str:
    times = observed.indexes["time"]
    return f"{times[0]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}" if len(times) else "no day"


def _sites(config: RunConfig, dataset: xr.Dataset) -> str:
    n_sites = dataset.sizes["site"]
    return f"{n_sites} {config.science.site}s" if n_sites > 1 else f"{config.science.site} {dataset.site.values[0]}"


def _named(dataset: xr.Dataset, which: np.ndarray) -> str:
    return some(dataset.site.values[which].tolist())


def _where_observed(config: RunConfig, dataset: xr.Dataset) -> str:
    seen = dataset[config.target].notnull().any("site")
    return f"Observations are of {_days(seen[seen.values])}." if seen.any() else "The data have no observation at all."
