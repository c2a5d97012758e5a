"""What people send: whatever they pack, it is read as from a folder, or nothing of it is kept and the fix is said."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from dgviz.datasets import DataError, known, open_dataset, read_path, unpack, uploads
from dgviz.datasets.arriving import Arriving
from tests.datasets.camels_files import write_camels, write_caravan
from tests.datasets.layout_files import write_gb
from tests.datasets.own_files import SITES, days_of, write_own


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Uploads and imports lie in a folder of the test's own."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))


def zipped(folder: Path, within: str = "", slash: str = "/", **more: str) -> bytes:
    """The files of a folder as a zip archive, under names that begin with `within`; `more` files by name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = zipfile.ZipInfo(within + slash.join(file.relative_to(folder).parts))
                name.filename = within + slash.join(file.relative_to(folder).parts)  # as it is, unlike ZipInfo's
                archive.writestr(name, file.read_bytes())
        for name, content in more.items():
            archive.writestr(name, content)
    return written.getvalue()


def refused(files) -> str:
    """Why files are not taken; nothing is left of them."""
    with pytest.raises(DataError) as error:
        uploads.take_in(files)
    left = [path for path in uploads.uploads_folder().rglob("*") if path.is_file()]
    assert not left, left
    return str(error.value)


def same(path: Path, folder: Path) -> bool:
    """Is what was sent read as what lies in the folder?"""
    return read_path(path).drop_attrs().identical(read_path(folder).drop_attrs())


@pytest.mark.parametrize(
    ("within", "slash"), [("", "/"), ("my basins/", "/"), ("a/b/c/", "/"), ("my basins\\", "\\")], ids=repr
)
def test_a_zip_archive_is_read_as_its_folder(tmp_path, within, slash):
    folder = write_own(tmp_path / "own")
    path = uploads.take_in({"mine.zip": zipped(folder, within, slash)})
    assert same(path, folder)
    assert path.name == {"": "mine", "a/b/c/": "c"}.get(within, "my basins")


def test_what_macos_adds_is_not_read(tmp_path):
    folder = write_own(tmp_path / "own")
    hidden = ("__MACOSX/own/._0101.csv", "__MACOSX/0101.csv", "own/.DS_Store", "own/._attributes.csv", "own/Thumbs.db")
    more = dict.fromkeys(hidden, "\0")
    path = uploads.take_in({"own.zip": zipped(folder, "own/", **more)})
    assert same(path, folder) and {file.name for file in path.iterdir()} == {file.name for file in folder.iterdir()}


def test_files_of_a_folder_are_read_with_or_without_its_name(tmp_path):
    folder = write_own(tmp_path / "own", sep=";", decimal=",")
    content = {file.name: file.read_bytes() for file in folder.iterdir()}
    alone, within = uploads.take_in(content), uploads.take_in({f"rivers/{k}": v for k, v in content.items()})
    assert (alone.name, within.name) == (uploads.UNNAMED, "rivers")
    assert same(alone, folder) and same(within, folder)


def test_files_may_be_given_by_their_path(tmp_path):
    folder = write_own(tmp_path / "own")
    path = uploads.take_in({file.name: file for file in folder.iterdir()})
    assert same(path, folder) and (folder / "attributes.csv").is_file()


@pytest.mark.parametrize("packed", [False, True])
def test_a_netcdf_file_is_read(tmp_path, packed):
    file = tmp_path / "one" / "rivers.nc"
    file.parent.mkdir()
    read_path(write_own(tmp_path / "own")).to_netcdf(file, engine="h5netcdf")
    files = {"rivers.zip": zipped(file.parent)} if packed else {"rivers.nc": file.read_bytes()}
    path = uploads.take_in(files)
    assert path.name == "rivers.nc" and read_path(path).sizes["site"] == len(SITES)


@pytest.mark.parametrize("write", [write_camels, write_caravan, write_gb])
@pytest.mark.parametrize("within", ["", "copy/"])
def test_known_layouts_are_recognised(tmp_path, write, within):
    folder = write(tmp_path / "layout")
    path = uploads.take_in({"layout.zip": zipped(folder, within)})
    assert same(path, folder)


