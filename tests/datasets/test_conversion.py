"""Files in other units: converted when they are read, and told; what measures something else is refused."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, conversions, open_dataset
from dgviz.datasets.remarks import Remark, remarks
from tests.datasets.test_table import days_of_weather, folder, message, rewrite  # noqa: F401  folder is a fixture

AREA = {"0001": 100.0, "0002": 50.0}  # km2, in attributes.csv of the folder


def write_series(path, change) -> None:
    for site in AREA:
        rewrite(path, change, site)


SERIES = [  # column, its values there, the values here, how
    ("prcp [inch d-1]", lambda t: t.prcp / 25.4, "prcp", "times 25.4"),
    ("prcp [inch]", lambda t: t.prcp / 25.4, "prcp", "times 25.4, as the sum of one day"),
    ("prcp [m]", lambda t: t.prcp / 1000, "prcp", "times 1000, as the sum of one day"),
    ("prcp [mm/h]", lambda t: t.prcp / 24, "prcp", "times 24"),
    ("prcp [kg m-2 s-1]", lambda t: t.prcp / 86400, "prcp", "times 86400"),
    ("prcp [kg m-2]", lambda t: t.prcp, "prcp", "as the sum of one day"),
    ("tmin [K]", lambda t: t.tmin + 273.15, "tmin", "minus 273.15"),
    ("tmin [degrees F]", lambda t: t.tmin * 1.8 + 32, "tmin", "times 0.555556, minus 17.7778"),
    ("vp [kPa]", lambda t: 0.8 + 0 * t.tmin, "vp", "times 1000"),
    ("srad [MJ m-2]", lambda t: 8.64 + 0 * t.tmin, "srad", "times 11.5741, as the sum of one day"),
]


@pytest.mark.parametrize(("header", "given", "name", "how"), SERIES, ids=[row[0] for row in SERIES])
def test_a_column_in_other_units_is_converted(folder, header, given, name, how):  # noqa: F811
    expected = days_of_weather().assign(vp=800.0, srad=100.0)[name]
    write_series(folder, lambda t: t.drop(columns=name, errors="ignore").assign(**{header: given(t)}))
    ds = open_dataset(folder)
    np.testing.assert_allclose(ds[name].sel(site="0002"), expected, rtol=1e-5, atol=1e-4)
    units = header.partition("[")[2].rstrip("]")
    assert conversions(ds) == [(name, units, ds[name].units, how)]
    assert Remark("converted", name, f"from {units} to {ds[name].units}: {how}") in remarks(ds)


@pytest.mark.parametrize(
    ("units", "factor"), [("ft3 s-1", 0.3048**3), ("cfs", 0.3048**3), ("m3/s", 1.0), ("L s-1", 1e-3)]
)
@pytest.mark.parametrize("name", ["streamflow", "discharge"])
def test_a_volume_becomes_a_depth_over_the_area(folder, name, units, factor):  # noqa: F811
    write_series(folder, lambda t: t.drop(columns="streamflow").assign(**{f"{name} [{units}]": 10.0}))
    ds = open_dataset(folder)
    for site, area in AREA.items():
        np.testing.assert_allclose(ds.streamflow.sel(site=site), 10 * factor * 86.4 / area, rtol=1e-5)
    assert "discharge" not in ds and ("converted", "streamflow") in [remark[:2] for remark in remarks(ds)]


def test_a_volume_without_an_area_asks_for_it(folder):  # noqa: F811
    (folder / "attributes.csv").write_text("site,lat,lon\n0001,41,-75\n0002,42,-75\n")
    write_series(folder, lambda t: t.rename(columns={"streamflow": "streamflow [ft3 s-1]"}))
    assert "streamflow has units 'ft3 s-1', it needs 'mm d-1'; to convert it, add the drainage area" in message(folder)


def test_files_may_differ_in_their_units(folder):  # noqa: F811
    rewrite(folder, lambda t: t.drop(columns="prcp").assign(**{"prcp [inch d-1]": 3 / 25.4}), "0002")
    ds = open_dataset(folder)
    np.testing.assert_allclose(ds.prcp, 3.0, rtol=1e-6)
    assert conversions(ds) == [("prcp", "inch d-1", "mm d-1", "times 25.4")]


@pytest.mark.parametrize("area", ["area [m2]", "area [ha]", "area [mi2]"])
def test_attributes_with_known_units_are_converted(folder, area):  # noqa: F811
    size = {"area [m2]": 1e6, "area [ha]": 100.0, "area [mi2]": 1 / 2.589988110336}[area]
    header = f"site,lat,lon,{area},elevation [ft],clay [percent]"
    rows = f"0001,41,-75,{100 * size},1000,40\n0002,42,-75,{50 * size},,20"
    (folder / "attributes.csv").write_text(f"{header}\n{rows}\n")
    ds = open_dataset(folder)
    np.testing.assert_allclose(ds.area, [100, 50], rtol=1e-6)
    np.testing.assert_allclose(ds.elevation, [304.8, np.nan], rtol=1e-6)
    assert (ds.area.units, ds.elevation.units, ds.clay.units) == ("km2", "m", "percent")  # clay is declared nowhere
    assert {name for name, *_ in conversions(ds)} == {"area", "elevation"}


def test_a_mark_for_a_missing_value_is_found_before_it_is_converted(folder):  # noqa: F811
    marked = lambda t: t.drop(columns="tmin").assign(**{"tmin [K]": np.where(t.date < "1991", -9999.0, 280.0)})  # noqa: E731
    write_series(folder, marked)
    ds = open_dataset(folder)
    assert str(ds.time.values[0])[:10] == "1991-01-01" and float(ds.tmin.max()) == pytest.approx(6.85, rel=1e-4)
    assert "tmin -9999 (92)" in ds.dgviz_remarks


def test_units_of_a_netcdf_are_converted(folder, tmp_path):  # noqa: F811
    ds = open_dataset(folder).drop_vars(["day_of_year", "tmean"])
    flow = (ds.streamflow * ds.area / 86.4 / 0.3048**3).assign_attrs(units="ft3 s-1")
    warm = (ds.tmax + 273.15).assign_attrs(units="K")
    given = ds.assign(streamflow=flow, tmax=warm, area=(ds.area * 100).assign_attrs(units="ha"))
    given.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    read = open_dataset(tmp_path / "mine.nc")
    for name in ("streamflow", "tmax", "area"):
        np.testing.assert_allclose(read[name], ds[name], rtol=1e-5, atol=1e-4)
        assert read[name].units == ds[name].units and read[name].dtype == "float32"
    told = {name: how for name, *_, how in conversions(read)}
    assert told["streamflow"] == "times 2.44658, over the drainage area in km2" and told["area"] == "times 0.01"
    read.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
    again = open_dataset(tmp_path / "again.nc")
    xr.testing.assert_allclose(again, read)
    assert remarks(again) == remarks(read) and conversions(again) == conversions(read)


def test_coordinates_stay_coordinates(folder, tmp_path):  # noqa: F811
    ds = open_dataset(folder).drop_vars("day_of_year")
    ds["lat"] = ds.lat.assign_attrs(units="degree_N")
    ds.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    read = open_dataset(tmp_path / "mine.nc")
    assert {"lat", "lon", "name"} <= set(read.coords) and read.lat.units == "degrees_north" and not conversions(read)


def test_monthly_sums_are_refused(folder, tmp_path, monthly):  # noqa: F811
    ds, vocabularies = monthly
    ds["rain"] = ds.rain.assign_attrs(units="mm")
    ds.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="rain has units 'mm', it needs 'mm d-1'; they measure different things"):
        open_dataset(tmp_path / "mine.nc", vocabularies=vocabularies)


def test_hourly_sums_are_amounts_of_an_hour(tmp_path, hourly):
    ds, vocabularies = hourly
    ds["light"] = (ds.light * 3600 / 1e6).assign_attrs(units="MJ m-2")
    ds.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    read = open_dataset(tmp_path / "mine.nc", vocabularies=vocabularies)
    np.testing.assert_allclose(read.light, 300.0, rtol=1e-5)
    assert conversions(read)[0][3] == "times 277.778, as the sum of one hour"


def test_exchange_of_carbon_is_converted(tmp_path, hourly):
    ds, vocabularies = hourly
    ds["exchange"] = (ds.exchange / 1.0377504).assign_attrs(units="umol CO2 m-2 s-1")
    ds.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    read = open_dataset(tmp_path / "mine.nc", vocabularies=vocabularies)
    np.testing.assert_allclose(read.exchange, -2.0, rtol=1e-5)


def test_plain_days_are_not_told_as_converted(folder):  # noqa: F811
    write_series(folder, lambda t: t.rename(columns={"prcp": "prcp [mm/day]", "tmin": "tmin [deg C]"}))
    ds = open_dataset(folder)
    assert conversions(ds) == [] and "converted" not in {remark.kind for remark in remarks(ds)}
    assert isinstance(ds.indexes["time"], pd.DatetimeIndex)
