"""Collections in the layouts in which they are published: recognised, in the units of the project, none lost."""

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset, reader_of
from dgviz.datasets.lamah_ce import from_european_grid
from dgviz.datasets.remarks import remarks
from dgviz.datasets.series_file import read_series
from dgviz.domains import discover
from tests.datasets import layout_files as files

FROM_FLOW = {"q_mean", "runoff_ratio", "baseflow_index", "Q95", "slope_fdc", "hfd_mean"}
LAYOUTS = {
    "CAMELS-GB": files.write_gb,
    "CAMELS-GB 2": files.write_gb_2,
    "CAMELS-CH": files.write_ch,
    "CAMELS-CH, later": lambda root: files.write_ch(root, separator=",", degrees="degC"),
    "CAMELS-DE": files.write_de,
    "LamaH-CE": files.write_lamah,
    "CAMELS-BR": files.write_br,
    "CAMELS-BR 1.2": lambda root: files.write_br(root, version=1.2),
    "CAMELS-CL": files.write_cl,
    "CAMELS-CL 2022": lambda root: files.write_cl(root, version=2022),
    "CAMELS-AUS": files.write_aus,
    "CAMELS-AUS 2": lambda root: files.write_aus(root, version=2),
}


@pytest.fixture(params=LAYOUTS)
def layout(request, tmp_path):
    return request.param, LAYOUTS[request.param](tmp_path / "data")


def test_each_is_recognised_and_read_without_an_edit(layout):
    name, path = layout
    ds = open_dataset(path)
    assert ds.title.startswith(name.split(",")[0].split(" ")[0]) and ds.sizes["site"] == 2 and ds.left_out == ""
    assert ds.sizes["time"] == len(files.DAYS) and ds.domain == "hydrology"
    assert not FROM_FLOW & {*attribute_names(ds)}
    assert {"area", "elevation"} <= {*attribute_names(ds)} and (ds.lat.notnull() & ds.lon.notnull()).all()


def test_precipitation_temperature_and_flow_are_those_of_the_files(layout):
    name, path = layout
    ds = open_dataset(path)
    np.testing.assert_allclose(ds.prcp, 3.0)
    warmer = {"CAMELS-BR": 11, "CAMELS-BR 1.2": 10, "CAMELS-AUS": 5, "CAMELS-AUS 2": 5, "LamaH-CE": 1}
    warmer |= {"CAMELS-CH": 1, "CAMELS-CH, later": 1}
    np.testing.assert_allclose(ds.tmean.T, [files.WARMTH + warmer.get(name, 0)] * 2, atol=1e-4)
    # mm d-1, or m3 s-1 over 100 km2 (LamaH) and 50 km2 (BR 1.2)
    flow = {"LamaH-CE": 2.0 * 86.4 / 100, "CAMELS-BR": 2.0, "CAMELS-BR 1.2": 2.0 * 86.4 / 50}.get(name, 1.5)
    np.testing.assert_allclose(ds.streamflow.max("time"), flow, rtol=1e-6)
    assert ds.streamflow.units == "mm d-1" and np.nanmin(ds.streamflow) > 0  # no mark for a missing value is left


def test_the_series_are_told_without_reading_them(layout):
    _, path = layout
    told, ds = reader_of(path).series_in(path), open_dataset(path)
    assert {*told, "tmean"} == {*forcing_names(ds), "streamflow"}


def observed(ds) -> list[int]:
    return ds.streamflow.isnull().sum("time").values.tolist()


def test_camels_gb(tmp_path):
    ds = open_dataset(files.write_gb(tmp_path))
    assert forcing_names(ds) == ["prcp", "tmean", "srad", "pet"] and observed(ds) == [5, 5]
    assert float(ds.pet[0, 0]) == pytest.approx(1.2)  # not that with interception
    assert float(ds.slope[0]) == 66.5 and ds.slope.units == "m km-1" and float(ds.frac_deciduous[0]) == 12.5
    assert ds.name.values.tolist() == ["Dee at Park", "Ugie"] and ds.p_mean.period == "1970-10-01/2015-09-30"