def test_a_single_file_of_another_kind_is_told_how_to_save(tmp_path):
    path = uploads.take_in({"basins.xlsx": b"PK"})
    with pytest.raises(DataError, match=r"basins.xlsx: .*save each sheet as CSV"):
        read_path(path)


# ---- what is refused


@pytest.mark.parametrize("name", ["../evil.csv", "a/../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv"])
def test_nothing_is_written_outside(tmp_path, name):
    folder = write_own(tmp_path / "own")
    assert "outside of its folder" in refused({"own.zip": zipped(folder, "own/", **{name: "x"})})
    assert "outside of its folder" in refused({name: b"x", "attributes.csv": b"x"})
    assert not [*tmp_path.rglob("evil.csv")]


def test_links_are_refused(tmp_path):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        link = zipfile.ZipInfo("attributes.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "'attributes.csv' is a link; put the file itself" in refused({"own.zip": written.getvalue()})


def test_a_bomb_is_found_while_it_is_unpacked_whatever_it_says_of_its_size(tmp_path, monkeypatch):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 3_000_000)
        archive.writestr("b.csv", b"0" * 3_000_000)
    assert len(written.getvalue()) < 10_000
    target = tmp_path / "small.zip"
    target.write_bytes(written.getvalue())
    unpack.unpack(target, "small.zip", tmp_path / "fits", most_bytes=6_000_000)
    with pytest.raises(DataError, match=r"small.zip: unpacked it is larger than 5 MB; send fewer sites"):
        unpack.unpack(target, "small.zip", tmp_path / "bomb", most_bytes=5_000_000)
    assert sum(file.stat().st_size for file in (tmp_path / "bomb").iterdir()) <= 5_000_000
    with pytest.raises(DataError, match=r"more than 1 files in it"):
        unpack.unpack(target, "small.zip", tmp_path / "many", most_files=1)


def test_what_is_no_archive_or_damaged_or_locked_is_refused(tmp_path):
    whole = zipped(write_own(tmp_path / "own"))
    assert "own.zip: cannot be read as a zip archive" in refused({"own.zip": b"no archive"})
    assert "own.zip: cannot be read as a zip archive" in refused({"own.zip": whole[: len(whole) // 2]})
    damaged = bytearray(whole)
    damaged[200:400] = bytes(200)
    assert "own.zip: cannot be read as a zip archive" in refused({"own.zip": bytes(damaged)})
    locked = bytearray(whole)
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1  # the flag of encryption in the list of contents
    assert "needs a password; pack it without one" in refused({"own.zip": bytes(locked)})
    assert "there is no file in it" in refused({"own.zip": zipped(tmp_path / "nothing")})
    twice = zipped(tmp_path / "own", "", **{"./attributes.csv": "x"})
    assert "two files in it have the same name" in refused({"own.zip": twice})


def test_too_much_is_refused_before_it_is_sent():
    most = uploads.MOST_SENT
    uploads.check_sent({"a.csv": most})
    with pytest.raises(DataError, match=r"201 MB are too much to be sent by a browser; at most 200 MB .*dgviz data"):
        uploads.check_sent({"a.csv": most, "b.csv": 10**6})
    with pytest.raises(DataError, match="too much"):
        uploads.check_sent({"a.csv": 10**12, "b.csv": -(10**12)})
    with pytest.raises(DataError, match="too many"):
        uploads.check_sent({f"{i}.csv": 1 for i in range(unpack.MOST_FILES + 1)})
    with pytest.raises(DataError, match=r"mine.zip was sent together with other files"):
        uploads.check_sent({"mine.zip": 1, "a.csv": 1})
    with pytest.raises(DataError, match="There is no file"):
        uploads.check_sent({})


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5 * 10**8}))
    assert "only 500 MB are free" in refused({"a.csv": b"x"})


# ---- kept


