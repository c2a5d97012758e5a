"""Data sets as files that open fast, and what tells whether they still stand for what they were read from.

A file is plain NetCDF-4, neither compressed nor scaled: a whole data set is one read, and is there whole or not at all.
The series of a large one are kept site by site and stay in the file: the system reads what is used, and keeps of it in
memory what there is room for.
"""

import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import xarray as xr

from dgviz import quantities, units
from dgviz.datasets.errors import DataError
from dgviz.datasets.reading import FILE
from dgviz.files import whole
from dgviz.memory import in_file, is_large, map_of

MOST_FILES = 200_000  # the largest collections have some ten thousand
ALONE = "Give the path of a folder that holds the data alone."


def write_dataset(dataset: xr.Dataset, file: Path) -> None:
    """Write a data set so that it is read back as it is, bit for bit."""
    # As `_FillValue` xarray would write NaN, and compare every value with it when it reads the file.
    unmarked = {name: {"_FillValue": None} for name, values in dataset.variables.items() if values.dtype.kind == "f"}
    if is_large(dataset.nbytes):
        dataset = dataset.transpose("site", "time", ...)
    with whole(file) as partial:
        dataset.drop_encoding().to_netcdf(partial, engine="h5netcdf", encoding=unmarked)


def read_dataset(file: Path) -> xr.Dataset:
    """A data set that was written so; in memory, but for the series of a large one."""
    if not is_large(file.stat().st_size):
        return xr.load_dataset(file, engine="h5netcdf").transpose("time", "site", ...)
    with xr.open_dataset(file, engine="h5netcdf") as dataset:
        for name in dataset.variables:
            if {"time", "site"} <= {*dataset[name].dims}:
                dataset[name].data = map_of(file, str(name))
        dataset = dataset.load()
    return dataset.transpose("time", "site", ...)


def stays_in_file(dataset: xr.Dataset) -> bool:
    """Do the series of a data set lie in a file, of which the system reads what is used?"""
    return any(in_file(dataset[name].data) is not None for name in dataset.data_vars)


def fingerprint(path: str | Path) -> str:
    """Changes with the name, size and time of any file at the path, and with any line of the readers.

    Raises DataError for what cannot be read, or holds more files than any collection.
    """
    # Sizes and times instead of contents: a collection has gigabytes.
    try:
        beside = Path(path).with_name(FILE)  # says how a single file is to be read
        files = [path, *[beside] * beside.is_file()]
        alone = ((str(number), *_size_and_time(os.stat(file))) for number, file in enumerate(files))
        found = _stats(str(path), "") if Path(path).is_dir() else alone
        stats = sorted(itertools.islice(found, MOST_FILES + 1))
    except OSError as error:
        raise DataError(f"{path}: {error.filename} cannot be read: {error.strerror}. {ALONE}") from None
    if len(stats) > MOST_FILES:
        raise DataError(f"{path}: there are more than {MOST_FILES} files in it. {ALONE}")
    # A reader that changed may read the same files differently.
    code = [*sorted(Path(__file__).parent.glob("*.py")), Path(units.__file__), Path(quantities.__file__)]
    readers = [file.read_bytes() for file in code]
    return hashlib.sha256(repr(stats).encode() + b"".join(readers)).hexdigest()


def _stats(folder: str, within: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of each file of a folder and the folders in it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{within}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _stats(entry.path, f"{name}/")
            elif entry.is_file():
                yield name, *_size_and_time(entry.stat())


def _size_and_time(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns
