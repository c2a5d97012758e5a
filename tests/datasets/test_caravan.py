"""Folders of Caravan: both formats, old and new names, several sources, and no basin lost silently."""

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset
from dgviz.datasets.remarks import remarks
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
    assert "2 of 6 sites of the attributes have no series: camels_4, camels_5" in ds.dgviz_remarks
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


def said(ds) -> str:
    return "\n".join(" | ".join(remark) for remark in remarks(ds))


@pytest.mark.parametrize("kind", ["csv", "netcdf"])
def test_hours_are_gathered_into_days_and_said(tmp_path, kind):
    days = caravan_series()
    hours = days.loc[(times := pd.date_range(DAYS[0], periods=24 * len(DAYS), freq="h")).floor("D")]
    hours = hours.set_axis(times.rename("date"))
    hours[["total_precipitation_sum", "potential_evaporation_sum", "streamflow"]] /= 24
    hours["temperature_2m_min"] += hours.index.hour / 10
    ds = open_dataset(write_caravan(tmp_path, kind, ("camels_1",), {"camels_1": hours}))
    assert ds.sizes["time"] == len(DAYS)
    for name, value in dict(prcp=3.0, pet=2.0, streamflow=1.5, srad=120.0).items():
        np.testing.assert_allclose(ds[name], value, rtol=1e-5)
    np.testing.assert_allclose(ds.tmin[:, 0], days.temperature_2m_min, rtol=1e-4, atol=1e-5)
    assert "sum of streamflow, pet, prcp; mean of srad, tmean; min of tmin; max of tmax" in said(ds)


def test_weeks_are_refused_with_the_figure(tmp_path):
    weeks = caravan_series(pd.date_range("1990-01-01", periods=300, freq="7D"))
    with pytest.raises(DataError, match=r"camels_1\.csv: the usual step is 7 days, but the domain hydrology"):
        open_dataset(write_caravan(tmp_path, sites=("camels_1",), series={"camels_1": weeks}))


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%dT00:00:00+01:00"])
def test_other_dates_are_read_and_said(tmp_path, form):
    write_caravan(tmp_path, sites=("camels_1", "camels_2"))
    file = tmp_path / "timeseries/csv/camels/camels_1.csv"
    caravan_series().to_csv(file, date_format=form)
    ds = open_dataset(tmp_path)
    assert ds.sizes == {"time": len(DAYS), "site": 2} and "read as | camels_1.csv | " in said(ds)


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT"])
def test_classic_netcdf_is_read(tmp_path, form):
    write_caravan(tmp_path, "netcdf")
    for file in tmp_path.glob("timeseries/netcdf/camels/*.nc"):
        caravan_series().to_xarray().to_netcdf(file, engine="scipy", format=form)
    assert open_dataset(tmp_path).sizes == {"time": len(DAYS), "site": 2}


def test_a_word_in_the_streamflow_is_a_missing_day_and_in_a_forcing_leaves_the_basin_out(tmp_path):
    ice, trace = (caravan_series().astype(object) for _ in range(2))
    ice.loc["1990-01-05", "streamflow"], trace.loc["1990-01-05", "total_precipitation_sum"] = "Ice", "trace"
    ds = open_dataset(
        write_caravan(tmp_path, sites=("camels_1", "camels_2"), series={"camels_1": ice, "camels_2": trace})
    )
    assert "camels_1.csv | streamflow is 'Ice' in 1 cells, first in line 98" in said(ds)
    assert int(ds.streamflow.isnull().sum()) == 1
    assert "camels_2.csv: line 98: total_precipitation_sum is 'trace', not a number" in left_out(ds)["camels_2"]


@pytest.mark.parametrize("table", ["other", "caravan", "hydroatlas"])
def test_an_id_twice_is_named_in_any_table(tmp_path, table):
    file = write_caravan(tmp_path) / f"attributes/camels/attributes_{table}_camels.csv"
    file.write_text(file.read_text() + file.read_text().splitlines()[1] + "\n")
    with pytest.raises(
        DataError, match=rf"attributes_{table}_camels\.csv: site camels_01013500 appears twice \(lines 2, 4"
    ):
        open_dataset(tmp_path)


def test_ids_that_lost_their_zeros_and_semicolons_are_read(tmp_path):
    for file in write_caravan(tmp_path).glob("attributes/camels/*.csv"):
        file.write_text(file.read_text().replace("camels_0", "camels_").replace(",", ";").replace(".", ","))
    ds = open_dataset(tmp_path)
    assert list(ds.site.values) == ["camels_01013500", "camels_01022500"] and float(ds.aridity[0]) == pytest.approx(0.7)
    assert "leading zeros are those of the files: camels_1013500 is camels_01013500" in said(ds)


def test_attributes_of_many_sites_beside_few_series_take_one_line(tmp_path):
    sites = tuple(f"camels_{number:03}" for number in range(617))
    folder = write_caravan(tmp_path, sites=sites[:2]) / "attributes/camels"
    for file in folder.glob("*.csv"):
        header, line, *_ = file.read_text().splitlines()
        file.write_text("\n".join([header, *(line.replace(sites[0], site) for site in sites)]) + "\n")
    ds = open_dataset(tmp_path)
    assert ds.sizes["site"] == 2 and ds.left_out == ""
    assert said(ds).count("left out") == 1 and "615 of 617 sites of the attributes have no series" in said(ds)


def test_flow_that_a_tide_turns_is_missing_and_said(tmp_path):
    series = caravan_series()
    series.loc["1990-01-05", "streamflow"] = -0.02
    ds = open_dataset(write_caravan(tmp_path, series={"camels_01013500": series}))
    assert ds.left_out == "" and int(ds.streamflow.isnull().sum()) == 1 and "the least -0.02, 1 time at" in said(ds)