def test_large_reservoirs_make_a_basin_regulated(tmp_path):
    ds = open_dataset(files.write_gb(tmp_path))
    said = "reservoirs upstream hold 120 mm of water over the drainage area"
    assert ds.regulation.values.tolist() == [said, ""]
    assert discover()["hydrology"].flagged(ds).values[0].startswith(said)
    assert "regulation" not in attribute_names(ds)


def test_camels_gb_2_has_the_products_that_reach_to_the_end(tmp_path):
    ds = open_dataset(files.write_gb_2(tmp_path))
    assert forcing_names(ds) == ["prcp", "tmean", "pet"] and float(ds.pet[0, 0]) == pytest.approx(1.2)


@pytest.mark.parametrize(("separator", "degrees"), [(";", "°C"), (",", "degC")])
def test_camels_ch(tmp_path, separator, degrees):
    ds = open_dataset(files.write_ch(tmp_path, separator, degrees))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "pet"]
    assert float(ds.pet[0, 0]) == pytest.approx(1.1) and "PREVAH" in ds.history
    assert ds.name.values.tolist() == ["Zürich", "Murten"] and ds.region.values[0] == "CH"
    assert float(ds.slope_angle[0]) == 21.5 and float(ds.frac_glacier[0]) == 4.0


def test_camels_de(tmp_path):
    ds = open_dataset(files.write_de(tmp_path))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "srad"] and observed(ds) == [10, 10]
    assert float(ds.srad[0, 0]) == 120 and float(ds.area[0]) == pytest.approx(763.1)
    assert ds.region.values[0] == "Baden-Württemberg" and float(ds.frac_forest[0]) == 50


def test_lamah_ce(tmp_path):
    ds = open_dataset(files.write_lamah(tmp_path))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "srad"] and observed(ds) == [3, 3]
    np.testing.assert_allclose([ds.lon[0], ds.lat[0]], [5.0, 50.0], atol=1e-5)
    assert float(ds.area[0]) == 100 and "Net" in ds.srad.long_name and float(ds.pet_mean[0]) == 1.5
    assert ds.site.values.tolist() == ["1", "2"] and ds.name.values[0] == "Bangs"


def test_lamah_ce_by_hours_alone_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="looks like LamaH-CE by hours; put the folder A_basins.*/daily"):
        open_dataset(files.write_lamah(tmp_path, step="hourly"))


def test_the_middle_of_the_european_grid_is_where_it_was_put():
    lon, lat = from_european_grid(pd.Series([4321000.0]), pd.Series([3210000.0]))
    assert (lon[0], lat[0]) == (pytest.approx(10), pytest.approx(52))


@pytest.mark.parametrize("version", [1, 1.2])
def test_camels_br(tmp_path, version):
    ds = open_dataset(files.write_br(tmp_path, version))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "pet"] and observed(ds) == [3, 3]
    assert float(ds.pet[0, 0]) == 2.5 and float(ds.frac_clay[0]) == 30
    assert ds.soil_depth_pelletier.units == "cm" and ds.region.values[0] == "amazonas"


@pytest.mark.parametrize("version", [2018, 2022])
def test_camels_cl(tmp_path, version):
    ds = open_dataset(files.write_cl(tmp_path, version))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "pet"] and observed(ds) == [4, 0]
    assert float(ds.pet[0, 0]) == 2.0 and float(ds.lat[0]) == pytest.approx(-18.08)
    # 86 m km-1 in 2018, 8.6 percent in 2022
    assert float(ds.slope[0]) == pytest.approx(86) and ds.slope.units == "m km-1"
    assert float(ds.p_mean[0]) == pytest.approx(1.2) and float(ds.frac_forest[0]) == 12.5


@pytest.mark.parametrize("version", [1, 2])
def test_camels_aus(tmp_path, version):
    ds = open_dataset(files.write_aus(tmp_path, version))
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean", "srad", "vp", "pet"] and observed(ds) == [4, 0]
    assert float(ds.srad[0, 0]) == pytest.approx(200)  # 17.28 MJ m-2 a day
    assert float(ds.vp[0, 0]) == pytest.approx(1200) and float(ds.pet[0, 0]) == 2.5  # 12 hPa
    assert float(ds.slope[0]) == pytest.approx(12) and ds.site.values.tolist() == ["912101A", "912105A"]


