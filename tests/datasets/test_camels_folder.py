"""The published folder of CAMELS-US: units, layouts, and no basin lost silently."""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset, read_path
from dgviz.datasets.camels_us import load
from dgviz.datasets.remarks import Remark, remarks
from tests.datasets.camels_files import AREA, DAYS, weather, write_attributes, write_camels, write_flow, write_weather


@pytest.fixture
def folder(tmp_path):
    return write_camels(tmp_path / "camels")


def left_out(ds) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in ds.left_out.splitlines())


def test_units_are_converted(folder):
    ds = open_dataset(folder)
    assert list(ds.site.values) == ["01013500", "01022500", "14400000"] and ds.left_out == ""
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "srad", "vp"]
    np.testing.assert_allclose(ds.streamflow, 100 * 0.028316846592 * 86.4 / AREA, rtol=1e-5)  # ft3/s to mm d-1
    np.testing.assert_allclose(ds.srad, 100.0)  # 200 W m-2 over half of the day
    np.testing.assert_allclose(ds.tmean, (ds.tmin + ds.tmax) / 2, atol=1e-4)
    assert float(ds.vp[0, 0]) == 800 and ds.vp.units == "Pa" and ds.prcp.dtype == "float32"


def test_leap_days_are_there(folder):
    ds = open_dataset(folder)
    assert ds.sizes["time"] == len(DAYS) and "1992-02-29" in ds.indexes["time"]


def test_attributes_are_those_of_the_prepared_file(folder):
    ds = open_dataset(folder)
    known = {"area", "elevation", "slope", "p_mean", "pet_mean", "p_seasonality", "frac_snow", "aridity"}
    assert set(attribute_names(ds)) == known | {"soil_depth_pelletier", "frac_sand"}
    assert ds.p_mean.period == "1989-10-01/2009-09-30" and "period" not in ds.area.attrs
    assert ds.name.values[0] == "Clear Creek, Maine" and ds.region.values[0] == "01"
    assert float(ds.lat[0]) == 45 and ds.elevation.units == "m"
    assert "no camels_vege.txt" in ds.history and "no camels_geol.txt" in ds.history


def test_the_record_is_split_or_has_the_periods_of_the_comparison(tmp_path):
    short = open_dataset(write_camels(tmp_path / "short"))
    assert (short.train_period, short.test_period) == ("1989-10-01/1991-09-30", "1991-10-01/1993-09-30")
    long = tmp_path / "long"
    days = pd.date_range("1989-10-01", "2008-09-30")
    write_weather(long, "01013500", weather(days))
    write_flow(long, "01013500", pd.Series(10.0, days))
    write_attributes(long, ["01013500"])
    ds = open_dataset(long)
    assert (ds.train_period, ds.test_period) == ("1999-10-01/2008-09-30", "1989-10-01/1999-09-30")


@pytest.mark.parametrize("layout", ["above", "of the series", "flat"])
def test_layouts_as_people_have_them(folder, tmp_path, layout):
    expected = open_dataset(folder)
    inner = folder / "basin_dataset_public_v1p2"
    path = {"above": tmp_path, "of the series": inner, "flat": inner}[layout]
    if layout == "flat":  # no folders by HUC, attributes inside
        for file in inner.rglob("*.txt"):
            shutil.move(file, file.parents[1] / file.name)
        shutil.move(folder / "camels_attributes_v2.0", inner)
    ds = open_dataset(path)
    assert ds.drop_attrs().equals(expected.drop_attrs())


def test_products_that_repeat_the_mean_temperature_give_only_the_mean(tmp_path):
    same = weather().assign(tmin=lambda table: table["tmax"])
    root = write_camels(tmp_path, product="nldas")
    for site in ("01013500", "01022500", "14400000"):
        write_weather(root, site, same, "nldas", huc=site[:2])
    ds = open_dataset(root)
    assert forcing_names(ds) == ["prcp", "tmean", "srad", "vp"]
    assert "only tmean is read" in ds.history and ds.title.startswith("CAMELS-US (nldas)")
    write_weather(root, "01013500", weather())
    assert open_dataset(root).title == "CAMELS-US (daymet), 1 basins"  # which comes first


