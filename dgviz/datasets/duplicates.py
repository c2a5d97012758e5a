"""The same series, or the same place, under two names: then a test on the one knows the answer from the other.

Sources overlap: a gauge is in two collections, under two numbers, or over two drainage areas. What tells is how the
target changes from time to time: between different rivers it never agrees to four digits.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark

SAME = 0.9999  # correlation of the changes
EQUAL = 0.99  # share of the changes that are the same, where a few values were corrected
LIKELY = 0.9  # correlation on a part of the times, from which on a pair is looked at in full
N_TIMES = 2000  # of that part
LEAST = 60  # changes at both, of which one is not zero
NEAR = 0.001  # degrees, 100 m: gauges nearer than this stand at one place
BLOCK = 512  # sites compared with all others at once


def duplicate_doubts(ds: xr.Dataset, target: str) -> Iterator[Remark]:
    """One remark about the series that stand under two names, and one about sites at one place."""
    if pairs := same_series(ds[target]):
        correlation = f"correlation of its changes {min(pair[2] for pair in pairs):.4g} or more"
        words = (
            f"the same {target} under two names ({correlation}): keep one of each pair; a holdout never divides them"
        )
        yield Remark("doubtful", _named(ds, pairs), words)
    if places := same_place(ds):
        words = "at one place (within 100 m): are the coordinates right, or is it one gauge under two names?"
        yield Remark("doubtful", _named(ds, places), words)


def _named(ds: xr.Dataset, pairs: Sequence[tuple]) -> str:
    return some([f"{ds.site.values[i]} = {ds.site.values[j]}" for i, j, *_ in pairs])


def same_series(target: xr.DataArray) -> list[tuple[int, int, float]]:
    """Pairs of sites whose series `(time, site)` are one, as positions, with the correlation of their changes."""
    values = target.values
    chosen = np.linspace(0, len(values) - 2, min(N_TIMES, len(values) - 1)).astype(int)
    part = _calmed(values[chosen + 1] - values[chosen])
    found: list[tuple[int, int, float]] = []
    for first in range(0, part.shape[1], BLOCK):
        # (site, site) of a block of sites and those from it on
        likeness = _correlation(part[:, first : first + BLOCK], part[:, first:])
        for i, j in np.argwhere(np.triu(likeness > LIKELY, 1)):
            found += _compare(values, first + int(i), first + int(j))
    return found


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


def _compare(values: np.ndarray, i: int, j: int) -> Iterator[tuple[int, int, float]]:
    """The pair with its correlation, if the two are one over all times that both have."""
    a, b = (np.diff(values[:, site].astype("float64")) for site in (i, j))
    moved = np.isfinite(a) & np.isfinite(b) & ((a != 0) | (b != 0))
    a, b = a[moved], b[moved]
    if len(a) < LEAST or not a.std() or not b.std():
        return
    correlation = float(np.corrcoef(a, b)[0, 1])
    equal = np.isclose(a, b, rtol=1e-3, atol=1e-6 * (a.std() + b.std())).mean()
    if correlation > SAME or equal > EQUAL:
        yield i, j, correlation


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