def test_one_bad_basin_is_left_out_with_the_reason(tmp_path):
    path = files.write_gb(tmp_path, sites=("101", "202"))
    (bad,) = path.rglob("*_timeseries_101_*.csv")
    lines = bad.read_text().splitlines()
    lines[5] = lines[5].replace("NaN", "Ice", 1)
    bad.write_text("\n".join(lines))
    ds = open_dataset(path)
    assert ds.site.values.tolist() == ["202"]
    assert ds.left_out == f"101: {bad.name}: line 6: discharge_spec is 'Ice', not a number"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1989-10-04,", "1989-10-03,", "day 1989-10-03 appears twice"),
        ("1989-10-04,", "4 October,", "line 5: '4 October' is no date such as 1990-10-01"),
        ("1989-10-04,", "1989-10-03 12:00,", "'1989-10-03 12:00' is a time within a day; only series by day are read"),
        ("precipitation,", "rain,", "no column precipitation or precipitation_haduk; it has pet"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, old, new, words):
    path = files.write_gb(tmp_path)
    (bad,) = path.rglob("*_timeseries_101_*.csv")
    bad.write_text(bad.read_text().replace(old, new, 1))
    ds = open_dataset(path)
    assert ds.site.values.tolist() == ["202"] and f"101: {bad.name}: " in ds.left_out and words in ds.left_out


def with_values(path, series, column, separator=",", **values):
    """The data of a collection with other values in a column of one file, {value: rows}."""
    (file,) = path.rglob(series)
    table = pd.read_csv(file, sep=separator)
    for name, lines in values.items():
        table.loc[lines, column] = float(name)
    table.to_csv(file, sep=separator, index=False)
    return open_dataset(path)


def said(ds, kind):
    return {remark.about: remark.text for remark in remarks(ds) if remark.kind == kind}


def test_flow_below_zero_and_marks_are_missing_days_and_said(tmp_path):
    gb = files.write_gb(tmp_path / "gb"), "*_timeseries_101_*.csv", "discharge_spec"
    ds = with_values(*gb, **{"-0.02": [10, 11], "-999": [12]})
    assert observed(ds) == [8, 5] and ds.left_out == ""
    texts = str(remarks(ds))
    assert "values below 0 mm d-1, the least -0.02, 2 times at 101" in texts
    assert "marks for missing values on 1 day of 1 basin (101)" in texts
    lamah = files.write_lamah(tmp_path / "lamah"), "D_gauges/2_timeseries/daily/ID_1.csv", "qobs", ";"
    texts = str(remarks(with_values(*lamah, **{"-0.02": [10]})))
    assert "the least -0.0173, 1 time at 1" in texts and "on 6 days of 2 basins" in texts


def test_much_flow_below_zero_leaves_the_basin_out(tmp_path):
    ds = with_values(
        files.write_gb(tmp_path), "*_timeseries_101_*.csv", "discharge_spec", **{"-0.02": list(range(100, 500))}
    )
    assert ds.site.values.tolist() == ["202"] and "streamflow cannot be negative" in ds.left_out


def test_a_little_rain_below_zero_is_none_and_that_is_said(tmp_path):
    gb = "*_timeseries_101_*.csv", "precipitation"
    ds = with_values(files.write_gb(tmp_path / "few"), *gb, **{"-0.5": list(range(10, 20))})
    assert (ds.prcp[10:20, 0] == 0).all() and ds.left_out == ""
    assert said(ds, "read as")["prcp"] == "values below 0 mm d-1, the least -0.5, are taken as 0 10 times at 101"
    for number, values in enumerate(({"-0.9": list(range(10, 400))}, {"-5": [10]})):
        ds = with_values(files.write_gb(tmp_path / str(number)), *gb, **values)
        assert ds.site.values.tolist() == ["202"] and "precipitation cannot be negative" in ds.left_out


def test_ids_without_their_zeros_are_those_of_the_files(tmp_path):
    path = files.write_br(tmp_path, version=1.2, sites=("00500000", "11400000"))
    for file in path.rglob("camels_br_*.txt"):
        file.write_text(file.read_text().replace("\n00500000", "\n500000"))
    ds = open_dataset(path)
    assert ds.site.values.tolist() == ["00500000", "11400000"] and "500000 is 00500000" in str(remarks(ds))
    np.testing.assert_allclose(ds.streamflow.max("time"), 2.0 * 86.4 / 50, rtol=1e-6)


