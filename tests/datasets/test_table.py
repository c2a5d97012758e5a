"""A person's own basins: the documented layout is read, and every mistake in it is named with its fix."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset
from dgviz.datasets.remarks import remarks
from dgviz.domains import discover
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.splits import periods_of

DAYS = pd.date_range("1990-10-01", "1993-09-30")
SITES = "site,name,lat,lon,area,elevation,forest [1]\n0001,Clear Creek,41.2,-75.1,100,310,0.8\n0002,,42,-75,50,,0.2\n"


def days_of_weather() -> pd.DataFrame:
    warm = 10 - 10 * np.cos(2 * np.pi * np.arange(len(DAYS)) / 365.25)
    frame = pd.DataFrame({"date": DAYS.strftime("%Y-%m-%d"), "prcp": 3.0, "tmin": warm - 5, "tmax": warm + 5})
    return frame.assign(streamflow=1.5)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "attributes.csv").write_text(SITES)
    for site in ("0001", "0002"):
        days_of_weather().to_csv(tmp_path / f"{site}.csv", index=False)
    return tmp_path


def rewrite(folder, change, site="0002"):
    """Change the table of one site; `change` takes and returns it."""
    change(days_of_weather()).to_csv(folder / f"{site}.csv", index=False)


def set_cell(column, day, value):
    def change(frame):
        frame[column] = frame[column].astype(object)
        frame.loc[frame.date == day, column] = value
        return frame

    return change


def message(folder) -> str:
    with pytest.raises(DataError) as error:
        open_dataset(str(folder))
    return str(error.value)


def what_is_said(folder) -> str:
    """The reasons why sites are left out and what else is remarked."""
    ds = open_dataset(str(folder))
    return "\n".join([ds.attrs.get("left_out", ""), *(" | ".join(remark) for remark in remarks(ds))])


# ---- what is right is read


def test_folder_gives_labelled_series_and_attributes(folder):
    ds = open_dataset(str(folder))
    assert list(ds.site.values) == ["0001", "0002"]
    assert list(ds.name.values) == ["Clear Creek", "0002"]
    assert forcing_names(ds) == ["prcp", "tmin", "tmax", "tmean"]
    assert sorted(attribute_names(ds)) == ["area", "elevation", "forest"]
    assert ds.elevation.attrs["units"] == "m" and np.isnan(ds.elevation.sel(site="0002"))
    assert ds.prcp.dims == ("time", "site") and ds.prcp.dtype == "float32"
    assert float(ds.tmean[0, 0]) == pytest.approx(0.0)
    assert ds.day_of_year.values[0] == 274


def test_whole_years_are_split_two_thirds_to_one(folder):
    ds = open_dataset(str(folder))
    assert ds.train_period == "1990-10-01/1992-09-30"
    assert ds.test_period == "1992-10-01/1993-09-30"


def test_nothing_is_written_to_the_folder(folder):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    open_dataset(str(folder))
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_gap_in_streamflow_stays_a_gap(folder):
    rewrite(folder, set_cell("streamflow", "1991-01-01", None))
    ds = open_dataset(str(folder))
    assert int(ds.streamflow.isnull().sum()) == 1
    assert np.isnan(ds.streamflow.sel(site="0002", time="1991-01-01"))


def test_discharge_becomes_depth_over_the_area(folder):
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.rename(columns={"streamflow": "discharge [m3/s]"}), site)
    ds = open_dataset(str(folder))
    assert "discharge" not in ds
    # 1.5 m3/s for a day over 100 km2 is 1.296 mm
    assert float(ds.streamflow.sel(site="0001")[0]) == pytest.approx(1.296)
    assert float(ds.streamflow.sel(site="0002")[0]) == pytest.approx(2.592)


def test_area_and_elevation_have_the_names_that_people_use(folder):
    (folder / "attributes.csv").write_text(SITES.replace("area,elevation", "drainage_area [mi2],Elevation (m)"))
    ds = open_dataset(str(folder))
    np.testing.assert_allclose(ds.area, [258.9988, 129.4994], rtol=1e-5)
    assert ds.elevation[0] == 310 and ds.area.attrs["units"] == "km2"


def test_ids_with_a_decimal_point_are_those_of_the_files(folder):
    text = SITES.replace("0001,", "1.0,").replace("0002,", "2.0,")
    (folder / "attributes.csv").write_text(text)
    assert list(open_dataset(str(folder)).site.values) == ["0001", "0002"]
    for site in "12":
        (folder / f"000{site}.csv").rename(folder / f"{site}.csv")
    assert list(open_dataset(str(folder)).site.values) == ["1", "2"]


@pytest.mark.parametrize("mark", ["-999", "-99.99", "-1", ""])
def test_an_area_that_is_a_mark_is_named_as_the_cause(folder, mark):
    (folder / "attributes.csv").write_text(SITES.replace(",50,", f",{mark},"))
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.rename(columns={"streamflow": "discharge"}), site)
    text = what_is_said(folder)
    assert "site 0002: attribute area is " in text and "cannot be negative" not in text
    assert ("marks a missing value" in text) == (mark != "-1")


@pytest.mark.parametrize(
    "column, mark", [("streamflow", 9999), ("streamflow", -99.99), ("tmin", -99.99), ("tmax", 999), ("tmin", 99.9)]
)
def test_marks_in_a_series_are_missing_and_said(folder, column, mark):
    rewrite(folder, set_cell(column, "1991-01-01", mark))
    text = what_is_said(folder)
    assert open_dataset(str(folder)).sizes["site"] == 2 and f"{column} {mark:g} (1)" in text


def test_values_a_little_below_zero_are_none(folder):
    rewrite(folder, lambda frame: set_cell("prcp", "1991-01-01", -1e-6)(frame).assign(pet=1.0), "0001")
    rewrite(folder, lambda frame: set_cell("pet", "1991-01-01", -0.02)(frame.assign(pet=1.0)))
    text = what_is_said(folder)
    assert "prcp | values below 0 mm d-1, the least -1e-06, are taken as 0 1 time at 0001" in text
    assert "pet | values below 0 mm d-1, the least -0.02, are taken as 0 1 time at 0002" in text
    ds = open_dataset(str(folder))
    assert ds.sizes["site"] == 2 and float(ds.prcp.min()) == 0 and float(ds.pet.min()) == 0


def test_spelling_of_units_and_byte_order_mark_are_accepted(folder):
    table = days_of_weather().rename(columns={"prcp": "prcp [mm/day]", "tmin": "tmin [°C]"})
    table.to_csv(folder / "0001.csv", index=False, encoding="utf-8-sig")
    assert open_dataset(str(folder)).prcp.attrs["units"] == "mm d-1"


def test_netcdf_gives_the_same_as_the_folder(folder, tmp_path):
    ds = open_dataset(str(folder))
    file = tmp_path / "mine.nc"
    ds.drop_vars(["day_of_year", "tmean"]).transpose("site", "time").to_netcdf(file, engine="h5netcdf")
    again = open_dataset(str(file))
    xr.testing.assert_allclose(again, ds)
    assert again.prcp.dims == ("time", "site")
    assert forcing_names(again) == forcing_names(ds) and attribute_names(again) == attribute_names(ds)


def test_flag_of_a_netcdf_is_no_attribute(folder, tmp_path):
    ds = open_dataset(str(folder)).assign(regulated=("site", [True, False]), region=("site", ["a", "b"]))
    ds.drop_vars("day_of_year").to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    assert "regulated" not in attribute_names(open_dataset(str(tmp_path / "mine.nc")))


def test_sites_of_different_days_are_cut_to_those_that_keep_the_most_data(folder):
    rewrite(folder, lambda frame: frame.iloc[31:])
    ds = open_dataset(str(folder))
    assert f"{ds.indexes['time'][0]:%Y-%m-%d}" == "1990-11-01" and ds.sizes["site"] == 2
    assert "different days; 1990-11-01/1993-09-30 keeps the most data" in what_is_said(folder)


# ---- what is wrong is named: file, site, variable, day and fix


def replace_day(frame, old, new):
    return frame.assign(date=frame.date.where(frame.date != old, new))


WRONG_SERIES = {
    "missing day": (lambda f: f[f.date != "1991-03-05"], ["1991-03-05", "1 days have no row", "fill it"]),
    "missing days": (lambda f: f.drop(index=range(100, 110)), ["1991-01-09", "10 days have no row"]),
    "duplicate day": (lambda f: replace_day(f, "1991-03-05", "1991-03-04"), ["1991-03-04", "twice"]),
    "bad date": (lambda f: replace_day(f, "1990-10-03", "03/10/1990"), ["line 4", "'03/10/1990'", "1990-10-01"]),
    "negative rain": (set_cell("prcp", "1991-03-05", -2), ["0002: prcp", "1991-03-05", "-2", "negative"]),
    "gap in forcing": (set_cell("prcp", "1991-03-05", None), ["0002: prcp", "1991-03-05", "empty", "fill it"]),
    "fill value": (set_cell("prcp", "1991-03-05", -999), ["0002: prcp", "prcp -999 (1)", "is empty"]),
    "text": (set_cell("prcp", "1990-10-02", "trace"), ["line 3", "prcp", "'trace'", "not a number"]),
    "too hot": (set_cell("tmax", "1991-03-05", 95), ["tmax", "95", "between -90 and 60 degC"]),
    "infinite": (set_cell("prcp", "1991-03-05", "inf"), ["prcp", "1991-03-05", "inf"]),
    "kelvin": (lambda f: f.assign(tmin=f.tmin + 273, tmax=f.tmax + 273), ["kelvin", "subtract 273.15"]),
    "units": (lambda f: f.rename(columns={"prcp": "prcp [K]"}), ["prcp", "'K'", "'mm d-1'", "different things"]),
    "unknown units": (lambda f: f.rename(columns={"prcp": "prcp [furlogs]"}), ["'furlogs'", "not known", "UDUNITS"]),
    "misspelt": (lambda f: f.rename(columns={"prcp": "prpc"}), ["'prpc'", "Did you mean 'prcp'?"]),
    "no date": (lambda f: f.drop(columns="date"), ["no column date"]),
    "column twice": (lambda f: f.assign(**{"prcp [mm d-1]": 1.0}), ["prcp", "twice"]),
    "other columns": (lambda f: f.drop(columns="streamflow"), ["streamflow", "not in it, but in those of other sites"]),
    "no rows": (lambda f: f.iloc[:0], ["no rows"]),
}


@pytest.mark.parametrize("mistake", WRONG_SERIES)
def test_mistake_in_a_series_is_named(folder, mistake):
    change, expected = WRONG_SERIES[mistake]
    rewrite(folder, change)
    text = what_is_said(folder)
    assert list(open_dataset(str(folder)).site.values) == ["0001"] and "0002.csv" in text
    for part in expected:
        assert part in text


WRONG_SITES = {
    "units of area": (lambda text: text.replace("area,", "area [m],"), ["area", "'m'", "'km2'"]),
    "no site": (lambda text: text.replace("0002,", ","), ["line 3", "no site"]),
    "site twice": (lambda text: text.replace("0002,", "0001,"), ["site 0001", "twice"]),
    "no latitude": (lambda text: text.replace("lat,", "breadth,"), ["no column lat"]),
}
LEFT_OUT = {
    "latitude": (lambda text: text.replace("42,-75", "142,-75"), ["site 0002", "lat is 142", "-90 and 90"]),
    "longitude": (lambda text: text.replace("42,-75", "42,285"), ["site 0002", "lon is 285", "-180 and 180"]),
    "empty latitude": (lambda text: text.replace("42,-75", ",-75"), ["site 0002", "lat is nan"]),
    "area in m2": (
        lambda text: text.replace(",100,", ",1e8,"),
        ["site 0001", "area is 1e+08", "7e+06 km2", "area [m2]"],
    ),
    "area": (lambda text: text.replace(",100,", ",0,"), ["site 0001", "area is 0", "positive"]),
    "no file": (lambda text: text.replace("0002,", "0003,"), ["1 of 2 sites have no file of series: 0003.csv"]),
}


@pytest.mark.parametrize("mistake", WRONG_SITES)
def test_mistake_in_the_attributes_is_named(folder, mistake):
    change, expected = WRONG_SITES[mistake]
    (folder / "attributes.csv").write_text(change(SITES))
    text = message(folder)
    assert str(folder) in text
    for part in expected:
        assert part in text


@pytest.mark.parametrize("mistake", LEFT_OUT)
def test_a_site_with_a_mistake_in_the_attributes_is_left_out(folder, mistake):
    change, expected = LEFT_OUT[mistake]
    (folder / "attributes.csv").write_text(change(SITES))
    text = what_is_said(folder)
    assert open_dataset(str(folder)).sizes["site"] == 1
    for part in expected:
        assert part in text


BROKEN = [
    b"date,prcp,tmin,tmax,streamflow\n1990-10-01,1,2,3,4,5\n",
    b"\x00\x01\xfe",
    b"",
]


@pytest.mark.parametrize("content", BROKEN)
def test_broken_csv_is_named(folder, content):
    (folder / "0002.csv").write_bytes(content)
    assert "0002.csv: cannot be read as CSV" in what_is_said(folder)


def test_folder_without_attributes_says_what_it_needs(tmp_path):
    text = message(tmp_path)
    assert "attributes.csv does not exist" in text and "site (the name of its file without .csv), lat and lon" in text


def test_attributes_in_capitals_are_to_be_renamed(folder):
    (folder / "attributes.csv").rename(folder / "Attributes.csv")
    assert "attributes.csv does not exist; rename Attributes.csv: one row per site" in message(folder)


def test_a_row_of_units_with_dashes_is_named(folder):
    (folder / "attributes.csv").write_text("site,lat,lon,area,elevation,forest\n,deg,deg,km2,m,-\n0001,41,-75,1,2,3\n")
    assert "line 2 holds units; write them in the header, elevation [m], and remove it" in message(folder)


def test_discharge_without_area_asks_for_the_area(folder):
    (folder / "attributes.csv").write_text("site,lat,lon\n0001,41,-75\n0002,42,-75\n")
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.rename(columns={"streamflow": "discharge"}), site)
    assert "'area' in km2" in message(folder)


def test_streamflow_and_discharge_together_are_refused(folder):
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.assign(discharge=1.0), site)
    assert "both streamflow and discharge" in message(folder)


def test_a_short_record_is_read_whole_and_asks_for_periods_to_train_on(folder):
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.iloc[:500], site)
    ds = open_dataset(str(folder))
    assert ds.train_period == ds.test_period == "1990-10-01/1992-02-12"
    assert "doubtful | time | observed from 1990-10-01 to 1992-02-12 only, less than two years" in what_is_said(folder)
    with pytest.raises(ConfigError, match="a record of less than two years is not divided by itself"):
        periods_of(RunConfig(data=str(folder)), ds)
    given = dict(train_period="1990-10-01/1991-09-30", test_period="1991-10-01/1992-02-12")
    assert list(periods_of(RunConfig(data=str(folder), **given), ds).values()) == list(given.values())


def test_without_an_observed_column_the_target_is_empty_and_that_is_said(folder):
    for site in ("0001", "0002"):
        rewrite(folder, lambda frame: frame.drop(columns="streamflow"), site)
    ds = open_dataset(str(folder))
    assert ds.attrs["domain"] == "hydrology" and ds.streamflow.isnull().all()
    (remark,) = (remark for remark in remarks(ds) if remark.about == "streamflow")
    assert remark.kind == "doubtful" and "a trained run can predict" in remark.text


WRONG_NETCDF = {
    "units": (lambda ds: ds.assign(prcp=ds.prcp.assign_attrs(units="K")), ["prcp", "'K'", "'mm d-1'"]),
    "no units": (lambda ds: ds.assign(prcp=ds.prcp.drop_attrs()), ["prcp has no units", "add units='mm d-1'"]),
    "no site": (lambda ds: ds.rename(site="place"), ["no coordinate 'site'"]),
    "no latitude": (lambda ds: ds.drop_vars("lat"), ["no coordinate 'lat'"]),
    "period": (lambda ds: ds.assign_attrs(test_period="1993-10-01/1994-09-30"), ["test_period", "beyond the record"]),
    "hours": (lambda ds: ds.assign_coords(time=ds.time + np.timedelta64(18, "h")), ["18:00", "whole day"]),
}


@pytest.mark.parametrize("mistake", WRONG_NETCDF)
def test_mistake_in_a_netcdf_is_named(folder, tmp_path, mistake):
    change, expected = WRONG_NETCDF[mistake]
    file = tmp_path / "mine.nc"
    change(open_dataset(str(folder)).drop_vars("day_of_year")).to_netcdf(file, engine="h5netcdf")
    text = message(file)
    for part in expected:
        assert part in text


@pytest.mark.parametrize(
    ("name", "fix"),
    [("one.csv", "NetCDF; give a folder"), ("a.xlsx", "save each sheet as CSV"), ("a.tar.gz", "unpack it and give")],
)
def test_a_single_file_of_another_kind_says_what_is_needed(tmp_path, name, fix):
    (tmp_path / name).write_text("date,prcp\n2000-01-01,1\n")
    text = message(tmp_path / name)
    assert fix in text and "attributes.csv (columns site, lat, lon, area; one row per site)" in text


def stored(folder, change=lambda ds: ds):
    """A NetCDF file with the sites of the folder; `change` takes and returns what is written."""
    change(open_dataset(str(folder)).drop_vars("day_of_year")).to_netcdf(folder / "mine.nc", engine="h5netcdf")
    return folder / "mine.nc"


def test_another_dimension_of_length_one_is_dropped_and_a_longer_one_named(folder):
    path = stored(folder, lambda ds: ds.assign(prcp=ds.prcp.expand_dims(height=[2.0])))
    assert (open_dataset(str(path)).prcp == 3).all()
    path = stored(folder, lambda ds: ds.assign(prcp=ds.prcp.expand_dims(member=3)))
    assert "prcp has beside time and site the dimension member (3); choose one" in message(path)


@pytest.mark.parametrize("valid", [{"valid_max": np.float32(100)}, {"valid_range": np.array([0, 100], "float32")}])
def test_values_outside_the_valid_range_of_a_file_are_missing_and_said(folder, valid):
    def change(ds):
        flow = ds.streamflow.astype("float32")
        flow[5, 0] = 500.0
        return ds.assign(streamflow=flow.assign_attrs(ds.streamflow.attrs | valid))

    path = stored(folder, change)
    assert int(open_dataset(str(path)).streamflow.isnull().sum()) == 1
    assert "streamflow: 1 value outside its valid range" in what_is_said(path)
    assert not {*valid} & open_dataset(str(path)).streamflow.attrs.keys()


def test_a_valid_range_of_packed_values_is_packed(folder):
    def change(ds):
        flow = ds.streamflow.copy()
        flow[5, 0] = 500.0
        attrs = ds.streamflow.attrs | {"valid_min": np.int16(0), "valid_max": np.int16(1000)}
        ds = ds.assign(streamflow=flow.assign_attrs(attrs))
        ds.streamflow.encoding = {"dtype": "int16", "scale_factor": 0.1, "_FillValue": np.int16(-1)}
        return ds

    ds = open_dataset(str(stored(folder, change)))
    assert int(ds.streamflow.isnull().sum()) == 1 and float(ds.streamflow.max()) == pytest.approx(1.5)


def test_sites_without_ids_and_days_since_the_year_0_say_what_to_do(folder):
    text = message(stored(folder, lambda ds: ds.reset_coords("name").drop_vars(["site", "name"])))
    assert "no coordinate 'site'" in text and "Give its dimension 'site' a variable of that name" in text
    text = message(stored(folder, lambda ds: ds.drop_vars("site").rename(site="basins")))
    assert "rename 'basins' to 'site' and give it a variable with the ids of the sites" in text
    days = np.arange(len(DAYS)) + 726000.0
    for units in ("days since 0000-01-01", "days since 0001-01-01 00:00:00"):
        change = lambda ds, units=units: ds.assign_coords(time=("time", days, {"units": units}))  # noqa: E731
        text = message(stored(folder, change))
        assert units in text and "write the times anew, such as days since 1970-01-01" in text


def test_file_that_is_no_netcdf_is_named(tmp_path):
    (tmp_path / "mine.nc").write_text("hello")
    assert "mine.nc: cannot be read as NetCDF" in message(tmp_path / "mine.nc")


def test_observations_that_are_cut_with_the_ends_of_a_record_are_said(folder):
    def change(frame):
        frame.loc[frame.date >= "1993-06-01", "prcp"] = np.nan
        return frame

    rewrite(folder, change)
    said = what_is_said(folder)
    assert "122 days with observations at the ends of the record, from 1993-06-01 to 1993-09-30, lack prcp" in said


def test_a_second_column_of_a_series_is_said_to_be_one(folder):
    rewrite(folder, lambda frame: frame.assign(rain=1.0, snowfall_depth=2.0))
    said = what_is_said(folder)
    assert "not read | rain | another column is read for the same series" in said
    assert "not read | snowfall_depth | columns that hydrology does not know" in said


def test_series_of_a_netcdf_that_are_not_known_are_said(folder):
    path = stored(folder, lambda ds: ds.assign(t2m_low=ds.tmin * 1))
    assert "not read | t2m_low | series that hydrology does not know" in what_is_said(path)


def test_words_on_regulation_are_kept(folder):
    words = "site,lat,lon,regulation,owner\n0001,41.2,-75.1,below a weir,nobody\n0002,42,-75,,nobody\n"
    (folder / "attributes.csv").write_text(words)
    ds = open_dataset(folder)
    assert ds.regulation.values.tolist() == ["below a weir", ""] and "owner" not in ds
    assert discover()["hydrology"].flagged(ds).values[0].startswith("below a weir")
