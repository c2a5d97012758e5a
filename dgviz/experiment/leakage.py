"""Leakage: what a run would see of the days or sites that it is tested on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets import DataError, attribute_names, forcing_names
from dgviz.datasets.periods import parse_span
from dgviz.experiment.config import RunConfig
from dgviz.experiment.needs import reads_attributes, recurrent
from dgviz.experiment.splits import (
    Fold,
    alike,
    belonging_together,
    folds_of,
    nested,
    one_and_the_same,
    period_positions,
    periods_of,
    training_days,
)

N_NAMED = 3


def leaks(config: RunConfig, dataset: xr.Dataset) -> list[str]:
    """What leaks from test to training, how, and what to do about it; a sentence or two each.

    `dataset` holds the sites of the run. Weights, statistics, warm-up and early stopping see no observation and no
    forcing of the test period, and no target of a held-out site; what may see them are attributes, computed before.
    Which sites are joined is known only where the data set says so.
    """
    test = periods_of(config, dataset)["test"]
    days, warmup = training_days(config, dataset)
    tested, together = period_positions(dataset, test, "test"), belonging_together(dataset)
    assert days.stop <= tested.start or tested.stop <= days.start - warmup, "a training sees days of the test period"
    folds = folds_of(config, dataset)
    for fold in folds if config.holdout != "none" else ():
        assert not together[np.ix_(fold.trained, fold.held)].any(), f"fold {fold.name} divides sites that are joined"
    found = _attributes(config, dataset, test) if reads_attributes(config) else []
    found += _scaled_forcings(config, dataset, test)
    if config.validation == "sites" and together.any():
        found.append(
            f"{int(together.any(0).sum())} sites are joined to others, or near them, and validation 'sites' "
            "may divide them: training then stops too late. Set validation='period'."
        )
    if config.trained_sites:
        found += _known_groups(config, dataset, folds[0])
    if known := int(together[np.ix_(folds[0].trained, folds[0].held)].any(0).sum()) if config.trained_sites else 0:
        found.append(
            f"{known} of the {len(folds[0].held)} sites that are not trained on share water with some that are, or lie "
            "near them: their scores are not those of unseen places. Set holdout='sites' to prove that."
        )
    return found + _same_sites(dataset, together & ~nested(dataset))


def _known_groups(config: RunConfig, dataset: xr.Dataset, fold: Fold) -> list[str]:
    """Sites not trained on that have the same `groups` as some that are."""
    known = int(alike(config, dataset)[np.ix_(fold.trained, fold.held)].any(0).sum())
    if not known:
        return []
    return [
        f"{known} of the {len(fold.held)} sites that are not trained on have the same {config.groups} as some that "
        f"are: their scores are not those of an unseen {config.groups}. Set holdout='sites' to prove that."
    ]


def _same_sites(dataset: xr.Dataset, near: np.ndarray) -> list[str]:
    """Sites that are one under two names, of those that are `near (site, site)` each other but not joined."""
    if not near.any() or not (pairs := np.argwhere(np.triu(one_and_the_same(dataset) & near))).size:
        return []
    sites = dataset.site.values
    named = ", ".join(f"{sites[i]} and {sites[j]}" for i, j in pairs[:N_NAMED])
    more = f" and {len(pairs) - N_NAMED} more pairs" if len(pairs) > N_NAMED else ""
    return [
        f"{named}{more} have the same series, or stand at one place: what is learned at the one is known at the other, "
        "and scores count it twice. A holdout never divides them; leave out one of each."
    ]


def _attributes(config: RunConfig, dataset: xr.Dataset, test: str) -> list[str]:
    read, found = attribute_names(dataset, config.attributes), []
    periods = {name: dataset[name].attrs["period"] for name in read if "period" in dataset[name].attrs}
    for name in [name for name, period in periods.items() if not _is_period(period)]:
        found.append(
            f"{name} has the period {periods.pop(name)!r}, which is none: whether it tells of the test period is not "
            "known. Write it as YYYY-MM-DD/YYYY-MM-DD."
        )
    late = [name for name, period in periods.items() if config.climate == "given" and share_days(period, test)]
    if late:
        found.append(
            f"{_some(late)} tell of {periods[late[0]]}, which has days of the test period {test}: networks that read "
            "them know the climate they are tested in. Set climate='training', or leave them out of attributes."
        )
    if of_target := [name for name in read if name in config.science.from_target]:
        words = config.target.replace("_", " ")
        found.append(
            f"{_some(of_target)} are computed from observed {words}, which is to be predicted. "
            "Leave them out of attributes."
        )
    return found


def _scaled_forcings(config: RunConfig, dataset: xr.Dataset, test: str) -> list[str]:
    """Forcings that the run reads and that were scaled by what they were in the test period, too."""
    # Recurrent networks read all forcings.
    read = forcing_names(dataset) if recurrent(config) else config.build().forcings
    spans = {name: dataset[name].attrs.get("scaled_over", "") for name in read if name in dataset.variables}
    if not (late := [name for name, span in spans.items() if span and share_days(span, test)]):
        return []
    return [
        f"{_some(late)}: scaled by the lowest and highest values of {spans[late[0]]}, which has days of the test "
        f"period {test}, so that in training they tell of its extremes. Scale by the training period alone, or say so "
        "beside the scores."
    ]


def _is_period(period: str) -> bool:
    try:
        parse_span(str(period))
    except DataError:
        return False
    return True


def share_days(one: str, other: str) -> bool:
    """Have two periods "first/last" a day in common?"""
    (start, end), (first, last) = ([pd.Timestamp(day) for day in period.split("/")] for period in (one, other))
    # Two closed intervals overlap if each begins before the other ends.
    return start <= last and first <= end


def _some(names: Sequence[str]) -> str:
    more = len(names) - N_NAMED
    return ", ".join(names[:N_NAMED]) + (f" and {more} more attributes" if more > 0 else "")
