"""What took long to read opens fast the next time: the same bit for bit, and anew when something changed."""

import os

import numpy as np
import pytest
import xarray as xr

from dgviz import memory
from dgviz.datasets import camels_us, kept_files, open_dataset, prepared, stream_temperature
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.errors import DataError
from tests.datasets.camels_files import write_camels


@pytest.fixture(autouse=True)
def _all_are_worth_keeping(monkeypatch):
    monkeypatch.setattr(prepared, "WORTH_KEEPING", -1)


@pytest.fixture
def folder(tmp_path):
    return write_camels(tmp_path / "camels", sites=("01013500", "01022500"))


@pytest.fixture
def readings(monkeypatch):
    """The paths that were read, not taken as they were prepared."""
    from dgviz import datasets

    paths, read = [], datasets.read_path
    monkeypatch.setattr(datasets, "read_path", lambda path, *_, **given: (paths.append(path), read(path, **given))[1])
    return paths


def test_a_folder_that_cannot_be_read_or_holds_too_much_is_named_with_the_fix(folder, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_FILES", 2)
    with pytest.raises(DataError, match=f"{folder}: there are more than 2 files in it. Give the path of a folder that"):
        open_dataset(folder)

    def forbidden(path):
        raise PermissionError(13, "Permission denied", f"{path}/secret")

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(DataError, match=f"{folder}: .*/secret cannot be read: Permission denied. Give the path of a f"):
        open_dataset(folder)


def same(a: xr.Dataset, b: xr.Dataset) -> bool:
    """Whether two data sets are the same bit for bit, with all they say of themselves."""
    alike = [
        a[name].dtype == b[name].dtype and a[name].values.tobytes() == b[name].values.tobytes() for name in a.variables
    ]
    return a.identical(b) and all(alike) and list(a) == list(b)


def kept() -> list[str]:
    return sorted(file.name for file in prepared.prepared_folder().glob("*"))


def test_the_series_of_a_large_one_stay_in_its_file_the_first_time_too(folder, monkeypatch):
    in_memory = open_dataset(folder)
    monkeypatch.setattr(memory, "LARGEST", 0)
    [(prepared.prepared_folder() / name).unlink() for name in kept()]
    first, second = open_dataset(folder), open_dataset(folder)
    for large in (first, second):
        assert same(large, in_memory) and kept_files.stays_in_file(large)
        assert large.prcp.dims == ("time", "site") and large.prcp.values.strides[0] == 4  # times lie side by side
    assert not kept_files.stays_in_file(in_memory)


def test_the_second_opening_is_the_first_without_reading(folder, readings):
    first, second = open_dataset(folder), open_dataset(folder)
    assert readings == [folder] and same(first, second)


def test_a_change_of_the_files_or_of_the_readers_is_seen(folder, readings, monkeypatch):
    open_dataset(folder)
    (file,) = folder.rglob("01022500_streamflow_qc.txt")
    os.utime(file, ns=(1, 1))
    open_dataset(folder)
    file.unlink()
    assert open_dataset(folder).sizes["site"] == 1 and len(readings) == 3
    assert len(kept()) == 1  # what stood for the path before is removed
    monkeypatch.setattr(prepared, "fingerprint", lambda path: "of another version of the readers")
    open_dataset(folder)
    assert len(readings) == 4


def test_what_is_fast_to_read_is_not_kept(folder, readings, monkeypatch):
    monkeypatch.setattr(prepared, "WORTH_KEEPING", 60)
    open_dataset(folder), open_dataset(folder)
    assert len(readings) == 2 and kept() == []


@pytest.mark.parametrize("damage", [b"", b"half", None])
def test_a_damaged_file_is_made_anew(folder, readings, damage):
    first = open_dataset(folder)
    (file,) = prepared.prepared_folder().glob("*.nc")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert same(open_dataset(folder), first) and len(readings) == 2
    assert same(open_dataset(folder), first) and len(readings) == 2


def test_a_full_disk_is_no_error(folder, readings, monkeypatch):
    def full(dataset, path, **_):
        path.write_bytes(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    assert open_dataset(folder).sizes["site"] == 2 and kept() == []


def test_only_the_latest_are_kept(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(prepared, "N_KEPT", 2)
    for name in ("a", "b", "c"):
        open_dataset(folder.rename(tmp_path / name)).close()
        folder = tmp_path / name
    assert len(kept()) == 2


def test_what_is_wrong_with_a_folder_is_said_each_time(folder):
    for file in folder.rglob("*_forcing_leap.txt"):
        file.write_text("")
    for _ in range(2):
        with pytest.raises(DataError, match="no basin can be used"):
            open_dataset(folder)


@pytest.mark.parametrize("source", [camels_us, stream_temperature])
def test_the_observed_sources_are_the_same_bit_for_bit(source):
    name = source.__name__.rpartition(".")[2]
    try:
        find_file(name, source.FILE, None)
    except DataError as error:
        pytest.skip(str(error))
    first = open_dataset(name)
    assert kept() and same(first, source.load()) and same(first, open_dataset(name))
    assert np.isfinite(first.lat).all()
