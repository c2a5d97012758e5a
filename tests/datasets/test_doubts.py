"""What is not likely of data is said with the sites, the figure and the cause; what is impossible is refused."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, open_dataset
from dgviz.datasets.check import check
from dgviz.datasets.hydrology_series import vocabulary as rainfall_runoff
from dgviz.datasets.leads import leads
from dgviz.datasets.remarks import remarks
from dgviz.datasets.stream_temperature_series import vocabulary as streams

SHARED = Path(os.environ.get("DGVIZ_DATA", Path(__file__).parents[3] / "shared" / "data"))
DAYS = pd.date_range("1990-01-01", "1993-12-31")
AREA = np.array([1300.0, 730.0, 275.0])


def series(values, units):
    return ("time", "site"), np.asarray(values, "float32"), {"units": units}


def weather() -> tuple[np.ndarray, np.ndarray]:
    """Precipitation (mm d-1) and mean temperature (degC) `(time, site)` of three basins."""
    random = np.random.default_rng(0)
    rain = random.gamma(0.8, 3.75, (len(DAYS), 3))
    warm = 9 - 12 * np.cos(2 * np.pi * (DAYS.day_of_year.to_numpy() - 20) / 365.25)
    return rain, warm[:, None] + random.normal(0, 3, rain.shape)


def place(lat=(44.0, 42.0, 41.0)) -> dict:
    return {
        "time": DAYS, "site": ["a", "b", "c"], "lat": ("site", np.array(lat)), "lon": ("site", [-70.0, -73.0, -75.0]),
        "name": ("site", ["A", "B", "C"]),
    }  # fmt: skip


PERIODS = {"title": "made up", "train_period": "1990-01-01/1991-12-31", "test_period": "1992-01-01/1993-12-31"}


def basins(rain=1.0, flow=1.0, air=lambda t: t, lat=(44.0, 42.0, 41.0), **more) -> xr.Dataset:
    """Basins of which 45 % of the rain runs off, with series changed by a factor or a function."""
    water, warm = weather()
    variables = {
        "prcp": series(water * rain, "mm d-1"),
        "tmean": series(air(warm), "degC"),
        "streamflow": series(water * 0.45 * flow, "mm d-1"),
        "area": ("site", AREA, {"units": "km2"}),
    }
    return xr.Dataset(variables | more, place(lat), PERIODS)


def sun(mean: float):
    """Radiation of a mean over the year; 170 W m-2 is usual here."""
    return series(mean + 0 * weather()[0], "W m-2")


def vapour(times: float):
    """Vapour pressure of air that holds two thirds of what it can."""
    air = weather()[1]
    return series(times * 0.67 * 610.8 * np.exp(17.27 * air / (air + 237.3)), "Pa")


def doubts(ds: xr.Dataset, vocabulary=rainfall_runoff) -> list[str]:
    read = check(ds, "made up", vocabulary)
    return [f"{remark.about}: {remark.text}" for remark in remarks(read) if remark.kind == "doubtful"]


def gauges(**changes) -> xr.Dataset:
    """Streams that follow the air; `changes` are functions of the water, the air or the discharge."""
    _, air = weather()
    values = {"water_temperature": np.maximum(0.7 * air + 4, 0), "tair": air, "discharge": 0.015 + 0.0002 * air}
    values["discharge"] = values["discharge"] * AREA
    for name, change in changes.items():
        values[name] = change(values)
    units = {"water_temperature": "degC", "tair": "degC", "discharge": "m3 s-1"}
    variables = {name: series(values[name], units[name]) for name in units}
    return xr.Dataset(variables | {"area": ("site", AREA, {"units": "km2"})}, place(), PERIODS)


def test_nothing_is_doubted_where_nothing_is_wrong():
    assert doubts(basins()) == [] and doubts(gauges(), streams) == []
    assert doubts(basins(srad=sun(170), vp=vapour(1))) == []


WATER = {
    "flow in m3/s": (dict(flow=AREA / 86.4), ["a, b, c", "6.77 times the mean prec", "is it in m3 s-1"]),
    "flow in ft3/s": (dict(flow=AREA / 40 / 2.4466, area=("site", AREA / 40, {"units": "km2"})), ["is it in ft3 s-1"]),
    "rain in m": (dict(rain=1e-3), ["a, b, c", "mean prcp is 0.00", "is prcp in m rather"]),
    "rain in kg m-2 s-1": (dict(rain=1 / 86400), ["mean prcp is", "e-05", "is prcp in kg m-2 s-1 rather"]),
    "rain in inches": (dict(rain=1 / 25.4), ["times the mean precipitation", "is prcp in inch rather"]),
    "rain in tenths": (dict(rain=10.0), ["more than can evaporate", "tenths of mm"]),
    "flow in m": (dict(flow=1e-3), ["of the mean precipitation", "is it in m d-1"]),
    "area in hectares": (dict(flow=1e-2 / 3), ["more than can evaporate", "area too large (ha?)"]),
    "Fahrenheit": (dict(air=lambda t: t * 0.6 + 32), ["mean tmean of 37", "Fahrenheit"]),
    "other hemisphere": (dict(lat=(-44.0, 42.0, 41.0)), ["a: tmean is", "latitude (south is negative)"]),
    "longitude for latitude": (dict(lat=(-88.0, 42.0, 41.0)), ["a: mean tmean of", "exchanged with the longitude"]),
    "area in ha, wet": (dict(flow=1e-2, pet=series(3 + 0 * weather()[0], "mm d-1")), ["0.0045 of the", "area in ha"]),
    "flow in cm": (dict(flow=0.1), ["0.045 of the mean precipitation though more falls", "is it in cm d-1"]),
    "exchanged in the tropics": (dict(lat=(8.0, 42.0, 41.0)), ["a: tmean differs by", "exchanged with the longitude"]),
    "sun in MJ": (dict(srad=sun(170 * 0.0864)), ["a, b, c: mean srad is 0.0", "is it in MJ m-2 d-1 rather than W"]),
    "sun in kWh": (dict(srad=sun(170 * 0.024)), ["too dark: is it in kWh m-2 d-1 rather than W m-2?"]),
    "sun by daylight": (dict(srad=sun(340)), ["mean of the hours of daylight"]),
    "vapour in hPa": (dict(vp=vapour(0.01)), ["a, b, c: mean vp is 0.00", "is it in hPa rather than Pa?"]),
    "vapour in kPa": (dict(vp=vapour(0.001)), ["mean vp is 0.000", "is it in kPa rather than Pa?"]),
    "vapour too much": (dict(vp=vapour(3.0)), ["more than air can hold: is it in Pa?"]),
    "pet in m": (dict(pet=series(0.002 + 0 * weather()[0], "mm d-1")), ["mean pet is 0.001", "is it in mm d-1?"]),
}  # fmt: skip


def test_what_never_changes_is_doubted():
    said = doubts(gauges(water_temperature=lambda v: 0 * v["tair"] + 15, discharge=lambda v: 0 * v["tair"]), streams)
    assert [line[:50].split(" at all")[0] for line in said] == [
        "a, b, c: water_temperature is 15", "a, b, c: discharge is 0",
    ]  # fmt: skip
    assert ["is 0 at all times" in line for line in doubts(basins(flow=0.0))] == [True]
    assert ["is 1 at all times" in line for line in doubts(basins(flow=1 / (0.45 * weather()[0] + 1e-12)))] == [True]


def test_a_place_in_the_sea_where_coordinates_are_unknown_is_doubted():
    ds = basins(lat=(0.0, 42.0, 41.0))
    assert "a: at latitude 0 and longitude 0" not in "\n".join(doubts(ds))
    assert "a: at latitude 0 and longitude 0" in "\n".join(doubts(ds.assign_coords(lon=("site", [0.0, -73, -75]))))


def earlier(values, n_days):
    return np.roll(values, -n_days, 0)


@pytest.mark.parametrize("n_days", [1, 2, 10, 30])
def test_an_answer_before_its_cause_is_doubted_with_the_days(n_days):
    ds = basins()
    ds["streamflow"] = ds.streamflow.copy(data=earlier(ds.streamflow.values, n_days))
    (said,) = doubts(ds)
    assert said.startswith(f"a, b, c: streamflow answers {n_days} days before the rain falls")
    (said,) = doubts(gauges(water_temperature=lambda v: earlier(v["water_temperature"], n_days)), streams)
    assert said.startswith(f"a, b, c: water_temperature changes {n_days} days before tair does")


def test_an_answer_after_its_cause_is_not_doubted():
    for n_days in (1, 5, 30):
        late = basins()
        late["streamflow"] = late.streamflow.copy(data=earlier(late.streamflow.values, -n_days))
        assert doubts(late) == []
    for n_times in (0, 1, 20, 36):
        assert not leads(np.ones((n_times, 2)), np.ones((n_times, 2)))[0].any()


@pytest.mark.parametrize("mistake", WATER)
def test_a_mistake_in_the_water_of_basins_is_doubted(mistake):
    changes, expected = WATER[mistake]
    if mistake == "area in hectares":
        changes = dict(flow=1e-2, rain=3.0)
    said = "\n".join(doubts(basins(**changes)))
    for part in expected:
        assert part in said


STREAMS = {
    "water in Fahrenheit": (dict(water_temperature=lambda v: 35 + v["water_temperature"] * 0.3), "warmer than any"),
    "columns exchanged": (
        dict(water_temperature=lambda v: np.maximum(v["tair"], -1), tair=lambda v: 0.5 * v["tair"] + 5),
        "are the columns exchanged",
    ),
    "another site": (
        dict(water_temperature=lambda v: v["water_temperature"][::-1][200:].repeat(2, 0)[:1461]),
        "hardly",
    ),
    "discharge in ft3/s": (dict(discharge=lambda v: v["discharge"] * 35.3), "is it in ft3 s-1"),
    "air in Fahrenheit": (dict(tair=lambda v: 25 + v["tair"] * 0.9), "mean tair of 33"),
}


@pytest.mark.parametrize("mistake", STREAMS)
def test_a_mistake_in_a_stream_is_doubted(mistake):
    changes, expected = STREAMS[mistake]
    assert expected in "\n".join(doubts(gauges(**changes), streams))


def test_a_flow_in_litres_over_the_area_is_doubted_by_its_units():
    text = " ".join(doubts(basins(flow=1 / 0.0864)))
    assert "is it in L s-1 km-2? Then write its column as streamflow [L s-1 km-2]. Or is it" in text


def test_many_sites_are_one_remark():
    wide = xr.concat([basins(rain=1e-3).assign_coords(site=[f"{k}{i}" for i in "abc"]) for k in range(100)], "site",
                     data_vars="minimal", join="outer", coords="minimal", compat="override")  # fmt: skip
    wide = wide.assign_coords(lat=("site", np.linspace(40, 44, 300)), lon=("site", np.linspace(-75, -70, 300)))
    (said,) = [line for line in doubts(wide) if "prcp" in line]
    assert said.startswith("0a, 0b, 0c and 297 more: mean prcp is 0.00")


IMPOSSIBLE = {
    "monthly sums": (dict(rain=30.0), "site a: mean prcp is 9", "monthly sums"),
    "discharge": (dict(flow=60.0), "site a: mean streamflow is 8", "ft3 s-1"),
    "Fahrenheit": (dict(air=lambda t: t * 0.3 + 42), "site a: mean tmean is 44", "Fahrenheit"),
}


@pytest.mark.parametrize("mistake", IMPOSSIBLE)
def test_what_no_place_on_earth_has_is_refused(mistake):
    changes, *expected = IMPOSSIBLE[mistake]
    with pytest.raises(DataError) as error:
        check(basins(**changes), "made up", rainfall_runoff)
    assert len(error.value.problems) == 3
    for part in expected:
        assert part in str(error.value)


OUT_OF_RANGE = {
    "kelvin": (lambda t: t + 273.15, "kelvin: subtract 273.15"),
    "Fahrenheit": (lambda t: t * 1.8 + 42, "degrees Fahrenheit: subtract 32"),
    "tenths": (lambda t: t * 10, "tenths of a degree: divide by 10"),
}


@pytest.mark.parametrize("units", OUT_OF_RANGE)
def test_temperatures_out_of_range_say_what_they_look_like(units):
    change, expected = OUT_OF_RANGE[units]
    with pytest.raises(DataError, match=expected):
        check(basins(air=change), "made up", rainfall_runoff)


@pytest.mark.parametrize("area", [1.3e9, 7.1e6])
def test_an_area_larger_than_any_basin_is_refused(area):
    ds = basins()
    ds["area"] = ds.area.copy(data=[area, 730, 275])
    with pytest.raises(DataError, match=r"site a: attribute area is .*no basin is above 7e\+06 km2.*area \[m2\]"):
        check(ds, "made up", rainfall_runoff)


def test_a_short_record_is_not_judged_by_its_season():
    assert doubts(basins(rain=1e-3).isel(time=slice(300)).assign_attrs(
        train_period="1990-01-01/1990-06-30", test_period="1990-07-01/1990-09-30")) == []  # fmt: skip


def test_real_data_are_hardly_doubted():
    """94 gauges of the Delaware: one from which water is diverted, and one gauge that was renamed."""
    said = [remark for remark in remarks(open_dataset("delaware")) if remark.kind == "doubtful"]
    assert [remark.about for remark in said] == ["01436000", "01420980 = 01421000"]


@pytest.mark.skipif(not (SHARED / "camels_us.nc").is_file(), reason="camels_us.nc is not there; set DGVIZ_DATA")
def test_of_the_basins_of_camels_two_are_doubted():
    said = [remark for remark in remarks(open_dataset("camels_us", SHARED)) if remark.kind == "doubtful"]
    assert sum(remark.about.count(",") + 1 for remark in said) <= 3


@pytest.mark.skipif(not (SHARED / "stream_temperature_real.nc").is_file(), reason="set DGVIZ_DATA")
def test_of_the_gauges_of_stream_temperature_few_are_doubted():
    said = [remark for remark in remarks(open_dataset("stream_temperature", SHARED)) if remark.kind == "doubtful"]
    assert [remark.about.count(",") + 1 for remark in said if "hardly follows" in remark.text] == [2]
    assert len(said) == 2  # the other: two pairs of gauges at one place, as their source has them
