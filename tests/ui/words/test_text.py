import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.processes.declare import Parameter
from dgviz.ui.words import text
from dgviz.ui.words.steps import STEPS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mm d-1", "mm d\u207b\u00b9"),
        ("km2", "km\u00b2"),
        ("mm d-1 degC-1", "mm d\u207b\u00b9 \u00b0C\u207b\u00b9"),
        ("mm d-1 d", "mm"),
        ("1", ""),
        ("mol mol-1", ""),
        ("%", "%"),
        ("degC", "\u00b0C"),
        ("m km-1", "m km\u207b\u00b9"),
        ("kPa0.5", "\u221akPa"),
    ],
)
def test_units_read_as_people_write_them(written, read):
    assert text.units(written) == read


UNITS = sorted({quantity.units for domain in discover().values() for quantity in domain.quantities().values()})


@pytest.mark.parametrize("units", UNITS)
def test_no_unit_keeps_ascii_powers(units):
    assert not any(c in text.units(units) for c in "-123456789")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.6703125, "0.67"),
        (-0.004, "0.00"),
        (-0.38, "\u22120.38"),
        (12.34, "12.3"),
        (1240.4, "1\u202f240"),
        (float("nan"), "\u2013"),
        (float("-inf"), "\u2013"),
    ],
)
def test_numbers_have_the_digits_they_deserve(value, written):
    assert text.number(value) == written


def test_differences_carry_their_sign():
    assert [text.signed(v) for v in (0.031, -0.031, 0.0)] == ["+0.03", "\u22120.03", "0.00"]


def test_labels_join_name_and_units():
    assert text.axis_label(Parameter("mm", "Field capacity", range=(50.0, 1000.0))) == "Field capacity, mm"
    assert text.axis_label(xr.DataArray(1, attrs={"long_name": "Aridity", "units": "1"})) == "Aridity"


def test_days_and_durations():
    assert text.period("1979-01-01", "1980-12-31") == "1 Jan 1979 \u2013 31 Dec 1980"
    assert [text.duration(s) for s in (0.2, 40, 185, 9000)] == ["1 s", "40 s", "3 min", "2.5 h"]


def test_a_period_is_said_in_months_where_a_month_is_the_step():
    assert STEPS["month"].period("2001-01-01", "2014-12-01") == "Jan 2001 \u2013 Dec 2014"
    assert STEPS["day"].period("2001-01-01", "2014-12-01") == "1 Jan 2001 \u2013 1 Dec 2014"
