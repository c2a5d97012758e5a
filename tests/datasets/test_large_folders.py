"""Folders and files that are larger than memory are read site by site, and give the same as those in memory."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from dgviz import memory
from dgviz.datasets import csv_folder, import_dataset, imports, open_dataset, read_path
from dgviz.datasets.errors import DataError
from dgviz.datasets.remarks import remarks
from dgviz.datasets.tables import Tables
from dgviz.memory import in_file
from tests.datasets.camels_files import write_caravan

DAYS = pd.date_range("2000-10-01", "2006-09-30")
SITES = [f"s{number:02d}" for number in range(8)]


@pytest.fixture
def folder(tmp_path):
    """Eight sites with short gaps, marks, values a little below zero, and one site that cannot be used."""
    random = np.random.default_rng(1)
    made = tmp_path / "own"
    made.mkdir()
    places = {"lat": np.linspace(40, 45, 8), "lon": np.linspace(-80, -70, 8), "area [km2]": 100.0}
    pd.DataFrame(places, pd.Index(SITES, name="site")).to_csv(made / "attributes.csv")
    for number, site in enumerate(SITES):
        season = -10 * np.cos(2 * np.pi * DAYS.day_of_year.to_numpy() / 365.25) + random.normal(size=len(DAYS))
        table = pd.DataFrame({"prcp": random.gamma(0.4, 6, len(DAYS)), "tmin": season, "tmax": season + 8}, DAYS)
        table["discharge [m3 s-1]"] = table.prcp.rolling(20, 1).mean() / 2
        table.loc[table.index[100:102], "tmin"] = np.nan
        table.loc[table.index[200 + number], "discharge [m3 s-1]"] = -999
        table.loc[table.index[300], "prcp"] = -0.01
        table.iloc[400, 0] = 5000 if number == 5 else 1
        table.to_csv(made / f"{site}.csv", index_label="date", float_format="%.4g")
    return made


@pytest.fixture
def three_at_once(monkeypatch):
    """All series are large, and three sites make a block."""
    monkeypatch.setattr(memory, "LARGEST", 0)
    monkeypatch.setattr(memory, "MOST_OF_BLOCK", 3 * memory.DOUBLE * len(DAYS))


def same(one, other):
    for name in one.variables:
        np.testing.assert_array_equal(one[name], other[name], err_msg=str(name))
        assert one[name].attrs == other[name].attrs
    assert [*one.variables] == [*other.variables] and one.attrs == other.attrs


@pytest.mark.parametrize("kind", ["csv", "netcdf", "caravan"])
def test_by_blocks_data_are_read_as_at_once(kind, folder, tmp_path, request):
    path = folder
    if kind == "netcdf":
        path = tmp_path / "own.nc"
        read_path(folder)[["prcp", "tmin", "tmax", "streamflow", "area"]].assign_attrs(left_out="").to_netcdf(
            path, engine="h5netcdf"
        )
    elif kind == "caravan":
        path = write_caravan(tmp_path / "caravan")
    at_once = read_path(path)
    request.getfixturevalue("three_at_once")
    by_blocks = read_path(path)
    series = [name for name in by_blocks if by_blocks[name].dims == ("time", "site")]
    assert all(in_file(by_blocks[name].data) is not None for name in series)
    assert at_once.prcp.values.flags.owndata or in_file(at_once.prcp.data) is None
    same(at_once, by_blocks)
    assert kind != "csv" or {said.kind for said in remarks(by_blocks)} >= {"filled", "converted", "left out", "read as"}


def test_an_import_holds_one_site_at_a_time(folder, three_at_once, monkeypatch):
    tables = []
    take = Tables.__setitem__

    def peak_after(self, site, table):
        take(self, site, table)
        tables.append(tracemalloc.get_traced_memory()[0])

    monkeypatch.setattr(Tables, "__setitem__", peak_after)
    tracemalloc.start()
    import_dataset(folder, "mine")
    tracemalloc.stop()
    series = 4 * 8 * len(DAYS)  # bytes of three in double precision, of one site
    assert tables[7] - tables[1] < series  # of six sites more


def test_an_error_in_the_middle_leaves_nothing_half_written(folder, three_at_once, monkeypatch):
    read, n_read = csv_folder.read_series, []

    def broken(file, *given):
        n_read.append(file)
        if len(n_read) == 5:
            raise OSError("the disk is gone")
        return read(file, *given)

    monkeypatch.setattr(csv_folder, "read_series", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        import_dataset(folder, "mine")
    assert not [*imports.imports_folder().glob("*")] and not [*memory.cache_folder().glob("temporary/*")]
    with pytest.raises(DataError, match="no such source"):
        open_dataset("mine")
