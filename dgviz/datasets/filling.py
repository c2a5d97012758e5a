"""Short gaps in forcings, filled in the way that the science declares, and said in a remark."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.steps import DATES, step_of
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.memory import by_sites


def filled(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set with gaps of at most `Forcing.fill` steps interpolated in time, and a remark on each such series.

    Longer gaps, and those at the beginning or end of the record, stay.
    """
    said = []
    for name, declared in vocabulary.forcings.items():
        if not declared.fill or name not in ds or ds[name].dims != ("time", "site"):
            continue
        gaps = by_sites(partial(_short_gaps, longest=declared.fill), ds[name].values)
        if gaps.any():
            ds = ds.assign({name: ds[name].copy(data=by_sites(_interpolated, ds[name].values, gaps))})
            said.append(_remark(ds, name, gaps, declared.fill))
    return with_remarks(ds, said)


def _short_gaps(values: np.ndarray, longest: int) -> np.ndarray:
    """Where `(time, site)` there are gaps of at most so many steps."""
    gaps = np.zeros(values.shape, bool)
    for site in np.flatnonzero(np.isnan(values).any(0)):
        for gap in _gaps(values[:, site], longest):
            gaps[gap, site] = True
    return gaps


def _interpolated(values: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """The values `(time, site)` with these gaps filled."""
    values = values.copy()
    for site in np.flatnonzero(gaps.any(0)):
        known = np.flatnonzero(~np.isnan(values[:, site]))
        wanted = np.flatnonzero(gaps[:, site])
        values[wanted, site] = np.interp(wanted, known, values[known, site])
    return values


def _gaps(values: np.ndarray, longest: int) -> Iterator[slice]:
    """The gaps in a series of at most so many steps, with a value before and after."""
    missing = np.concatenate([[False], np.isnan(values), [False]])
    edges = np.diff(missing.astype(int))
    for start, stop in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if stop - start <= longest and start > 0 and stop < len(values):
            yield slice(start, stop)


def _remark(ds: xr.Dataset, name: str, gaps: np.ndarray, longest: int) -> Remark:
    step = step_of(ds.indexes["time"], name)
    first, sites = ds.indexes["time"][gaps.any(1).argmax()], ds.site.values[gaps.any(0)]
    n_filled, n_sites = int(gaps.sum()), len(sites)
    text = (
        f"{n_filled} {step}{'s' * (n_filled > 1)} without a value, from {first:{DATES[step]}} on, interpolated in time "
        f"at {n_sites} site{'s' * (n_sites > 1)} ({some(sites)}); only gaps of up to {longest} {step}s are"
    )
    return Remark("filled", name, text)
