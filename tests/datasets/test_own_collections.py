"""Folders of one's own in the layouts of NeuralHydrology's GenericDataset and of airGR's BasinObs."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, airgr, attribute_names, forcing_names, neuralhydrology_folder, open_dataset
from dgviz.datasets.remarks import remarks
from tests.datasets.layout_files import DAYS, ISO, WARMTH, write_table

FLOW = np.where(np.arange(len(DAYS)) < 4, np.nan, 1.5)


def write_generic(root, sites=("a1", "b2"), units=True, ending="nc", **series):
    """`series` gives (values, units) by name."""
    usual = dict(precip=(3.0, "mm/day"), temp_min=(WARMTH + 268.15, "K"), temp_max=(WARMTH + 278.15, "K"))
    series = series or usual | dict(qobs=(FLOW, "mm/d"))
    (root / "time_series").mkdir(parents=True)
    for site in sites:
        variables = {
            name: ("date", np.broadcast_to(values, len(DAYS)).astype("float64"), {"units": unit} if units else {})
            for name, (values, unit) in series.items()
        }
        ds = xr.Dataset(variables, {"date": DAYS})
        ds.to_netcdf(root / "time_series" / f"{site}.{ending}", engine="h5netcdf")
    place = dict(gauge_lat=45.0, gauge_lon=-70.0, area_km2=100.0, elev_mean=300.0)
    write_table(root / "attributes" / "place.csv", pd.DataFrame(dict(gauge_id=list(sites)) | place))
    more = dict(clay=[20, 30], q_mean=1.5, soil_type="loam")
    write_table(root / "attributes" / "soil.csv", pd.DataFrame(dict(gauge_id=list(sites)) | more))
    return root


def test_a_generic_dataset_is_read_by_the_names_and_units_of_its_variables(tmp_path):
    ds = open_dataset(write_generic(tmp_path / "mine"))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean"] and ds.site.values.tolist() == ["a1", "b2"]
    np.testing.assert_allclose(ds.prcp, 3.0)
    np.testing.assert_allclose(ds.tmean[:, 0], WARMTH, atol=1e-3)  # from kelvin
    np.testing.assert_allclose(ds.streamflow[:, 0], FLOW)
    assert attribute_names(ds) == ["area", "elevation", "clay"] and float(ds.clay[1]) == 30
    assert "computed from the observed flow: q_mean" in ds.history and "soil_type" in ds.history
    assert float(ds.lat[0]) == 45 and ds.title == "mine"


def test_the_series_are_told_without_reading_them(tmp_path):
    generic = write_generic(tmp_path / "generic")
    assert neuralhydrology_folder.series_in(generic) == {"prcp", "tmin", "tmax", "streamflow"}
    write_basin_obs(tmp_path / "L0123001.csv")
    assert airgr.series_in(tmp_path) == {"prcp", "tmean", "pet", "streamflow"}


def test_without_units_they_are_said_to_be_assumed(tmp_path):
    ds = open_dataset(write_generic(tmp_path, units=False, prcp=(3.0, ""), tmean=(WARMTH, ""), discharge=(2.0, "")))
    np.testing.assert_allclose(ds.streamflow, 2.0 * 86.4 / 100, rtol=1e-6)  # m3 s-1 over 100 km2
    assert "taken to be in those of the project: prcp mm d-1, tmean degC, discharge m3 s-1" in ds.history


def test_units_may_stand_in_brackets(tmp_path):
    weather = {"PRCP(mm d-1)": (3.0, ""), "Tmax(K)": (WARMTH + 278.15, ""), "Tmin(K)": (WARMTH + 268.15, "")}
    series = weather | {"QObs [mm d-1]": (1.5, "")}
    ds = open_dataset(write_generic(tmp_path, units=False, ending="nc4", **series))
    np.testing.assert_allclose(ds.streamflow, 1.5)
    np.testing.assert_allclose(ds.tmean[:, 0], WARMTH, atol=1e-3)
    assert "taken to be" not in ds.history


@pytest.mark.parametrize("header, area", [("area [mi2]", 38.610216), ("area [ha]", 1e4), ("area (m2)", 1e8)])
def test_a_discharge_is_spread_over_the_area_in_the_units_of_its_column(tmp_path, header, area):
    generic = write_generic(tmp_path / "generic", precip=(3.0, "mm/d"), temp=(WARMTH, "degC"), qobs=(FLOW, "m3/s"))
    place = generic / "attributes" / "place.csv"
    place.write_text(place.read_text().replace("area_km2", header).replace("100.0", str(area)))
    write_basin_obs(tmp_path / "airgr" / "L0123001.csv", area=100.0, Qmm=np.nan)
    (tmp_path / "airgr" / "attributes.csv").write_text(f"site,lat,lon,{header}\nL0123001,48.5,2.3,{area}\n")
    for path, flow in ((generic, FLOW * 86.4 / 100), (tmp_path / "airgr", FLOW)):
        ds = open_dataset(path)
        np.testing.assert_allclose(ds.streamflow[:, 0], flow, rtol=1e-5)
        np.testing.assert_allclose(ds.area, 100.0, rtol=1e-5)
        assert ("converted", "area") in [remark[:2] for remark in remarks(ds)]


def test_ids_that_lost_their_zeros_semicolons_and_decimal_commas_are_read(tmp_path):
    generic = write_generic(tmp_path / "generic", sites=("01013500", "01022500"))
    for file in (generic / "attributes").glob("*.csv"):
        file.unlink()
    table = "gauge_id;gauge_lat;gauge_lon;area;clay\n{};41,2;-75,1;100,5;3,5\n{};41,9;-75,9;200,5;NULL\n"
    (generic / "attributes" / "all.csv").write_text(table.format("1013500", "1022500"))
    obs = tmp_path / "airgr"
    for site in ("01013500", "01022500"):
        write_basin_obs(obs / f"{site}.csv")
    (obs / "attributes.csv").write_text(table.format("1013500", "1022500"))
    for path in (generic, obs):
        ds = open_dataset(path)
        assert ds.site.values.tolist() == ["01013500", "01022500"] and not ds.attrs["left_out"]
        np.testing.assert_allclose(ds.lat, [41.2, 41.9], rtol=1e-6)
        np.testing.assert_allclose(ds.clay, [3.5, np.nan])
        texts = [remark.text for remark in remarks(ds)]
        assert (
            "ids without their leading zeros are those of the files: 1013500 is 01013500, 1022500 is 01022500" in texts
        )
        assert "columns between semicolons, decimal commas" in texts


def test_a_dimension_of_length_one_is_dropped(tmp_path):
    root = write_generic(tmp_path)
    for file in (root / "time_series").glob("*.nc"):
        ds = xr.load_dataset(file, engine="h5netcdf").expand_dims(basin=[file.stem])
        ds.to_netcdf(file, engine="h5netcdf")
    np.testing.assert_allclose(open_dataset(root).prcp, 3.0)


@pytest.mark.parametrize("rain, units", [(0.125, "mm"), (3.0, "mm/d"), (0.125, "mm/h"), (0.125, "")])
def test_hours_of_a_generic_dataset_are_gathered(tmp_path, rain, units):
    times = pd.date_range("1989-10-01", "1991-12-31 23:00", freq="h")
    warmth = 10 - 10 * np.cos(2 * np.pi * np.arange(len(times)) / 8766)
    root = write_generic(tmp_path)
    series = dict(prcp=(rain, units), temp=(warmth, "degC"), qobs=(1.0 if units else 1 / 24, units and "mm/d"))
    for file in (root / "time_series").glob("*.nc"):
        variables = {
            name: ("date", np.broadcast_to(values, len(times)).astype("float64"), {"units": unit} if unit else {})
            for name, (values, unit) in series.items()
        }
        xr.Dataset(variables, {"date": times}).to_netcdf(file, engine="h5netcdf")
    ds = open_dataset(root)
    assert ds.sizes["time"] == 822 and ds.left_out == "" and "aggregated" in [remark.kind for remark in remarks(ds)]
    np.testing.assert_allclose(ds.prcp, 3.0, rtol=1e-6)
    np.testing.assert_allclose(ds.streamflow, 1.0, rtol=1e-6)


def test_the_area_that_a_discharge_needs_is_named(tmp_path):
    root = write_generic(tmp_path, prcp=(3.0, "mm/d"), temp=(WARMTH, "degC"), qobs=(FLOW, "m3/s"))
    place = root / "attributes" / "place.csv"
    place.write_text(place.read_text().replace("100.0", "-999", 1))
    ds = open_dataset(root)
    assert ds.left_out == "a1: site a1: the drainage area is -999 km2; it must be positive"
    assert "from m3/s to mm d-1" in str(remarks(ds))


def test_tables_of_other_basins_stand_below_each_other(tmp_path):
    root = write_generic(tmp_path)
    for file in (root / "attributes").glob("*.csv"):
        file.unlink()
    for site, lat in (("a1", 40.0), ("b2", 50.0)):
        table = pd.DataFrame(dict(basin=[site], latitude=lat, longitude=5.0, area=10.0))
        write_table(root / "attributes" / f"{site}.csv", table)
    assert open_dataset(root).lat.values.tolist() == [40.0, 50.0]


def test_what_a_generic_dataset_lacks_is_named(tmp_path):
    root = write_generic(tmp_path)
    (root / "attributes" / "soil.csv").unlink()
    place = root / "attributes" / "place.csv"
    place.write_text(place.read_text().replace("gauge_lat", "northing"))
    with pytest.raises(DataError, match="no lat among the attributes northing, gauge_lon"):
        open_dataset(root)
    place.unlink()
    with pytest.raises(
        DataError, match="looks like a GenericDataset of NeuralHydrology, but there is no file attributes"
    ):
        open_dataset(root)


def test_a_basin_without_precipitation_is_left_out(tmp_path):
    root = write_generic(tmp_path)
    file = root / "time_series" / "a1.nc"
    xr.load_dataset(file, engine="h5netcdf").drop_vars("precip").to_netcdf(file, engine="h5netcdf")
    assert open_dataset(root).left_out == "a1: a1.nc: no prcp among temp_min, temp_max, qobs"


def write_basin_obs(file, area=360.0, semicolons=False, **columns):
    """As R writes it: names of rows first, texts in quotes, NA where there is nothing; Qls and Qmm over `area`."""
    table = pd.DataFrame(dict(DatesR=ISO, P=3.0, T=WARMTH, E=1.2, Qls=FLOW * area / 86.4 * 1000, Qmm=FLOW) | columns)
    table.insert(0, "", np.arange(1, len(table) + 1).astype(str))
    options = dict(separator=";", decimal=",") if semicolons else {}
    write_table(file, table.dropna(axis=1, how="all"), missing="NA", quoting=2, **options)


PLACES = "site,name,lat,lon\nL0123001,Blue River,48.5,2.3\nL0123002,Red River,48.6,2.4\n"


@pytest.mark.parametrize("semicolons", [False, True])
def test_basin_obs(tmp_path, semicolons):
    write_basin_obs(tmp_path / "L0123001.csv", semicolons=semicolons)
    write_basin_obs(tmp_path / "L0123002.csv", area=50.0, semicolons=semicolons)
    (tmp_path / "attributes.csv").write_text(PLACES)
    ds = open_dataset(tmp_path)
    assert forcing_names(ds) == ["prcp", "tmean", "pet"] and ds.name.values[0] == "Blue River"
    np.testing.assert_allclose(ds.streamflow[:, 0], FLOW)
    np.testing.assert_allclose(ds.pet, 1.2, rtol=1e-6)
    np.testing.assert_allclose(ds.area, [360, 50], rtol=1e-4)  # at which Qls is Qmm
    assert open_dataset(tmp_path / "L0123001.csv").site.values.tolist() == ["L0123001"]


def test_basin_obs_with_litres_alone_needs_the_area(tmp_path):
    write_basin_obs(tmp_path / "L0123001.csv", Qmm=np.nan)
    (tmp_path / "attributes.csv").write_text("site,lat,lon,area\nL0123001,48.5,2.3,360\n")
    np.testing.assert_allclose(open_dataset(tmp_path).streamflow[:, 0], FLOW, rtol=1e-5)


def test_basin_obs_without_a_place_says_what_to_add(tmp_path):
    write_basin_obs(tmp_path / "L0123001.csv")
    words = "looks like BasinObs of airGR, but there is no file attributes.csv; put one beside it.*a row for L0123001"
    for path in (tmp_path, tmp_path / "L0123001.csv"):
        with pytest.raises(DataError, match=words):
            open_dataset(path)


def test_flow_below_zero_in_basin_obs_is_missing_and_said(tmp_path):
    flow = FLOW.copy()
    flow[[10, 11]], flow[12] = -0.02, -999
    write_basin_obs(tmp_path / "L0123001.csv", Qmm=flow, Qls=np.nan)
    (tmp_path / "attributes.csv").write_text("site,lat,lon\nL0123001,48.5,2.3\n")
    ds = open_dataset(tmp_path)
    assert int(ds.streamflow.isnull().sum()) == 4 + 3
    assert "the least -0.02, 2 times at L0123001" in str(remarks(ds)) and "on 1 day of 1 basin" in str(remarks(ds))


def test_an_area_at_which_litres_are_not_millimetres_is_doubted(tmp_path):
    write_basin_obs(tmp_path / "L0123001.csv", area=100.0, Qmm=np.where(np.arange(len(FLOW)) < 500, FLOW, np.nan))
    (tmp_path / "attributes.csv").write_text("site,lat,lon,area\nL0123001,48.5,2.3,10000\n")
    ds = open_dataset(tmp_path)
    np.testing.assert_allclose(ds.streamflow[:, 0], FLOW, rtol=1e-5)
    assert "area is 10000 km2 in attributes.csv, but Qls is Qmm over 100 km2" in str(remarks(ds))
