"""How long a call takes once it is warm."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 7


def median_time(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of one call, the median of several, after a first one that compiles."""
    work()
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)
