"""Statistics over sites and members."""

import math

import numpy as np
import pytest
import xarray as xr

from dgviz.scores.statistics import best_median_worst, clearest_pattern, on_common_sites, over_sites, rank_correlation


def series(*values, sites="abcd"):
    return xr.DataArray(list(values), {"site": list(sites)[: len(values)]}, "site")


def test_over_sites_is_over_the_members_and_keeps_what_a_value_is():
    values = xr.DataArray(np.arange(22.0).reshape(2, 11), dims=("site", "member"), attrs={"units": "mm"})
    found = over_sites(values)
    assert found["mean"].values.tolist() == [5, 16] and found["mean"].attrs == {"units": "mm"}
    assert found.spread.values == pytest.approx([math.sqrt(10)] * 2)
    assert found.low.values.tolist() == [1, 12] and found.high.values.tolist() == [9, 20]


def test_over_sites_is_over_the_days_of_a_dynamic_parameter():
    found = over_sites(xr.DataArray([[1.0, 5.0], [3.0, 5.0]], dims=("time", "site")))
    assert found["mean"].values.tolist() == [2, 5] and found.spread.values.tolist() == [1, 0]


def test_rank_correlation_sees_order_only():
    assert rank_correlation(series(1, 2, 3, 4), series(1, 10, 100, 1000)) == pytest.approx(1)
    assert rank_correlation(series(1, 2, 3, 4), series(4, 3, 2, -99)) == pytest.approx(-1)


def test_rank_correlation_counts_common_sites_with_values():
    assert rank_correlation(series(1, 2, 9, np.nan), series(1, 2, 3, 0)) == pytest.approx(1)
    assert rank_correlation(series(1, 2, 9, sites="abz"), series(5, 6, 0, sites="aby")) == pytest.approx(1)


def test_rank_correlation_with_a_constant_has_no_value():
    assert math.isnan(rank_correlation(series(1, 1, 1), series(1, 2, 3)))


def test_common_sites_are_those_at_which_all_have_a_value():
    one, other = series(1.0, 2.0, np.nan, 4.0), series(9.0, 8.0, 7.0, sites="dcb")
    kept = on_common_sites({"one": one, "other": other, "extra": series(1.0, 1.0, 1.0, 1.0).assign_coords(model="x")})
    assert {name: values.site.values.tolist() for name, values in kept.items()} == dict.fromkeys(kept, ["b", "d"])
    assert kept["one"].values.tolist() == [2, 4] and kept["other"].values.tolist() == [7, 9]
    assert on_common_sites({"one": one, "none": series(np.nan)})["one"].size == 0


def test_best_median_and_worst_leave_out_what_has_no_score():
    assert best_median_worst(series(0.5, np.nan, -1.0, 0.9)) == {"best": "d", "median": "a", "worst": "c"}
    assert best_median_worst(series(0.1, 0.2, 0.3, 0.4))["median"] == "b"
    assert best_median_worst(series(np.nan)) == {}


def test_the_clearest_pattern_is_that_of_the_largest_spread_which_is_not_at_an_end():
    def values(means, spread=0.0):
        return xr.DataArray(np.add.outer(means, [-spread, spread]), dims=("site", "member"))

    flat, steep = values(np.linspace(4.9, 5.1, 11)), values(np.linspace(20, 80, 11))
    stuck = values(np.where(np.arange(11) < 3, 0.0, np.linspace(0, 1, 11)))
    ranges = {"flat": (0.0, 10.0), "steep": (0.0, 100.0), "stuck": (0.0, 1.0), "edges": (0.0, 1.0)}
    assert clearest_pattern({"flat": flat, "steep": steep, "stuck": stuck}, ranges) == "steep"
    # Its members, not their means, stand at the ends.
    assert clearest_pattern({"edges": values(np.linspace(0.3, 0.7, 11), 0.9), "flat": flat}, ranges) == "flat"
    assert clearest_pattern({"stuck": stuck}, ranges) == "stuck"
    assert clearest_pattern({}, ranges) == ""
