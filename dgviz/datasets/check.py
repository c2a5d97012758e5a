"""What every data set must satisfy when it is loaded; an error names file, site, variable, day and the fix.

A gap in a target is fine (it is masked out of the loss); a gap in a forcing is not. Nothing is repaired.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.hydrology_series import FORCINGS, TARGETS
from dgviz.datasets.problems import DataError, find_problems, refuse

N_NAMED = 3


def check(ds: xr.Dataset, source: str | Path, files: Mapping[str, Path] | None = None) -> xr.Dataset:
    """Return the data set with `day_of_year` added, or raise what is wrong with it.

    `files` gives the file of each site where sites come from files of their own.
    """
    check_layout(ds, source)
    check_sites(ds, source)
    check_days(ds.indexes["time"], source)
    for name, quantity in (FORCINGS | TARGETS).items():
        if name in ds:
            check_units(ds[name], quantity.units, source)
    refuse(find_problems(ds, source, files or {}))
    for name in ("train_period", "test_period"):
        check_period(ds.indexes["time"], ds.attrs[name], name, source)
    day = ds.indexes["time"].day_of_year.to_numpy("float32")
    return ds.assign(day_of_year=("time", day, {"units": "1", "long_name": "Day of the year"}))


def check_layout(ds: xr.Dataset, source: str | Path) -> None:
    """Dimensions, coordinates and at least one forcing and one target."""
    for name in ("time", "site"):
        if name not in ds.indexes:
            raise DataError(f"{source}: no coordinate {name!r}; it has {', '.join(map(str, ds.coords)) or 'none'}.")
        if ds.sizes[name] == 0:
            raise DataError(f"{source}: there is nothing along {name!r}.")
    for name in ("lat", "lon", "name"):
        if name not in ds.coords or ds[name].dims != ("site",):
            raise DataError(f"{source}: no coordinate {name!r} along 'site'; every site needs lat, lon and name.")
    for kind, known in (("forcing", FORCINGS), ("target", TARGETS)):
        if not any(name in ds for name in known):
            raise DataError(f"{source}: no {kind}; it needs one of {', '.join(known)}.")
    for name in (*FORCINGS, *TARGETS):
        if name in ds and ds[name].dims != ("time", "site"):
            raise DataError(f"{source}: {name} has dimensions {ds[name].dims}, it needs ('time', 'site').")


def check_sites(ds: xr.Dataset, source: str | Path) -> None:
    """Site identifiers are unique."""
    sites = ds.indexes["site"]
    if sites.has_duplicates:
        raise DataError(f"{source}: site {some(sites[sites.duplicated()].unique())} appears twice; keep one of each.")


def check_days(days: pd.DatetimeIndex, source: str | Path) -> None:
    """Every day once, in order, without a gap."""
    if not isinstance(days, pd.DatetimeIndex):
        raise DataError(f"{source}: 'time' holds {days.dtype}, it needs dates in the standard calendar.")
    if days.hasnans:
        raise DataError(f"{source}: 'time' has an empty date; give every row its day.")
    if (days != days.normalize()).any():
        raise DataError(f"{source}: {days[days != days.normalize()][0]} is not a whole day; the step must be one day.")
    if days.has_duplicates:
        raise DataError(f"{source}: day {some_days(days[days.duplicated()])} appears twice; keep one row of each day.")
    if not days.is_monotonic_increasing:
        back = days[1:][np.diff(days.values) < np.timedelta64(0)]
        raise DataError(f"{source}: days are not in order from {some_days(back)} on; sort the rows by date.")
    missing = pd.date_range(days[0], days[-1]).difference(days)
    if len(missing):
        raise DataError(f"{source}: day {some_days(missing)} is missing; add a row for it (streamflow may be empty).")


def check_units(series: xr.DataArray, units: str, source: str | Path) -> None:
    """The units are those dgviz computes in."""
    given = series.attrs.get("units", "")
    if given != units:
        raise DataError(f"{source}: {series.name} has units {given!r}, it needs {units!r}; convert it first.")


def check_period(days: pd.DatetimeIndex, period: str, name: str, source: str | Path) -> slice:
    """Parse "YYYY-MM-DD/YYYY-MM-DD"; it must lie within the record."""
    try:
        start, end = (pd.Timestamp(day) for day in period.split("/"))
    except (ValueError, AttributeError):
        raise DataError(f"{name} {period!r} is not a period; write it as 1990-10-01/1999-09-30.") from None
    if start > end:
        raise DataError(f"{name} {period!r} ends before it starts; exchange the two days.")
    if start < days[0] or end > days[-1]:
        record = f"{days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}"
        raise DataError(f"{name} {period!r} reaches beyond the record of {source}: choose days within {record}.")
    return slice(start, end)


def some(items: Sequence) -> str:
    """Name the first few."""
    named = ", ".join(map(str, items[:N_NAMED]))
    return named + (f" and {len(items) - N_NAMED} more" if len(items) > N_NAMED else "")


def some_days(days: pd.DatetimeIndex) -> str:
    """Name the first few days."""
    return some([f"{day:%Y-%m-%d}" for day in days])
