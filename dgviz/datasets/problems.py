"""What may be wrong with the values of single sites; a problem names file, site, variable, day and the fix."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.hydrology_series import FORCINGS, TARGETS

FILL_VALUES = (-99.0, -999.0, -9999.0, -99999.0, -32768.0, 1e20, 9.969209968386869e36)
TEMPERATURE_TOLERANCE = 0.1  # degC by which rounding may push tmin above tmax


class Problem(NamedTuple):
    """What is wrong at a site, first met on one of `n_days` days (0: not a matter of days)."""

    site: str
    text: str
    n_days: int = 0


class DataError(ValueError):
    """A data set is missing, unreadable or fails a check; `problems` are those of single sites, if it is these."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()):
        super().__init__(message)
        self.problems = list(problems)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise the problems as one error that says the first, if there are any."""
    if problems:
        more = f" (and {len(problems) - 1} more; `dgviz data check` lists them)" if len(problems) > 1 else ""
        raise DataError(problems[0].text + more, problems)


def find_problems(ds: xr.Dataset, source: str | Path, files: Mapping[str, Path]) -> list[Problem]:
    """All that is wrong with the values of single sites: their place, series and attributes."""
    problems = list(check_places(ds, source))
    for name, quantity in (FORCINGS | TARGETS).items():
        if name in ds:
            problems += check_values(ds[name], *quantity.range, source, files)
    return problems + [*check_temperatures(ds, source, files), *check_attributes(ds, source)]


def check_places(ds: xr.Dataset, source: str | Path) -> Iterator[Problem]:
    """Sites lie on Earth."""
    for name, limit in (("lat", 90), ("lon", 180)):
        for site, value in zip(ds.site.values, ds[name].values, strict=True):
            if not abs(value) <= limit:
                wrong = f"{name} is {value:g}; it must lie between -{limit} and {limit} degrees."
                yield Problem(site, f"{source}: site {site}: {wrong}")


def check_values(
    series: xr.DataArray, low: float, high: float, source: str | Path, files: Mapping
) -> Iterator[Problem]:
    """Values are plausible, and a forcing has no gap."""
    values = series.values
    if series.name in FORCINGS:
        for time, site, n_days in first_cells(np.isnan(values)):
            where = cell_name(series, time, site, source, files)
            fix = "a forcing needs a value on every day: fill it or drop the site."
            yield Problem(series.site.values[site], f"{where} is empty (NaN); {fix}", n_days)
    for time, site, n_days in first_cells((values < low) | (values > high)):
        where, value = cell_name(series, time, site, source, files), float(values[time, site])
        why = reason(series, value, values[:, site], low, high)
        yield Problem(series.site.values[site], f"{where} is {value:g}; {why}", n_days)


def reason(series: xr.DataArray, value: float, of_site: np.ndarray, low: float, high: float) -> str:
    """What a value out of range most likely is, and what to do about it."""
    if np.isclose(value, FILL_VALUES, rtol=1e-6).any():
        fix = "put a real value" if series.name in FORCINGS else "leave the cell empty"
        return f"this looks like a mark for a missing value: {fix}."
    if series.attrs["units"] == "degC" and np.nanmedian(of_site) > 150:
        return "this looks like kelvin: subtract 273.15."
    if series.name == "prcp" and value < 0:
        return "precipitation cannot be negative: correct the value."
    return f"it must lie between {low:g} and {high:g} {series.attrs['units']}: correct the value or its units."


def check_temperatures(ds: xr.Dataset, source: str | Path, files: Mapping) -> Iterator[Problem]:
    """The minimum of a day is not above its mean, nor the mean above its maximum."""
    order = [name for name in ("tmin", "tmean", "tmax") if name in ds]
    for lower, upper in zip(order, order[1:], strict=False):
        wrong = ds[lower].values > ds[upper].values + TEMPERATURE_TOLERANCE
        for time, site, n_days in first_cells(wrong):
            low, high = (float(ds[name].values[time, site]) for name in (lower, upper))
            where = cell_name(ds[lower], time, site, source, files)
            fix = "correct the day, or exchange the columns if they are swapped."
            yield Problem(ds.site.values[site], f"{where} is {low:g}, above {upper} {high:g} degC; {fix}", n_days)


def check_attributes(ds: xr.Dataset, source: str | Path) -> Iterator[Problem]:
    """Static descriptors are finite or empty, and an area is positive."""
    for name, values in ds.data_vars.items():
        if values.dims != ("site",) or values.dtype.kind != "f":
            continue
        number = values.values.astype("float64")
        wrong = np.isinf(number) | np.isin(number, (-999.0, -9999.0)) | ((name == "area") & ~(number > 0))
        fix = "an area must be positive (km2)." if name == "area" else "leave it empty where it is unknown."
        for site, value in zip(ds.site.values[wrong], number[wrong], strict=True):
            yield Problem(site, f"{source}: site {site}: attribute {name} is {value:g}; {fix}")


def first_cells(wrong: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """First wrong day, site and number of wrong days of every site that has any."""
    for site in np.flatnonzero(wrong.any(0)):
        yield int(wrong[:, site].argmax()), int(site), int(wrong[:, site].sum())


def cell_name(series: xr.DataArray, time: int, site: int, source: str | Path, files: Mapping) -> str:
    """File, site, variable and day of a cell."""
    site_id, day = series.site.values[site], pd.Timestamp(series.time.values[time])
    return f"{files.get(site_id, source)}: site {site_id}: {series.name} on {day:%Y-%m-%d}"
