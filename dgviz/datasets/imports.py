"""Data sets that were imported: each one file in the user's cache, which opens fast.

A file is plain NetCDF-4, so that a whole data set is one read and is there whole or not at all. It remembers the path
it was made from and the sizes and times of the files there; when these have changed, or the program that reads them, it
no longer stands for the path.
"""

import hashlib
import re
from contextlib import suppress
from pathlib import Path

import xarray as xr

from dgviz import quantities, units
from dgviz.datasets.errors import DataError
from dgviz.files import whole
from dgviz.paths import cache_folder


def imports_folder() -> Path:
    """Where imported data sets are kept."""
    return cache_folder() / "datasets"


def imported() -> dict[str, dict[str, str]]:
    """The global attributes of all imported data sets by name, the latest first."""
    files = sorted(imports_folder().glob("*.nc"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = {}
    for file in files:
        with suppress(OSError), xr.open_dataset(file, engine="h5netcdf") as dataset:
            found[file.stem] = dict(dataset.attrs)
    return {name: attrs for name, attrs in found.items() if {"title", "imported_from", "fingerprint"} <= attrs.keys()}


def write_import(dataset: xr.Dataset, name: str, path: str | Path) -> None:
    """Keep a data set under a name; it stands for the path it was read from."""
    if not re.fullmatch(r"\w[\w .-]*", name):
        raise DataError(
            f"name {name!r}: letters, digits, '_', '-', '.' and blanks may be in it; give another (--name)."
        )
    attrs = {"imported_from": str(Path(path).resolve()), "fingerprint": fingerprint(path)}
    with whole(imports_folder() / f"{name}.nc") as partial:
        dataset.assign_attrs(attrs).to_netcdf(partial, engine="h5netcdf")


def find_import(data: str | Path) -> str | None:
    """The name of the import that stands for a path, unless something has changed there; or that name itself."""
    if not Path(data).exists():
        return str(data) if str(data) in imported() else None
    origin = str(Path(data).resolve())
    prints = {name: attrs["fingerprint"] for name, attrs in imported().items() if attrs["imported_from"] == origin}
    now = fingerprint(data) if prints else ""
    return next((name for name, then in prints.items() if then == now), None)


def read_import(name: str) -> xr.Dataset:
    """An imported data set, in memory."""
    return xr.load_dataset(imports_folder() / f"{name}.nc", engine="h5netcdf")


def import_series(name: str) -> frozenset[str]:
    """The names of the series in an imported data set."""
    with xr.open_dataset(imports_folder() / f"{name}.nc", engine="h5netcdf") as dataset:
        return frozenset(str(key) for key in dataset if "role" in dataset[key].attrs)


def fingerprint(path: str | Path) -> str:
    """Changes with the name, size and time of any file at the path, and with any line of the readers."""
    path = Path(path)
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    # Sizes and times instead of contents: a collection has gigabytes.
    stats = [(str(file.relative_to(path)), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    # A reader that changed may read the same files differently.
    code = [*sorted(Path(__file__).parent.glob("*.py")), Path(units.__file__), Path(quantities.__file__)]
    readers = [file.read_bytes() for file in code]
    return hashlib.sha256(repr(stats).encode() + b"".join(readers)).hexdigest()
