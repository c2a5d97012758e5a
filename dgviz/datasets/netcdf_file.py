"""NetCDF files of either kind, NetCDF-4 and classic, opened with the times that their numbers stand for."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.dates import read_dates
from dgviz.datasets.errors import DataError
from dgviz.datasets.names import OTHER_NAMES

CLASSIC = b"CDF"  # how a file of NetCDF-3 begins
STANDARD = ("standard", "gregorian", "proleptic_gregorian")


def open_netcdf(file: Path) -> xr.Dataset:
    """Open a file of either kind. Raises DataError naming the file."""
    try:
        with file.open("rb") as start:
            engine = "scipy" if start.read(3) == CLASSIC else "h5netcdf"
        dataset = xr.open_dataset(file, engine=engine, decode_times=False)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{file}: cannot be read as NetCDF: {str(error).strip().rstrip('.')}.") from None
    return with_dates(dataset, file)


def with_dates(dataset: xr.Dataset, file: Path) -> xr.Dataset:
    """The data set with the times that its numbers stand for, such as days since 1990-01-01 or 19900101."""
    for name in dataset.variables:
        if str(name).lower() in OTHER_NAMES["time"] and dataset[name].ndim == 1:
            return dataset.assign_coords({name: (dataset[name].dims, times_of(dataset[name], file))})
    return dataset


def times_of(values: xr.DataArray, file: Path) -> np.ndarray:
    """Numbers or text as times; other calendars than ours are refused, as they lack or add days."""
    calendar, units = str(values.attrs.get("calendar", "standard")).lower(), str(values.attrs.get("units", ""))
    where = f"{file}: {values.name}"
    if calendar not in STANDARD:
        raise DataError(
            f"{where} is in the calendar {calendar!r}, whose days are not those of the standard calendar; "
            "convert it first (xarray's `convert_calendar`) and fill the days that it lacks."
        )
    if " since " in units:
        try:
            decoded = xr.decode_cf(xr.Dataset({"t": ("t", values.values, {"units": units, "calendar": calendar})}))
            return decoded["t"].values.astype("datetime64[ns]")
        except (ValueError, OverflowError, ImportError) as error:
            why = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{where} has units {units!r}, which are not read: {why}; give days or hours.") from None
    text = values.values.astype(str)
    if values.dtype.kind in "iuf":
        if not (values.values > 1e7).all():  # not 19900101
            raise DataError(f"{where} holds numbers without units; write them, such as 'days since 1990-01-01'.")
        text = values.values.astype("int64").astype(str)
    times, _ = read_dates(pd.Series(text, index=range(1, len(text) + 1)), where)
    return times.to_numpy()
