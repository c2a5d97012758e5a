"""Marks for a missing value, such as -9999, that stand where a value should: found, emptied and named.

A number as -99 may be true in one column and a mark in another. In a series it is a mark where it lies outside the
plausible range. An attribute may have no such range: there it is a mark if it lies apart from the other values.
A place and a drainage area are not emptied: the check of sites refuses them.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import FILL_VALUES, Vocabulary
from dgviz.memory import by_sites

NINES = (99.9, 99.99, 999, 999.9, 999.99, 9999, 9999.9, 99999)
FAR = 3  # times the highest other value of a site
FAR_ALONE = 10  # the same for a mark that stands there once: it might be a flood
HUGE = 1e15  # no attribute or series is so large in any usual unit
REFUSED = ("lat", "lon", "area")  # where they are wrong
HIGH = (*NINES, 9999.99, 999999, 9999999, 32767, 65535, 2147483647)
FAR_ALONE = 10  # times the highest other attribute, for a mark at one site alone
SMALL = (-1.0, -9.0, -9.9, -9.99)  # which may mark a missing attribute, and may be true


def is_mark(values: np.ndarray) -> np.ndarray:
    """Which values could be marks; in single precision one such as -99.9 is not exact."""
    values = np.ascontiguousarray(values, "float64")  # of columns of a table `ravel` would be a copy
    return np.isinf(values) | (np.abs(values) >= HUGE) | _are(values, values < -98, FILL_VALUES)


def is_high(values: np.ndarray) -> np.ndarray:
    """Which values are nines or the largest integers of a computer: marks where they are not plausible."""
    values = np.ascontiguousarray(values, "float64")
    return _are(values, values > 99, HIGH)


def _are(values: np.ndarray, candidates: np.ndarray, marks: Sequence[float]) -> np.ndarray:
    """Which values are any of these; few are candidates at all, and only those are compared."""
    found, at = np.zeros(values.shape, bool), np.flatnonzero(candidates)
    found.ravel()[at] = np.isclose(values.ravel()[at, None], marks, rtol=1e-6, atol=0).any(-1)
    return found


def scaled(values: pd.Series, factor: float) -> pd.Series:
    """Values times a factor; marks stay what they are, so that they are found and named later."""
    return values.mask(~is_mark(values.to_numpy()), values * factor)


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
    emptied: dict[str, xr.DataArray] = {}
    said: list[Remark] = []
    for name, low, high in _ranges(ds, vocabulary):
        values = ds[name].values
        if low < high:
            outside = by_sites(partial(_marks_outside, low=low, high=high), values)
        else:
            outside = apart(values, vocabulary.static[name].range[1] if name in vocabulary.static else None)
            said += _small(ds[name])
        if outside.any():
            emptied[name] = replaced(ds[name], outside, np.nan)
            said.append(Remark("taken as missing", name, _words(ds, name, outside)))
    return with_remarks(ds.assign(emptied), said)


def _marks_outside(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Which values `(time, site)` are marks that lie outside of what is plausible, or nines far above all others."""
    outside = (values < low) | (values > high)
    outside[outside] = is_mark(values[outside]) | is_high(values[outside])
    return outside | nines(values)


def replaced(series: xr.DataArray, where: np.ndarray, value: float) -> xr.DataArray:
    """The series or attribute with another value where it says so."""
    return series.copy(
        data=by_sites(lambda old, here: np.where(here, value, old).astype(old.dtype), series.values, where)
    )


def apart(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Which values of an attribute `(site,)` are marks, judged by the others.

    It is a mark if the others never are negative, or if it is further from them than half their span and half of
    itself; where it stands at several sites, a tenth of itself is enough. So -99 among longitudes is true. Nines and
    the largest integers are marks far above all others, or above the `most` that is plausible.
    """
    marks = is_mark(values)
    above = _far_above(values, ~marks & np.isfinite(values), most)
    rest = values[~marks & ~above & np.isfinite(values)].astype("float64")
    if not marks.any() or not rest.size:
        return marks | above
    low, high = rest.min(), rest.max()
    # From the nearest of the others; 0 inside them.
    distance = np.maximum(np.maximum(low - values, values - high), 0)
    size = np.abs(values)
    alone = ((low >= 0) & (distance > 0)) | (distance > np.maximum((high - low) / 2, size / 2))
    several = ((values[:, None] == values[marks]).sum(1) > 1) & (distance > size / 10)
    return above | marks & (alone | several | (size >= HUGE))


def _far_above(values: np.ndarray, there: np.ndarray, most: float | None) -> np.ndarray:
    """Which values are nines or the largest integers far above all others that are `there`, or above `most`."""
    found = is_high(values) & (values > 900)  # 99.9 percent may be true
    others = values[there & ~found].astype("float64")
    highest = max(others.max(initial=0), 0)
    for mark in np.unique(values[found]):
        here = values == mark
        alone = mark > (FAR_ALONE * highest if most is None else most)
        found[here] = others.size and (alone or (here.sum() > 1 and mark > FAR * highest))
    return found


def _small(attribute: xr.DataArray) -> Iterator[Remark]:
    """A doubt of small negative values, such as -1, where no other is below zero."""
    values = attribute.values
    small = np.isclose(values[:, None], SMALL, rtol=1e-6, atol=0).any(-1)
    others = values[~small & ~is_mark(values) & np.isfinite(values)]
    if small.any() and others.size and others.min() >= 0:
        what = some([f"{value:g}" for value in np.unique(values[small])])
        text = f"{what} at {some(attribute.site.values[small])}, where no other is below 0: if it marks what is missing"
        yield Remark("doubtful", str(attribute.name), f"{text}, empty the cell")


def _ranges(ds: xr.Dataset, vocabulary: Vocabulary) -> Iterator[tuple[str, float, float]]:
    """Targets with their plausible range, and attributes, which are judged by each other (a range of nothing)."""
    for name, target in vocabulary.targets.items():
        if name in ds:
            yield name, *target.range
    for key, values in ds.variables.items():
        if values.dims == ("site",) and values.dtype.kind == "f" and key not in REFUSED:
            yield str(key), 0.0, 0.0


def _words(ds: xr.Dataset, name: str, marked: np.ndarray) -> str:
    """Which marks, where, and how often."""
    values = np.unique(ds[name].values[marked])
    at = ds.site.values[marked if marked.ndim == 1 else marked.any(0)]
    times = f"on {int(marked.sum())} {ds.attrs.get('step', 'day')}s " if marked.ndim > 1 else ""
    return f"{some([f'{value:g}' for value in values])} {times}at {len(at)} of {ds.sizes['site']} sites ({some(at)})"
