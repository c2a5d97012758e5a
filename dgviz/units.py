"""Units: pint with the UDUNITS names of cf-xarray.

Water and carbon are the two substances whose amounts are given in more than one way in this field, so two conversions
are added to those of pint: a depth of water is its mass over an area (1 mm is 1 kg m-2), and an amount of carbon is its
mass (1 mol is 12.011 g).
"""

import functools
import warnings

import numpy as np
import pint

with warnings.catch_warnings():  # cf-xarray says at its import that there is no matplotlib to set up
    warnings.simplefilter("ignore")
    from cf_xarray.units import units as REGISTRY


class UnitsError(ValueError):
    """Units that are unknown, or of another dimension than they should be."""


@functools.cache
def parse(text: str) -> pint.Unit:
    """The unit that a UDUNITS string names. Raises UnitsError for one that is not known."""
    try:
        return REGISTRY.Unit("dimensionless" if text.strip() in ("1", "") else text)
    except Exception as error:  # pint raises a dozen kinds
        raise UnitsError(f"Unknown units {text!r}. Write UDUNITS, such as 'mm d-1', 'degC' or 'm3 s-1'.") from error


def convert(values: np.ndarray, given: str, wanted: str) -> np.ndarray:
    """Values in other units of the same dimension. Raises UnitsError naming both where the dimensions differ."""
    try:
        return REGISTRY.Quantity(values, parse(given)).to(parse(wanted)).magnitude
    except pint.DimensionalityError:
        raise UnitsError(f"{given!r} cannot be converted to {wanted!r}: they measure different things.") from None
