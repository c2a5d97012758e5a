"""Values within the series of a site that nobody measured: one far beyond all others, one that repeats, one series that
is another."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from dgviz.sensitivity.doctor.dates import LAGS, LEAST, aligned, correlation
from dgviz.sensitivity.doctor.finding import Finding, number

SAME = 0.9999  # correlation of two series that are one
BEYOND = 10.0  # times the next largest value
STUCK = 60  # steps of one value, in a series that moves else
MOVES = 0.9  # of its other steps


def far_beyond(name: str, values: np.ndarray) -> Iterator[Finding]:
    """One value that is many times the next largest; of series without values below zero."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST or known.min() < 0:
        return
    second, largest = np.partition(known, -2)[-2:]
    if second > 0 and largest > BEYOND * second:
        yield Finding(
            "value beyond all others",
            f"One value of {name}, {number(float(largest))}, is {number(float(largest / second))} times the next "
            "largest, and draws all that is learned to its day. Look whether it was measured.",
            "note",
            quantities=(name,),
            figure=float(largest / second),
        )


def same_forcings(series: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Two forcings that are one series."""
    for (one, a), (other, b) in combinations(series.items(), 2):
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() >= LEAST and np.array_equal(a[both], b[both]) and np.ptp(a[both]) > 0:
            yield Finding(
                "one forcing twice",
                f"{one} and {other} hold the same values. Look from which column each was read.",
                quantities=(one, other),
            )


def is_forcing(target: str, observed: np.ndarray, series: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """A target that is among the forcings, at the same step or some steps before or after."""
    for name, values in series.items():
        found = {lag: correlation(*aligned(values, observed, lag)) for lag in range(-LAGS, LAGS + 1)}
        lag = max(found, key=lambda lag: found[lag])
        if found[lag] > SAME:
            when = f", {abs(lag)} steps {'before' if lag > 0 else 'after'}" * (lag != 0)
            yield Finding(
                "target among the forcings",
                f"{name} is the observed {target} under another name{when}: the model reads what it is to predict. "
                f"Leave {name} out.",
                quantities=(name, target),
                figure=found[lag],
            )


def stuck(values: np.ndarray) -> int | None:
    """Where a series that moves else begins to stay the same for long."""
    same = np.diff(values) == 0
    starts, lengths = runs(same)
    long = lengths >= STUCK
    if not long.any():
        return None
    others = np.ones(len(same), bool)
    for start, length in zip(starts[long], lengths[long], strict=True):
        others[start : start + length] = False
    return int(starts[long][0]) if others.any() and (~same[others]).mean() > MOVES else None


def runs(flags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where flags begin to be set, and for how many steps each time."""
    edges = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    starts = np.flatnonzero(edges == 1)
    return starts, np.flatnonzero(edges == -1) - starts
