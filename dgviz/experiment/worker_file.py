"""Who trains a run: the file `worker.json` in its folder names a process, by which it is known whether that lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

PROC = Path("/proc")


def this_process() -> dict:
    """What tells this process from every other, also from one that has its id after it."""
    return _identity(os.getpid())


def lives(worker: dict) -> bool:
    """Does the process live that `this_process` described?"""
    pid = worker.get("pid")
    if type(pid) is not int or not 0 < pid < 2**31:
        return False
    try:
        return _identity(pid) == worker
    except (OSError, ValueError, IndexError, psutil.Error):
        return False


def _identity(pid: int) -> dict:
    """On Linux the boot and the ticks from it to the start of the process: a clock that is set does not move them.

    Elsewhere the time of the start. Raises OSError or psutil.Error if there is no such process or it only waits to be
    buried.
    """
    boot = PROC / "sys/kernel/random/boot_id"
    if not boot.exists():
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            raise psutil.ZombieProcess(pid)
        return {"pid": pid, "started": process.create_time()}
    # proc(5): the name of the program stands in brackets, and may hold any; behind it state, ..., start as the 20th.
    fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    if fields[0] in "ZXx":
        raise ProcessLookupError(pid)
    return {"pid": pid, "boot": boot.read_text().strip(), "ticks": int(fields[19])}


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Nobody else is in here for the same folder. Raises OSError if there is no such folder."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the process, however it ends
        yield
    finally:
        os.close(handle)
