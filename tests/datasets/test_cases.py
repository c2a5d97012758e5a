"""What people's own folders are like: read and said, or the one thing to do is named. A kind of mistake each."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, open_dataset, read_path
from dgviz.datasets.remarks import remarks
from tests.datasets.own_files import DAYS, SITES, days_of, hours_of, write_own

CASES = Path(__file__).parents[3] / "shared" / "cases"


def said(ds) -> str:
    """The remarks, a line each, and why sites are left out."""
    return "\n".join([*(" | ".join(remark) for remark in remarks(ds)), ds.attrs.get("left_out", "")])


def sites_of(ds) -> list[str]:
    return ds.site.values.tolist()


def refused(path, span=None) -> str:
    with pytest.raises(DataError) as error:
        read_path(path, span)
    return str(error.value)


def same_days(ds, site=SITES[0], tolerance=1e-5) -> bool:
    """Whether every value is that which was written."""
    table = days_of(site)
    return all(
        np.allclose(ds[name].sel(site=site), table[name].loc[ds.indexes["time"]], atol=tolerance, equal_nan=True)
        for name in table
    )


# ---- step and calendar


@pytest.mark.parametrize("every", ["h", "6h", "15min"])
def test_values_within_a_day_are_gathered_and_said(tmp_path, every):
    tables = {site: hours_of(site, every) for site in SITES}
    ds = read_path(write_own(tmp_path, tables=tables))
    assert ds.sizes["time"] == len(DAYS) and same_days(ds, tolerance=1e-3)
    assert "sum of prcp, streamflow; min of tmin; max of tmax" in said(ds)


def test_hours_whose_units_say_that_they_are_rates_are_averaged(tmp_path):
    rates = hours_of()
    rates = rates.assign(prcp=rates.prcp * 24).rename(
        columns={"prcp": "prcp [mm d-1]", "streamflow": "streamflow [mm/h]"}
    )
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: rates}))
    assert same_days(ds, tolerance=1e-3) and "mean of prcp, streamflow" in said(ds)


def test_hours_of_amounts_with_units_are_summed(tmp_path):
    amounts = hours_of().rename(columns={"prcp": "prcp [mm]", "streamflow": "streamflow [mm]"})
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: amounts}))
    assert same_days(ds, tolerance=1e-3) and "sum of prcp, streamflow" in said(ds)


def test_a_flow_by_hours_that_would_be_far_more_than_the_rain_is_a_rate(tmp_path):
    table = hours_of()
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table.assign(streamflow=table.streamflow * 24)}))
    assert same_days(ds, tolerance=1e-3) and "sum of prcp; mean of streamflow" in said(ds)


def test_a_day_that_lacks_an_hour_is_missing_and_said(tmp_path):
    table = hours_of()
    table.loc["2000-06-01 05:00", "streamflow"] = np.nan
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert ds.streamflow.isnull().sum() == 1 and np.isnan(ds.streamflow.sel(time="2000-06-01")).all()
    assert "days that lack a value at one of their times are missing: streamflow 1" in said(ds)


@pytest.mark.parametrize(("every", "span"), [("7D", "7 days"), ("MS", "31 days"), ("2D", "2 days")])
def test_a_coarser_step_is_refused_with_the_figure(tmp_path, every, span):
    table = days_of(days=pd.date_range("1990-01-01", periods=1200, freq=every))
    text = refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert f"0101.csv: the usual step is {span}, but the domain hydrology is written for days" in text


def test_days_dated_by_their_noon_are_these_days(tmp_path):
    ds = read_path(write_own(tmp_path, date_format="%Y-%m-%d 12:00"))
    assert same_days(ds) and "every day is dated by its noon" in said(ds)
    ds = read_path(write_own(tmp_path, date_format="%Y-%m-%d 23:59:59"))
    assert same_days(ds) and "every day is dated by its last minute" in said(ds)
    assert "18:00:00 is not a whole day; the step must be one day: date every value by its day alone" in refused(
        write_own(tmp_path, date_format="%Y-%m-%d 18:00")
    )


@pytest.mark.parametrize("hours", [False, True])
def test_year_month_and_day_apart_are_one_date(tmp_path, hours):
    folder = write_own(tmp_path)
    for site in SITES:
        table = hours_of(site) if hours else days_of(site)
        parts = {part: getattr(table.index, part) for part in ("year", "month", "day", *["hour"] * hours)}
        table.assign(**parts).rename(columns=str.title).to_csv(folder / f"{site}.csv", index=False)
    ds = read_path(folder)
    assert same_days(ds, tolerance=1e-3) and "the date is joined of Year, Month, Day" in said(ds)


def test_two_years_of_hours_that_lose_a_day_at_an_end_can_still_be_divided(tmp_path):
    late = {site: hours_of(site).shift(1, freq="h") for site in SITES}
    ds = read_path(write_own(tmp_path, tables=late))
    assert ds.sizes["time"] == 730 and ds.train_period == "2000-01-02/2001-01-01"


def test_where_one_gives_a_discharge_and_the_others_the_streamflow_it_is_left_out(tmp_path):
    ds = read_path(write_own(tmp_path, tables={"0101": days_of().rename(columns={"streamflow": "discharge"})}))
    assert sites_of(ds) == ["0202", "0303"] and "0101.csv: column streamflow is not in it" in ds.left_out


def test_dates_of_another_form_are_read_and_said(tmp_path):
    ds = read_path(write_own(tmp_path, date_format="%d/%m/%Y"))
    assert same_days(ds) and "dates are read as DD/MM/YYYY" in said(ds)


def test_rows_out_of_order_are_sorted_and_those_that_stand_there_twice_dropped(tmp_path):
    table = days_of()
    mixed = pd.concat([table, table.iloc[5:7]]).sample(frac=1, random_state=1)
    ds = read_path(write_own(tmp_path, tables={SITES[0]: mixed}))
    assert same_days(ds) and sites_of(ds) == list(SITES)
    assert "not in order of time" in said(ds) and "2 rows stand there twice" in said(ds)


def test_two_values_of_a_day_leave_the_basin_out(tmp_path):
    table = days_of()
    ds = read_path(write_own(tmp_path, tables={SITES[0]: pd.concat([table, table.iloc[[5]] + 1])}))
    assert sites_of(ds) == list(SITES[1:])
    assert "0101.csv: day 2000-01-06 appears twice; keep one row of each day" in said(ds)


def test_a_span_of_whole_years_keeps_them(tmp_path):
    ds = read_path(write_own(tmp_path), "2000/2001")
    assert [str(ds.time.values[i])[:10] for i in (0, -1)] == ["2000-01-01", "2001-12-31"]


# ---- one bad basin does not refuse the rest


def test_a_bad_basin_is_left_out_with_the_reason(tmp_path):
    gap, wet = days_of(), days_of(SITES[1])
    gap.loc["2000-03-03", "prcp"] = np.nan
    wet.loc["2000-03-03", "prcp"] = 9999.5
    ds = read_path(write_own(tmp_path, tables={SITES[0]: gap, SITES[1]: wet}))
    assert sites_of(ds) == ["0303"] and same_days(ds, "0303")
    lines = dict(line.split(": ", 1) for line in ds.left_out.splitlines())
    assert "0101.csv: site 0101: prcp on 2000-03-03 is empty" in lines["0101"]
    assert "prcp on 2000-03-03 is 9999.5; it must lie between 0 and 2000" in lines["0202"]
    assert ("left out", "0101", lines["0101"]) in remarks(ds)


def test_the_span_is_applied_before_days_are_compared(tmp_path):
    tables = {"0101": days_of(days=DAYS[:-30]), "0202": days_of("0202", DAYS[40:])}
    folder = write_own(tmp_path, tables=tables)
    longer = {site: days_of(site, pd.date_range(f"199{9 - i}-01-01", "2003-12-31")) for i, site in enumerate(SITES)}
    ds = read_path(write_own(tmp_path, tables=longer), "2000-01-01/2001-12-31")
    assert sites_of(ds) == list(SITES) and ds.sizes["time"] == len(DAYS)
    write_own(folder, tables=tables)
    lines = read_path(folder, "2000-01-01/2001-12-31").left_out
    assert "0101.csv: days 2000-01-01/2001-12-01 do not cover 2000-01-01/2001-12-31" in lines
    assert "0202.csv: days 2000-02-10/2001-12-31 do not cover" in lines


def test_without_common_days_each_says_which_it_has(tmp_path):
    early = days_of(days=pd.date_range("1980-01-01", "1981-12-31"))
    ds = read_path(write_own(tmp_path, SITES[:2], {SITES[0]: early.iloc[:-10]}))
    assert "0101.csv: days 1980-01-01/1981-12-21 do not cover 2000-01-01/2001-12-31" in ds.left_out
    text = refused(tmp_path, "1990-01-01/1991-12-31")
    assert "0101.csv: days 1980-01-01/1981-12-21 do not cover 1990-01-01/1991-12-31" in text


@pytest.mark.parametrize("word", ["Ice", "P", "e", "1.2 A", "***"])
def test_a_word_in_the_streamflow_is_a_missing_day_named_by_file_line_and_column(tmp_path, word):
    table = days_of().astype({"streamflow": object})
    table.loc["2000-03-03", "streamflow"] = word
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert sites_of(ds) == list(SITES) and int(ds.streamflow.isnull().sum()) == 1
    assert f"taken as missing | 0101.csv | streamflow is '{word}' in 1 cells, first in line 64" in said(ds)


def test_a_word_in_a_forcing_leaves_the_basin_out(tmp_path):
    table = days_of().astype({"prcp": object})
    table.loc["2000-03-03", "prcp"] = "T"
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert sites_of(ds) == list(SITES[1:])
    assert "0101.csv: line 64: prcp is 'T', not a number; correct it" in ds.left_out


@pytest.mark.parametrize("mark", ["", "NA", "NaN", "null", "-", "-9999", "-999.0", "-99"])
def test_marks_for_missing_values_are_missing(tmp_path, mark):
    table = days_of().astype({"streamflow": object})
    table.loc["2000-03-03", "streamflow"] = mark
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert sites_of(ds) == list(SITES) and int(ds.streamflow.isnull().sum()) == 1
    assert ("streamflow -" in said(ds)) == mark.startswith("-9")


def test_a_column_without_a_value_is_not_read(tmp_path):
    ds = read_path(write_own(tmp_path, tables={site: days_of(site).assign(srad=np.nan) for site in SITES}))
    assert "srad" not in ds and "srad: there is no value" in said(ds)


def test_a_column_that_few_have_is_not_read_and_one_that_most_have_is_asked_for(tmp_path):
    tables = {"0101": days_of().assign(pet=1.0), "0202": days_of("0202").drop(columns="prcp")}
    ds = read_path(write_own(tmp_path, tables=tables))
    assert sites_of(ds) == ["0101", "0303"] and "pet" not in ds
    assert "not read | pet | half of the sites, or more, lack it" in said(ds)
    assert "0202.csv: column prcp is not in it, but in those of other sites" in ds.left_out


def test_columns_of_no_series_are_not_read_and_a_misspelt_one_is_asked_for(tmp_path):
    tables = {site: days_of(site).assign(quality="A", snow_cover=1) for site in SITES}
    ds = read_path(write_own(tmp_path, tables=tables | {"0202": days_of("0202").rename(columns={"prcp": "precp"})}))
    assert "not read | quality, snow_cover | columns that hydrology does not know" in said(ds)
    assert "column 'precp' is not known. Did you mean 'prcp'?" in ds.left_out


@pytest.mark.parametrize(("least", "read"), [(-0.02, 3), (-300.0, 3)])
def test_flow_that_a_tide_turns_is_missing_and_said(tmp_path, least, read):
    table = days_of()
    table.loc["2000-03-03":"2000-03-05", "streamflow"] = least
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert ds.sizes["site"] == read and int(ds.streamflow.isnull().sum()) == 3
    assert f"values below 0 mm d-1, the least {least:.3g}, 3 times at 0101" in said(ds)


def test_a_basin_whose_flow_is_often_negative_is_left_out(tmp_path):
    table = days_of()
    table.loc[:"2000-03-31", "streamflow"] = -0.02
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert sites_of(ds) == list(SITES[1:]) and "streamflow on 2000-01-01 is -0.02" in ds.left_out


def test_no_streamflow_anywhere_is_refused(tmp_path):
    text = refused(write_own(tmp_path, tables={site: days_of(site).assign(streamflow=np.nan) for site in SITES}))
    assert "no streamflow: there is not one value at 3 sites within 2000-01-01/2001-12-31" in text


def test_no_precipitation_is_refused(tmp_path):
    text = refused(write_own(tmp_path, tables={site: days_of(site).drop(columns="prcp") for site in SITES}))
    assert "no prcp (mm d-1), without which no process model of hydrology can run; it has tmin" in text


def test_marks_and_exchanged_temperatures_of_mopex_are_mended_and_said(tmp_path):
    first, last = days_of(), days_of("0202")
    first.loc["2000-01-10", ["tmin", "tmax"]] = [5.0, -1.0]
    last.loc["2000-06-01":"2000-06-02", "prcp"] = -99.0
    ds = read_path(write_own(tmp_path, tables={"0101": first, "0202": last}))
    day = ds.sel(site="0101", time="2000-01-10")
    assert (float(day.tmin), float(day.tmax), float(day.tmean)) == (-1.0, 5.0, 2.0)
    assert sites_of(ds) == ["0101", "0303"] and "prcp on 2000-06-01 is empty" in ds.left_out
    assert "marks (times): prcp -99 (2)" in said(ds)
    assert any(remark.kind == "exchanged" and "1 days of 1 basins" in remark.text for remark in remarks(ds))


def test_days_without_weather_at_the_ends_are_cut(tmp_path):
    table = days_of(days=pd.date_range("1999-12-01", "2001-12-31"))
    table.loc[:"1999-12-31", "prcp"] = -99
    ds = read_path(write_own(tmp_path, tables={SITES[0]: table}))
    assert sites_of(ds) == list(SITES) and same_days(ds, SITES[1]) and ds.sizes["time"] == len(DAYS)


# ---- sites


def test_an_id_twice_is_named_with_its_lines(tmp_path):
    rows = pd.DataFrame({"site": ["0101", "0202", "0101"], "lat": 1.0, "lon": 2.0})
    assert "attributes.csv: site 0101 appears twice (lines 2, 4)" in refused(write_own(tmp_path, attributes=rows))


@pytest.mark.parametrize("site", ["NA", "NaN", "null", "None", "nan", "1e5", "TRUE"])
def test_an_id_is_the_text_that_it_is(tmp_path, site):
    ds = read_path(write_own(tmp_path, (site, "0202")))
    assert sites_of(ds) == [site, "0202"] and ds.name.values.tolist() == [site, "0202"]


@pytest.mark.parametrize("lost", [["101", "202", "303"], ["101.0", "202.0", "303.0"]])
def test_ids_that_lost_their_zeros_find_their_files(tmp_path, lost):
    rows = pd.DataFrame({"site": lost, "lat": 1.0, "lon": 2.0, "area": 5.0})
    ds = read_path(write_own(tmp_path, attributes=rows))
    assert sites_of(ds) == list(SITES) and same_days(ds)
    assert f"ids without their leading zeros, or with a decimal, are those of the files: {lost[0]} is 0101" in said(ds)


def test_ids_that_became_decimal_numbers_are_those_of_their_files(tmp_path):
    rows = pd.DataFrame({"site": ["1.0", "2.0"], "lat": 1.0, "lon": 2.0, "area": 5.0})
    ds = read_path(write_own(tmp_path, ("1", "2"), attributes=rows))
    assert sites_of(ds) == ["1", "2"] and "1.0 is 1" in said(ds)


@pytest.mark.parametrize("names", [("area_km2", "elev"), ("Drainage_Area", "Elevation (m)"), ("AREA", "elevation_m")])
def test_area_and_elevation_under_other_names_are_read_and_said(tmp_path, names):
    rows = pd.DataFrame({"site": SITES, "lat": 1.0, "lon": 2.0, names[0]: 100.0, names[1]: 300.0})
    tables = {site: days_of(site).rename(columns={"streamflow": "discharge"}) for site in SITES}
    ds = read_path(write_own(tmp_path, tables=tables, attributes=rows))
    assert ds.area.values.tolist() == [100.0] * 3 and ds.elevation.values.tolist() == [300.0] * 3
    assert f"{names[0]!r} is area" in said(ds)


def test_a_subset_of_series_is_said_in_one_line(tmp_path):
    rows = pd.DataFrame({"site": [f"{i:04}" for i in range(620)], "lat": 1.0, "lon": 2.0})
    ds = read_path(write_own(tmp_path, ("0001", "0002"), attributes=rows))
    lines = [remark for remark in remarks(ds) if remark.kind == "left out"]
    assert lines == [
        (
            "left out",
            "attributes.csv",
            "618 of 620 sites have no file of series: 0000.csv, 0003.csv, 0004.csv and 615 more",
        )
    ]
    assert sites_of(ds) == ["0001", "0002"]


def test_a_file_of_no_site_is_said(tmp_path):
    days_of().to_csv(write_own(tmp_path) / "9999.csv")
    assert "1 files are of no site of attributes.csv: 9999.csv" in said(read_path(tmp_path))


def test_longitudes_from_0_to_360_are_turned_and_said(tmp_path):
    rows = pd.DataFrame({"site": SITES, "lat": 44.0, "lon": 289.75})
    ds = read_path(write_own(tmp_path, attributes=rows))
    assert ds.lon.values.tolist() == [-70.25] * 3 and "converted | lon | from 0 ... 360" in said(ds)


def test_a_site_without_an_observation_is_kept_and_said(tmp_path):
    ds = read_path(write_own(tmp_path, tables={"0202": days_of("0202").assign(streamflow=np.nan)}))
    assert sites_of(ds) == list(SITES) and "doubtful | streamflow | never observed at 1 of 3 sites: 0202" in said(ds)


# ---- how a table is written


@pytest.mark.parametrize(
    "how",
    [
        dict(sep=";", decimal=","),
        dict(sep=";"),
        dict(sep="\t"),
        dict(sep="\t", decimal=","),
        dict(encoding="utf-8-sig"),
        dict(encoding="utf-16"),
        dict(lineterminator="\r\n"),
    ],
    ids=str,
)
def test_spreadsheets_of_other_kinds_give_the_same_values(tmp_path, how):
    ds = read_path(write_own(tmp_path, **how))
    assert all(same_days(ds, site) for site in SITES)
    assert (float(ds.lat[0]), float(ds.lon[0]), float(ds.elevation[1])) == (44.5, -70.25, 101.5)
    assert ("semicolons, decimal commas" in said(ds)) == (how.get("sep") == ";" and "decimal" in how)


def test_text_of_an_older_encoding_is_read(tmp_path):
    rows = pd.DataFrame({"site": SITES, "name": "Züri Ü", "lat": 1.0, "lon": 2.0})
    write_own(tmp_path)
    rows.to_csv(tmp_path / "attributes.csv", index=False, encoding="latin-1")
    ds = read_path(tmp_path)
    assert ds.name.values[0] == "Züri Ü" and "Windows-1252" in said(ds)


@pytest.mark.parametrize("key", ["basin_id", "gauge_id", "site_id", "station", "station_id", "Site", "GAUGE_ID", "ID"])
def test_other_names_of_the_id_are_read(tmp_path, key):
    rows = pd.DataFrame({key: SITES, "Latitude": 1.0, "longitude": 2.0, "area": 5.0})
    ds = read_path(write_own(tmp_path, attributes=rows))
    assert sites_of(ds) == list(SITES) and f"{key!r} is site" in said(ds)
    assert "'Latitude' is lat, 'longitude' is lon" in said(ds)


@pytest.mark.parametrize("key", ["Date", "DATE", "datetime", "time", "Timestamp"])
def test_other_names_of_the_date_are_read(tmp_path, key):
    tables = {site: days_of(site).rename(columns=str.upper).rename_axis(key) for site in SITES}
    ds = read_path(write_own(tmp_path, tables=tables))
    assert same_days(ds) and f"{key!r} is date" in said(ds) and "'PRCP' is prcp" in said(ds)


def test_a_text_among_the_attributes_is_not_read(tmp_path):
    rows = pd.DataFrame({"site": SITES, "lat": 1.0, "lon": 2.0, "river": ["Aare", "Reuss", "Inn"]})
    ds = read_path(write_own(tmp_path, attributes=rows))
    assert "river" not in ds and "no numbers, and so nothing that a network reads: river" in said(ds)


def test_columns_without_a_header_are_no_attributes(tmp_path):
    write_own(tmp_path)
    pd.read_csv(tmp_path / "attributes.csv", dtype=str).to_csv(tmp_path / "attributes.csv")
    for site in SITES:
        text = (tmp_path / f"{site}.csv").read_text()
        (tmp_path / f"{site}.csv").write_text(text.replace("\n", ",\n"))
    ds = read_path(tmp_path)
    assert same_days(ds) and not any("Unnamed" in str(name) for name in ds.variables)


def test_the_other_thing_to_do_is_said_where_a_name_is_not_known(tmp_path):
    rows = pd.DataFrame({"basin number": SITES, "lat": 1.0, "lon": 2.0})
    assert "attributes.csv: no column site; it has basin number, lat, lon" in refused(
        write_own(tmp_path, attributes=rows)
    )


# ---- NetCDF


@pytest.fixture
def netcdf(tmp_path):
    """A data set of three sites as it may be written to a NetCDF file."""
    return read_path(write_own(tmp_path / "own")).drop_vars(["day_of_year", "tmean", "name"]).drop_attrs(deep=False)


def reread(ds, tmp_path, **how):
    ds.to_netcdf(tmp_path / "own.nc", **({"engine": "h5netcdf"} | how))
    return read_path(tmp_path / "own.nc")


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF3_64BIT"])
def test_classic_netcdf_is_read(netcdf, tmp_path, kind):
    ds = reread(netcdf, tmp_path, engine="scipy", format=kind)
    assert all(same_days(ds, site) for site in SITES) and float(ds.area[0]) == 100


def test_other_names_in_a_netcdf_are_read(netcdf, tmp_path):
    names = {"site": "gauge_id", "time": "Date", "lat": "latitude", "lon": "Longitude", "prcp": "PRCP"}
    ds = reread(netcdf.rename(names), tmp_path)
    assert sites_of(ds) == list(SITES) and same_days(ds)
    for old, new in (("gauge_id", "site"), ("Date", "time"), ("latitude", "lat"), ("PRCP", "prcp")):
        assert f"{old!r} is {new}" in said(ds)


def test_ids_beside_a_dimension_of_numbers_are_read(netcdf, tmp_path):
    ds = netcdf.drop_vars("site").rename(site="basin").assign(gauge_id=("basin", netcdf.site.values))
    assert sites_of(reread(ds, tmp_path)) == list(SITES)


def test_no_units_say_which_to_add(netcdf, tmp_path):
    netcdf["prcp"] = netcdf.prcp.drop_attrs()
    with pytest.raises(DataError, match=r"own\.nc: prcp has no units; add units='mm d-1'"):
        reread(netcdf, tmp_path)


def test_hours_since_a_day_and_numbers_of_dates_are_times(netcdf, tmp_path):
    ds = reread(netcdf, tmp_path, encoding={"time": {"units": "hours since 1990-01-01"}})
    assert same_days(ds)
    numbers = netcdf.assign_coords(time=netcdf.indexes["time"].strftime("%Y%m%d").astype(int))
    assert same_days(reread(numbers, tmp_path))
    with pytest.raises(DataError, match="time holds numbers without units; write them, such as 'days since"):
        reread(netcdf.assign_coords(time=np.arange(netcdf.sizes["time"])), tmp_path)


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "julian"])
def test_another_calendar_is_refused_with_the_fix(netcdf, tmp_path, calendar):
    days = xr.DataArray(np.arange(netcdf.sizes["time"]), dims="time")
    days.attrs = {"units": "days since 2000-01-01", "calendar": calendar}
    with pytest.raises(DataError, match=f"time is in the calendar '{calendar}'.*convert_calendar"):
        reread(netcdf.assign_coords(time=days), tmp_path)


def test_hours_of_a_netcdf_are_gathered(netcdf, tmp_path):
    tables = {site: hours_of(site) for site in SITES}
    hours = tables[SITES[0]].index
    fine = netcdf.drop_dims("time").assign_coords(time=hours.to_numpy())
    for name, units in (("prcp", "mm"), ("streamflow", "mm h-1"), ("tmin", "degC"), ("tmax", "degC")):
        values = np.column_stack([tables[site][name] for site in SITES])
        fine[name] = ("time", "site"), values, {"units": units}
    ds = reread(fine, tmp_path)
    assert same_days(ds, tolerance=1e-3)
    assert "sum of prcp; mean of streamflow; min of tmin; max of tmax" in said(ds)


def test_a_bad_site_of_a_netcdf_is_left_out_and_marks_are_missing(netcdf, tmp_path):
    netcdf.prcp[5, 1], netcdf.streamflow[7, 0] = -5.0, -9999.0
    ds = reread(netcdf, tmp_path)
    assert sites_of(ds) == ["0101", "0303"] and "site 0202: prcp on 2000-01-06 is -5" in ds.left_out
    assert int(ds.streamflow.isnull().sum()) == 1 and "streamflow | -9999 1 time at 0101" in said(ds)


# ---- the shared cases themselves

SHARED = {  # what their README says of each: parts of what is said, or of the error
    "01": ["aggregated", "sum of prcp; mean of"],
    "03": ["zone (+01:00)"],
    "04": ["camelsch_4001.csv", "'Ice'", "line 372"],
    "06": ["DD/MM/YYYY"],
    "07": [],
    "14": ["no streamflow"],
    "15": ["no prcp", "no process model"],
    "16": ["01048000.csv: days 1980-01-01/1981-12-31", "1990-01-01/1992-01-01"],
    "17": [],
    "18": [],
    "19": ["semicolons, decimal commas"],
    "23": ["add units='mm d-1'"],
    "24": ["'latitude' is lat"],
    "26": ["prcp -99 (2)", "exchanged", "prcp on 1948-01-27 is empty"],
}


@pytest.mark.parametrize("case", SHARED)
def test_a_shared_case_gives_what_it_should(case):
    if not CASES.is_dir():
        pytest.skip(f"{CASES} does not exist; it holds cuts of public data")
    (path,) = CASES.glob(f"{case}_*")
    span = "1983-01-01/1994-12-31" if case == "17" else None
    text = refused(path) if case in ("14", "15", "23") else said(read_path(path, span))
    for part in SHARED[case]:
        assert part in text
    if case == "01":
        assert float(open_dataset(path).prcp.mean()) == pytest.approx(3.77, abs=0.01)
    if case == "17":
        assert read_path(path, span).sizes == {"time": 4383, "site": 3}


# ---- what a reviewer's folders were read as


def test_one_site_tells_for_all_that_flow_by_hours_is_a_rate(tmp_path):
    """In a desert twenty-four times the flow is still less than the rain: the site alone would not show it."""
    tables = {site: hours_of(site) for site in SITES}
    rates = {site: table.assign(streamflow=table.streamflow * 24) for site, table in tables.items()}
    rates[SITES[0]]["streamflow"] /= 100
    ds = read_path(write_own(tmp_path, tables=rates))
    whole = read_path(write_own(tmp_path / "by_day"))
    np.testing.assert_allclose(ds.streamflow.sel(site=SITES[0]), whole.streamflow.sel(site=SITES[0]) / 100, rtol=1e-3)
    np.testing.assert_allclose(ds.streamflow.sel(site=SITES[1]), whole.streamflow.sel(site=SITES[1]), rtol=1e-3)


def test_that_flow_by_hours_is_an_amount_is_doubted_where_nothing_says_so(tmp_path):
    table = hours_of()
    text = said(read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table})))
    assert "doubtful" in text and "if it is a rate, write its units: streamflow [mm d-1]" in text
    text = said(
        read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table.rename(columns={"streamflow": "streamflow [mm]"})}))
    )
    assert "if it is a rate" not in text


def test_a_separator_of_thousands_is_read_or_refused_and_never_a_missing_flood(tmp_path):
    table = days_of().astype({"streamflow": object})
    table.loc["2000-06-01", "streamflow"] = "1,565.5"
    ds = read_path(write_own(tmp_path / "read", SITES[:1], {SITES[0]: table}))
    assert float(ds.streamflow.sel(time="2000-06-01")[0]) == 1565.5 and not ds.streamflow.isnull().any()
    table = table.round(0).astype(int, errors="ignore").assign(streamflow="3")
    table.loc["2000-06-01", "streamflow"] = "1,565"  # or 1.565 with a decimal comma
    text = refused(write_own(tmp_path / "refused", SITES[:1], {SITES[0]: table}))
    assert "streamflow is '1,565', not a number" in text and "no separator of thousands" in text


def exchanged(day: pd.Timestamp) -> pd.Timestamp:
    return day.replace(day=day.month, month=day.day) if day.day <= 12 else day


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%Y-%m-%d"])
@pytest.mark.parametrize("order", [1, -1])
def test_days_that_a_spreadsheet_took_for_months_are_refused(tmp_path, form, order):
    dates = [f"{exchanged(day):{form}}" for day in DAYS]
    table = days_of().set_axis(pd.Index(dates, name="date"))[::order]
    text = refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert "the day and the month of 253 dates or more are exchanged" in text
    assert ("stands between 2000-01-31 and 2000-02-13, where 2000-02-01 belongs" in text) == (order == 1)


def test_days_of_a_part_of_a_file_taken_for_months_are_refused_by_their_cause(tmp_path):
    days = [exchanged(day) if day.year == 2001 else day for day in DAYS]
    table = days_of().set_axis(pd.DatetimeIndex(days, name="date"))
    assert "are exchanged" in refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))


@pytest.mark.parametrize("name", ["Q", "q_cfs", "flow_cfs", "discharge_m3s", "streamflow_cfs"])
def test_a_column_that_looks_like_flow_and_is_not_read_is_said_with_the_fix(tmp_path, name):
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: days_of().rename(columns={"streamflow": name})}))
    fix = "call it with its units: streamflow [mm d-1] or discharge [m3 s-1]"
    assert f"{name} may be what was observed; to read it, {fix}" in said(ds) and ds.streamflow.isnull().all()


def test_a_column_beside_the_flow_is_not_taken_for_it(tmp_path):
    table = days_of().assign(q_remark=0.0)
    assert "may be what was observed" not in said(read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table})))


def test_columns_exchanged_as_a_whole_are_said_to_be(tmp_path):
    table = days_of().rename(columns={"tmin": "tmax", "tmax": "tmin"})
    ds = read_path(write_own(tmp_path, SITES[:2], {SITES[0]: table}))
    assert same_days(ds) and f"on all days of {SITES[0]}, as if the columns were exchanged" in said(ds)


def test_rain_and_pet_a_little_below_zero_are_zero_and_said(tmp_path):
    table = days_of().assign(pet=1.0)
    table.loc["2000-06-01", ["prcp", "pet"]] = -1e-6, -0.02
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    day = ds.sel(time="2000-06-01")
    assert (day.prcp.item(), day.pet.item()) == (0, 0)
    assert "read as | pet | values below 0 mm d-1, the least -0.02, are taken as 0 1 time at 0101" in said(ds)
    table.loc["2000-06-01", "prcp"] = -1
    assert "prcp on 2000-06-01 is -1" in refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))


def test_without_a_date_the_ways_to_give_one_are_said(tmp_path):
    table = days_of().rename_axis("when")
    text = refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert "no column date; it has when, prcp" in text and "or give year, month and day, or year and doy." in text


def test_tenths_are_converted(tmp_path):
    table = days_of().assign(prcp=lambda t: t.prcp * 10, tmin=lambda t: t.tmin * 10, tmax=lambda t: t.tmax * 10)
    table = table.rename(columns={"prcp": "prcp [0.1 mm]", "tmin": "tmin [0.1 °C]", "tmax": "tmax [0.1 degC]"})
    assert same_days(read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table})))


def parts_of(form: str) -> dict:
    """The columns in which the parts of the dates stand, by one way to write them."""
    year, month, day = DAYS.year, DAYS.month, DAYS.day
    return {
        "YYYY,MM,DD": {"YYYY": year, "MM": month, "DD": day},
        "Year,Mnth,Day": {"Year": year, "Mnth": month, "Day": day},
        "floats": {"year": year * 1.0, "month": month * 1.0, "day": day * 1.0},
        "year,doy": {"year": year, "doy": DAYS.day_of_year},
        "year,day": {"year": year, "day": DAYS.day_of_year},
    }[form]


@pytest.mark.parametrize("form", ["YYYY,MM,DD", "Year,Mnth,Day", "floats", "year,doy", "year,day"])
def test_a_date_in_several_columns_is_joined_and_said(tmp_path, form):
    table = days_of().assign(**parts_of(form)).reset_index(drop=True)
    write_own(tmp_path, SITES[:1]).joinpath(f"{SITES[0]}.csv").write_text(table.to_csv(index=False))
    ds = read_path(tmp_path)
    assert same_days(ds) and f"joined of {', '.join(parts_of(form))}" in said(ds)


@pytest.mark.parametrize(("name", "form"), [("time", "%H:%M"), ("hour", "%H")])
def test_a_date_and_its_time_in_two_columns_are_joined_and_said(tmp_path, name, form):
    table = hours_of()
    hours = table.assign(date=table.index.strftime("%d/%m/%Y")).assign(**{name: table.index.strftime(form)})
    write_own(tmp_path, SITES[:1]).joinpath(f"{SITES[0]}.csv").write_text(hours.to_csv(index=False))
    ds = read_path(tmp_path)
    assert same_days(ds, tolerance=1e-3) and f"the date is joined of date, {name}" in said(ds)


def test_hours_of_summer_time_without_a_zone_are_refused_by_their_cause(tmp_path):
    table = hours_of()
    local = table.index.tz_localize("UTC").tz_convert("Europe/Berlin").tz_localize(None)
    text = refused(write_own(tmp_path, SITES[:1], {SITES[0]: table.set_axis(local.rename("date"))}))
    assert "2000-10-29 02:00 appears twice, as when clocks go back from summer time; write all times in sta" in text


@pytest.mark.parametrize("hour", ["09:00", "07:00Z"])
def test_days_dated_by_one_hour_of_the_morning_are_read_and_said(tmp_path, hour):
    table = days_of().set_axis(pd.Index([f"{day:%Y-%m-%d} {hour}" for day in DAYS], name="date"))
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert same_days(ds) and f"every day is dated by its {hour[:5]}, which is taken for the whole day" in said(ds)


def test_days_dated_by_an_evening_hour_are_refused(tmp_path):
    """It may be the midnight of the next day in another zone."""
    table = days_of().set_axis(pd.Index([f"{day:%Y-%m-%d} 23:00Z" for day in DAYS], name="date"))
    assert "date every value by its day alone" in refused(write_own(tmp_path, SITES[:1], {SITES[0]: table}))


@pytest.mark.parametrize("order", ["reversed", "by month", "years exchanged"])
def test_rows_in_another_order_of_whole_days_are_sorted(tmp_path, order):
    table = days_of()
    keys = {"reversed": -np.arange(len(DAYS)), "by month": DAYS.strftime("%d/%m/%Y"), "years exchanged": -DAYS.year}
    table = table.iloc[np.argsort(keys[order], kind="stable")]
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table}))
    assert same_days(ds) and "not in order of time and are sorted" in said(ds)


@pytest.mark.parametrize("kind", ["a folder", "a link to nothing"])
def test_a_series_that_is_no_file_leaves_its_site_out(tmp_path, kind):
    folder = write_own(tmp_path)
    file = folder / f"{SITES[0]}.csv"
    file.unlink()
    file.mkdir() if kind == "a folder" else file.symlink_to(tmp_path / "nowhere")
    ds = read_path(folder)
    assert SITES[0] not in ds.site.values and f"{SITES[0]}.csv: cannot be read" in ds.left_out


def test_one_word_among_attributes_is_missing_and_columns_that_hide_series_are_said(tmp_path):
    folder = write_own(tmp_path)
    table = pd.read_csv(folder / "attributes.csv", dtype=str)
    table["soil"], table["time"], table["prcp"], table[""] = "0.3", "5", "2", "7"
    table.loc[0, "soil"] = "bad"
    table.to_csv(folder / "attributes.csv", index=False)
    ds = read_path(folder)
    text = said(ds)
    assert np.isnan(ds.soil.values[0]) and ds.soil.notnull().sum() == len(SITES) - 1
    assert "soil is 'bad' in 1 cells, first in line 2" in text
    assert "rename prcp, time" in text and "columns without a name in the header" in text


def test_names_that_people_use_are_read_with_their_units(tmp_path):
    names = {"streamflow": "QObs(mm/d)", "prcp": "Precip (inch/day)", "tmean": "temp"}
    table = days_of().assign(tmean=8.0).drop(columns=["tmin", "tmax"], errors="ignore")
    inches = table.assign(prcp=table.prcp / 25.4).rename(columns=names)
    ds = read_path(write_own(tmp_path, SITES[:1], {SITES[0]: inches}))
    np.testing.assert_allclose(ds.prcp.values[:, 0], table.prcp.to_numpy(), rtol=1e-3, atol=1e-4)
    assert "'QObs' is streamflow" in said(ds) and "'temp' is tmean" in said(ds)


def test_nines_in_flow_are_missing_and_in_rain_leave_the_site_out(tmp_path):
    flow, rain = days_of(SITES[0]), days_of(SITES[1])
    flow.loc["2000-05-01":"2000-05-11", "streamflow"] = 999
    rain.loc["2000-05-01":"2000-05-11", "prcp"] = 999.9
    ds = read_path(write_own(tmp_path, tables={SITES[0]: flow, SITES[1]: rain}))
    assert ds.site.values.tolist() == [SITES[0], SITES[2]] and int(ds.streamflow.isnull().sum()) == 11
    assert "999 on 11 days" in said(ds) and "is it in m3 s-1" not in said(ds)
    assert f"{SITES[1]}: prcp on 2000-05-01 is 999.9, far above all else" in ds.left_out


def test_flow_of_zero_on_most_days_of_a_humid_basin_is_doubted(tmp_path):
    table = days_of()
    table.loc["2000-03-01":"2001-06-30", "streamflow"] = 0
    table["prcp"] = table["prcp"] * 3
    text = said(read_path(write_own(tmp_path, SITES[:1], {SITES[0]: table})))
    assert "does 0 stand for no observation?" in text


def test_a_row_of_units_and_a_calendar_without_leap_days_are_named(tmp_path):
    folder = write_own(tmp_path / "units", SITES[:1])
    file = folder / f"{SITES[0]}.csv"
    header, rest = file.read_text().split("\n", 1)
    file.write_text(f"{header}\n,mm/d,degC,degC,mm/d\n{rest}")
    assert "line 2 holds units; write them in the header, streamflow [mm/d], and remove it" in refused(folder)
    table = days_of(days=pd.date_range("1999-01-01", "2001-12-31"))
    text = refused(write_own(tmp_path / "noleap", SITES[:1], {SITES[0]: table.drop(pd.Timestamp("2000-02-29"))}))
    assert "29 February has no row, first 2000-02-29; give all days of the usual calendar" in text
