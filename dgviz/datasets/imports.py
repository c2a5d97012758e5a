"""Data sets that were imported: each one file in the user's cache, which opens fast.

A file is plain NetCDF-4, so that a whole data set is one read and is there whole or not at all. It remembers the path
it was made from and the sizes and times of the files there; when these have changed it no longer stands for the path.
"""

import hashlib
import re
from pathlib import Path

import xarray as xr

from dgviz.datasets.check import DataError
from dgviz.files import whole_file
from dgviz.paths import cache_folder


def imports_folder() -> Path:
    """Where imported data sets are kept."""
    return cache_folder() / "datasets"


def imported() -> dict[str, Path]:
    """The files of all imported data sets by name, the latest first."""
    files = sorted(imports_folder().glob("*.nc"), key=lambda file: file.stat().st_mtime, reverse=True)
    return {file.stem: file for file in files}


def write_import(dataset: xr.Dataset, name: str, path: str | Path) -> Path:
    """Keep a data set under a name, as what is read from a path."""
    if not re.fullmatch(r"\w[\w .-]*", name):
        raise DataError(
            f"name {name!r}: letters, digits, '_', '-', '.' and blanks may be in it; give another (--name)."
        )
    file = imports_folder() / f"{name}.nc"
    attrs = {"imported_from": str(Path(path).resolve()), "fingerprint": fingerprint(path)}
    with whole_file(file) as partial:
        dataset.assign_attrs(attrs).to_netcdf(partial, engine="h5netcdf")
    return file


def find_import(data: str | Path) -> Path | None:
    """The file that stands for an imported path, unless something has changed there, or for a name."""
    files = imported()
    if not Path(data).exists():
        return files.get(str(data))
    origin = str(Path(data).resolve())
    for file in files.values():
        attrs = title_and_origin(file)
        if attrs["imported_from"] == origin and attrs["fingerprint"] == fingerprint(data):
            return file
    return None


def title_and_origin(file: Path) -> dict[str, str]:
    """The global attributes of an imported data set."""
    with xr.open_dataset(file, engine="h5netcdf") as dataset:
        return dict(dataset.attrs)


def read_import(file: Path) -> xr.Dataset:
    """An imported data set, in memory."""
    return xr.load_dataset(file, engine="h5netcdf")


def fingerprint(path: str | Path) -> str:
    """Changes with the name, size and time of any file at the path."""
    path = Path(path)
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    stats = [(str(file.relative_to(path)), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()
