"""The reader of stream temperature, on a small file of the same layout and, where it is there, on the real one."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, attribute_names, conversions, domain_of, forcing_names, open_dataset, target_names
from dgviz.datasets.remarks import remarks
from dgviz.datasets.stream_temperature import ATTRIBUTES, FILE, in_flat_run

DAYS = pd.date_range("2016-10-01", "2020-09-30")
SITES = ["01000001", "01000002", "14000001", "394220106431500"]
SHARED = Path(__file__).parents[3] / "shared" / "data"


def said_of(ds, name):
    return [f"{kind}: {text}" for kind, about, text in remarks(ds) if about == name and kind != "converted"]


def raw_data() -> xr.Dataset:
    """Four gauges without a fault: water 10 degC and rising by a tenth every day for 50 days, then again."""
    rise = (10 + np.arange(len(DAYS)) % 50 / 10).astype("float32")
    air = np.arange(len(DAYS), dtype="float32") % 20
    series = {"tw": rise, "tair": air, "q": np.full(len(DAYS), 100, "float32")}
    variables = {name: (("site", "time"), np.tile(values, (len(SITES), 1))) for name, values in series.items()}
    variables |= {name: ("site", np.full(len(SITES), 5.0)) for name in ATTRIBUTES}
    variables["position_quality"] = "site", np.int8([0, 0, 1, 2])
    place = {
        "time": DAYS,
        "site": SITES,
        "lat": ("site", [45.0, 44, 43, 39]),
        "lon": ("site", [-70.0, -71, -122, -106]),
    }
    return xr.Dataset(variables, place, {"source": "made up", "license": "none", "history": "made"})


@pytest.fixture
def opened(tmp_path):
    """Opens the small file after a change."""

    def opened(change=lambda ds: None) -> xr.Dataset:
        raw = raw_data()
        change(raw)
        raw.to_netcdf(tmp_path / FILE, engine="h5netcdf")
        return open_dataset("stream_temperature", folder=tmp_path)

    return opened


def test_series_attributes_and_periods(opened):
    ds = opened()
    assert ds.sizes == {"time": 1461, "site": 4} and ds.left_out == "" and ds.domain == "stream_temperature"
    assert forcing_names(ds) == ["tair", "discharge"] and target_names(ds) == ["water_temperature"]
    assert len(attribute_names(ds)) == len(ATTRIBUTES) == 46
    assert (ds.train_period, ds.test_period) == ("2016-10-01/2018-09-30", "2018-10-01/2020-09-30")
    np.testing.assert_allclose(ds.discharge, 2.8316846592, rtol=1e-6)  # 100 ft3 s-1
    np.testing.assert_allclose(ds.slope, 50.0)  # 5 percent
    assert {name for name, *_ in conversions(ds)} == {"discharge", "slope"}
    for name, variable in ds.data_vars.items():
        assert variable.units and variable.long_name, name


def test_air_of_a_calendar_day_is_the_mean_of_two_dates(opened):
    air = opened().tair.isel(site=0)
    assert air.values[:3].tolist() == [0.5, 1.5, 2.5]
    assert float(air[-1]) == 1460 % 20


def test_gauges_that_cannot_be_used_are_left_out_with_the_reason(opened):
    def change(raw):
        raw.q[1, 5:8] = -3.0
        for name in ATTRIBUTES:
            raw[name][2] = np.nan

    ds = opened(change)
    assert list(ds.site.values) == [SITES[0], SITES[3]]
    assert ds.left_out == "01000002: discharge is negative on 3 days\n14000001: no attributes"


def test_gaps_in_discharge_are_bridged_and_told(opened):
    def change(raw):
        raw.q[0, 10:13] = np.nan
        raw.q[0, 13] = 500.0
        raw.q[1, -2:] = np.nan

    ds = opened(change)
    np.testing.assert_allclose(ds.discharge[9:14, 0] / 0.3048**3, [100, 200, 300, 400, 500], rtol=1e-5)
    np.testing.assert_allclose(ds.discharge[-2:, 1] / 0.3048**3, 100, rtol=1e-5)
    assert said_of(ds, "discharge") == ["filled: interpolated on 5 days of 2 gauges, at most 3 at one"]


def test_stuck_sensors_are_emptied_but_not_the_water_under_ice(opened):
    def change(raw):
        raw.tw[0, 100:108] = 7.0
        raw.tw[1, 100:107] = 7.0  # a day less
        raw.tw[2, 100:150] = 0.0
        raw.tw[3, 200:260] = np.nan

    ds = opened(change)
    empty = ds.water_temperature.isnull()
    assert empty.sum("time").values.tolist() == [8, 0, 0, 60] and bool(empty[100:108, 0].all())
    assert said_of(ds, "water_temperature")[0].endswith("the same for 8 days or more: 8 days of 1 gauges")


@pytest.mark.parametrize(
    ("values", "n_flat"),
    [([5] * 8, 8), ([5] * 7 + [6], 0), ([5] * 4 + [np.nan] + [5] * 4, 0), ([0.1] * 9, 0), ([1] + [5] * 9 + [2], 9)],
)
def test_a_flat_run_is_eight_equal_days_above_freezing(values, n_flat):
    assert in_flat_run(np.array(values, float)).sum() == n_flat


def test_no_dam_is_a_missing_distance(opened):
    def change(raw):
        raw.dam_RAW_DIS_NEAREST_DAM[0] = -999.0

    ds = opened(change)
    assert ds.dam_distance.isnull().values.tolist() == [True, False, False, False]
    assert "taken as missing: -999 at 1 gauges, where there is no dam" in said_of(ds, "dam_distance")


def test_regions_are_the_parts_of_the_gauge_numbers(opened):
    assert opened().region.values.tolist() == ["01", "01", "14", "14"]  # the last is nearer to the third


def test_an_absent_file_says_what_to_set(tmp_path):
    with pytest.raises(DataError, match=f"stream_temperature: .*{FILE} does not exist; set .*DGVIZ_DATA"):
        open_dataset("stream_temperature", folder=tmp_path)
    assert domain_of("stream_temperature") == "stream_temperature"


def test_the_real_gauges():
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / FILE).is_file():
        pytest.skip(f"{FILE} is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("stream_temperature", folder=folder)
    assert ds.sizes == {"time": 1461, "site": 405} and len(ds.left_out.splitlines()) == 5
    assert (
        said_of(ds, "water_temperature")[0].endswith("1932 days of 30 gauges")
        and "255 days of 29 gauges" in said_of(ds, "discharge")[0]
    )
    assert int(ds.dam_distance.isnull().sum()) == 76 and float(ds.water_temperature.isnull().mean()) < 0.03
    spring = ds.water_temperature.sel(site="14138720")  # whose sensor rests for weeks
    assert 0.2 < float(spring.notnull().mean()) < 0.4
    # Water follows the air of the same calendar day more than that of the day before or after.
    air, water = (ds[name].diff("time") for name in ("tair", "water_temperature"))
    together = {lag: float((air.shift(time=lag) * water).mean()) for lag in (-1, 0, 1)}
    assert together[0] > max(together[-1], together[1])
    assert len(np.unique(ds.region)) == 14 and np.bincount(ds.position_quality).tolist()[2] == 9
