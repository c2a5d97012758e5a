"""The same series, or the same place, under two names: then a test on the one knows the answer from the other.

Sources overlap: a gauge is in two collections, under two numbers, over two drainage areas, rounded, corrected, or with
days that begin at another hour. What tells is how the target changes: among 569 basins of CAMELS-US, 94 gauges of the
Delaware and 405 streams no two rivers are alike to 5 % of their changes; one gauge that was renamed is, to 0 %.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark

SPAN = 2  # times over which a change is taken, so that it is there if every second value is not
SAME = 0.035  # of the changes, by which those of one river differ at most: 1 % of noise is 1.5 to 3 %
SIMILAR = 0.06  # the same, where the ratio of the two is constant as well
SAME_RATIO = 0.02  # of the spread of their logarithms, by which the ratio of two flows of one river varies at most
TRUSTED = 0.9  # of the changes: the others may be corrections or errors
EQUAL = 0.99  # of the values that change, which are equal when both are rounded
DECIMALS = (0, 1, 2)  # to which one of the two may be rounded
LIKELY = 0.9  # correlation on a part of the times, from which on a pair is looked at in full
N_TIMES = 1000  # of that part
LEAST = 60  # changes at both, of which one is not zero
NEAR = 0.001  # degrees, 100 m: gauges nearer than this stand at one place
BLOCK = 512  # sites compared with all others at once


def duplicate_doubts(ds: xr.Dataset, target: str) -> Iterator[Remark]:
    """Remarks about the series that stand under two names, on the same days or a day apart, and sites at one place."""
    pairs = same_series(ds[target])
    for apart, shifted in enumerate(("", f", one a {ds.attrs.get('step', 'day')} later")):
        if found := [pair for pair in pairs if abs(pair[2]) == apart]:
            words = f"the same {target} under two names{shifted}: keep one of each; a holdout never divides them"
            yield Remark("doubtful", _named(ds, found), words)
    if places := same_place(ds):
        words = "at one place (within 100 m): are the coordinates right, or is it one site under two names?"
        yield Remark("doubtful", _named(ds, places), words)


def _named(ds: xr.Dataset, pairs: Sequence[tuple]) -> str:
    return some([f"{ds.site.values[i]} = {ds.site.values[j]}" for i, j, *_ in pairs])


def same_series(target: xr.DataArray) -> list[tuple[int, int, int]]:
    """Pairs of sites whose series `(time, site)` are one, as positions, and how many times the second is later."""
    values = target.values
    if len(values) <= LEAST:  # too short to tell, as the points of a curve are
        return []
    # At random: a part at regular times might be the part that is missing.
    starts = np.arange(max(len(values) - SPAN - 1, 0))
    chosen = np.random.default_rng(0).permutation(starts)[:N_TIMES]
    now, later = (_calmed(values[chosen + shift + SPAN] - values[chosen + shift]) for shift in (0, 1))
    found: dict[tuple[int, int], int] = {}
    for shift, (one, other) in {0: (now, now), 1: (now, later), -1: (later, now)}.items():
        for i, j in _alike(one, other):
            if (i, j) not in found and _is_one(*_at_both(values, i, j, shift)):
                found[i, j] = shift
    return [(i, j, shift) for (i, j), shift in sorted(found.items())]


def _alike(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of sites, the first before the second, whose calmed changes are likely enough to be of one series."""
    for first in range(0, one.shape[1], BLOCK):
        # (site, site) of a block of sites and those from it on
        likeness = _correlation(one[:, first : first + BLOCK], other[:, first:])
        for i, j in np.argwhere(np.triu(likeness > LIKELY, 1)):
            yield first + int(i), first + int(j)


def _calmed(change: np.ndarray) -> np.ndarray:
    """The root of changes, with their sign: a few errors then do not hide a likeness, whatever the units."""
    return (np.sign(change) * np.sqrt(np.abs(change))).astype("float32")


