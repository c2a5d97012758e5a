"""Records finer than the step of a science are gathered into it; coarser ones are refused.

Over a day an amount is summed, a least or greatest value is the least or greatest, all else is averaged. A day that
lacks any of its values is missing.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.conversion import fits
from dgviz.datasets.errors import DataError
from dgviz.datasets.remarks import Remark
from dgviz.datasets.steps import ADJECTIVES, FREQUENCIES, describe_span, usual_span
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.units import UnitsError, parse

LENGTHS = {"hour": pd.Timedelta(hours=1), "day": pd.Timedelta(days=1), "month": pd.Timedelta(days=28)}
LENGTHS["point"] = LENGTHS["day"]
NOON, LAST_MINUTE = pd.Timedelta(hours=12), pd.Timedelta(hours=23, minutes=59)


def starts_of(times: pd.DatetimeIndex, step: str) -> pd.DatetimeIndex:
    """The hour, day or month in which each time lies."""
    return times.to_period("M").to_timestamp() if step == "month" else times.floor(FREQUENCIES[step])


def is_finer(times: pd.DatetimeIndex, step: str) -> bool:
    """Is the usual step of these times shorter than this one?"""
    return len(times) > 1 and usual_span(times) < LENGTHS[step]


def at_step_of(times: pd.DatetimeIndex, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the step of a record at these times, where that is another over which its science holds."""
    found = [step for step in vocabulary.other_steps if len(times) > 1 and usual_span(times) == LENGTHS[step]]
    return replace(vocabulary, step=found[0]) if found else vocabulary


def to_step(
    table: pd.DataFrame, step: str, how: Mapping[str, str], source: str | Path, domain: str
) -> tuple[pd.DataFrame, list[Remark]]:
    """A table by time as one by step, "hour", "day" or "month", and what was done.

    `how` says of each column whether its "sum" (as a rate per day), "mean", "min" or "max" is taken. Raises DataError
    where the record is coarser than the step.
    """
    if not is_finer(table.index, step):
        times, said = whole_steps(table.index, step, source, domain)
        return table.set_axis(times), said
    check_once(table.index, source)
    parts = [gathered(table[[name]], step, how[name]) for name in table]
    result = pd.concat(parts, axis=1)
    n_missing = {name: int(result[name].isna().sum()) for name in table}
    return result, gathered_remarks(table.index, step, how, n_missing, source)


def whole_steps(
    times: pd.DatetimeIndex, step: str, source: str | Path, domain: str
) -> tuple[pd.DatetimeIndex, list[Remark]]:
    """Times of a record that is not finer than the step, each the start of its step, and what was assumed."""
    if len(times) < 2:
        return times, []
    span, longest = usual_span(times), {"hour": "1h", "day": "1D", "month": "31D", "point": "1D"}[step]
    if span > 1.5 * pd.Timedelta(longest):
        raise DataError(
            f"{source}: the usual step is {describe_span(span)}, but the domain {domain} is written for {step}s. "
            f"Give one row of each {step}."
        )
    starts = starts_of(times, step)
    offsets = times - starts
    # Later ones may be the midnight of the next day in another zone.
    if step == "day" and (offsets == offsets[0]).all() and pd.Timedelta(0) < offsets[0] <= NOON:
        said = f"every day is dated by its {'noon' if offsets[0] == NOON else f'{times[0]:%H:%M}'}"
    elif step == "day" and (offsets >= LAST_MINUTE).all():
        said = "every day is dated by its last minute"
    elif step == "month" and not starts.has_duplicates and (offsets != pd.Timedelta(0)).any():
        said = f"every month is dated by one of its days, first {times[0]:%Y-%m-%d}"
    else:
        return times, []
    return starts, [Remark("read as", Path(source).name, f"{said}, which is taken for the whole {step}")]


def check_once(times: pd.DatetimeIndex, source: str | Path) -> None:
    """Raise if a time stands in a record twice."""
    if times.has_duplicates:
        twice = times[times.duplicated()][0]
        raise DataError(f"{source}: {twice:%Y-%m-%d %H:%M} appears twice; keep one row of each time.")


