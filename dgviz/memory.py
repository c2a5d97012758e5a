"""How much memory a process may take, and series that are larger: in temporary files, and worked on block by block.

DGVIZ_MEMORY says how much, such as "2GB"; without it a process may take what is free.
"""

import ctypes
import mmap
import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import psutil

from dgviz.paths import cache_folder

VARIABLE = "DGVIZ_MEMORY"
UNITS = {"KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
LARGEST, PART = 2**30, 8  # bytes: larger series lie in files, or such a part of the memory
MOST_OF_BLOCK, BLOCKS = 2**26, 32  # bytes of a block of a series, or such a part of the memory
DOUBLE = 8  # bytes of a number in double precision, in which most is computed
PAGE_OUT = 21  # MADV_PAGEOUT of Linux: of other files what was changed is not lost


def available() -> float:
    """How many bytes a process may take: what was asked for, else what is free.

    Free is what the machine has, and the group that limits the process, as in a container. Raises ValueError for what
    was asked and is no size.
    """
    free = min(psutil.virtual_memory().available, *_left_in_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")))
    return min(free, _asked())


def _asked() -> float:
    text = os.environ.get(VARIABLE, "")
    if not text:
        return float("inf")
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]B)", text.strip(), re.IGNORECASE)
    if not found or not float(found[1]):
        raise ValueError(f"{VARIABLE} is {text!r}, which is no size. Write it as 2GB or 500MB.")
    return float(found[1]) * UNITS[found[2].upper()]


def is_large(n_bytes: float) -> bool:
    """Is this more than should be held in memory at once?"""
    return n_bytes >= min(LARGEST, available() / PART)


def blocks(n_times: int, n_sites: int) -> list[slice]:
    """Blocks of sites, of which a few series in double precision take little memory."""
    most = min(MOST_OF_BLOCK, available() / BLOCKS)
    at_once = max(1, int(most / (DOUBLE * max(n_times, 1))))
    return [slice(first, min(first + at_once, n_sites)) for first in range(0, n_sites, at_once)]


def empty(n_times: int, n_sites: int, dtype: Any = "float32") -> np.ndarray:
    """An array `(time, site)` to be filled; a large one lies site by site in a file that ends with it.

    Raises OSError where the disk has no room for it.
    """
    n_bytes = n_times * n_sites * np.dtype(dtype).itemsize
    if not is_large(n_bytes):
        return np.empty((n_times, n_sites), dtype)
    with temporary_file() as file:
        # Without room on the disk a write into the map would end the process.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, n_bytes)
        else:
            file.truncate(n_bytes)
        return np.ndarray((n_sites, n_times), dtype, _Temporary(file.fileno(), n_bytes)).T


class _Temporary(mmap.mmap):
    """The map of a temporary file: what is changed in it is in the file, in memory or not."""


def temporary_file() -> Any:
    """A file without a name in the user's cache, which is gone as soon as nobody uses it, whatever happens."""
    folder = cache_folder() / "temporary"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def by_sites(function: Callable[..., Any], *series: np.ndarray) -> Any:
    """What a function gives of series `(time, site)`, block of sites by block: an array `(..., site)` or several.

    So that numbers in between take little memory; what a site gives may not depend on others. What has no two
    dimensions is taken as a whole.
    """
    parts = blocks(*series[0].shape) if series[0].ndim > 1 else []
    if len(parts) < 2:
        return function(*series)
    found: list[np.ndarray] = []
    for block in parts:
        part = function(*(values[..., block] for values in series))
        several = isinstance(part, tuple)
        part = part if several else (part,)
        found = found or [_room_for(each, series[0].shape[-1]) for each in part]
        for whole, each in zip(found, part, strict=True):
            whole[..., block] = each
        let_go(*series, *found)
    return tuple(found) if several else found[0]


def take_sites(series: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """The series `(time, site)` of some sites by position: a copy, block of sites by block."""
    if not is_large(series.nbytes):
        return series[:, positions]
    taken = empty(len(series), len(positions), series.dtype)
    for block in blocks(*taken.shape):
        taken[:, block] = series[:, positions[block]]
        let_go(series, taken)
    return taken


def _room_for(part: np.ndarray, n_sites: int) -> np.ndarray:
    return np.empty(n_sites, part.dtype) if part.ndim == 1 else empty(len(part), n_sites, part.dtype)


def map_of(file: Path, name: str) -> np.ndarray:
    """A variable of an HDF5 file, neither compressed nor in chunks, where it lies; a change does not reach the file."""
    with h5py.File(file) as stored:
        found = stored[name]
        return np.memmap(file, found.dtype, mode="c", offset=found.id.get_offset(), shape=found.shape)


def in_file(values: Any) -> mmap.mmap | None:
    """The map of the file of which an array is a view, or None where it lies in memory."""
    while values is not None and not isinstance(values, mmap.mmap):
        values = getattr(values, "base", None)
    return values


def let_go(*series: np.ndarray) -> None:
    """Take what was read of files out of memory; it is read again when it is used."""
    for values in series:
        if (file := in_file(values)) is not None:
            with suppress(OSError, AttributeError):  # elsewhere than on Linux the system decides
                file.madvise(mmap.MADV_DONTNEED if isinstance(file, _Temporary) else PAGE_OUT)


def give_back() -> None:
    """Give memory that is no longer used back to the system; the allocator of Linux keeps what lies between pieces."""
    with suppress(OSError, AttributeError):  # another system, or another allocator
        ctypes.CDLL(None).malloc_trim(0)


def _left_in_groups(membership: Path, root: Path) -> list[float]:
    """What each control group above this process leaves it, of version 2; what it could give back counts as free."""
    try:
        (own,) = (line[3:] for line in membership.read_text().splitlines() if line.startswith("0::"))
    except (OSError, ValueError):  # not on Linux, or version 1
        return [float("inf")]
    left, group = [float("inf")], root / own.strip("/")
    for folder in (group, *group.parents):
        try:
            limit, used = (int((folder / f"memory.{name}").read_text()) for name in ("max", "current"))
            known = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            left.append(limit - used + int(known.get("inactive_file", 0)))
        except (OSError, ValueError):  # "max": this group has no limit
            pass
        if folder == root:
            break
    return left
