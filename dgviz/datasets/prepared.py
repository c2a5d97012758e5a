"""What took long to read is kept as it was read, checked and converted, so that it opens fast the next time.

Without being asked, and under no name: a file in the user's cache stands for a path as long as nothing changes there.
The latest few are kept.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import xarray as xr

from dgviz.datasets.kept_files import fingerprint, read_dataset, write_dataset
from dgviz.paths import cache_folder

WORTH_KEEPING = 0.5  # seconds of processor time
N_KEPT = 8


def prepared_folder() -> Path:
    """Where they are kept."""
    return cache_folder() / "prepared"


def open_prepared(path: Path, read: Callable[[], xr.Dataset]) -> xr.Dataset:
    """The data set that `read` makes of the files at a path, from the earlier time if nothing has changed since.

    Raises what `read` raises; that nothing can be kept, as on a full disk, is no error.
    """
    origin = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    file = prepared_folder() / f"{origin}-{fingerprint(path)[:32]}.nc"
    # One that is damaged is made anew.
    with suppress(OSError, ValueError, KeyError, RuntimeError):
        found = read_dataset(file)
        file.touch()
        return found
    began = time.process_time()
    dataset = read()
    if time.process_time() - began > WORTH_KEEPING:
        with suppress(OSError):
            write_dataset(dataset, file)
            _forget(origin, file)
            return read_dataset(file)
    return dataset


def _forget(origin: str, latest: Path) -> None:
    """Remove what stood for the same path before, and all but the files that were used last."""
    files = sorted(latest.parent.glob("*.nc"), key=lambda file: file.stat().st_mtime, reverse=True)
    kept = [file for file in files if file == latest or not file.name.startswith(origin)][:N_KEPT]
    for file in set(files) - {*kept}:
        file.unlink(missing_ok=True)