def test_missing_streamflow_stays_empty(folder):
    flow = pd.Series(100.0, DAYS)
    flow.loc["1990-01-05":"1990-01-07"] = np.nan
    write_flow(folder, "01013500", flow.drop(pd.Timestamp("1990-02-01")))
    ds = open_dataset(folder)
    empty = ds.streamflow.sel(site="01013500").isnull()
    assert ds.time[empty].dt.strftime("%m-%d").values.tolist() == ["01-05", "01-06", "01-07", "02-01"]
    assert not ds.streamflow.sel(site="01022500").isnull().any() and ds.left_out == ""


def test_no_basin_is_left_out_silently(folder):
    days = weather()
    write_weather(folder, "01013500", days.drop(pd.Timestamp("1992-02-29")))
    write_flow(folder, "01022500", pd.Series(np.nan, DAYS))
    write_weather(folder, "02000001", days)  # without streamflow
    write_flow(folder, "02000002", pd.Series(1.0, DAYS))  # without weather
    for site, table in (("02000003", days), ("02000004", days.assign(prcp=-3.0)), ("02000005", days)):
        write_weather(folder, site, table)
        write_flow(folder, site, pd.Series(1.0, DAYS))
    write_attributes(folder, ["01013500", "01022500", "14400000", "02000001", "02000004", "02000005"])
    (unreadable,) = folder.rglob("02000005_lump*")
    unreadable.write_text("")
    ds = open_dataset(folder)
    assert list(ds.site.values) == ["14400000"]
    negative = "prcp on 1989-10-01 is -3; precipitation cannot be negative: correct the value."
    assert left_out(ds) == {
        "01013500": "weather is missing on 1 days, first on 1992-02-29",
        "01022500": "no streamflow within 1989-10-01/1993-09-30",
        "02000001": "no streamflow file",
        "02000002": "no weather file and no line in camels_topo.txt",
        "02000003": "no line in camels_topo.txt",
        "02000004": f"{negative} (and 1460 more days)",
        "02000005": f"{unreadable.name}: its first three lines are not latitude, elevation and area",
    }


def test_days_are_those_that_keep_the_most_data(folder):
    late = weather(pd.date_range("1993-01-01", "1993-09-30"))
    write_weather(folder, "01013500", late)
    ds = open_dataset(folder)
    assert ds.sizes == {"time": len(DAYS), "site": 2}
    assert left_out(ds) == {"01013500": "weather of 1993-01-01/1993-09-30 does not cover 1989-10-01/1993-09-30"}
    a_little_later = weather(pd.date_range("1989-10-03", "1993-09-30"))
    write_weather(folder, "01013500", a_little_later)
    ds = open_dataset(folder)
    assert ds.sizes == {"time": len(DAYS) - 2, "site": 3} and ds.left_out == ""


def test_a_span_is_kept_to(folder):
    ds = read_path(folder, "1990-10-01/1992-09-30")
    assert ds.sizes["time"] == 731 and ds.train_period == "1990-10-01/1991-09-30"
    with pytest.raises(DataError, match="no basin can be used; 01013500: weather of .* does not cover 1950-01-01"):
        read_path(folder, "1950-01-01/1992-09-30")
    with pytest.raises(DataError, match="span '1990' is not a period"):
        read_path(folder, "1990")


def test_exchanged_temperatures_are_put_in_order_and_noted(folder):
    days = weather()
    days.loc["1990-01-05", ["tmin", "tmax"]] = [9.0, 2.0]
    write_weather(folder, "01013500", days)
    ds = open_dataset(folder)
    day = ds.sel(site="01013500", time="1990-01-05")
    assert (float(day.tmin), float(day.tmax), float(day.tmean)) == (2.0, 9.0, 5.5)
    words = "where tmin was above tmax: 1 days of 1 basins (01013500)"
    assert Remark("exchanged", "tmin, tmax", words) in remarks(ds)


