"""What every data set must satisfy when it is loaded; an error names file, site, variable, time and the fix.

A gap in a target is fine (it is masked out of the loss); a gap in a forcing is not. Units of the same dimension are
converted and the history says so; nothing else is changed.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.conversion import conversions, in_units
from dgviz.datasets.errors import DataError, refuse, some
from dgviz.datasets.labels import label
from dgviz.datasets.problems import find_problems
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.steps import check_period, check_times
from dgviz.datasets.vocabulary import CALENDAR, Vocabulary


def check(
    ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, files: Mapping[str, Path] | None = None
) -> xr.Dataset:
    """The data set in the units of its science, with roles, step and `day_of_year`; or raise what is wrong with it.

    `files` gives the file of each site where sites come from files of their own.
    """
    check_layout(ds, source, vocabulary)
    check_sites(ds, source)
    step = check_times(ds.indexes["time"], source, vocabulary)
    # Units first: the plausible ranges are those of the declared units.
    ds = in_units(ds.copy(), source, vocabulary, step)
    refuse(find_problems(ds, source, vocabulary, files or {}))
    for name in ("train_period", "test_period"):
        check_period(ds.indexes["time"], ds.attrs[name], name, source)
    return with_calendar(with_roles(ds, vocabulary)).assign_attrs(history=history_of(ds))


def check_layout(ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary) -> None:
    """Dimensions, coordinates and at least one forcing."""
    for name in ("time", "site"):
        if name not in ds.indexes:
            raise DataError(f"{source}: no coordinate {name!r}; it has {', '.join(map(str, ds.coords)) or 'none'}.")
        if ds.sizes[name] == 0:
            raise DataError(f"{source}: there is nothing along {name!r}.")
    for name in ("lat", "lon", "name"):
        if name not in ds.coords or ds[name].dims != ("site",):
            raise DataError(f"{source}: no coordinate {name!r} along 'site'; every site needs lat, lon and name.")
    forcings = [name for name in vocabulary.forcings if name not in CALENDAR]
    if not any(name in ds for name in forcings):
        raise DataError(f"{source}: no forcing; it needs one of {', '.join(forcings)}.")
    for name in vocabulary.series:
        if name in ds and ds[name].dims != ("time", "site"):
            raise DataError(f"{source}: {name} has dimensions {ds[name].dims}, it needs ('time', 'site').")


def check_sites(ds: xr.Dataset, source: str | Path) -> None:
    """Site identifiers are unique."""
    sites = ds.indexes["site"]
    if sites.has_duplicates:
        raise DataError(f"{source}: site {some(sites[sites.duplicated()].unique())} appears twice; keep one of each.")


def with_roles(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set says its domain and step, and each series whether it is a forcing or a target.

    The series stand first, in the order in which they are declared.
    """
    if not any(name in ds for name in vocabulary.targets):
        ds = unobserved(ds, vocabulary)
    names = [name for name in vocabulary.series if name in ds]
    # Networks and tables take the series in this order, whatever the file has.
    ds = ds[[*names, *(name for name in ds if name not in names)]]
    for name in names:
        role = "forcing" if name in vocabulary.forcings else "target"
        ds[name] = ds[name].assign_attrs(role=role)
    return ds.assign_attrs(domain=vocabulary.domain, step=vocabulary.step)


def unobserved(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set with an empty target, and the remark that a trained run can predict there and no more."""
    name = next(iter(vocabulary.targets))
    empty = xr.full_like(ds[next(name for name in vocabulary.forcings if name in ds)], np.nan)
    target = empty.drop_attrs().assign_attrs(label(name, vocabulary))
    text = "not in the data: nothing can be trained or scored on them, a trained run can predict"
    return with_remarks(ds.assign({name: target}), [Remark("doubtful", name, text)])


def with_calendar(ds: xr.Dataset) -> xr.Dataset:
    """The data set with the day of the year, which any data with dates have."""
    day = ds.indexes["time"].day_of_year.to_numpy("float32")
    return ds.assign(day_of_year=("time", day, CALENDAR["day_of_year"].attrs))


def history_of(ds: xr.Dataset) -> str:
    """What was done to the data, with the conversions of units."""
    said = ds.attrs.get("history", "")
    told = [f"{name} converted from {given} to {units} ({how})" for name, given, units, how in conversions(ds)]
    return "; ".join(filter(None, [said, *(line for line in told if line not in said)]))
