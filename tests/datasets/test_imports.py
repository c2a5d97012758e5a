"""Imported data sets: the same as what was read, found by name and path, whole or not there."""

import os

import pytest
import xarray as xr

from dgviz import datasets
from dgviz.datasets import DataError, import_dataset, imports, known, open_dataset, read_path, resolve
from tests.datasets.camels_files import write_camels


@pytest.fixture
def folder(tmp_path):
    return write_camels(tmp_path / "camels", sites=("01013500", "01022500"))


@pytest.fixture
def no_reading(monkeypatch):
    """Call it, and from then on files that were not imported cannot be read."""

    def forbid():
        monkeypatch.setattr(datasets, "reader_of", lambda path: pytest.fail(f"{path} was read"))

    return forbid


def test_an_import_is_what_was_read(folder):
    read = read_path(folder)
    import_dataset(folder)
    opened = open_dataset("camels")
    xr.testing.assert_identical(opened.drop_attrs(deep=False), read.drop_attrs(deep=False))
    assert opened.attrs.items() >= read.attrs.items()
    for name in read.variables:
        assert opened[name].dtype == read[name].dtype and opened[name].attrs == read[name].attrs, name


def test_it_opens_by_name_and_by_path_without_reading_again(folder, no_reading, monkeypatch):
    import_dataset(folder, "mine")
    no_reading()
    monkeypatch.chdir(folder.parent)
    for data in ("mine", folder, "camels", str(folder) + "/"):
        assert open_dataset(data).sizes["site"] == 2
    assert resolve("mine") == "mine" and known()["mine"] == "CAMELS-US (daymet), 2 basins"


def test_a_change_of_the_files_is_seen(folder):
    import_dataset(folder, "mine")
    (file,) = folder.rglob("01022500_streamflow_qc.txt")
    os.utime(file, ns=(1, 1))
    assert imports.find_import(folder) is None
    file.unlink()
    assert open_dataset(folder).sizes["site"] == 1
    assert open_dataset("mine").sizes["site"] == 2  # as it was imported
    import_dataset(folder, "mine")
    assert open_dataset("mine").sizes["site"] == 1 and imports.find_import(folder)


def test_it_is_there_whole_or_not_at_all(folder, monkeypatch):
    import_dataset(folder, "mine")

    def half(dataset, path, **_):
        path.write_bytes(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", half)
    with pytest.raises(OSError, match="No space left"):
        import_dataset(folder, "mine", span="1989-10-01/1992-09-30")
    with pytest.raises(OSError, match="No space left"):
        import_dataset(folder, "another")
    assert [file.name for file in imports.imports_folder().iterdir()] == ["mine.nc"]
    assert open_dataset("mine").sizes["time"] == 1461


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("delaware", "'delaware' is a source's own"),
        ("a/b", "name 'a/b': letters, digits"),
        ("..", "name '..': letters"),
    ],
)
def test_impossible_names_are_refused(folder, name, message):
    with pytest.raises(DataError, match=message):
        import_dataset(folder, name)


def test_what_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match="nothing does not exist; give the path"):
        import_dataset(tmp_path / "nothing")


def test_a_misspelt_import_is_suggested(folder):
    import_dataset(folder, "northeast")
    with pytest.raises(DataError, match="Did you mean 'northeast'.*Known: .*thames, twitchell, northeast"):
        open_dataset("norheast")


def test_a_file_that_is_none_of_its_own_is_passed_over(folder):
    before = list(known())
    import_dataset(folder, "mine")
    (imports.imports_folder() / "broken.nc").write_bytes(b"not NetCDF")
    xr.Dataset({"a": 1}).to_netcdf(imports.imports_folder() / "other.nc", engine="h5netcdf")
    assert list(known()) == [*before, "mine"]