def test_an_id_twice_in_a_table_is_named(tmp_path):
    path = files.write_gb(tmp_path, sites=("101", "101"))
    with pytest.raises(DataError, match="CAMELS_GB_topographic_attributes.csv: gauge_id 101 appears twice"):
        open_dataset(path)


def test_a_basin_without_its_line_or_its_series_is_named(tmp_path):
    path = files.write_de(tmp_path, sites=("DE1", "DE2"))
    (path / "timeseries" / "CAMELS_DE_hydromet_timeseries_DE1.csv").rename(
        path / "timeseries" / "CAMELS_DE_hydromet_timeseries_DE9.csv"
    )
    assert open_dataset(path).left_out == "DE1: no series\nDE9: no line in the attributes"


MISSING = {
    "CAMELS-GB": ("topographic", "looks like CAMELS-GB, but there is no file CAMELS_GB_topographic_attributes.csv"),
    "CAMELS-CH": ("topographic", "looks like CAMELS-CH, but there is no file CAMELS_CH_topographic_attributes.csv"),
    "CAMELS-DE": ("hydromet", "looks like CAMELS-DE, but there is no file CAMELS_DE_hydromet_timeseries_*.csv"),
    "LamaH-CE": ("Gauge_attributes", "looks like LamaH-CE, but there is no file Gauge_attributes.csv"),
    "CAMELS-BR": ("streamflow", "looks like CAMELS-BR, but there is no folder NN_CAMELS_BR_streamflow_mm_selected"),
    "CAMELS-CL": ("attributes", "looks like CAMELS-CL, but there is no file 1_CAMELScl_attributes.txt"),
    "CAMELS-AUS": ("precipitation", "looks like CAMELS-AUS, but there is no file precipitation_AGCD.csv"),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_named_with_the_layout(tmp_path, name):
    path, (gone, words) = LAYOUTS[name](tmp_path / "data"), MISSING[name]
    for file in [file for file in path.rglob("*") if file.is_file() and gone in file.name]:
        file.unlink()
    with pytest.raises(DataError) as error:
        open_dataset(path)
    assert f"{path}: {words}" in str(error.value)


def test_the_path_of_the_series_will_do(tmp_path):
    path = files.write_gb(tmp_path) / "8344e4f3" / "data"
    assert reader_of(path / "timeseries").__name__.endswith("camels_gb")
    assert open_dataset(path / "timeseries").sizes["site"] == 2


def test_a_parent_of_one_collection_will_do_and_of_two_both_are_named(tmp_path):
    files.write_ch(tmp_path / "switzerland")
    (tmp_path / "notes").mkdir()
    assert open_dataset(tmp_path).title.startswith("CAMELS-CH")
    files.write_de(tmp_path / "germany")
    with pytest.raises(DataError, match="than one collection in it, CAMELS-CH and CAMELS-DE; give the path"):
        open_dataset(tmp_path)
    assert open_dataset(tmp_path / "germany").title.startswith("CAMELS-DE")


def test_it_is_said_what_a_folder_was_taken_for(layout):
    name, path = layout
    (said,) = [
        remark for remark in remarks(open_dataset(path)) if remark.kind == "read as" and remark.about == str(path)
    ]
    assert name.split(",")[0].split(" ")[0] in said.text


def test_the_collections_are_named_where_nothing_is_found():
    with pytest.raises(DataError, match="collections .*BasinObs of airGR.*CAMELS-AUS.*CAMELS-US.*Caravan.*LamaH-CE"):
        open_dataset("nowhere")


def test_a_day_with_a_zone_is_the_local_day(tmp_path):
    (tmp_path / "a.csv").write_text("date,prcp\n2000-01-01T00:00:00+01:00,1\n2000-01-02T00:00:00+0100,2\n")
    table = read_series(tmp_path / "a.csv")
    assert table.prcp.tolist() == [1, 2] and str(table.index[0])[:10] == "2000-01-01" and table.index.tz is None
