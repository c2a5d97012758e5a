"""Any science: the vocabulary of its data, their time step, and which science a person's files are for."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import (
    DataError,
    domain_of,
    forcing_names,
    import_dataset,
    imports,
    open_dataset,
    period_slice,
    target_names,
)
from dgviz.datasets.remarks import remarks
from dgviz.datasets.science import told_by
from dgviz.datasets.steps import check_times
from dgviz.experiment.sources import vocabularies


def written(ds, path):
    ds.to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture
def rivers(tmp_path):
    """A folder with the temperature of two rivers."""
    days = pd.date_range("2000-01-01", "2003-12-31").strftime("%Y-%m-%d")
    (tmp_path / "attributes.csv").write_text("site,lat,lon,area\na,50,8,100\nb,51,9,10\n")
    for site in "ab":
        table = pd.DataFrame({"date": days, "tair": 8.0, "discharge": 2.0, "water_temperature": -0.5})
        table.to_csv(tmp_path / f"{site}.csv", index=False)
    return tmp_path


# ---- which science


def test_what_is_observed_tells_the_science(rivers):
    assert domain_of(rivers) == "stream_temperature"
    ds = open_dataset(rivers)
    assert ds.domain == "stream_temperature" and ds.step == "day"
    assert forcing_names(ds) == ["tair", "discharge"] and target_names(ds) == ["water_temperature"]
    assert float(ds.water_temperature.min()) == -0.5 and ds.discharge.units == "m3 s-1"
    assert ds.water_temperature.long_name == "Observed water temperature"


def test_the_names_that_people_use_tell_it_too_and_what_is_observed_counts_before_what_drives(rivers):
    for file in (rivers / "a.csv", rivers / "b.csv"):
        table = pd.read_csv(file).rename(columns={"tair": "air_temperature", "water_temperature": "Twater"})
        table.to_csv(file, index=False)
    ds = open_dataset(rivers)
    assert ds.domain == "stream_temperature"
    assert forcing_names(ds) == ["tair", "discharge"] and target_names(ds) == ["water_temperature"]
    words = "columns: 'air_temperature' is tair, 'Twater' is water_temperature"
    assert words in str(remarks(ds))


@pytest.mark.parametrize("kind", ["folder", "netcdf"])
def test_more_than_one_science_has_to_be_told_apart(rivers, tmp_path, kind):
    for file in (rivers / "a.csv", rivers / "b.csv"):
        pd.read_csv(file).assign(streamflow=1.0, prcp=2.0, tmean=3.0).to_csv(file, index=False)
    with pytest.raises(DataError, match=r"several domains, hydrology, stream_temperature; .*`# domain: NAME`"):
        open_dataset(rivers)
    header = (rivers / "attributes.csv").read_text()
    (rivers / "attributes.csv").write_text(f"# domain: stream_temperatur\n{header}")
    with pytest.raises(DataError, match=r"'stream_temperatur' is not known. Did you mean 'stream_temperature'\?"):
        domain_of(rivers)
    (rivers / "attributes.csv").write_text(f"# domain: stream_temperature\n{header}")
    assert domain_of(rivers) == "stream_temperature"
    ds = open_dataset(rivers)  # the others are another science's
    said = "columns that stream_temperature does not know"
    assert ("not read", "streamflow, prcp, tmean", said) in remarks(ds) and "streamflow" not in ds


def test_what_drives_another_science_does_not_count_where_that_is_observed_too(rivers):
    """Oxygen comes with the temperature of the water, which alone is another science's target."""
    for file in (rivers / "a.csv", rivers / "b.csv"):
        pd.read_csv(file).assign(do=9.0).to_csv(file, index=False)
    assert domain_of(rivers) == "oxygen"


def test_a_line_number_counts_the_line_of_the_domain(rivers):
    (rivers / "attributes.csv").write_text("# domain: stream_temperature\nsite,lat,lon,area\na,50,8,wide\nb,51,9,10\n")
    said = "area is 'wide' in 1 cells, first in line 3"
    assert ("taken as missing", "attributes.csv", said) in remarks(open_dataset(rivers))


def test_the_domain_of_sources_imports_and_paths_is_known_without_their_series(rivers, hourly, tmp_path, monkeypatch):
    ds, vocabularies = hourly
    file = written(ds, tmp_path / "canopy.nc")
    import_dataset(rivers, "rivers")
    import_dataset(file, "canopies", vocabularies=vocabularies)
    monkeypatch.setattr(imports, "read_import", lambda name: pytest.fail("series were read"))
    assert domain_of("delaware") == domain_of("camels_us") == "hydrology"
    assert domain_of("rivers") == domain_of(rivers) == "stream_temperature"
    assert domain_of("canopies") == domain_of(file) == "canopy"
    with pytest.raises(DataError, match="there is no such source.* Did you mean 'delaware'"):
        domain_of("delawere")


