"""Regulated and diverted basins are flagged with the reason, natural ones are not."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError
from dgviz.domains import discover
from dgviz.domains.hydrology.evaluation.regulation import regulated
from dgviz.experiment.sources import open_dataset

DAYS = pd.date_range("2001-01-01", "2003-12-31")


def natural(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rain, and the flow of a linear reservoir that it fills; the first day is in balance."""
    rng = np.random.default_rng(seed)
    rain = np.where(rng.random(len(DAYS)) < 0.3, rng.gamma(0.8, 12.0, len(DAYS)), 0.0)
    flow, store = np.empty(len(DAYS)), 20.0
    for day, fallen in enumerate(rain):
        store += 0.5 * fallen
        flow[day] = 0.08 * store
        store -= flow[day]
    return rain, flow


def basin(rain, flow, warmth=8.0, **more) -> xr.Dataset:
    series = {"prcp": rain, "streamflow": flow, "tmean": np.full(len(DAYS), warmth)}
    coords = {"time": DAYS, "site": ["a"], "lat": ("site", [42.0]), "lon": ("site", [-75.0])}
    return xr.Dataset({name: (("time", "site"), values[:, None]) for name, values in series.items()} | more, coords)


def reason(*args, **kwargs) -> str:
    return regulated(basin(*args, **kwargs)).item()


def test_a_natural_basin_is_not_flagged():
    for seed in range(5):
        assert reason(*natural(seed)) == ""


def test_flow_that_stays_the_same_through_rain_is_released():
    rain, flow = natural()
    flow[200:241] = flow[200]
    fell = rain[200:241].sum()
    assert reason(rain, flow) == (
        f"flow is constant for 41 days in a row while {fell:.0f} mm of rain fall: probably released from a reservoir"
    )
    assert reason(rain, flow, warmth=-5.0) == ""  # under ice and snow
    rain[200:241] = 0.0  # in a drought
    assert reason(rain, flow) == ""
    assert "constant" not in reason(rain, flow / 100)  # below what a gauge resolves


def test_flow_that_steps_between_levels_is_released():
    rain, flow = natural()
    for first in range(60, 1000, 90):
        rain[first - 6 : first + 24] = 0.0
        flow[first - 6 : first + 24] = np.linspace(1.5, 1.4, 30)
        flow[first : first + 12] *= 3.0
    said = reason(rain, flow)
    assert said.startswith("flow drops abruptly from a steady level 6 times a year and rises 5 times without rain or")
    assert said.endswith(": probably released from a reservoir")
    assert reason(rain, flow, warmth=1.0) == ""
    thaw = np.where(rain > 0, 1.0, 2.0)  # it snows, and the pack does not melt away before the next snowfall
    assert reason(rain * 3, flow * 3, warmth=thaw) == ""


def test_flow_that_follows_the_week_drives_turbines():
    rain, flow = natural()
    flow[DAYS.day_of_week >= 5] *= 0.7
    said = reason(rain, flow)
    assert said.endswith("flow differs by 40% between the days of the week: probably released for hydropower")
    assert "hydropower" not in reason(rain, flow[np.random.default_rng(0).permutation(len(flow))])


def test_flow_far_below_what_the_climate_leaves_is_diverted():
    rain, flow = natural()
    share = 0.1 * rain.sum() / flow.sum()
    said = reason(rain, share * flow)
    assert said.startswith("only 10% of the precipitation flows off where the climate lets expect 5")
    assert said.endswith(": water is probably diverted")
    assert reason(rain / 4, share * flow / 4) == ""  # where it is dry, little flows by nature


def test_the_data_say_so_first():
    rain, flow = natural()
    flow[DAYS.day_of_week >= 5] *= 0.7
    flow[200:241] = flow[200]
    stated = {"regulation": ("site", ["below a weir"])}
    said = reason(rain, flow, **stated).split("; ")
    assert said[0] == "below a weir"
    causes = [words.rpartition(": ")[2] for words in said[1:]]
    assert causes == ["probably released from a reservoir", "probably released for hydropower"]
    only = basin(rain, flow, **stated).drop_vars(["tmean", "prcp"])
    assert regulated(only).item() == "below a weir"


def test_gaps_are_no_reason():
    rain, flow = natural()
    flow[100:300] = np.nan
    assert reason(rain, flow) == ""
    assert reason(rain, np.full(len(DAYS), np.nan)) == ""
    assert reason(rain, np.zeros(len(DAYS))).startswith("only 0% of the precipitation flows off")


def test_reservoirs_of_the_delaware_show_in_their_flow(delaware):
    began = time.perf_counter()
    said = regulated(delaware.drop_vars("regulation")).to_series()
    assert time.perf_counter() - began < 0.3  # 10 ms of its own
    assert {*said.index[said != ""]} == {
        "01417000",  # Pepacton
        "01425000",  # Cannonsville
        "01432000",  # Wallenpaupack
        "01433500",  # Mongaup
        "01436000",  # Neversink
        "01436500",
        "01449800",  # Beltzville
        "01480685",  # Marsh Creek
    }
    assert "diverted" in said["01436000"] and "hydropower" in said["01433500"]
    natural_ones = {"01413500", "01414500", "01415000", "01420500", "01423000", "01440000"}
    flagged = discover()["hydrology"].flagged(delaware).to_series()
    assert not flagged[[*natural_ones]].any()
    assert (flagged != "").sum() == 25
    assert (flagged[delaware.site.values[delaware.diverted.values]] != "").all()


def test_no_near_natural_basin_of_the_united_states_is_flagged():
    try:
        camels = open_dataset("camels_us")
    except DataError as error:
        pytest.skip(str(error))
    began = time.perf_counter()
    said = regulated(camels)
    assert time.perf_counter() - began < 5  # 0.4 s of its own
    assert not (said != "").any()


@pytest.mark.parametrize("domain", discover())
def test_no_site_of_a_twin_is_flagged(domain):
    """Its observations have noise, and none of its sites is regulated."""
    said = discover()[domain].flagged(open_dataset(f"twin:{domain}"))
    assert said.dims == ("site",) and said.dtype.kind == "U" and not (said != "").any()


def test_a_science_without_flags_flags_nothing():
    rain, flow = natural()
    science = replace(discover()["hydrology"], flags=None)
    assert science.flagged(basin(rain, flow, regulation=("site", ["below a weir"]))).values.tolist() == [""]
