"""What a person says of their own columns, units, dates and sites is done, and said in the remarks."""

import pytest

from dgviz.datasets import DataError, open_dataset, read_path, series_in
from dgviz.datasets.kept_files import fingerprint
from dgviz.datasets.own_columns import columns_of, sites_of
from dgviz.datasets.reading import FILE, Reading, reading_of, write_reading
from dgviz.datasets.remarks import remarks
from dgviz.datasets.science import all_vocabularies
from tests.datasets.own_files import SITES, days_of, write_own

RENAMED = {"prcp": "gauge A", "streamflow": "what came down", "tmax": "warmest"}


def said(ds) -> str:
    return "\n".join(" | ".join(remark) for remark in remarks(ds))


def test_columns_and_units_are_as_they_are_said_to_be(tmp_path):
    as_usual = read_path(write_own(tmp_path / "usual"))
    tables = {site: days_of(site).assign(prcp=days_of(site).prcp / 25.4, note="x") for site in SITES}
    tables = {site: table.rename(columns=RENAMED).assign(tmax=-50.0) for site, table in tables.items()}
    folder = write_own(tmp_path / "own", tables=tables)
    with pytest.raises(DataError):
        read_path(folder)
    columns = {header: name for name, header in RENAMED.items()} | {"note": "", "tmax": ""}
    write_reading(Reading(columns, units={"gauge A": "inch"}), folder)
    read = read_path(folder)
    assert abs(read.prcp - as_usual.prcp).max() < 0.02 and read.streamflow.equals(as_usual.streamflow)
    assert "'gauge A' is prcp" in said(read) and "'note' is not read" in said(read) and "is in inch" in said(read)
    assert "streamflow" in series_in(folder)


def test_the_form_of_dates_and_the_sites_left_out_are_as_they_are_said_to_be(tmp_path):
    days = days_of().index[[0, 31, 60]]  # 1 January, 1 February, 1 March: or three days of January
    tables = {site: days_of(site).loc[:"2001-12-31"] for site in SITES}
    folder = write_own(tmp_path / "own", tables=tables, date_format="%m/%d/%Y")
    assert read_path(folder).indexes["time"][0] == days[0]
    write_reading(Reading(dates="DD/MM/YYYY", leave_out=[SITES[0]]), folder)
    with pytest.raises(DataError, match=r"'01/13/2000'.*read as DD/MM/YYYY"):
        read_path(folder)
    write_reading(Reading(dates="MM/DD/YYYY", leave_out=[SITES[0]]), folder)
    read = read_path(folder)
    assert read.site.values.tolist() == list(SITES[1:]) and f"left out | {SITES[0]} | as asked for" in said(read)
    write_reading(Reading(leave_out=list(SITES)), folder)
    with pytest.raises(DataError, match="all of its sites are left out"):
        read_path(folder)


def test_the_days_are_those_that_are_said(tmp_path):
    folder = write_own(tmp_path / "own")
    write_reading(Reading(span="2000-02-01/2001-12-01"), folder)
    assert read_path(folder).indexes["time"][[0, -1]].strftime("%Y-%m-%d").tolist() == ["2000-02-01", "2001-12-01"]
    assert read_path(folder, "2000-01-01/2001-12-31").sizes["time"] == 731  # what is asked for comes first


def test_the_science_is_as_it_is_said_to_be(tmp_path):
    folder = write_own(tmp_path / "own")
    write_reading(Reading(domain="stream_temperature"), folder)
    with pytest.raises(DataError):
        read_path(folder)
    write_reading(Reading(domain="hydrology"), folder)
    assert read_path(folder).attrs["domain"] == "hydrology"


def test_variables_of_a_netcdf_file_are_as_they_are_said_to_be(tmp_path):
    whole = read_path(write_own(tmp_path / "own")).drop_vars("day_of_year")
    given = whole.rename(prcp="gauge", streamflow="came_down")[["gauge", "came_down", "tmin", "tmax", "area"]]
    given["gauge"] = given.gauge.drop_attrs()
    file = tmp_path / "file" / "rivers.nc"
    file.parent.mkdir()
    given.drop_attrs(deep=False).to_netcdf(file, engine="h5netcdf")
    with pytest.raises(DataError):
        read_path(file)
    before = fingerprint(file)
    said_so = Reading({"gauge": "prcp", "came_down": "streamflow"}, {"gauge": "mm/day"}, leave_out=[SITES[0]])
    write_reading(said_so, file.parent)
    read = open_dataset(file)
    assert read.prcp.equals(whole.prcp.sel(site=list(SITES[1:]))) and "streamflow" in series_in(file)
    assert "'came_down' is streamflow" in said(read) and f"left out | {SITES[0]}" in said(read)
    assert fingerprint(file) != before  # what was read in the other way is not taken for it
    found = {column.name: column[3:] for column in columns_of(file, list(all_vocabularies().values()))}
    assert found["gauge"] == ("prcp", "mm/day") and found["lat"][0] == "lat" and found["tmin"] == ("tmin", "degC")
    assert sites_of(file) == list(SITES)
    write_reading(Reading({"gauge": "tmin"}), file.parent)
    with pytest.raises(DataError, match="'gauge' is said to be it too"):
        read_path(file)


def test_nothing_said_is_no_file_and_what_cannot_be_meant_is_refused(tmp_path):
    assert reading_of(tmp_path) == Reading()
    reading = Reading({"a": "prcp"}, {"a": "mm"}, "DD.MM.YYYY", ["1"], "2000-01-01/2000-12-31", "hydrology")
    write_reading(reading, tmp_path)
    assert reading_of(tmp_path) == reading
    write_reading(Reading(), tmp_path)
    assert not (tmp_path / FILE).exists()
    for text, words in (
        ("no", "is no JSON object"),
        ("3", "is no JSON object"),
        ("[]", "no JSON object"),
        ('{"column": {}}', "Did you mean 'columns'"),
        ('{"columns": ["a"]}', "it has to be an object of texts"),
        ('{"leave_out": [1]}', "it has to be a list of texts"),
        ('{"dates": "DDMM"}', "one of YYYY-MM-DD"),
    ):
        (tmp_path / FILE).write_text(text)
        with pytest.raises(DataError, match=words):
            reading_of(tmp_path)