def test_a_domain_without_a_vocabulary_is_refused_with_those_that_are_known(hourly, tmp_path):
    ds, vocabularies = hourly
    file = written(ds, tmp_path / "mine.nc")
    with pytest.raises(DataError, match=r"mine\.nc: the domain 'canopy' is not known.*hydrology, .*stream_temperature"):
        open_dataset(file)
    import_dataset(file, "mine", vocabularies=vocabularies)
    with pytest.raises(DataError, match="the domain 'canopy' is not known"):
        open_dataset("mine")
    assert open_dataset("mine", vocabularies=vocabularies).step == "hour"


def test_files_without_a_target_are_told_what_each_science_observes(hourly, tmp_path):
    ds, _ = hourly
    del ds.attrs["domain"]
    file = written(ds, tmp_path / "mine.nc")
    with pytest.raises(DataError, match=r"streamflow \(hydrology\), .*water_temperature \(stream_temperature\)"):
        open_dataset(file)


# ---- roles


def test_a_series_says_its_role(hourly, tmp_path):
    ds, vocabularies = hourly
    ds = ds.assign(note=ds.light)  # no series of this science
    read = open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)
    assert forcing_names(read) == ["light"] and target_names(read) == ["exchange"]
    assert read.light.role == "forcing" and "role" not in read.note.attrs


def test_packaged_files_and_imports_have_roles_and_their_order(rivers):
    assert forcing_names(open_dataset("delaware")) == ["prcp", "tmin", "tmax", "tmean"]
    opened = open_dataset(rivers)
    import_dataset(rivers, "rivers")
    assert forcing_names(open_dataset("rivers")) == forcing_names(opened) == ["tair", "discharge"]


def test_forcings_have_the_declared_order_whatever_the_columns_have(rivers):
    for file in (rivers / "a.csv", rivers / "b.csv"):
        table = pd.read_csv(file)
        table[["date", *reversed(table.columns[1:])]].to_csv(file, index=False)
    assert forcing_names(open_dataset(rivers)) == ["tair", "discharge"]


# ---- time steps


def test_hours_are_read_and_split(hourly, tmp_path):
    ds, vocabularies = hourly
    read = open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)
    assert (read.step, read.domain) == ("hour", "canopy")
    assert (read.train_period, read.test_period) == ("2000-01-01/2001-12-31", "2002-01-01/2002-12-31")
    assert read.sel(time=period_slice(read, read.test_period)).sizes["time"] == 8760  # with the last day
    assert read.day_of_year.values[[23, 24]].tolist() == [1, 2] and float(read.exchange.min()) == -2


def test_months_are_read_and_split(monthly, tmp_path):
    ds, vocabularies = monthly
    read = open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)
    assert (read.train_period, read.test_period) == ("2000-01-01/2003-12-31", "2004-01-01/2005-12-31")
    assert read.sel(time=period_slice(read, read.test_period)).sizes["time"] == 24 and read.step == "month"
    assert read.day_of_year.values[:3].tolist() == [1, 32, 61]
    with pytest.raises(DataError, match="reaches beyond the record.*2000-01-01/2005-12-31"):
        period_slice(read, "2005-01-01/2006-01-01")


def test_a_folder_may_hold_hours(hourly, tmp_path):
    ds, vocabularies = hourly
    (tmp_path / "attributes.csv").write_text("# domain: canopy\nsite,lat,lon\na,50,8\n")
    table = ds.isel(site=0)[["light", "exchange"]].to_pandas()[["light", "exchange"]]
    table.to_csv(tmp_path / "a.csv", index_label="date", date_format="%Y-%m-%dT%H:%M")
    read = open_dataset(tmp_path, vocabularies=vocabularies)
    assert read.step == "hour" and read.sizes == {"time": ds.sizes["time"], "site": 1}
    table.drop(table.index[5]).to_csv(tmp_path / "a.csv", index_label="date", date_format="%Y-%m-%d %H:%M")
    with pytest.raises(DataError, match=r"a\.csv: site a: light on 2000-01-01 05:00 is empty"):
        open_dataset(tmp_path, vocabularies=vocabularies)
    (tmp_path / "a.csv").write_text("date,light,exchange\n2000-01-01 00:00,1,1\n2000-01-01 1 am,1,1\n")
    with pytest.raises(
        DataError, match=r"line 3: date '2000-01-01 1 am' is not written as YYYY-MM-DD, such as 1990-10-01 05:00"
    ):
        open_dataset(tmp_path, vocabularies=vocabularies)


