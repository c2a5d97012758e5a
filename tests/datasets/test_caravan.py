"""Folders of Caravan: both formats, old and new names, several sources, and no basin lost silently."""

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset
from tests.datasets.camels_files import DAYS, caravan_series, write_caravan


@pytest.fixture(params=["csv", "netcdf"])
def folder(tmp_path, request):
    return write_caravan(tmp_path / "caravan", request.param)


def left_out(ds) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in ds.left_out.splitlines())


def test_both_formats_give_the_same_series(folder):
    ds = open_dataset(folder)
    assert list(ds.site.values) == ["camels_01013500", "camels_01022500"] and ds.sizes["time"] == len(DAYS)
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "srad", "pet"]
    expected = dict(prcp=3.0, srad=120.0, pet=2.0, streamflow=1.5)
    for name, value in expected.items():
        np.testing.assert_allclose(ds[name], value)
    np.testing.assert_allclose(ds.tmean - ds.tmin, 6, atol=1e-5)  # the given mean, not that of the two
    assert "Net" in ds.srad.long_name and ds.title == "Caravan, 2 basins" and ds.left_out == ""


def test_attributes_have_units_and_none_is_modelled_discharge(folder):
    ds = open_dataset(folder)
    climate = {"p_mean", "pet_mean", "aridity", "frac_snow", "high_prec_freq"}
    assert set(attribute_names(ds)) == climate | {"area", "elevation", "slope_angle", "frac_clay"}
    assert float(ds.slope_angle[0]) == 2.5 and ds.slope_angle.units == "degree"  # tenths in HydroATLAS
    assert np.isnan(ds.frac_clay).all() and "frac_clay (2)" in ds.history  # -9999
    assert {name for name in attribute_names(ds) if "period" in ds[name].attrs} == climate
    assert ds.p_mean.period == "1981-01-01/2020-12-31"
    assert ds.name.values[0] == "Clear Creek" and ds.region.values[0] == "United States of America"


def test_newer_versions_have_two_evapotranspirations(tmp_path):
    new = caravan_series(pet="potential_evaporation_sum_ERA5_LAND").assign(
        potential_evaporation_sum_FAO_PENMAN_MONTEITH=1.0
    )
    sites = ("camels_1", "camels_2")
    ds = open_dataset(write_caravan(tmp_path, sites=sites, series=dict.fromkeys(sites, new)))
    assert float(ds.pet.max()) == 1.0


def test_condensation_is_no_evapotranspiration(tmp_path):
    series = caravan_series()
    series.loc["1990-01-05", "potential_evaporation_sum"] = -0.02
    ds = open_dataset(write_caravan(tmp_path, series={"camels_01013500": series}))
    assert float(ds.pet.sel(time="1990-01-05", site="camels_01013500")) == 0.0 and ds.left_out == ""


def test_all_sources_are_read(tmp_path):
    write_caravan(tmp_path)
    write_caravan(tmp_path, sites=("camelsgb_10002",))
    assert list(open_dataset(tmp_path).site.values) == ["camels_01013500", "camels_01022500", "camelsgb_10002"]


def test_days_begin_a_year_before_the_first_streamflow(tmp_path):
    days = pd.date_range("1985-01-01", "1996-12-31")
    series = caravan_series(days)
    series.loc[:"1989-09-30", "streamflow"] = np.nan
    series.loc["1995-10-01":, "streamflow"] = np.nan
    sites = ("camels_1",)
    ds = open_dataset(write_caravan(tmp_path, sites=sites, series=dict.fromkeys(sites, series)))
    assert [f"{ds.indexes['time'][i]:%Y-%m-%d}" for i in (0, -1)] == ["1988-10-01", "1995-09-30"]
    assert (ds.train_period, ds.test_period) == ("1989-10-01/1993-09-30", "1993-10-01/1995-09-30")


def test_no_basin_is_left_out_silently(tmp_path):
    sites = tuple(f"camels_{number}" for number in (1, 2, 3, 4, 5, 7))
    faults = {
        "camels_2": caravan_series().drop(columns="streamflow"),
        "camels_3": caravan_series().assign(temperature_2m_mean=280.0),
        "camels_7": caravan_series().drop(columns="surface_net_solar_radiation_mean"),
    }
    write_caravan(tmp_path, sites=sites, series=faults)
    series = tmp_path / "timeseries" / "csv" / "camels"
    (series / "camels_4.csv").unlink()
    (series / "camels_5.csv").rename(series / "camels_6.csv")
    ds = open_dataset(tmp_path)
    assert list(ds.site.values) == ["camels_1"]
    reasons = left_out(ds)
    assert reasons.keys() == {"camels_2", "camels_3", "camels_6", "camels_7"}
    assert reasons["camels_2"].startswith("camels_2.csv: no column streamflow; it has surface_net_solar")
    assert reasons["camels_7"] == "no srad, which most basins have"
    assert "looks like kelvin" in reasons["camels_3"]
    assert "2 of 6 sites of the attributes have no series: camels_4, camels_5" in ds.remarks
    assert reasons["camels_6"] == "no line in attributes_other"


def test_attributes_that_are_absent_are_named(tmp_path):
    write_caravan(tmp_path)
    for name in ("caravan", "other"):
        (tmp_path / f"attributes/camels/attributes_{name}_camels.csv").unlink()
        if name == "caravan":
            assert "no attributes_caravan_camels.csv" in open_dataset(tmp_path).history
    with pytest.raises(DataError, match=r"no attributes_other_SOURCE\.csv of camels; it says where the gauges are"):
        open_dataset(tmp_path)


def test_a_variable_that_few_basins_have_is_not_read_and_noted(tmp_path):
    without = caravan_series().drop(columns="potential_evaporation_sum")
    sites = ("camels_1", "camels_2", "camels_3")
    ds = open_dataset(write_caravan(tmp_path, sites=sites, series=dict.fromkeys(sites[:2], without)))
    assert ds.sizes["site"] == 3 and "pet" not in ds and "not read, as most basins lack it: pet" in ds.history
