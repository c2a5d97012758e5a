"""The packaged Delaware basins: the water balance, the areas, the nesting, and no look into the test year."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from dgviz.datasets import attribute_names, forcing_names, open_dataset, target_names
from dgviz.paths import data_folder

DAYS_PER_YEAR = 365.5  # 1979 and the leap year 1980


@pytest.fixture(scope="module")
def ds():
    return open_dataset("delaware")


def make_delaware():
    path = Path(__file__).parents[2] / "data" / "make_delaware.py"
    if not path.is_file():
        pytest.skip("data/make_delaware.py is only in the checkout")
    spec = importlib.util.spec_from_file_location("make_delaware", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def upstream_area(ds, reach: int) -> float:
    """Land above the end of a reach, by walking down from every other (km2)."""
    total, below = 0.0, ds.drawn_reach_below.values
    for start, area in enumerate(ds.reach_area.values.astype(float)):
        here = start
        for _ in range(len(below)):
            here = here if here in (reach, -1) else below[here]
        total += area if here == reach else 0.0
    return total


def test_it_is_small_and_holds_two_years_of_94_gauges(ds):
    assert (data_folder() / "delaware.nc").stat().st_size < 3e6
    assert ds.sizes["site"] == 94 and ds.sizes["time"] == 731 and ds.sizes["reach"] == 456
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean"] and target_names(ds) == ["streamflow"]
    assert (ds.train_period, ds.test_period) == ("1979-01-01/1979-12-31", "1980-01-01/1980-12-31")


def test_every_variable_has_units_and_a_title(ds):
    for name, variable in ds.variables.items():
        if name not in ("time", "site"):
            assert variable.attrs.get("long_name"), name
            assert variable.attrs.get("units") or name == "reach", name


def test_water_balance_of_the_basin(ds):
    rain, flow = (float(ds[name].mean()) * DAYS_PER_YEAR for name in ("prcp", "streamflow"))
    assert rain == pytest.approx(1171, abs=2)
    assert flow == pytest.approx(603, abs=2)
    ratio = ds.streamflow.mean("time") / ds.prcp.mean("time")
    assert (ratio < 1).all()
    # What does not flow off has to evaporate, except where the city takes it: 1171 - 603 mm is near the potential.
    hamon = make_delaware().hamon(ds.tmean.values.astype(float), ds.lat.values, ds.day_of_year.values.astype(float))
    assert hamon.mean() * DAYS_PER_YEAR == pytest.approx(620, rel=0.05)


def test_streamflow_is_the_discharge_over_the_published_area(ds):
    # Delaware River at Trenton: 6780 square miles; its mean of 1979-1980 is about 337 m3/s.
    trenton = ds.sel(site="01463500")
    assert float(trenton.area) == pytest.approx(6780 * 2.59, rel=1e-3)
    assert float(trenton.streamflow.mean() * trenton.area) / 86.4 == pytest.approx(337, abs=1)


def test_land_upstream_closes_on_the_published_area(ds):
    assert (abs(ds.land_area / ds.area - 1) <= 0.15).all()
    for site in ds.site.values[::12]:
        gauge = ds.sel(site=site)
        assert upstream_area(ds, int(gauge.site_reach)) == pytest.approx(float(gauge.land_area), rel=1e-4)


def test_rivers_run_to_an_end_and_carry_more_land_downstream(ds):
    below = ds.drawn_reach_below.values
    assert (below < 456).all() and (below == -1).sum() == 6
    assert len(set(range(456)) - set(below)) == 114  # headwaters
    for reach in range(456):
        steps = 0
        while reach != -1:
            reach, steps = below[reach], steps + 1
            assert steps <= 456, "the network has a loop"
    assert (ds.reach_length > 0).all() and (ds.reach_slope > 0).all() and (ds.reach_width > 0).all()


def test_gauges_are_nested_without_a_loop_in_growing_basins(ds):
    below = dict(zip(ds.site.values, ds.downstream_site.values, strict=True))
    area = dict(zip(ds.site.values, ds.land_area.values, strict=True))
    assert below["01421000"] == "01427510"  # Fishs Eddy drains to Callicoon
    assert below["01463500"] == ""  # below Trenton the river is tidal
    for site, downstream in below.items():
        if downstream:
            assert area[downstream] > area[site]  # so following the links cannot come back


def test_diversions_are_flagged_below_the_dams_only(ds):
    flagged = set(ds.site.values[ds.diverted.values])
    assert {"01417000", "01425000", "01436000", "01434000"} <= flagged
    assert not {"01413500", "01423000", "01420500", "01474500"} & flagged  # above the dams, or elsewhere
    ratio = ds.streamflow.mean("time") / ds.prcp.mean("time")
    lowest = ds.site.values[np.argsort(ratio.values)[:4]]
    assert set(lowest) <= flagged
    assert "diverted" not in attribute_names(ds)


def test_climate_is_that_of_the_first_year(ds):
    year = ds.sel(time="1979")
    rain = year.prcp.astype("float64")
    expected = {
        "p_mean": rain.mean("time"),
        "t_mean": year.tmean.astype("float64").mean("time"),
        "frac_snow": rain.where(year.tmean < 0, 0).sum("time") / rain.sum("time"),
        "high_prec_freq": (rain >= 5 * rain.mean("time")).sum("time"),
        "low_prec_freq": (rain < 1).sum("time"),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(ds[name], values, rtol=1e-5, err_msg=name)
        assert ds[name].period == "1979-01-01/1979-12-31", name
    dated = {name for name in attribute_names(ds) if "period" in ds[name].attrs}
    assert dated == set(expected) | {"pet_mean", "aridity", "p_seasonality"}
    np.testing.assert_allclose(ds.aridity, ds.pet_mean / ds.p_mean, rtol=1e-6)


def test_climate_of_a_changed_test_year_is_the_same(ds):
    made = make_delaware()
    changed = ds.copy(deep=True)
    changed.prcp.loc[{"time": "1980"}] = 99.0
    climate = made.climate(changed.sel(time=slice(*made.FIRST_YEAR.split("/"))))
    for name, (_, _, values) in climate.items():
        np.testing.assert_allclose(ds[name], values, rtol=1e-5, err_msg=name)


def test_seasonality_of_summer_rain_is_positive(ds):
    made = make_delaware()
    year = ds[["prcp", "tmean", "day_of_year"]].sel(time="1979").isel(site=[0])
    wave = np.sin(2 * np.pi * (year.day_of_year.values - 100) / 365)[:, None]
    summer = year.assign(prcp=(("time", "site"), 3 * (1 + 0.6 * wave)), tmean=(("time", "site"), 10 + 12 * wave))
    assert made.climate(summer)["p_seasonality"][2] == pytest.approx(0.6, abs=1e-6)
    winter = summer.assign(prcp=(("time", "site"), 3 * (1 - 0.6 * wave)))
    assert made.climate(winter)["p_seasonality"][2] == pytest.approx(-0.6, abs=1e-6)


def test_attributes_differ_between_basins(ds):
    for name in attribute_names(ds):
        assert np.isfinite(ds[name]).all() and float(ds[name].std()) > 0, name


def test_station_names_read_as_on_a_map():
    readable = make_delaware().readable
    assert readable("BEAVER KILL AT COOKS FALLS NY") == "Beaver Kill at Cooks Falls, NY"
    assert readable("Wissahickon Creek at Mouth, Philadelphia, PA") == "Wissahickon Creek at Mouth, Philadelphia, PA"
    assert readable("Tulpehocken Cr at Blue Marsh Damsite near Reading") == (
        "Tulpehocken Cr at Blue Marsh Damsite near Reading"
    )
