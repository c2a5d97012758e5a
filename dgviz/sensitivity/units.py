"""Units of a derivative."""

import re


def units_per(units: str, of: str) -> str:
    """UDUNITS of `units` divided by `of`: "mm d-1" per "d-1" is "mm d-1 d"."""
    powers = ((name, -int(exponent or 1)) for name, exponent in re.findall(r"([A-Za-z_%]+)(-?\d+)?", of))
    return " ".join([units, *(name if power == 1 else f"{name}{power}" for name, power in powers)])