def gathered(table: pd.DataFrame, step: str, way: str) -> pd.DataFrame:
    """Columns by a finer time, each step of which becomes one value; a step that lacks one of its times is missing."""
    groups = table.groupby(starts_of(table.index, step))
    result = groups.agg(way).astype("float64")
    ends = pd.DatetimeIndex(result.index)
    lengths = pd.TimedeltaIndex([LENGTHS[step]] * len(ends))
    if step == "month":
        lengths = ends + pd.DateOffset(months=1) - ends
    expected = np.rint(lengths / usual_span(table.index)).to_numpy()
    if way == "sum":  # becomes a rate per day
        result = result.div((lengths / pd.Timedelta(days=1)).to_numpy(), axis=0)
    return result.where(groups.count().ge(expected, axis=0))


def gathered_remarks(
    times: pd.DatetimeIndex, step: str, how: Mapping[str, str], n_missing: Mapping[str, int], source: str | Path
) -> list[Remark]:
    """What is said of series at these times that were gathered, and how many steps of each are missing."""
    by_way = {way: [name for name in n_missing if how[name] == way] for way in ("sum", "mean", "min", "max")}
    ways = "; ".join(f"{way} of {', '.join(names)}" for way, names in by_way.items() if names)
    name, every = Path(source).name, describe_span(usual_span(times))
    said = f"values every {every} are made {ADJECTIVES[step]}: {ways}; units in the file would say otherwise"
    remarks = [Remark("aggregated", name, said)]
    if any(n_missing.values()):
        lacking = ", ".join(f"{name} {n}" for name, n in n_missing.items() if n)
        text = f"{step}s that lack a value at one of their times are missing: {lacking}"
        remarks.append(Remark("taken as missing", name, text))
    return remarks


def ways_of(
    table: pd.DataFrame, given: Mapping[str, str | None], vocabulary: Vocabulary, rates: Collection[str] = ()
) -> dict[str, str]:
    """How each column is gathered; `given` are the units that a file states for it, None where it states none.

    Without units a series that is declared per day holds what fell or flowed in each of its times, unless it is among
    `rates`, which are per day all the same.
    """
    ways = {}
    for name in table:
        usual, units = vocabulary.in_files[name].units, given[name]
        amount = "d-1" in usual.split() if units is None else is_amount(units, usual)
        ways[name] = vocabulary.extremes.get(name, "sum" if amount and name not in rates else "mean")
    return ways


def rates_in(table: pd.DataFrame, given: Mapping[str, str | None], vocabulary: Vocabulary) -> set[str]:
    """Targets without units that are rates: as amounts they would be more than twice of what comes in.

    A site can show that they are, but not that they are not: in a desert twenty-four times the flow is less than the
    rain. So one site decides for all whose files were written alike.
    """
    ways = ways_of(table, given, vocabulary)
    plain = [name for name in table if given[name] is None and ways[name] == "sum"]
    found = set()
    for target in (name for name in plain if name in vocabulary.targets):
        for supply in (name for name in plain if name in vocabulary.needed):
            both = table[[target, supply]].dropna().sum()
            if both[target] > 2 * both[supply]:
                found.add(target)
    return found


def unsure(
    ways: Mapping[str, str], given: Mapping[str, str | None], vocabulary: Vocabulary, source: str | Path
) -> list[Remark]:
    """A doubt of each target that is summed though nothing says that it is an amount."""
    summed = [name for name in ways if name in vocabulary.targets and given[name] is None and ways[name] == "sum"]
    words = "has no units, and each of its values is taken as the amount of its time; if it is a rate, write its units"
    return [
        Remark("doubtful", Path(source).name, f"{name} {words}: {name} [{vocabulary.targets[name].units}]")
        for name in summed
    ]


def is_amount(given: str, usual: str) -> bool:
    """Are these units those of an amount without a time, which over a day is the usual?"""
    try:
        return fits(parse(given) / parse("day"), usual)
    except UnitsError:
        return False
