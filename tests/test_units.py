"""Units: spellings, conversions of every kind in use, and what is refused."""

import numpy as np
import pytest

from dgviz.units import UnitsError, convert, describe_conversion, parse, same

CONVERSIONS = [
    (0.0, "K", "degC", -273.15),
    (50.0, "degF", "degC", 10.0),
    (50.0, "degrees F", "K", 283.15),
    (1.0, "inch d-1", "mm d-1", 25.4),
    (1.0, "m d-1", "mm d-1", 1000.0),
    (1.0, "mm/h", "mm d-1", 24.0),
    (1e-3, "m s-1", "mm d-1", 86400.0),
    (1e-5, "kg m-2 s-1", "mm d-1", 0.864),  # 1 kg of water over 1 m2 is 1 mm
    (0.864, "mm d-1", "kg m-2 s-1", 1e-5),
    (1.0, "ft3 s-1", "m3 s-1", 0.028316846592),
    (1.0, "cfs", "m3 s-1", 0.028316846592),
    (400.0, "ppm", "1", 4e-4),
    (1.2, "kPa", "Pa", 1200.0),
    (1.0, "umol m-2 s-1", "g C m-2 d-1", 1.0377504),  # 12.011e-6 g times 86400 s
    (1.0377504, "gC m-2 d-1", "umol CO2 m-2 s-1", 1.0),
    (1.0, "kg C m-2", "g C m-2", 1000.0),
    (1.0, "t C ha-1", "g C m-2", 100.0),
    (3.0, "mg L-1", "g m-3", 3.0),
    (40.0, "percent", "1", 0.4),
    (0.4, "1", "%", 40.0),
    (1.0, "ha", "km2", 0.01),
    (1.0, "mi2", "km2", 2.589988110336),
    (1.0, "ft", "m", 0.3048),
    (1000.0, "lps", "m3 s-1", 1.0),
    (1.0, "MGD", "m3 s-1", 0.0438126363889),
    (1.0, "L/s/km2", "mm d-1", 0.0864),
    (5.0, "0.1 mm", "mm", 0.5),
    (215.0, "0.1 degC", "degC", 21.5),
    (1.0, "ºC", "degC", 1.0),
    (1.0, "℃", "degC", 1.0),
    (1.0, "mm/24h", "mm d-1", 1.0),
    (273.15, "Kelvin", "degC", 0.0),
    (1.0, "sqkm", "km2", 1.0),
    (1.0, "sq mi", "km2", 2.589988110336),
    (8.64, "MJ m-2 d-1", "W m-2", 100.0),
]


@pytest.mark.parametrize(("value", "given", "wanted", "expected"), CONVERSIONS)
def test_values_are_converted(value, given, wanted, expected):
    assert convert(np.array([value]), given, wanted)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("spelling", "units"),
    [
        *((text, "degC") for text in ("degrees C", "deg C", "C", "c", "celsius", "°C", "degree_Celsius")),
        *((text, "mm d-1") for text in ("mm/day", "mm/d", "mm day-1", "mm d^-1", "kg m-2 d-1")),
        *((text, "W m-2") for text in ("W/m2", "w/m^2", "W m**-2")),
        *((text, "1") for text in ("", "-", "m m-1", "fraction")),
        ("pa", "Pa"),
        ("m^3/s", "m3 s-1"),
        ("sq mi", "mi2"),
        ("µmol m-2 s-1", "umol m-2 s-1"),
        ("gC/m2/day", "g C m-2 d-1"),
        ("degrees", "degrees_north"),
    ],
)
def test_spellings_are_read(spelling, units):
    assert same(spelling, units)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("mm", "mm d-1"),
        ("mg L-1", "1"),  # water is taken for its mass only where it is a depth
        ("g m-2 d-1", "g C m-2 d-1"),  # grams of what?
        ("degree", "m km-1"),  # the slope is the tangent of the angle
        ("K", "Pa"),
    ],
)
def test_other_dimensions_are_refused(given, wanted):
    with pytest.raises(UnitsError, match="cannot be converted to .* they measure different things"):
        convert(np.ones(2), given, wanted)
    assert not same(given, wanted)


def test_unknown_units_are_named():
    with pytest.raises(UnitsError, match=r"Unknown units 'furlogs'\. Write UDUNITS, such as 'kg m-2 s-1'"):
        parse("furlogs")


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ("K", "degC", "minus 273.15"),
        ("degC", "K", "plus 273.15"),
        ("degF", "degC", "times 0.555556, minus 17.7778"),
        ("inch", "mm", "times 25.4"),
        ("mm/day", "mm d-1", ""),
    ],
)
def test_a_conversion_is_told_in_words(given, wanted, expected):
    assert describe_conversion(given, wanted) == expected


@pytest.mark.parametrize(
    "text",
    ["9**9**9**9 mm", "9^9^9^9 mm", "mm**9**9**9", "mm^(9^9^9)", "((9**9)**9)**9 m", "10**9999999 m", "m" * 81],
)
def test_a_power_that_would_take_for_ever_is_not_computed(text):
    with pytest.raises(UnitsError, match="Unknown units"):
        parse(text)


@pytest.mark.parametrize("text", ["m^3/s", "m**3 s**-1", "kg m-2 s-1", "ft^3/s", "mol m^-2 d^-1"])
def test_usual_powers_are_units(text):
    parse(text)
