"""Marks for a missing value, such as -9999, that stand where a value should: found, emptied and named.

A number as -99 may be true in one column and a mark in another. In a series it is a mark where it lies outside the
plausible range. An attribute may have no such range: there it is a mark if it lies apart from the other values.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import FILL_VALUES, Vocabulary

NINES = (99.9, 99.99, 999, 999.9, 999.99, 9999, 9999.9, 99999)
FAR = 3  # times the highest other value of a site
FAR_ALONE = 10  # the same for a mark that stands there once: it might be a flood
HUGE = 1e15  # no attribute or series is so large in any usual unit
PLACE = ("lat", "lon")  # where a wrong one is refused


def is_mark(values: np.ndarray) -> np.ndarray:
    """Which values could be marks; in single precision one such as -99.9 is not exact."""
    values = np.ascontiguousarray(values, "float64")  # of columns of a table `ravel` would be a copy
    found = np.isinf(values) | (np.abs(values) >= HUGE)
    # Few numbers are candidates at all: compare those alone.
    candidates = np.flatnonzero(values.ravel() < -98)
    close = np.isclose(values.ravel()[candidates, None], FILL_VALUES, rtol=1e-6, atol=0).any(-1)
    found.ravel()[candidates[close]] = True
    return found


def nines(values: np.ndarray) -> np.ndarray:
    """Which values `(time, site)` are nines that mark what is missing, as 999.9.

    They may be plausible: they are marks if they stand far above all else at a site, further if they stand there once.
    """
    candidates = np.isin(np.round(values.astype("float64"), 2), NINES)
    found = np.zeros(values.shape, bool)
    for site in np.flatnonzero(candidates.any(0)):
        for mark in np.unique(values[candidates[:, site], site]):
            here = values[:, site] == mark
            others = values[~here & ~candidates[:, site] & np.isfinite(values[:, site]), site]
            far = FAR if here.sum() > 1 else FAR_ALONE
            if others.size and mark > far * max(others.max(), 0):
                found[:, site] |= here
    return found


def without_marks(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set with marks emptied in targets and attributes; a remark names each variable and mark."""
    emptied, said = {}, []
    for name, low, high in _ranges(ds, vocabulary):
        values = ds[name].values
        if low < high:
            outside = (values < low) | (values > high)
            outside[outside] = is_mark(values[outside])
            outside |= nines(values)
        else:
            outside = apart(values)
        if outside.any():
            emptied[name] = ds[name].copy(data=np.where(outside, np.nan, values).astype(values.dtype))
            said.append(Remark("taken as missing", name, _words(ds, name, outside)))
    return with_remarks(ds.assign(emptied), said)


def apart(values: np.ndarray) -> np.ndarray:
    """Which values of an attribute `(site,)` are marks, judged by the others.

    It is a mark if the others never are negative, or if it is further from them than half their span and half of
    itself; where it stands at several sites, a tenth of itself is enough. So -99 among longitudes is true.
    """
    marks = is_mark(values)
    rest = values[~marks & np.isfinite(values)].astype("float64")
    if not marks.any() or not rest.size:
        return marks
    low, high = rest.min(), rest.max()
    # From the nearest of the others; 0 inside them.
    distance = np.maximum(np.maximum(low - values, values - high), 0)
    size = np.abs(values)
    alone = ((low >= 0) & (distance > 0)) | (distance > np.maximum((high - low) / 2, size / 2))
    several = ((values[:, None] == values[marks]).sum(1) > 1) & (distance > size / 10)
    return marks & (alone | several | (size >= HUGE))


def _ranges(ds: xr.Dataset, vocabulary: Vocabulary) -> Iterator[tuple[str, float, float]]:
    """Targets with their plausible range, and attributes, which are judged by each other (a range of nothing)."""
    for name, target in vocabulary.targets.items():
        if name in ds:
            yield name, *target.range
    for key, values in ds.variables.items():
        if values.dims == ("site",) and values.dtype.kind == "f" and key not in PLACE:
            yield str(key), 0.0, 0.0


def _words(ds: xr.Dataset, name: str, marked: np.ndarray) -> str:
    """Which marks, where, and how often."""
    values = np.unique(ds[name].values[marked])
    at = ds.site.values[marked if marked.ndim == 1 else marked.any(0)]
    times = f"on {int(marked.sum())} {ds.attrs.get('step', 'day')}s " if marked.ndim > 1 else ""
    return f"{some([f'{value:g}' for value in values])} {times}at {len(at)} of {ds.sizes['site']} sites ({some(at)})"
