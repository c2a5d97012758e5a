"""Values in the units that are declared, whatever units of the same dimension they are given in.

Beside the plain conversions a volume is spread over the drainage area of its site (m3 s-1 to mm d-1) or gathered from
it, and an amount without a time, such as precipitation in mm, is the sum of one hour or day.
"""

from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz import units
from dgviz.datasets.errors import DataError
from dgviz.datasets.fill_values import is_mark
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.memory import by_sites

AREA = units.parse("km2")


def to_units(
    values: np.ndarray, given: str, wanted: str, where: str, area: np.ndarray | None = None, step: str = ""
) -> tuple[np.ndarray, str]:
    """The values in the wanted units, and in words how they were made: '' where both units are the same.

    `where` names file and variable in an error; `area` (km2) is that of the site or of the sites along the last axis.
    Marks for missing values stay what they are, so that they are found later.
    """
    if not given and wanted != "1":
        raise DataError(f"{where} has units '', it needs {wanted!r}; write its units, and it is converted.")
    try:
        unit = units.parse(given)
    except units.UnitsError:
        raise DataError(
            f"{where} has units {given!r}, which are not known; write {wanted!r} or others in UDUNITS."
        ) from None
    for read_as, words, divisor in ways(unit, area, step):
        if not fits(read_as, wanted):
            continue
        if not words and units.same(read_as, wanted):
            return values, ""
        converted = units.convert(values, read_as, wanted) / divisor
        return np.where(is_mark(values), values, converted), ", ".join(
            filter(None, [units.describe_conversion(read_as, wanted), words])
        )
    fix = "they measure different things: convert it first, or correct the units."
    if fits(unit / AREA, wanted) or fits(unit * AREA, wanted):
        fix = "to convert it, add the drainage area of each site as an attribute 'area' in km2."
    raise DataError(f"{where} has units {given!r}, it needs {wanted!r}; {fix}")


def ways(unit: units.Unit, area: np.ndarray | None, step: str) -> list[tuple[units.Unit, str, np.ndarray | float]]:
    """As what the values may be read: their unit then, in words what was done, and by what to divide."""
    found: list[tuple[units.Unit, str, np.ndarray | float]] = [(unit, "", 1.0)]
    if area is not None:
        area = np.where(area > 0, area, np.nan)  # one that is not is refused with the other attributes
        found += [
            (unit / AREA, "over the drainage area in km2", area),
            (unit * AREA, "times the drainage area in km2", 1 / area),
        ]
    if step in ("hour", "day"):  # months differ in length
        found.append((unit / units.parse(step), f"as the sum of one {step}", 1.0))
    return found


def fits(unit: units.Unit, wanted: str) -> bool:
    """Can values in a unit be converted to the wanted?"""
    try:
        units.convert(np.ones(1), unit, wanted)
    except units.UnitsError:
        return False
    return True


def in_units(ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, step: str) -> xr.Dataset:
    """The series and attributes of a data set in the declared units; each converted one says from what and how.

    An attribute without units has the declared ones; a series needs to say them.
    """
    declared = {**vocabulary.static, **vocabulary.in_files}
    for name in ("area", *(name for name in declared if name != "area")):  # the area first: others are spread over it
        if name not in ds.variables:
            continue
        series, wanted = ds[name], declared[name].units
        given, where = series.attrs.get("units", wanted if name in vocabulary.static else ""), f"{source}: {name}"
        area = in_km2(ds["area"].values, vocabulary) if name in vocabulary.in_files and "area" in ds else None
        how = to_units(series.values[:0], given, wanted, where, area, step)[1]
        if how:
            convert = partial(_in_single, given=given, wanted=wanted, where=where, step=step)
            series = series.copy(data=by_sites(convert, series.values, *([] if area is None else [area])))
        ds[name] = series.assign_attrs(units=wanted, **conversion_attrs(given, how))
    return ds


def _in_single(
    values: np.ndarray, area: np.ndarray | None = None, *, given: str, wanted: str, where: str, step: str
) -> np.ndarray:
    """The values in the wanted units, in single precision."""
    return to_units(values, given, wanted, where, area, step)[0].astype("float32")


def in_km2(area: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Drainage areas in the units of `to_units`."""
    return units.convert(area, vocabulary.static["area"].units, "km2")


def conversion_attrs(given: str, how: str) -> dict[str, str]:
    """What a converted variable says of it."""
    return {"given_units": given, "conversion": how} if how else {}


def conversions(ds: xr.Dataset) -> list[tuple[str, str, str, str]]:
    """Name, given units, units here and how, of every variable that was converted when it was read."""
    labels = {str(name): variable.attrs for name, variable in ds.variables.items() if "conversion" in variable.attrs}
    return [(name, attrs["given_units"], attrs["units"], attrs["conversion"]) for name, attrs in labels.items()]