def test_streamflow_is_over_the_area_of_the_weather_file_and_another_area_is_noted(folder):
    write_weather(folder, "01013500", weather(), area=2 * AREA)
    ds = open_dataset(folder)
    ratio = ds.streamflow.sel(site="01022500") / ds.streamflow.sel(site="01013500")
    np.testing.assert_allclose(ratio, 2.0, rtol=1e-6)
    assert "camels_topo.txt within 5% (ratio): 01013500 (2.00)" in ds.history and float(ds.area[0]) == AREA


def test_attributes_that_a_basin_lacks_are_empty_and_noted(folder):
    (folder / "camels_attributes_v2.0/camels_soil.txt").write_text("gauge_id;sand_frac\n01022500;40\n")
    ds = open_dataset(folder)
    assert np.isnan(ds.frac_sand.sel(site="01013500")) and float(ds.frac_sand.sel(site="01022500")) == 40
    assert "attributes that some basins lack: frac_sand (2)" in ds.history


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("camels_attributes_v2.0/camels_topo.txt", "no camels_topo.txt; put the folder camels_attributes_v2.0"),
        ("basin_dataset_public_v1p2/usgs_streamflow", "no folder usgs_streamflow"),
        ("basin_dataset_public_v1p2/basin_mean_forcing/daymet", "no weather; it needs daymet or"),
    ],
)
def test_what_is_absent_is_named(folder, removed, message):
    path = folder / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(DataError, match=message):
        open_dataset(folder)


def test_a_published_day_becomes_that_of_the_prepared_file(tmp_path):
    data = Path(os.environ.get("DGVIZ_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (data / "camels_us.nc").is_file():
        pytest.skip(f"camels_us.nc is not in {data}; set DGVIZ_DATA to the folder that holds it")
    days = pd.date_range("1998-10-01", "2000-09-30")
    table, flow = weather(days), pd.Series(1.0, days)
    table.loc["2000-01-03"] = [31370.89, 5.50, 126.63, 0.0, 9.25, -1.10, 566.46]  # as published for this gauge
    flow.loc["2000-01-03"] = 337.0
    write_weather(tmp_path, "01022500", table, area=587.675987)
    write_flow(tmp_path, "01022500", flow)
    write_attributes(tmp_path, ["01022500"])
    published, prepared = (ds.sel(site="01022500", time="2000-01-03") for ds in (read_path(tmp_path), load(data)))
    for name in forcing_names(published.expand_dims(["time", "site"])) + ["streamflow"]:
        assert float(published[name]) == pytest.approx(float(prepared[name]), rel=2e-3), name


def test_a_word_in_a_file_leaves_the_basin_out_by_line_and_column(folder):
    (flow,) = folder.rglob("01013500_streamflow*")
    flow.write_text(flow.read_text().replace("01013500 1989 10 05   100.00", "01013500 1989 10 05      Ice"))
    ds = open_dataset(folder)
    assert "01013500_streamflow_qc.txt: line 5: flow is 'Ice', not a number" in left_out(ds)["01013500"]
    (weather_file,) = folder.rglob("01022500_lump*")
    weather_file.write_text(
        weather_file.read_text().replace("\t3.00\t", "\ttrace\t", 1).replace("43200.00\t3.00", "x", 0)
    )
    assert "line 5: prcp is 'trace', not a number" in left_out(open_dataset(folder))["01022500"]


@pytest.mark.parametrize("name", ["topo", "soil"])
def test_an_id_twice_is_named_in_any_table(folder, name):
    file = folder / f"camels_attributes_v2.0/camels_{name}.txt"
    file.write_text(file.read_text() + file.read_text().splitlines()[1].removeprefix("0") + "\n")
    with pytest.raises(DataError, match=rf"camels_{name}\.txt: site 01013500 appears twice \(lines 2, 5\)"):
        open_dataset(folder)