def _correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Correlation of changes `(time, site)`, whose mean is about zero, over the times that both have; 0 for too few."""
    a, b = np.nan_to_num(one), np.nan_to_num(other)
    has_a, has_b = np.isfinite(one).astype("float32"), np.isfinite(other).astype("float32")
    scale = np.sqrt((a**2).T @ has_b) * np.sqrt(has_a.T @ (b**2))
    enough = has_a.T @ has_b >= min(LEAST, len(one))
    return np.divide(a.T @ b, scale, out=np.zeros_like(scale), where=(scale > 0) & enough)


def _at_both(values: np.ndarray, i: int, j: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """The series of two sites; those of the second are `shift` times later."""
    n_time = len(values)
    a = values[max(-shift, 0) : n_time - max(shift, 0), i]
    b = values[max(shift, 0) : n_time - max(-shift, 0), j]
    return a.astype("float64"), b.astype("float64")


def _is_one(a: np.ndarray, b: np.ndarray) -> bool:
    """Are two series one, over all times that both have?"""
    apart = _differ(a, b)
    if apart < SAME or (apart < SIMILAR and _ratio_varies(a, b) < SAME_RATIO):
        return True
    return _equal_when_rounded(a, b)


def _differ(a: np.ndarray, b: np.ndarray) -> float:
    """By which part of themselves the changes of two series differ, but for a factor and the least trusted changes."""
    a, b = a[SPAN:] - a[:-SPAN], b[SPAN:] - b[:-SPAN]
    moved = np.isfinite(a) & np.isfinite(b) & ((a != 0) | (b != 0))
    a, b = a[moved], b[moved]
    if len(a) < LEAST or not a.any() or not b.any():
        return np.inf
    factor = (np.sqrt(np.abs(b)).sum() / np.sqrt(np.abs(a)).sum()) ** 2
    for _ in range(3):  # until it is that of the changes that are trusted
        rest = np.abs(b - factor * a)
        trusted = rest <= np.quantile(rest, TRUSTED)
        if not a[trusted].any() or not b[trusted].any():
            return np.inf
        factor = (a[trusted] @ b[trusted]) / (a[trusted] @ a[trusted])
    return float(np.sqrt((rest[trusted] @ rest[trusted]) / (b[trusted] @ b[trusted])))


def _ratio_varies(a: np.ndarray, b: np.ndarray) -> float:
    """The same of the ratio of two series, in parts of the spread of the first: in slow rivers noise hides changes."""
    both = (a > 0) & (b > 0)
    if both.sum() < LEAST or np.ptp(a[both]) == 0:
        return np.inf
    ratio = np.log(b[both] / a[both])
    rest = np.abs(ratio - np.median(ratio))
    trusted = rest[rest <= np.quantile(rest, TRUSTED)]
    return float(np.sqrt((trusted**2).mean()) / np.log(a[both]).std())


def _equal_when_rounded(a: np.ndarray, b: np.ndarray) -> bool:
    """Is one of two series rounded to a few decimals, and the other the same when it is rounded too?"""
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    for decimals in DECIMALS:
        rounded = np.round(a, decimals), np.round(b, decimals)
        if any(np.allclose(*pair, rtol=1e-6, atol=1e-6) for pair in zip((a, b), rounded, strict=True)):
            moved = np.diff(rounded, prepend=np.nan).any(0)
            return bool(moved.sum() > LEAST and (rounded[0] == rounded[1])[moved].mean() > EQUAL)
    return False


def same_place(ds: xr.Dataset) -> list[tuple[int, int]]:
    """Pairs of sites at one place, as positions; none where most sites share theirs, as it is then made up."""
    places = np.stack([ds.lat.values, ds.lon.values], 1).astype("float64")
    pairs = []
    # Sorted by latitude, those near each other lie near each other in the order.
    order = np.argsort(places[:, 0], kind="stable")
    for k, i in enumerate(order):
        for j in order[k + 1 :]:
            if places[j, 0] - places[i, 0] > NEAR:
                break
            if abs(places[j, 1] - places[i, 1]) * np.cos(np.deg2rad(places[i, 0])) <= NEAR:
                pairs.append((int(min(i, j)), int(max(i, j))))
    shared = {site for pair in pairs for site in pair}
    return [] if len(shared) > len(order) / 2 and len(order) > 2 else sorted(pairs)
