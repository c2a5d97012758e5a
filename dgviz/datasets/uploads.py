"""Files that somebody sends to a server: each upload a folder of its own, there whole or not at all.

An upload is one zip archive, one NetCDF file, or the files of a folder. It is read as any path is; once it is opened it
is kept as an import, under a name that nobody guesses, and the files themselves are removed.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import xarray as xr

from dgviz.datasets.errors import DataError
from dgviz.datasets.imports import imported, imports_folder, write_import
from dgviz.datasets.own_columns import ATTRIBUTES
from dgviz.datasets.unpack import MOST_BYTES, MOST_FILES, check_room, clean_name, size, unpack
from dgviz.files import whole
from dgviz.paths import cache_folder

MOST_SENT = 200 * 1000**2  # bytes; a zip archive of 671 basins and 35 years is about as large
FORGOTTEN = 24 * 3600  # s after which an upload that was not opened is removed
UNNAMED = "my data"


def uploads_folder() -> Path:
    """Where uploads are."""
    return cache_folder() / "uploads"


def take_in(files: Mapping[str, bytes | Path], folder: Path | None = None) -> Path:
    """Put files, by the names that they were sent with, into an upload and return the path of the data in it.

    A zip archive is unpacked. `folder` takes the place of a new folder of uploads. Raises DataError saying what is
    wrong and what to do.
    """
    names = {name: clean_name(name, "upload") for name in files}
    names = {name: clean for name, clean in names.items() if clean}
    check_sent({clean: _length(files[name]) for name, clean in names.items()})
    forget_old()
    folder = folder or uploads_folder() / secrets.token_hex(6)
    folder.parent.mkdir(parents=True, exist_ok=True)
    check_room(folder.parent, MOST_BYTES)
    try:
        with whole(folder) as partial:
            partial.mkdir()
            for name, clean in names.items():
                _put(files[name], clean, partial)
    except OSError as error:
        raise DataError(f"{Path(error.filename or folder).name} cannot be written: {error.strerror}.") from None
    return data_in(folder)


def check_sent(sizes: Mapping[str, int]) -> None:
    """Raise DataError where files are none, too many or too large to be sent, or archives among others.

    `sizes` are in bytes by name. Larger data are no matter for a browser.
    """
    if not sizes:
        raise DataError("There is no file in what was sent; send a zip archive, CSV files or a NetCDF file.")
    if len(sizes) > MOST_FILES:
        raise DataError(f"{len(sizes)} files are too many; at most {MOST_FILES} are taken. Send those of the data.")
    if (total := sum(max(0, n_bytes) for n_bytes in sizes.values())) > MOST_SENT:
        raise DataError(
            f"{size(total)} are too much to be sent by a browser; at most {size(MOST_SENT)} are taken. Pack them as a "
            "zip archive, or import them on the server's machine: dgviz data import PATH."
        )
    archives = [name for name in sizes if name.lower().endswith(".zip")]
    if archives and len(sizes) > 1:
        raise DataError(f"{archives[0]} was sent together with other files; send one archive, or files that are none.")


def _length(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _put(content: bytes | Path, name: str, folder: Path) -> None:
    """One file, or what is packed in it, below a folder."""
    last = name.rpartition("/")[2]
    archive = last.lower().endswith(".zip")
    # Files that came without a folder get one, by which the data are called.
    inside = folder if "/" in name else folder / UNNAMED
    target = folder / ".zip" if archive else inside / name
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(content, target)
    if archive:
        unpack(target, last, folder / (last[:-4].strip(" .") or UNNAMED))
        target.unlink()


def are_parts(files: Collection[str]) -> bool:
    """Are these CSV files without the table of sites, or that table alone, so that they belong to others?"""
    names = {name.rpartition("/")[2].lower() for name in files}
    return all(name.endswith(".csv") for name in names) and (ATTRIBUTES not in names or len(names) == 1)


def add_to(path: Path, files: Mapping[str, bytes | Path]) -> None:
    """Put files into the folder of an upload, in the place of those of the same name. Raises DataError as `take_in`.

    They count together with what is there.
    """
    names = {name: clean_name(name, "upload").rpartition("/")[2] for name in files}
    coming = {clean: _length(files[name]) for name, clean in names.items() if clean}
    check_sent(coming)
    there = {file.name: file.stat().st_size for file in path.iterdir() if file.is_file()}
    _check_whole(there | coming)
    check_room(path, sum(coming.values()))
    for name, clean in names.items():
        if clean:
            _copy(files[name], path / clean)


def _check_whole(sizes: Mapping[str, int]) -> None:
    """Raise DataError where the files of an upload are more, or larger, than an archive unpacked may be."""
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_BYTES:
        raise DataError(
            f"With what was sent before these are {len(sizes)} files of {size(sum(sizes.values()))}; at most "
            f"{MOST_FILES} of {size(MOST_BYTES)} are taken. Send fewer sites or years, or import them on the server's "
            "machine: dgviz data import PATH."
        )


def _copy(content: bytes | Path, target: Path) -> None:
    if isinstance(content, bytes):
        target.write_bytes(content)
    else:
        shutil.copyfile(content, target)


def data_in(folder: Path) -> Path:
    """The path of the data in a folder: of its only folder, or file that is no CSV file, or of such within."""
    while folder.is_dir():
        inside = list(folder.iterdir())
        if len(inside) != 1 or inside[0].suffix.lower() == ".csv":
            break
        folder = inside[0]
    return folder


def upload_of(path: str | Path) -> Path | None:
    """The folder of the upload in which a path is; None for a path elsewhere."""
    try:
        first = Path(path).resolve().relative_to(uploads_folder().resolve()).parts[0]
    except (ValueError, IndexError):
        return None
    return uploads_folder() / first


def keep(dataset: xr.Dataset, path: Path, title: str) -> str:
    """Keep a data set that was read from a path, under a title; returns the name by which it opens from now on.

    The files of an upload are removed, and nothing says any more where they lay.
    """
    upload = upload_of(path)
    if upload is None:
        name = name_for(title, secrets.token_hex(6))
        write_import(dataset.assign_attrs(title=title), name, path)
        (uploads_folder() / name[-12:]).mkdir(parents=True)
        return name
    name = name_for(title, upload.name)
    said = {key: without_folder(value, path) for key, value in dataset.attrs.items() if isinstance(value, str)}
    write_import(dataset.assign_attrs(said | {"title": title}), name, path)
    _remove_files(upload)
    return name


def without_folder(text: str, path: Path) -> str:
    """What is said of files at a path, without the folder in which they lie on the server."""
    return text.replace(f"{path.parent}{os.sep}", "").replace(f"{path.parent}", "the upload")


def upload_named(name: str) -> Path | None:
    """The folder of the upload that was kept under a name, told by the name alone; None for other data."""
    end = re.search(r"-([0-9a-f]{12})$", name)
    return folder if end and (folder := uploads_folder() / end[1]).is_dir() else None


def name_for(title: str, ending: str) -> str:
    """A name for an import; its random ending tells it from all others, and from any file."""
    words = re.sub(r"[^\w.-]+", "_", title).strip("_.-")[:40] or "data"
    return f"{words}-{ending}"


def _remove_files(upload: Path) -> None:
    """Remove the data of an upload; what else stands in its folder, as who sent it, stays."""
    for inside in upload.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside, ignore_errors=True)


def forget(name: str) -> None:
    """Remove an imported data set, and what is left of its upload."""
    upload = upload_named(name)
    (imports_folder() / f"{name}.nc").unlink(missing_ok=True)
    if upload is not None:
        shutil.rmtree(upload, ignore_errors=True)


def forget_old() -> None:
    """Remove uploads that were not opened within a day."""
    kept = {upload_named(name) for name in imported()}
    for upload in uploads_folder().glob("*"):
        with suppress(OSError):
            if upload not in kept and time.time() - upload.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(upload)
