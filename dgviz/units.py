"""Units: pint with the UDUNITS names of cf-xarray.

Two substances are measured in more than one way in this field. A depth of water is its mass over an area: 1 mm is
1 kg m-2. A mass of carbon, `g C`, is an amount of it: 12.011 g are 1 mol.
"""

import functools
import re
import warnings

import numpy as np
import pint

with warnings.catch_warnings():  # cf-xarray says at its import that there is no matplotlib to set up
    warnings.simplefilter("ignore")
    from cf_xarray.units import units as REGISTRY

REGISTRY.define("gram_carbon = mole / 12.011 = gC")
REGISTRY.define("tonne_carbon = 1e6 * gram_carbon = tC")
REGISTRY.define("million_gallons = 1e6 * gallon")
REGISTRY.define("tenth_millimeter = 0.1 * millimeter")  # as weather services store what they measure
REGISTRY.define("tenth_degree_Celsius = 0.1 * kelvin; offset: 273.15")
Unit = pint.Unit
WATER = REGISTRY.Quantity(1000, "kg / m ** 3")
SUPERSCRIPTS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")

# Spellings of whole units that pint reads as something else (pa: picoyear) or not at all; in lower case.
SPELLINGS = {
    **dict.fromkeys(("", "1", "-", "none", "unitless", "fraction", "ratio"), "dimensionless"),
    **dict.fromkeys(("c", "°c", "degc", "deg c", "degree c", "degrees c", "degree_c", "degrees_c"), "degC"),
    **dict.fromkeys(("celsius", "degree celsius", "degrees celsius", "degree_celsius", "degrees_celsius"), "degC"),
    **dict.fromkeys(("ºc", "℃"), "degC"),  # an ordinal mark, and one sign for both
    **dict.fromkeys(("f", "°f", "degf", "deg f", "degree f", "degrees f", "degree_f", "degrees_f"), "degF"),
    **dict.fromkeys(("degree fahrenheit", "degrees fahrenheit", "degrees_fahrenheit"), "degF"),
    **dict.fromkeys(("k", "kelvin", "deg k", "degk", "degrees kelvin"), "K"),
    **dict.fromkeys(("w m-2", "w/m2", "w/m^2", "w m^-2"), "W m-2"),
    "pa": "Pa",
    "kpa": "kPa",
    "hpa": "hPa",
    **dict.fromkeys(("cfs", "cusec", "cusecs"), "ft3 s-1"),
    **dict.fromkeys(("cms", "cumec", "cumecs"), "m3 s-1"),
    **dict.fromkeys(("lps", "l/s"), "L s-1"),
    **dict.fromkeys(("l/s/km2", "l/(s km2)", "l/(s*km2)", "l s-1 km-2"), "L s-1 km-2"),
    "mgd": "million_gallons / day",
    **dict.fromkeys(("sqkm", "sq km", "sq. km", "km²"), "km2"),
    **dict.fromkeys(("sqmi", "sq mi", "sq. mi"), "mile ** 2"),
    **dict.fromkeys(("mm/24h", "mm/24 h", "mm/24hr"), "mm / day"),
    **dict.fromkeys(("0.1 mm", "0.1mm", "1/10 mm"), "tenth_millimeter"),
    **dict.fromkeys(("0.1 degc", "0.1 °c", "0.1°c", "0.1 ºc", "0.1 c", "1/10 degc", "1/10 °c"), "tenth_degree_Celsius"),
}
CARBON = re.compile(r"(?<![A-Za-z])([mkuµMGTP]?g|t)[ _]?C(?![A-Za-z])")
CARBON_DIOXIDE = re.compile(r"mol[ _]?(?:\(?CO2\)?|C)(?![A-Za-z0-9])")


# What no unit has and pint would compute, perhaps for ever: a power of a number or of brackets, of a power, a huge one.
COMPUTED = re.compile(r"((?<![\w.])[\d.]+|\))\s*(\*\*|\^)|(\*\*|\^)\s*[-+]?\s*(\d{3}|\(|[\d.]+\s*(\*\*|\^))")
LONGEST = 80  # characters


class UnitsError(ValueError):
    """Units that are unknown, or of another dimension than they should be."""


@functools.cache
def parse(text: str | Unit) -> Unit:
    """The unit that a UDUNITS string, or another usual spelling, names. Raises UnitsError for one that is not known."""
    if isinstance(text, REGISTRY.Unit):
        return text
    plain = " ".join(text.split())
    plain = SPELLINGS.get(plain.lower(), plain)
    plain = CARBON_DIOXIDE.sub("mol", CARBON.sub(r"\1C", plain))  # pint would read "g C" as gram coulomb
    unknown = f"Unknown units {plain[:LONGEST]!r}. Write UDUNITS, such as 'kg m-2 s-1', 'degC' or 'W m-2'."
    if len(plain) > LONGEST or COMPUTED.search(plain):
        raise UnitsError(unknown)
    try:
        return REGISTRY.Unit(plain)
    except Exception as error:  # pint raises a dozen kinds
        raise UnitsError(unknown) from error


def convert(values: np.ndarray, given: str | Unit, wanted: str) -> np.ndarray:
    """Values in other units of the same dimension. Raises UnitsError naming both where the dimensions differ."""
    unit, target = parse(given), parse(wanted)
    quantity = REGISTRY.Quantity(np.asarray(values, "float64"), unit)
    ratio = unit.dimensionality / target.dimensionality
    if ratio == WATER.dimensionality and target.dimensionality["[length]"] == 1:
        quantity = quantity / WATER
    elif 1 / ratio == WATER.dimensionality and unit.dimensionality["[length]"] == 1:
        quantity = quantity * WATER
    try:
        if _is_angle(unit) != _is_angle(target):  # to pint a degree is a number, and a slope in degrees one in m m-1
            raise pint.DimensionalityError(unit, target)
        return quantity.to(target).magnitude
    except pint.DimensionalityError:
        raise UnitsError(f"{given!r} cannot be converted to {wanted!r}: they measure different things.") from None


def same(given: str | Unit, wanted: str) -> bool:
    """Do both name the same unit, perhaps in two spellings?"""
    if parse(given) == parse(wanted):
        return True
    try:
        return bool(np.allclose(convert(np.array([0.0, 1.0]), given, wanted), [0.0, 1.0], rtol=1e-12, atol=0))
    except UnitsError:
        return False


def describe_conversion(given: str | Unit, wanted: str) -> str:
    """How values become those in other units: "times 25.4", or "times 0.555556, minus 17.7778"."""
    offset, one = convert(np.array([0.0, 1.0]), given, wanted)
    factor = one - offset
    steps = [] if np.isclose(factor, 1, rtol=1e-12) else [f"times {factor:.6g}"]
    if offset:
        steps.append(f"{'plus' if offset > 0 else 'minus'} {abs(offset):.6g}")
    return ", ".join(steps)


def _is_angle(unit: Unit) -> bool:
    return "radian" in str(REGISTRY.get_root_units(unit)[1])
