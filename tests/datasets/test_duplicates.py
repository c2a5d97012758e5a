"""A series that stands under two names is found, whatever was done to it; series that are only alike are not."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets.duplicates import duplicate_doubts, same_place, same_series

SHARED = Path(os.environ.get("DGVIZ_DATA", Path(__file__).parents[3] / "shared" / "data"))


def rivers(n_time=1500, n_site=6) -> np.ndarray:
    """Flows of rivers under one weather: alike, but not the same."""
    random = np.random.default_rng(0)
    rain = random.gamma(0.2, 20.0, (n_time, 1)) * random.uniform(0.8, 1.2, (n_time, n_site))
    flow = np.zeros((n_time, n_site))
    for day in range(1, n_time):
        flow[day] = flow[day - 1] * np.linspace(0.85, 0.9, n_site) + 0.1 * rain[day]
    return flow


def target(values: np.ndarray) -> xr.DataArray:
    days = pd.date_range("2000-01-01", periods=len(values))
    return xr.DataArray(values.astype("float32"), {"time": days}, ("time", "site"))


def errors(values):
    values = values.copy()
    values[::400] += 3
    return values


def half(values):
    return np.where(np.arange(len(values)) < 900, values, np.nan)


def noisy(values):
    return values * (1 + np.random.default_rng(1).normal(0, 0.01, len(values)))


def edited(values):
    return np.where(np.random.default_rng(2).random(len(values)) < 0.05, 1.3 * values, values)


def every_second(values):
    return np.where(np.arange(len(values)) % 2, values, np.nan)


CHANGES = {
    "identical": lambda values: values,
    "another area": lambda values: 1.07 * values,
    "another datum": lambda values: values + 5.0,
    "rounded": lambda values: values.round(3),
    "a few errors": errors,
    "part of the record": half,
    "1 % of noise": noisy,
    "rounded to 0.1": lambda values: values.round(1),
    "5 % edited": edited,
    "every second day": every_second,
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_series_under_two_names_is_found(change):
    flow = rivers()
    flow[:, 4] = CHANGES[change](flow[:, 1])
    assert same_series(target(flow)) == [(1, 4, 0)]


def test_noise_on_a_slow_river_hides_nothing():
    random = np.random.default_rng(0)
    rain = np.where(random.random((1100, 2)) < 0.3, random.gamma(0.8, 6.0, (1100, 2)), 0)
    store, flow = np.full(2, 20.0), []
    for fallen in rain:
        store = (store + fallen) * 0.94
        flow.append(store * 0.064)
    flow = np.array(flow)
    assert same_series(target(flow)) == []
    flow[:, 1] = noisy(flow[:, 0])
    assert same_series(target(flow)) == [(0, 1, 0)]


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("change", ["identical", "1 % of noise", "another area", "every second day"])
def test_the_same_series_a_day_apart_is_found(change, shift):
    flow = rivers()
    flow[:, 4] = CHANGES[change](np.roll(flow[:, 1], shift))
    assert same_series(target(flow)) == [(1, 4, shift)]


def test_one_wrong_value_on_the_same_day_makes_no_two_rivers_one():
    flow = rivers()
    for day in (700, 701, 702):
        flow[day, [1, 4]] = 998.0
        assert same_series(target(flow)) == []


def test_rivers_under_one_weather_and_series_without_a_change_are_not_the_same():
    flow = rivers()
    flow[:, 2], flow[:, 3], flow[:, 4], flow[:, 5] = 0.0, 0.0, np.nan, 2.5
    assert same_series(target(flow)) == [] and same_series(target(rivers())) == []


def test_a_short_common_record_proves_nothing():
    flow = rivers()
    flow[:, 4] = np.where(np.arange(len(flow)) < 50, flow[:, 1], np.nan)
    assert same_series(target(flow)) == []


def test_sites_at_one_place_are_found_unless_the_places_are_made_up():
    place = {"site": list("abcde"), "lat": ("site", [40.0, 41.0, 40.00005, 43.0, 44.0]), "lon": ("site", [-75.0] * 5)}
    assert same_place(xr.Dataset(coords=place)) == [(0, 2)]
    same = {"site": list("abcde"), "lat": ("site", [40.0] * 5), "lon": ("site", [-75.0] * 5)}
    assert same_place(xr.Dataset(coords=same)) == []


def test_both_are_said_with_their_names():
    flow = rivers(n_site=5)
    flow[:, 3] = flow[:, 0]
    place = {"site": list("abcde"), "lat": ("site", [40.0, 41.0, 40.0, 43.0, 44.0]), "lon": ("site", [-75.0] * 5)}
    flow[:, 4] = np.roll(flow[:, 1], 1)
    series, later, at_place = duplicate_doubts(xr.Dataset({"streamflow": target(flow)}, place), "streamflow")
    assert (series.about, later.about, at_place.about) == ("a = d", "b = e", "a = c")
    assert "the same streamflow under two names:" in series.text and "at one place" in at_place.text
    assert "the same streamflow under two names, one a day later:" in later.text


@pytest.mark.skipif(not (SHARED / "camels_us.nc").is_file(), reason="camels_us.nc is not there; set DGVIZ_DATA")
def test_of_569_real_basins_none_is_taken_for_another_and_it_takes_no_time():
    with xr.open_dataset(SHARED / "camels_us.nc", engine="h5netcdf") as raw:
        flow = raw.qobs.load().transpose("time", "basin").copy(deep=True).rename(basin="site")
    started = time.process_time()
    assert same_series(flow) == []
    assert time.process_time() - started < 2
    flow[:, 7] = flow[:, 500] * 0.98
    assert [pair[:2] for pair in same_series(flow)] == [(7, 500)]