def test_a_span_of_hours_ends_with_its_last_day(hourly, tmp_path):
    ds, vocabularies = hourly
    import_dataset(written(ds, tmp_path / "mine.nc"), "mine", "2000-01-01/2001-12-31", vocabularies=vocabularies)
    assert open_dataset("mine", vocabularies=vocabularies).sizes["time"] == 731 * 24


def test_a_step_coarser_than_the_domains_is_refused(hourly, tmp_path):
    ds, vocabularies = hourly
    days = pd.date_range("2000-01-01", periods=ds.sizes["time"])
    file = written(ds.assign_coords(time=days), tmp_path / "canopy.nc")
    with pytest.raises(DataError, match="the usual step is 1 day, but the domain canopy is written for hours"):
        open_dataset(file, vocabularies=vocabularies)


def test_a_step_finer_than_the_domains_is_gathered(monthly, tmp_path):
    ds, vocabularies = monthly
    days = pd.date_range("2000-01-01", "2005-12-31")
    ds = ds.isel(time=[0]).drop_vars("time").isel(time=np.zeros(len(days), int)).assign_coords(time=days)
    ds["rain"] = ds.rain.copy(data=np.repeat(days.month.to_numpy("float32")[:, None], 2, 1))
    read = open_dataset(written(ds, tmp_path / "lake.nc"), vocabularies=vocabularies)
    assert read.sizes["time"] == 72 and float(read.rain[3, 0]) == 4.0
    assert "values every 1 day are made monthly: mean of rain, level" in read.dgviz_remarks


HOURS = pd.date_range("2000-01-01", periods=100, freq="h")
MONTHS = pd.date_range("2000-01-01", periods=30, freq="MS")
WRONG_TIMES = {
    "hour 2000-01-01 03:00 is missing": HOURS.delete(3),
    "hour 2000-01-01 03:00 appears twice; keep one row of each hour": HOURS.insert(3, HOURS[3]),
    "hours are not in order from 2000-01-01 03:00 on": HOURS[[0, 1, 2, 4, 3, *range(5, 100)]],
    "2000-01-01 00:30:00 is not a whole hour": HOURS + pd.Timedelta(minutes=30),
    "month 2000-04 is missing": MONTHS.delete(3),
    "2000-01-15 is not the first day of a month": MONTHS + pd.Timedelta(days=14),
    "the usual step is 6 hours; it must be one hour, one day or one month": HOURS[::6],
    "the usual step is 7 days; it must be": pd.date_range("2000-01-01", periods=9, freq="7D"),
}


@pytest.mark.parametrize("message", WRONG_TIMES)
def test_a_wrong_time_is_named(message):
    with pytest.raises(DataError, match=message):
        check_times(WRONG_TIMES[message], "FILE")


def test_a_gap_in_a_forcing_names_the_hour(hourly, tmp_path):
    ds, vocabularies = hourly
    ds.light[5, 1] = np.nan
    read = open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)
    assert list(read.site.values) == ["a"] and "site b: light on 2000-01-01 05:00 is empty" in read.left_out
    assert "a value on every hour" in read.left_out


def test_a_value_below_zero_is_refused_only_where_it_cannot_be(hourly, tmp_path):
    ds, vocabularies = hourly
    ds["light"] = xr.full_like(ds.light, -1.0)
    with pytest.raises(DataError, match="light on 2000-01-01 00:00 is -1; light cannot be negative"):
        open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)
    ds["light"], ds["exchange"] = -ds.light, xr.full_like(ds.exchange, -200.0)
    with pytest.raises(DataError, match="exchange on .* is -200; it must lie between -100 and 100 g C m-2 d-1"):
        open_dataset(written(ds, tmp_path / "mine.nc"), vocabularies=vocabularies)


def test_a_science_that_joins_others_is_meant_where_all_that_it_observes_is_there():
    known = vocabularies()
    of_all = ["prcp", "tmean", "streamflow", "water_temperature", "dissolved_oxygen"]
    assert told_by(of_all, known, "mine.nc").domain == "watershed"
    assert told_by(["prcp", "tmean", "streamflow"], known, "mine.nc").domain == "hydrology"
    assert told_by(["prcp", "tmean"], known, "mine.nc").domain == "hydrology"
    assert told_by(["water_temperature", "dissolved_oxygen"], known, "mine.nc").domain == "oxygen"
    assert told_by(["tair", "water_temperature"], known, "mine.nc").domain == "stream_temperature"
