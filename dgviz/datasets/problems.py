"""What may be wrong with the values of single sites; a problem names file, site, variable, time and the fix."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.errors import Problem
from dgviz.datasets.steps import DATES, step_of
from dgviz.datasets.vocabulary import FILL_VALUES, Vocabulary
from dgviz.quantities import Forcing, Target


def find_problems(
    ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, files: Mapping[str, Path]
) -> list[Problem]:
    """All that is wrong with the values of single sites: their place, series and attributes."""
    problems = list(check_places(ds, source))
    for name, quantity in vocabulary.series.items():
        if name in ds:
            problems += check_values(ds[name], quantity, source, files)
    return problems + [*vocabulary.problems(ds, source, files), *check_attributes(ds, source)]


def check_places(ds: xr.Dataset, source: str | Path) -> Iterator[Problem]:
    """Sites lie on Earth."""
    for name, limit in (("lat", 90), ("lon", 180)):
        for site, value in zip(ds.site.values, ds[name].values, strict=True):
            if not abs(value) <= limit:
                wrong = f"{name} is {value:g}; it must lie between -{limit} and {limit} degrees."
                yield Problem(site, f"{source}: site {site}: {wrong}")


def check_values(
    series: xr.DataArray, quantity: Forcing | Target, source: str | Path, files: Mapping
) -> Iterator[Problem]:
    """Values are plausible, and a forcing has no gap."""
    values, (low, high) = series.values, quantity.range
    if isinstance(quantity, Forcing):
        step = step_of(series.indexes["time"], source)
        for time, site, n_times in first_cells(np.isnan(values)):
            where = cell_name(series, time, site, source, files)
            fix = f"a forcing needs a value on every {step}: fill it or drop the site."
            yield Problem(series.site.values[site], f"{where} is empty (NaN); {fix}", n_times)
    for time, site, n_times in first_cells((values < low) | (values > high)):
        where, value = cell_name(series, time, site, source, files), float(values[time, site])
        why = reason(quantity, value, values[:, site])
        yield Problem(series.site.values[site], f"{where} is {value:g}; {why}", n_times)


def reason(quantity: Forcing | Target, value: float, of_site: np.ndarray) -> str:
    """What a value out of range most likely is, and what to do about it."""
    low, high = quantity.range
    # In single precision a fill value such as 1e20 is not exact.
    if np.isclose(value, FILL_VALUES, rtol=1e-6).any():
        fix = "put a real value" if isinstance(quantity, Forcing) else "leave the cell empty"
        return f"this looks like a mark for a missing value: {fix}."
    # No place on Earth has a median of 150 degC.
    if quantity.units == "degC" and np.nanmedian(of_site) > 150:
        return "this looks like kelvin: subtract 273.15, or give the units."
    if low == 0 and value < 0:
        return f"{quantity.long_name.lower()} cannot be negative: correct the value."
    return f"it must lie between {low:g} and {high:g} {quantity.units}: correct the value or its units."


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
    """First wrong time, site and number of wrong times of every site that has any."""
    # `wrong` is (time, site); argmax of a boolean is its first True.
    for site in np.flatnonzero(wrong.any(0)):
        yield int(wrong[:, site].argmax()), int(site), int(wrong[:, site].sum())


def cell_name(series: xr.DataArray, time: int, site: int, source: str | Path, files: Mapping) -> str:
    """File, site, variable and date of a cell."""
    site_id, when = series.site.values[site], pd.Timestamp(series.time.values[time])
    date = when.strftime(DATES[step_of(series.indexes["time"], source)])
    return f"{files.get(site_id, source)}: site {site_id}: {series.name} on {date}"