def test_what_is_kept_opens_by_its_name_without_its_files_and_is_forgotten(tmp_path):
    tables = {SITES[1]: days_of(SITES[1]).drop(columns="prcp")}
    folder = write_own(tmp_path / "own", tables=tables)
    path = uploads.take_in({"own.zip": zipped(folder)})
    read = read_path(path)
    assert str(tmp_path) in read.attrs["left_out"]
    name = uploads.keep(read, path, "My rivers")
    kept = open_dataset(name)
    assert known()[name] == "My rivers" and kept.equals(read)
    with pytest.raises(DataError, match="there is no such") as error:
        open_dataset("My")
    assert name not in str(error.value)  # that of somebody else perhaps
    assert not path.exists()
    said = {key: value for key, value in kept.attrs.items() if key != "imported_from"}
    assert str(tmp_path) not in repr(said) and "0202.csv" in said["left_out"]
    assert uploads.upload_named(name) == uploads.upload_of(path) and uploads.upload_named("delaware") is None
    uploads.forget(name)
    assert name not in known() and not [*uploads.uploads_folder().iterdir()]


def test_a_path_elsewhere_is_kept_and_forgotten_without_touching_its_files(tmp_path):
    folder = write_own(tmp_path / "own")
    name = uploads.keep(read_path(folder), folder, "own")
    assert open_dataset(name).attrs["imported_from"] == str(folder)
    uploads.forget(name)
    assert name not in known() and (folder / "attributes.csv").is_file()


def test_uploads_that_were_not_opened_are_forgotten_after_a_day(tmp_path, monkeypatch):
    files = {file.name: file for file in write_own(tmp_path / "own").iterdir()}
    old, kept = uploads.take_in(files), uploads.take_in(files)
    uploads.keep(read_path(kept), kept, "kept")
    later = uploads.time.time() + uploads.FORGOTTEN + 1
    uploads.take_in(files)
    assert old.exists()
    monkeypatch.setattr(uploads.time, "time", lambda: later)
    new = uploads.take_in(files)
    assert not old.exists() and new.exists() and uploads.upload_of(kept).exists()


def test_any_title_makes_a_name():
    assert uploads.name_for("../My \u00f6wn", "12ab") == "My_\u00f6wn-12ab"
    assert uploads.name_for(" .. ", "12ab") == "data-12ab"


def test_files_are_replaced_in_an_upload(tmp_path):
    folder = write_own(tmp_path / "own", SITES[:2])
    files = {file.name: file for file in folder.iterdir()}
    path = uploads.take_in({k: v for k, v in files.items() if k != "attributes.csv"} | {"0101.csv": b"date,x\n"})
    with pytest.raises(DataError):
        read_path(path)
    uploads.add_to(path, {"any folder/attributes.csv": files["attributes.csv"], "0101.csv": files["0101.csv"]})
    assert same(path, folder)
    with pytest.raises(DataError, match="outside of its folder"):
        uploads.add_to(path, {"../evil.csv": b"x"})


def test_what_is_added_counts_together_with_what_is_there(tmp_path, monkeypatch):
    path = uploads.take_in({"0101.csv": b"1" * 60, "0202.csv": b"2" * 30})
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    uploads.add_to(path, {"0202.csv": b"3" * 40})  # in the place of the 30
    with pytest.raises(DataError, match="these are 3 files of 101 bytes; at most 20000 of 100 bytes"):
        uploads.add_to(path, {"0303.csv": b"4"})
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    with pytest.raises(DataError, match="these are 3 files"):
        uploads.add_to(path, {"0303.csv": b""})
    assert sorted(file.name for file in path.iterdir()) == ["0101.csv", "0202.csv"]


def test_files_arrive_in_pieces_and_no_more_than_was_told():
    arriving = Arriving({"a.csv": 5, "b/c.csv": 0})
    arriving.add("a.csv", b"123")
    assert not arriving.complete
    with pytest.raises(DataError, match="more came than was told"):
        arriving.add("a.csv", b"456")
    with pytest.raises(DataError, match="more came than was told"):
        arriving.add("../x", b"")
    arriving.add("a.csv", b"45")
    assert arriving.complete
    with arriving as files:
        assert files["a.csv"].read_bytes() == b"12345" and files["b/c.csv"].read_bytes() == b""
    assert not [*uploads.uploads_folder().iterdir()]
    with pytest.raises(DataError, match="too much to be sent"):
        Arriving({"a.csv": uploads.MOST_SENT + 1})
