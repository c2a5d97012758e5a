"""What may be wrong with the values of single sites; a problem names file, site, variable, time and the fix."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.errors import Problem
from dgviz.datasets.fill_values import is_mark, nines
from dgviz.datasets.steps import DATES, step_of
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.memory import by_sites
from dgviz.quantities import Forcing, Target


def find_problems(
    ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, files: Mapping[str, Path]
) -> list[Problem]:
    """All that is wrong with the values of single sites: their place, series and attributes."""
    problems = list(check_places(ds, source))
    for name, quantity in vocabulary.series.items():
        if name in ds:
            problems += check_values(ds[name], quantity, source, files)
    return problems + [*vocabulary.problems(ds, source, files), *check_area(ds, source, vocabulary)]


def check_places(ds: xr.Dataset, source: str | Path) -> Iterator[Problem]:
    """Sites lie on Earth; where the data set says that places are `unpublished`, they may be empty."""
    unpublished = bool(ds.attrs.get("unpublished_places", 0)) & np.isnan(ds.lat.values) & np.isnan(ds.lon.values)
    for name, limit in (("lat", 90), ("lon", 180)):
        for site, value, empty in zip(ds.site.values, ds[name].values, unpublished, strict=True):
            if not abs(value) <= limit and not empty:
                wrong = f"{name} is {value:g}; it must lie between -{limit} and {limit} degrees."
                yield Problem(site, f"{source}: site {site}: {wrong}")


def check_values(
    series: xr.DataArray, quantity: Forcing | Target, source: str | Path, files: Mapping
) -> Iterator[Problem]:
    """Values are plausible, and a forcing has no gap."""
    values, (low, high) = series.values, quantity.range
    if isinstance(quantity, Forcing):
        step = step_of(series.indexes["time"], source)
        for time, site, n_times in first_cells(by_sites(np.isnan, values)):
            where = cell_name(series, time, site, source, files)
            fix = f"a forcing needs a value on every {step}: fill it or drop the site."
            yield Problem(series.site.values[site], f"{where} is empty (NaN); {fix}", n_times)
        for time, site, n_times in first_cells(by_sites(nines, values)):
            where, value = cell_name(series, time, site, source, files), float(values[time, site])
            fix = "far above all else there: this looks like a mark for a missing value: put a real value."
            yield Problem(series.site.values[site], f"{where} is {value:g}, {fix}", n_times)
    wrong = by_sites(lambda of_block: (of_block < low) | (of_block > high), values)
    if isinstance(quantity, Target):  # where a mark is an empty cell
        wrong[wrong] = ~is_mark(values[wrong])
    for time, site, n_times in first_cells(wrong):
        where, value = cell_name(series, time, site, source, files), float(values[time, site])
        why = reason(quantity, value, values[:, site])
        yield Problem(series.site.values[site], f"{where} is {value:g}; {why}", n_times)


def reason(quantity: Forcing | Target, value: float, of_site: np.ndarray) -> str:
    """What a value out of range most likely is, and what to do about it."""
    low, high = quantity.range
    if is_mark(np.array([value]))[0]:
        return "this looks like a mark for a missing value: put a real value."
    if quantity.units == "degC" and (units := temperature_units(of_site)):
        return f"this looks like {units}, or give the units."
    if low == 0 and value < 0:
        return f"{quantity.long_name.lower()} cannot be negative: correct the value."
    return f"it must lie between {low:g} and {high:g} {quantity.units}: correct the value or its units."


def temperature_units(values: np.ndarray) -> str:
    """In what temperatures of a site that leave the range of degC most likely are, and the fix; or nothing."""
    values = values[np.isfinite(values) & ~is_mark(values)]
    if not values.size:
        return ""
    low, middle, high = np.quantile(values, (0.02, 0.5, 0.98))
    # No place on Earth is below 180 K; a day of 60 to 140 degF is a warm one.
    if low > 180:
        return "kelvin: subtract 273.15"
    if high < 140 and middle > 32:
        return "degrees Fahrenheit: subtract 32 and divide by 1.8"
    return "tenths of a degree: divide by 10" if high > 100 else ""


def check_area(ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A drainage area is positive, and not above that of the largest basin on Earth."""
    if "area" not in ds or ds.area.dims != ("site",):
        return
    area, most = ds.area.values.astype("float64"), vocabulary.static["area"].range[1]
    for site, value in zip(ds.site.values, area, strict=True):
        if not 0 < value <= most:
            fix = "an area must be positive (km2)."
            if np.isnan(value) or is_mark(np.array([value]))[0]:
                fix = "this marks a missing value: put the drainage area (km2) there."
            elif value > most:
                fix = f"no basin is above {most:g} km2. If it is in m2 or ha, say so: area [m2]."
            yield Problem(site, f"{source}: site {site}: attribute area is {value:g}; {fix}")


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
