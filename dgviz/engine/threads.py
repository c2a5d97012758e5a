"""How many processors may be used, and work spread over them."""

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path

import torch

QUOTA_V2, QUOTA_V1 = Path("/sys/fs/cgroup/cpu.max"), Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")


def n_threads() -> int:
    """The threads to compute with: as many as torch's, but no more than the processors this process may use."""
    return max(1, min(torch.get_num_threads(), n_processors()))


def n_processors() -> int:
    """The processors that the process may use: its affinity, and what its control group leaves it."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _quota()))


@cache
def _quota() -> int:
    """Whole processors that the control group grants; very many where it sets no limit."""
    try:
        if QUOTA_V2.exists():
            quota, period = QUOTA_V2.read_text().split()
        else:
            quota, period = QUOTA_V1.read_text(), QUOTA_V1.with_name("cpu.cfs_period_us").read_text()
        if int(quota) > 0:
            return max(1, int(quota) // int(period))
    except (OSError, ValueError):  # no control group, or "max"
        pass
    return 1 << 16


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_processors(), "dgviz-kernel")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a forked process has none of its parent's threads


def spread(work: Callable[[Callable[[], int | None]], None], n_parts: int, threads: int) -> None:
    """Run `work(next_part)` in some threads, this one among them; each asks for parts until there is None.

    All work has ended when this returns, even after an error or Ctrl-C: the memory written to may be freed then.
    """
    parts, ended = itertools.count(), threading.Event()

    def next_part() -> int | None:
        part = next(parts)
        return part if part < n_parts and not ended.is_set() else None

    # This thread works too, so one less is asked of the pool.
    others = [_pool().submit(work, next_part) for _ in range(min(threads, n_parts) - 1)]
    try:
        work(next_part)
    except BaseException:
        ended.set()
        raise
    finally:
        _wait_for(others)
    for other in others:
        other.result()


def _wait_for(others: list[Future]) -> None:
    """Wait until all have ended; an interrupt on the way is raised after that."""
    try:
        wait(others)
    except BaseException:
        _wait_for(others)
        raise
