"""What every data set must satisfy when it is loaded; an error names file, site, variable, time and the fix.

A gap in a target is fine (it is masked out of the loss); a gap in a forcing is not. Units of the same dimension are
converted, marks for missing values emptied, and the remarks say so; nothing else is changed. What is possible but not
likely is a remark too.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.conversion import conversions, in_units
from dgviz.datasets.duplicates import duplicate_doubts
from dgviz.datasets.errors import DataError, refuse, some
from dgviz.datasets.fill_values import without_marks
from dgviz.datasets.labels import label
from dgviz.datasets.problems import find_problems
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.steps import check_period, check_times, whole_days
from dgviz.datasets.vocabulary import CALENDAR, Vocabulary


def check(
    ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, files: Mapping[str, Path] | None = None
) -> xr.Dataset:
    """The data set in the units of its science, with roles, step and `day_of_year`; or raise what is wrong with it.

    `files` gives the file of each site where sites come from files of their own.
    """
    check_layout(ds, source, vocabulary)
    check_sites(ds, source)
    check_observed(ds, source, vocabulary)
    step = check_times(ds.indexes["time"], source, vocabulary)
    # Units first: the plausible ranges are those of the declared units.
    ds = without_marks(in_units(ds.copy(), source, vocabulary, step), vocabulary)
    refuse(find_problems(ds, source, vocabulary, files or {}))
    for name in ("train_period", "test_period"):
        check_period(ds.indexes["time"], ds.attrs[name], name, source)
        ds = ds.assign_attrs({name: whole_days(ds.attrs[name])})
    ds = with_calendar(with_roles(ds, vocabulary, step))
    twice = [remark for name in vocabulary.targets if name in ds for remark in duplicate_doubts(ds, name)]
    return with_remarks(ds, [*told(ds), *vocabulary.doubts(ds), *twice])


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
    for name in vocabulary.needed:
        if name not in ds:
            units = vocabulary.forcings[name].units
            raise DataError(
                f"{source}: no {name} ({units}), without which no process model of {vocabulary.domain} can run; "
                f"it has {', '.join(other for other in vocabulary.series if other in ds)}."
            )
    for name in vocabulary.series:
        if name in ds and ds[name].dims != ("time", "site"):
            raise DataError(f"{source}: {name} has dimensions {ds[name].dims}, it needs ('time', 'site').")


def check_observed(ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary) -> None:
    """What is there to be observed was observed somewhere; data without any target are there to be predicted."""
    targets = [name for name in vocabulary.targets if name in ds]
    if targets and not any(ds[name].notnull().any() for name in targets):
        first, last = (f"{time:%Y-%m-%d}" for time in ds.indexes["time"][[0, -1]])
        raise DataError(
            f"{source}: no {' and no '.join(targets)}: there is not one value at {ds.sizes['site']} sites within "
            f"{first}/{last}; without an observation nothing can be learned or judged. To predict there, leave it out."
        )


def check_sites(ds: xr.Dataset, source: str | Path) -> None:
    """Site identifiers are unique."""
    sites = ds.indexes["site"]
    if sites.has_duplicates:
        raise DataError(f"{source}: site {some(sites[sites.duplicated()].unique())} appears twice; keep one of each.")


def with_roles(ds: xr.Dataset, vocabulary: Vocabulary, step: str) -> xr.Dataset:
    """The data set says its domain and step, and each series whether it is a forcing or a target.

    The series stand first, in the order in which they are declared.
    """
    if not any(name in ds for name in vocabulary.targets):
        ds = with_empty_target(ds, vocabulary)
    names = [name for name in vocabulary.series if name in ds]
    # Networks and tables take the series in this order, whatever the file has.
    ds = ds[[*names, *(name for name in ds if name not in names)]]
    for name in names:
        role = "forcing" if name in vocabulary.forcings else "target"
        ds[name] = ds[name].assign_attrs(role=role)
    return ds.assign_attrs(domain=vocabulary.domain, step=step)


def with_empty_target(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
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


def told(ds: xr.Dataset) -> Iterator[Remark]:
    """What was converted, which sites were left out, and what else readers noted in the attributes of a data set."""
    for name, given, units, how in conversions(ds):
        yield Remark("converted", name, f"from {given} to {units}: {how}")
    for key, values in ds.data_vars.items():
        if values.dims == ("site",) and values.dtype.kind == "f" and (empty := np.isnan(values.values)).any():
            where = f"{int(empty.sum())} of {len(empty)} sites ({some(ds.site.values[empty])})"
            yield Remark("taken as missing", str(key), f"no value at {where}")
    # One line for each site: "site: reason".
    for line in ds.attrs.get("left_out", "").splitlines():
        site, colon, reason = line.partition(": ")
        yield Remark("left out", site, reason) if colon else Remark("left out", "sites", line)
