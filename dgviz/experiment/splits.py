"""Which days and sites are trained on and which are held out, so that scores are of unseen days and sites.

Sites that share an upstream, lie near each other, have the same series or the same value of `groups` are never divided:
a site that belongs together with one held out is not trained on in that fold. The attribute `near_km` of a data set is
the distance up to which sites count as near; without it, none do but those at one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import xarray as xr

from dgviz.datasets import period_slice, target_names
from dgviz.datasets.duplicates import same_place, same_series
from dgviz.datasets.site_network import downstream_positions, has_network
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.suggestions import suggest

SiteValues = TypeVar("SiteValues", xr.Dataset, xr.DataArray)


def periods_of(config: RunConfig, dataset: xr.Dataset) -> dict[str, str]:
    """The training and the test period, from the configuration or else from the data set.

    Raises ConfigError if they share days.
    """
    periods = {name: getattr(config, f"{name}_period") or dataset.attrs[f"{name}_period"] for name in ("train", "test")}
    train = period_positions(dataset, periods["train"], "train")
    test = period_positions(dataset, periods["test"], "test")
    if train.start < test.stop and test.start < train.stop:
        is_curve = config.science.step == "point"
        short = "" if is_curve else "; a record of less than two years is not divided by itself"
        raise ConfigError(
            f"train_period {periods['train']!r} and test_period {periods['test']!r} share "
            f"{'points' if is_curve else 'days'}. Choose periods that do not overlap{short}."
        )
    return periods


def training_days(config: RunConfig, dataset: xr.Dataset) -> tuple[slice, int]:
    """The days to train on, as positions in the record, and how many days before them fill the stores.

    Those are on record and not of the test period.
    """
    periods = periods_of(config, dataset)
    train = period_positions(dataset, periods["train"], "train")
    test = period_positions(dataset, periods["test"], "test")
    # The warm-up may reach back to the end of the test period, if that comes first, and no further.
    first = test.stop if test.stop <= train.start else 0
    return train, min(config.warmup, train.start - first)


def period_positions(dataset: xr.Dataset, period: str, name: str) -> slice:
    """A period as positions in the record. Raises DataError if it is not within it."""
    days = period_slice(dataset, period, f"{name}_period")
    found = dataset.indexes["time"].slice_indexer(days.start, days.stop)
    return slice(int(found.start), int(found.stop))  # numpy's whole numbers are none to torch


EARTH_RADIUS = 6371.0  # km


@dataclass(frozen=True)
class Fold:
    """One training: positions `trained` of the sites that it sees, and `held` of those that it will predict."""

    name: str
    trained: tuple[int, ...]
    held: tuple[int, ...]


def folds_of(config: RunConfig, dataset: xr.Dataset) -> list[Fold]:
    """The trainings that a run takes, one for each fold, for a data set with all sites of the run.

    Raises ConfigError if there are too few sites, or sites held out are not in the data.
    """
    n_sites = dataset.sizes["site"]
    if config.holdout == "none":
        trained = _positions("trained_sites", config.trained_sites, dataset) if config.trained_sites else range(n_sites)
        return [Fold("all", tuple(sorted(map(int, trained))), tuple(sorted({*range(n_sites)} - {*trained})))]
    if config.holdout == "sites":
        groups = {"held out": _positions("held_sites", config.held_sites, dataset)}
    else:
        divide = _random_groups if config.holdout == "folds" else _contiguous_groups
        if config.folds > n_sites:
            raise ConfigError(f"folds = {config.folds}: there are only {n_sites} sites. Give at most {n_sites}.")
        parts = divide(config, dataset)
        groups = {f"{i + 1} of {len(parts)}": part for i, part in enumerate(parts)}
    together = belonging_together(dataset) | alike(config, dataset)
    text = groups_of(config, dataset)
    same, divide_them = (f", or have the same {text}", "; groups= keeps none together") if text else ("", "")
    folds: list[Fold] = []
    for name, held in groups.items():
        # Neither held out nor connected to a site that is.
        free = np.ones(n_sites, bool)
        free[held] = False
        free &= ~together[:, held].any(1)
        if not free.any():
            raise ConfigError(
                f"holdout {config.holdout!r}: no site is left to train on when {len(held)} are held out with all that "
                f"are joined to them or near{same}. Hold out fewer sites, or take more folds{divide_them}."
            )
        trained = _some(np.flatnonzero(free), len(folds), config)
        folds.append(Fold(name, tuple(trained.tolist()), tuple(sorted(int(i) for i in held))))
    return folds


def _some(free: np.ndarray, number: int, config: RunConfig) -> np.ndarray:
    """Of the positions that the fold of a number may train on all, or as many as are asked for, drawn by the seed."""
    if not config.n_trained or config.holdout == "sites":
        return free
    if config.n_trained > len(free):
        raise ConfigError(
            f"n_trained = {config.n_trained}: in fold {number + 1} only {len(free)} {config.science.site}s may be "
            f"trained on. Give at most {len(free)}, or 0 for all."
        )
    random = np.random.default_rng([config.seed, number])
    return np.sort(random.choice(free, config.n_trained, replace=False))


def belonging_together(dataset: xr.Dataset) -> np.ndarray:
    """Which sites are never divided, `(site, site)`: those that share an upstream, are near each other, or are one."""
    together = nested(dataset) | one_and_the_same(dataset)
    if "near_km" in dataset.attrs:
        together |= distances(dataset) <= float(dataset.attrs["near_km"])
        np.fill_diagonal(together, False)
    return together


def groups_of(config: RunConfig, dataset: xr.Dataset) -> str:
    """The text by which sites are kept together; none where it is the usual one of the science and the data lack it.

    Raises ConfigError naming the texts that the data set has.
    """
    if not config.groups or config.groups in (known := group_names(dataset)):
        return config.groups
    if config.groups == config.default("groups"):
        return ""
    has = f"It has {', '.join(known)}." if known else "It has none."
    raise ConfigError(
        f"groups {config.groups!r} is no text of the data set {dataset.attrs.get('title', config.data)!r} by which "
        f"sites can be grouped. {has}{suggest(config.groups, known)}"
    )


def alike(config: RunConfig, dataset: xr.Dataset) -> np.ndarray:
    """Which sites are held out together since they have the same value of `groups`, `(site, site)`."""
    numbers = group_numbers(config, dataset)
    return (numbers[:, None] == numbers) & ~np.eye(len(numbers), dtype=bool)


def group_numbers(config: RunConfig, dataset: xr.Dataset) -> np.ndarray:
    """The number of the group of each site `(site,)`; one of its own for each where nothing groups them."""
    if name := groups_of(config, dataset):
        return np.unique(dataset[name].values.astype(str), return_inverse=True)[1]
    return np.arange(dataset.sizes["site"])


def group_names(dataset: xr.Dataset) -> list[str]:
    """The texts `(site,)` of a data set that several sites share, such as a type."""
    texts = [str(name) for name, values in dataset.variables.items() if values.dims == ("site",)]
    texts = [name for name in texts if dataset[name].dtype.kind in "UO"]
    return [name for name in texts if 1 < len(np.unique(dataset[name].values.astype(str))) < dataset.sizes["site"]]


def one_and_the_same(dataset: xr.Dataset) -> np.ndarray:
    """Which sites are one under two names, `(site, site)`: they have the same target, or stand at one place."""
    pairs = [pair[:2] for name in target_names(dataset) for pair in same_series(dataset[name])] + same_place(dataset)
    same = np.zeros((dataset.sizes["site"],) * 2, bool)
    for one, other in pairs:
        same[one, other] = same[other, one] = True
    return same


def distances(dataset: xr.Dataset) -> np.ndarray:
    """Great-circle distances between the sites in km, `(site, site)`, by the haversine formula."""
    lat = np.deg2rad(dataset.lat.values.astype("float64"))
    lon = np.deg2rad(dataset.lon.values.astype("float64"))
    # haversine: h = sin^2(dlat / 2) + cos(lat1) cos(lat2) sin^2(dlon / 2), d = 2 R arcsin(sqrt(h))
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half.clip(0, 1)))


def nested(dataset: xr.Dataset) -> np.ndarray:
    """Which sites are joined, `(site, site)`: one of the two is upstream of the other.

    Follows the network of the sites or the variable `downstream_site`; without either, no sites do.
    """
    sites = dataset.indexes["site"]
    shared = np.zeros((len(sites), len(sites)), bool)
    if has_network(dataset):
        below = downstream_positions(dataset)
    elif "downstream_site" in dataset:
        below = sites.get_indexer(dataset.downstream_site.values)
    else:
        return shared
    for start in range(len(sites)):
        seen, place = {start}, start
        # Downstream from here; a loop in the data must not hang.
        while (place := below[place]) >= 0 and place not in seen:
            shared[start, place] = shared[place, start] = True
            seen.add(place)
    return shared


def trained_on(config: RunConfig, values: SiteValues) -> SiteValues:
    """What has a value for each site of a run, for the sites alone that it names to train on; all where it names none.

    Medians over a run are of these: with a holdout every site is one that a model has not seen, or has.
    """
    return values.sel(site=list(config.trained_sites)) if config.trained_sites else values


def _positions(option: str, names: Sequence[str], dataset: xr.Dataset) -> np.ndarray:
    sites = dataset.indexes["site"]
    for site in names:
        if site not in sites:
            raise ConfigError(f"{option}: the run has no site {site!r}.{suggest(site, sites)}")
    return sites.get_indexer(list(names))


def _random_groups(config: RunConfig, dataset: xr.Dataset) -> list[np.ndarray]:
    """Groups of about the same size. Families of nested sites stay together as far as they fit into a group."""
    random = np.random.default_rng(config.seed)
    largest = dataset.sizes["site"] // config.folds  # so that there are families for every group
    together = belonging_together(dataset)
    if text := groups_of(config, dataset):
        # Groups that were asked for are not divided, however large they are. Sites near each other do not join them:
        # those near a group are left out of training while it is held out.
        together, largest = alike(config, dataset), dataset.sizes["site"]
    families = _families(np.arange(dataset.sizes["site"]), together, largest)
    if config.folds > len(families):
        raise ConfigError(
            f"folds = {config.folds}: {text or 'what belongs together'} makes {len(families)} groups of sites."
            f" Give at most {len(families)}."
        )
    random.shuffle(families)
    groups: list[list[int]] = [[] for _ in range(config.folds)]
    for family in sorted(families, key=len, reverse=True):  # the largest first, each into the emptiest group
        min(groups, key=len).extend(family)
    return [np.array(group) for group in groups]


def _families(sites: np.ndarray, together: np.ndarray, largest: int) -> list[list[int]]:
    """Sites that hang together by shared water, in families of at most `largest`.

    From a larger family the site that belongs together with most others, the lowest of them, becomes one of its own.
    """
    families, left = [], set(sites.tolist())
    while left:
        # Flood fill: from one site to all that are connected to it, directly or through others.
        family, edge = set(), {left.pop()}
        while edge:
            site = edge.pop()
            family.add(site)
            edge |= {int(i) for i in np.flatnonzero(together[site]) if int(i) in left}
            left -= edge
        if len(family) <= largest:
            families.append(sorted(family))
        else:
            rest = np.array(sorted(family))
            lowest = rest[together[np.ix_(rest, rest)].sum(1).argmax()]
            families += [[int(lowest)], *_families(rest[rest != lowest], together, largest)]
    return families


def _contiguous_groups(config: RunConfig, dataset: xr.Dataset) -> list[np.ndarray]:
    """Neighbouring regions (their numbers run from neighbour to neighbour), or the land cut into parts
    where regions are not known or fewer than the groups."""
    n_sites = dataset.sizes["site"]
    regions = np.unique(dataset.region.values, return_inverse=True)[1] if "region" in dataset else np.zeros(1, int)
    ends = np.cumsum(np.bincount(regions))
    if len(ends) < config.folds:
        if unknown := int((dataset.lat + dataset.lon).isnull().sum()):
            raise ConfigError(
                f"holdout 'regions': {unknown} of the {n_sites} {config.science.site}s have no coordinates, and no "
                f"{config.folds} regions are named. Choose holdout 'folds'."
            )
        return _cut(np.arange(n_sites), np.stack([dataset.lat.values, dataset.lon.values]), config.folds)
    group = np.zeros(n_sites, int)
    first = 0  # region of the present group
    for i in range(1, config.folds):  # cut where the groups become about the same size, leaving a region for each
        allowed = ends[first : len(ends) - config.folds + i]
        first += int(abs(allowed - i * n_sites / config.folds).argmin()) + 1
        group[regions >= first] = i
    return [np.flatnonzero(group == i) for i in range(config.folds)]


def _cut(sites: np.ndarray, places: np.ndarray, n_groups: int) -> list[np.ndarray]:
    """Cut across the longer side, again and again, into groups of about the same size."""
    if n_groups == 1:
        return [sites]
    here, first = places[:, sites], n_groups // 2
    longer = here[np.argmax([np.ptp(here[0]), np.ptp(here[1]) * np.cos(np.deg2rad(here[0].mean()))])]
    order, n_first = sites[longer.argsort(kind="stable")], round(len(sites) * first / n_groups)
    return _cut(order[:n_first], places, first) + _cut(order[n_first:], places, n_groups - first)
