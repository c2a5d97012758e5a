"""NetCDF files of either kind, NetCDF-4 and classic, opened with the times that their numbers stand for."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.dates import read_dates
from dgviz.datasets.errors import DataError
from dgviz.datasets.names import OTHER_NAMES
from dgviz.datasets.remarks import Remark
from dgviz.memory import blocks, empty, is_large, let_go

CLASSIC = b"CDF"  # how a file of NetCDF-3 begins
FIRST_YEAR = 1582  # of the calendar of today
VALID = ("valid_min", "valid_max", "valid_range")
STANDARD = ("standard", "gregorian", "proleptic_gregorian")


def open_netcdf(file: Path) -> xr.Dataset:
    """Open a file of either kind. Raises DataError naming the file."""
    try:
        with file.open("rb") as start:
            engine = "scipy" if start.read(3) == CLASSIC else "h5netcdf"
        dataset = xr.open_dataset(file, engine=engine, decode_times=False)
    except Exception as error:  # of a damaged file the readers raise a dozen kinds
        raise unreadable(file, error) from None
    return with_dates(dataset, file)


def load_netcdf(file: Path) -> xr.Dataset:
    """The whole of a file of either kind. Raises DataError naming the file."""
    with open_netcdf(file) as dataset:
        try:
            return _read(dataset)
        except Exception as error:
            raise unreadable(file, error) from None


def _read(dataset: xr.Dataset) -> xr.Dataset:
    """The values of a file, in memory but for large series, which are copied block by block to temporary files."""
    for name, values in dataset.variables.items():
        if values.ndim == 2 and values.dtype.kind in "iuf" and is_large(values.nbytes):
            rows, columns = values.shape
            copied = empty(columns, rows, values.dtype).T
            for block in blocks(columns, rows):
                copied[block] = values[block].values
                let_go(copied)
            dataset[name].data = copied
    return dataset.load()


def unreadable(file: Path, error: Exception) -> DataError:
    """The error that a file is no NetCDF, or damaged."""
    why = next(iter(str(error).strip().splitlines()), "").rstrip(".") or type(error).__name__
    return DataError(f"{file}: cannot be read as NetCDF: {why}.")


def without_invalid(dataset: xr.Dataset, file: Path) -> tuple[xr.Dataset, list[Remark]]:
    """The data set without values outside the range that its own attributes give as valid, and what was emptied."""
    said = []
    for name, values in dataset.data_vars.items():
        if values.dtype.kind not in "iuf" or not {*VALID} & values.attrs.keys():
            continue
        low, high = valid_range(values)
        outside = (values < low) | (values > high)
        # The range is that of the units in the file, in which the values may not stay.
        attrs = {key: value for key, value in values.attrs.items() if key not in VALID}
        dataset = dataset.assign({name: values.where(~outside).drop_attrs().assign_attrs(attrs)})
        if n := int(outside.sum()):
            text = f"{name}: {n} value{'s' * (n > 1)} outside its valid range, {low:g} to {high:g}"
            said.append(Remark("taken as missing", file.name, text))
    return dataset, said


def valid_range(values: xr.DataArray) -> tuple[float, float]:
    """The least and greatest value that the attributes of a variable give as valid, unpacked as its values are."""
    try:
        both = np.ravel(values.attrs.get("valid_range", (-np.inf, np.inf)))
        low = float(values.attrs.get("valid_min", both[0]))
        high = float(values.attrs.get("valid_max", both[-1]))
    except (TypeError, ValueError, IndexError):  # words, or nothing
        return -np.inf, np.inf
    scale, offset = (float(values.encoding.get(key, usual)) for key, usual in (("scale_factor", 1), ("add_offset", 0)))
    given = [values.attrs[key] for key in VALID if key in values.attrs]
    if all(np.asarray(end).dtype.kind in "iu" for end in given):  # in the integers in which the values are packed
        low, high = sorted((low * scale + offset, high * scale + offset))
    return low, high


def with_dates(dataset: xr.Dataset, file: Path) -> xr.Dataset:
    """The data set with the times that its numbers stand for, such as days since 1990-01-01 or 19900101."""
    for name in dataset.variables:
        if str(name).lower() in OTHER_NAMES["time"] and dataset[name].ndim == 1:
            return dataset.assign_coords({name: (dataset[name].dims, times_of(dataset[name], file))})
    return dataset


def times_of(values: xr.DataArray, file: Path) -> np.ndarray:
    """Numbers or text as times; other calendars than ours are refused, as they lack or add days."""
    calendar, units = str(values.attrs.get("calendar") or "standard").lower(), str(values.attrs.get("units", ""))
    where = f"{file}: {values.name}"
    if calendar not in STANDARD:
        raise DataError(
            f"{where} is in the calendar {calendar!r}, whose days are not those of the standard calendar; "
            "convert it first (xarray's `convert_calendar`) and fill the days that it lacks."
        )
    if (origin := re.search(r" since +(\d{1,4})-", units)) and int(origin[1]) < FIRST_YEAR:
        raise DataError(
            f"{where} has units {units!r}: days before {FIRST_YEAR} are counted in two ways; "
            "write the times anew, such as days since 1970-01-01."
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
