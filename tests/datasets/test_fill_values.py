"""Marks for a missing value are emptied and named; a value that only looks like one is kept."""

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets.fill_values import is_mark, nines, without_marks
from dgviz.datasets.hydrology_series import vocabulary
from dgviz.datasets.remarks import Remark, remarks

MARKS = [9.96921e36, 1e20, -1e34, np.inf, -np.inf, -32768, -32767, -9999, -999.9, -999, -99.9, -99, -2147483648, 3.4e38]
SITES = [f"s{i}" for i in range(5)]


def attribute(*values) -> xr.Dataset:
    return xr.Dataset({"forest": ("site", np.array(values, "float32"))}, {"site": SITES[: len(values)]})


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("others", [(0.1, 0.5, 0.9), (-12.0, 3.0, 25.0), (-16.5, -14.0, -11.0), (2.0, 400.0, 3900.0)])
def test_a_mark_among_attributes_is_taken_as_missing_and_named(mark, others):
    ds = without_marks(attribute(*others, mark, others[0]), vocabulary)
    assert np.isnan(ds.forest.values).tolist() == [False, False, False, True, False]
    (said,) = remarks(ds)
    assert said[:2] == ("taken as missing", "forest") and "at 1 of 5 sites (s3)" in said.text
    assert f"{np.float32(mark):g}" in said.text


@pytest.mark.parametrize("mark", [-99.99, -999.99, -9999.99, -999999, 999, 9999, 99999, 65535, 2147483647])
@pytest.mark.parametrize("others", [(0.8, 20.0, 35.0), (0.1, 0.5, 0.9), (-12.0, 3.0, 25.0)])
def test_nines_and_the_largest_integers_far_above_all_others_are_marks(mark, others):
    ds = without_marks(attribute(*others, mark, others[0]), vocabulary)
    assert np.isnan(ds.forest.values).tolist() == [False, False, False, True, False]
    (said,) = remarks(ds)
    assert said[:2] == ("taken as missing", "forest") and f"{np.float32(mark):g} at 1 of 5 sites (s3)" == said.text


@pytest.mark.parametrize("values", [(300.0, 999, 400.0), (5000.0, 9999, 700.0), (3.0, 99.9, 8.0), (-3.0, -9.99, 5.0)])
def test_nines_among_others_like_them_are_true(values):
    ds = without_marks(attribute(*values), vocabulary)
    assert not ds.forest.isnull().any() and remarks(ds) == []


def test_a_declared_range_tells_of_nines():
    ds = attribute(20.0, 999, 35.0, 9999).rename(forest="elevation")
    assert np.isnan(without_marks(ds, vocabulary).elevation.values).tolist() == [False, False, False, True]


@pytest.mark.parametrize("value", [-1, -9, -9.99])
def test_a_small_negative_value_alone_is_kept_and_doubted(value):
    ds = without_marks(attribute(0.8, value, 20.0), vocabulary)
    assert float(ds.forest[1]) == pytest.approx(value)
    (said,) = remarks(ds)
    assert said[:2] == ("doubtful", "forest") and said.text.startswith(f"{value:g} at s1, where no other is below 0")


def test_several_marks_in_one_column_are_found():
    ds = without_marks(attribute(0.2, -99, 0.4, 1e20, -99), vocabulary)
    assert np.isnan(ds.forest.values).tolist() == [False, True, False, True, True]
    assert remarks(ds) == [Remark("taken as missing", "forest", "-99, 1e+20 at 3 of 5 sites (s1, s3, s4)")]


@pytest.mark.parametrize(
    "values", [(-120.5, -99, -75.2), (-98.2, -99, -97.4), (-300.0, -99, 40.0), (-120, -999, -2500)],
    ids=["longitudes", "near longitudes", "depths", "elevations"],
)  # fmt: skip
def test_a_value_among_others_like_it_is_true(values):
    ds = without_marks(attribute(*values), vocabulary)
    assert not ds.forest.isnull().any() and remarks(ds) == []


def test_a_column_of_marks_alone_is_empty():
    assert without_marks(attribute(-9999, -9999, -9999), vocabulary).forest.isnull().all()


def test_marks_of_an_observed_series_are_emptied_and_those_within_its_range_are_not():
    flow = np.array([[1.0, -9999], [9.96921e36, 2.0], [-99.9, 3.0]], "float32")
    ds = xr.Dataset({"streamflow": (("time", "site"), flow)}, {"site": ["a", "b"]}, {"step": "day"})
    ds = without_marks(ds, vocabulary)
    assert np.isnan(ds.streamflow.values).sum() == 3
    (said,) = remarks(ds)
    assert said.about == "streamflow" and said.text.endswith("on 3 days at 2 of 2 sites (a, b)")


def test_places_are_left_to_the_check_of_places():
    ds = attribute(0.1, 0.2).assign_coords(lon=("site", np.array([-99.0, 8.0])))
    assert without_marks(ds, vocabulary).lon.values.tolist() == [-99.0, 8.0]


def test_numbers_near_a_mark_are_none():
    assert not is_mark(np.array([-98.9, -100.0, -998.0, 1e14, 0.0, np.nan, 9999.0])).any()


def test_marks_of_a_table_are_found_whatever_the_order_in_memory():
    values = np.array([[1.0, -9999.0], [2.0, 3.0], [-999.0, 4.0]])
    for each in (values, np.asfortranarray(values), values[::-1].copy()[::-1]):
        assert is_mark(each).tolist() == [[False, True], [False, False], [True, False]]


def test_nines_far_above_all_else_are_marks_though_they_are_plausible():
    values = np.full((100, 4), 2.0)
    values[10:15, 0] = 999.0  # a mark on five days
    values[10, 1] = 999.0  # and on one
    values[10, 2], values[20, 2] = 99.9, 12.0  # a flood
    values[10:15, 3], values[20:30, 3] = 99.9, 60.0  # not far above the others
    found = nines(values)
    assert found[10:15, 0].all() and found[10, 1] and found.sum() == 6
