"""Values within a series that nobody measured: filled, interpolated, spread over steps or copied from other times."""

from collections.abc import Iterator

import numpy as np

from dgviz.sensitivity.doctor.dates import LEAST
from dgviz.sensitivity.doctor.finding import Finding, number
from dgviz.sensitivity.doctor.series import runs

OFTEN = 0.05  # of the steps that have one value, where no other comes a fifth as often
STRAIGHT = 20  # steps on one straight line
LONG, MOVING = 30, 0.8  # steps that are those of another time, and the part of them at which the value changes
BLOCK = 3  # steps that share each of their values
MOST_PART = 0.9  # of the values
DRY = 60  # steps of zero, and this many times the next longest of them:
LONGER = 4.0
SPIKE = 3.0  # times the next largest jump up and back


def made_up(name: str, values: np.ndarray) -> Iterator[Finding]:
    """What in a series `(time,)` looks as if it had been made up; a note on each kind."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST or np.ptp(known) == 0:
        return
    found = (_one_value(known), _straight(values), _blocks(known), _copied(values), _zeros(values), _spike(values))
    for kind, words, figure in filter(None, found):
        yield Finding(kind, f"{name} {words}", "note", quantities=(name,), figure=figure)


Found = tuple[str, str, float] | None


def _one_value(known: np.ndarray) -> Found:
    """One value other than zero, the lowest or the highest that comes again and again, though others hardly do."""
    values, counts = np.unique(known[known != 0], return_counts=True)
    inner = counts[1:-1]
    if len(inner) < 2:
        return None
    second, most = np.partition(inner, -2)[-2:]
    if most < OFTEN * len(known) or second > most / 5:
        return None
    value = float(values[1:-1][inner.argmax()])
    words = f"is {number(value)} at {most} of {len(known)} steps, and no other value comes a fifth as often"
    return "filled with a constant", f"{words}. Look whether gaps were filled, and leave these out.", float(most)


def _straight(values: np.ndarray) -> Found:
    """A stretch on a straight line that rises or falls."""
    step, size = np.diff(values), np.nanmax(np.abs(values))
    same = np.isclose(step[1:], step[:-1], rtol=1e-4, atol=1e-6 * size) & (np.abs(step[1:]) > 1e-5 * size)
    start, length = _longest(same)
    if length < STRAIGHT:
        return None
    words = f"runs on a straight line for {length + 2} steps from step {start} on"
    return "interpolated", f"{words}. Look whether a gap was bridged, and leave these out.", float(length + 2)


def _blocks(known: np.ndarray) -> Found:
    """Each value stands for several steps, as sums of weeks that were spread over days."""
    edges = np.flatnonzero(np.diff(known) != 0)
    lengths, held = np.diff(edges), known[edges[:-1] + 1] if len(edges) > 1 else np.zeros(0)
    lengths = lengths[held != 0]  # nothing may come for many steps
    if len(lengths) < LEAST // BLOCK or np.mean(lengths >= BLOCK) < MOST_PART:
        return None
    typical = float(np.median(lengths))
    words = f"keeps each of its values for {number(typical)} steps"
    return "coarser than its steps", f"{words}. Look whether it was measured at longer ones and spread.", typical


def _copied(values: np.ndarray) -> Found:
    """A stretch that is the same as one of another time; of those that move at most of their steps."""
    windows = np.lib.stride_tricks.sliding_window_view(values, LONG)
    telling = np.flatnonzero((np.diff(windows) != 0).mean(1) > MOVING)
    if not len(telling) or not np.isfinite(values).all():
        telling = telling[np.isfinite(windows[telling]).all(1)]
    _, first, which = np.unique(windows[telling], axis=0, return_index=True, return_inverse=True)
    again = telling != telling[first][which]
    if not again.any():
        return None
    later, n = int(telling[again][0]), int(again.sum()) + LONG - 1
    earlier = int(telling[first][which][again][0])
    words = f"is from step {later} on, for about {n} steps, what it is from step {earlier} on, to the last digit"
    return "copied stretch", f"{words}. Look whether a gap was filled with another time.", float(n)


def _zeros(values: np.ndarray) -> Found:
    """One long stretch of zero in a series that is zero for short times, or never, else."""
    next_longest, longest = np.sort(np.append([0, 0], runs(values == 0)[1]))[-2:]
    if longest < max(DRY, LONGER * next_longest):
        return None
    words = f"is zero for {longest} steps, and at most for {next_longest} at other times"
    return "long stretch of zero", f"{words}. Look whether zero stands for missing there.", float(longest)


def _spike(values: np.ndarray) -> Found:
    """One jump up and back, or down, of a series that goes below zero too: amounts jump by nature."""
    if not np.nanmin(values) < 0:
        return None
    jumps = np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2)
    if not np.isfinite(jumps).any():
        return None
    at = int(np.nanargmax(jumps))
    others = np.delete(jumps, range(max(at - 1, 0), min(at + 2, len(jumps))))
    if not jumps[at] > SPIKE * np.nanmax(others, initial=0.0):
        return None
    words = f"jumps to {number(float(values[at + 1]))} and back at step {at + 1}, further than at any other time"
    return "value beyond all others", f"{words}. Look whether it was measured.", float(jumps[at])


def _longest(flags: np.ndarray) -> tuple[int, int]:
    """The longest time for which flags are set: where it begins, and how long it is."""
    starts, lengths = runs(flags)
    return (int(starts[lengths.argmax()]), int(lengths.max())) if len(lengths) else (0, 0)
