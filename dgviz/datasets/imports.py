"""Data sets that were imported: each one file in the user's cache, which opens fast.

A file remembers the path it was made from and the sizes and times of the files there; when these have changed, or the
program that reads them, it no longer stands for the path.
"""

import os
import re
from contextlib import closing, suppress
from pathlib import Path

import xarray as xr
from xarray.backends import H5NetCDFStore

from dgviz.datasets.errors import DataError
from dgviz.datasets.kept_files import fingerprint, read_dataset, write_dataset
from dgviz.paths import cache_folder


def imports_folder() -> Path:
    """Where imported data sets are kept."""
    return cache_folder() / "datasets"


def imported() -> dict[str, dict[str, str]]:
    """The global attributes of all imported data sets by name, the latest first."""
    files = sorted(imports_folder().glob("*.nc"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = {}
    for file in files:
        # The attributes alone: `open_dataset` looks at every variable.
        with suppress(OSError), closing(H5NetCDFStore.open(file)) as opened:
            found[file.stem] = dict(opened.get_attrs())
    return {name: attrs for name, attrs in found.items() if {"title", "imported_from", "fingerprint"} <= attrs.keys()}


def write_import(dataset: xr.Dataset, name: str, path: str | Path) -> None:
    """Keep a data set under a name; it stands for the path it was read from."""
    if not re.fullmatch(r"\w[\w .-]*", name):
        raise DataError(
            f"name {name!r}: letters, digits, '_', '-', '.' and blanks may be in it; give another (--name)."
        )
    attrs = {"imported_from": str(Path(path).resolve()), "fingerprint": fingerprint(path)}
    write_dataset(dataset.assign_attrs(attrs), imports_folder() / f"{name}.nc")


def find_import(data: str | Path) -> str | None:
    """The name of the import that stands for a path, unless something has changed there; or that name itself."""
    if not os.path.exists(data):
        return str(data) if str(data) in imported() else None
    origin = str(Path(data).resolve())
    prints = {name: attrs["fingerprint"] for name, attrs in imported().items() if attrs["imported_from"] == origin}
    now = fingerprint(data) if prints else ""
    return next((name for name, then in prints.items() if then == now), None)


def read_import(name: str) -> xr.Dataset:
    """An imported data set, in memory."""
    return read_dataset(imports_folder() / f"{name}.nc")


def import_series(name: str) -> frozenset[str]:
    """The names of the series in an imported data set."""
    with xr.open_dataset(imports_folder() / f"{name}.nc", engine="h5netcdf") as dataset:
        return frozenset(str(key) for key in dataset if "role" in dataset[key].attrs)
