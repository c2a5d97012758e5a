"""Units and titles of the variables a data set may hold, and the spellings of units that mean the same."""

from pathlib import Path

from dgviz.datasets.hydrology_series import FORCINGS, TARGETS
from dgviz.datasets.problems import DataError
from dgviz.datasets.vocabulary import SITE

SERIES_UNITS = {name: quantity.units for name, quantity in (FORCINGS | TARGETS).items()} | {"discharge": "m3 s-1"}
STATIC_UNITS = {name: quantity.units for name, quantity in SITE.items()}
LONG_NAMES = {
    **{name: quantity.long_name for name, quantity in (FORCINGS | SITE).items()},
    "streamflow": "Observed streamflow",
    "discharge": "Observed discharge",
    "name": "Name",
}
SPELLINGS = {
    "mm d-1": {"mm/d", "mm/day", "mm day-1", "mm d^-1", "mm day^-1"},
    "degC": {"c", "degc", "deg c", "celsius", "degree_celsius", "degrees_celsius", "degree_c", "°c"},
    "W m-2": {"w m-2", "w/m2", "w/m^2", "w m^-2"},
    "Pa": {"pa", "pascal"},
    "m3 s-1": {"m3/s", "m^3/s", "m3 s^-1", "m^3 s^-1"},
    "km2": {"km^2"},
    "degrees_north": {"degree_north", "degrees", "degree"},
    "degrees_east": {"degree_east", "degrees", "degree"},
}


def plain_units(given: str, expected: str) -> str:
    """The expected units where the given text is another spelling of them, else the text as it is."""
    return expected if given.strip().lower() in SPELLINGS.get(expected, ()) else given.strip()


def label(name: str, given: str | None, source: str | Path) -> dict[str, str]:
    """`units` and `long_name` of a variable; units other than the expected are refused."""
    expected = (SERIES_UNITS | STATIC_UNITS).get(name, "1" if given is None else given)
    units = expected if given is None else plain_units(given, expected)
    if units != expected:
        raise DataError(f"{source}: {name} has units {given!r}, it needs {expected!r}; convert it first.")
    return {"units": units, "long_name": LONG_NAMES.get(name, name)}
