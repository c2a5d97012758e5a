"""The rows of a table of one's own in the order of time, by the step of their science."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.csv_table import Given
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.points import numbered
from dgviz.datasets.remarks import Remark
from dgviz.datasets.steps import DATES, FREQUENCIES
from dgviz.datasets.to_step import is_amount, is_finer, to_step, unsure, ways_of
from dgviz.datasets.vocabulary import Vocabulary


def in_order_of_time(table: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, list[Remark]]:
    """Rows in order of time, one that stands there twice once. Raises DataError where two rows of a time differ."""
    said, name = [], file.name
    if not table.index.is_monotonic_increasing:
        check_no_exchange(table.index, file)
        table = table.sort_index(kind="stable")
        said.append(Remark("read as", name, "the rows were not in order of time and are sorted"))
    # Before equal rows are dropped: two dry hours of one name may be two hours.
    check_clock(table.index, file)
    same = table.reset_index().duplicated().to_numpy() & table.index.duplicated()
    if same.any():
        text = f"{int(same.sum())} rows stand there twice, first that of {table.index[same][0]:%Y-%m-%d}"
        said.append(Remark("not read", name, text))
    return table[~same], said


def check_clock(times: pd.DatetimeIndex, file: Path) -> None:
    """Raise if hours stand there twice as when clocks go back: once a year or less, in the night to a Sunday."""
    twice = times[times.duplicated()]
    nights = twice.normalize().unique()
    in_autumn = (nights.day_of_week == 6).all() and (twice.hour < 4).all() and not nights.year.has_duplicates
    if len(nights) and in_autumn and (times != times.normalize()).any():
        raise DataError(
            f"{file}: {twice[0]:%Y-%m-%d %H:%M} appears twice, as when clocks go back from summer time; write all "
            f"times in standard time, or each with its zone, as {twice[0]:%Y-%m-%dT%H:%M}+01:00."
        )


def check_no_exchange(times: pd.DatetimeIndex, file: Path) -> None:
    """Raise if the day of some dates was taken for the month, as spreadsheets do: their rows stand where none belongs.

    A day after the twelfth cannot be exchanged; where all of these are in order, the other rows belong between them.
    """
    rows = pd.Series(times)
    fixed = rows.where(rows.dt.day > 12)
    if not (fixed.dropna().is_monotonic_increasing or fixed.dropna().is_monotonic_decreasing):
        return
    ends = np.sort(np.stack([fixed.ffill(), fixed.bfill()]), axis=0)  # (2, rows); NaT, an open end, is sorted last
    exchangeable = rows[fixed.isna() & ~np.isnat(ends[1])]
    first, last = (pd.Series(end).loc[exchangeable.index] for end in ends)
    # The date with day and month exchanged back, with its time of the day.
    months = {"month": exchangeable.dt.day, "day": exchangeable.dt.month}
    meant = pd.to_datetime(pd.DataFrame({"year": exchangeable.dt.year} | months)) + (
        exchangeable - exchangeable.dt.normalize()
    )
    astray = ~exchangeable.between(first, last)
    proven = astray & meant.between(first, last)
    # Rows that merely are not sorted stray as much after the exchange.
    if proven.sum() > astray.sum() / 2:
        row = proven.idxmax()
        raise DataError(
            f"{file}: the day and the month of {proven.sum()} dates or more are exchanged, as spreadsheets do: the "
            f"first, {rows[row]:%Y-%m-%d}, stands between {first[row]:%Y-%m-%d} and {last[row]:%Y-%m-%d}, where "
            f"{meant[row]:%Y-%m-%d} belongs; write the dates of the source again, as YYYY-MM-DD."
        )


def by_step(
    table: pd.DataFrame, given: Given, file: Path, vocabulary: Vocabulary, rates: Collection[str]
) -> tuple[pd.DataFrame, Given, list[Remark]]:
    """The table by the step of its science; what is given as an amount becomes one per day."""
    if vocabulary.step == "point":
        table, said = numbered(table, file.name)
        return table, given, said
    finer, ways = is_finer(table.index, vocabulary.step), ways_of(table, given, vocabulary, rates)
    table, said = to_step(table, vocabulary.step, ways, file, vocabulary.domain)
    if finer:
        # mm of an hour, summed over a day, are mm d-1.
        said += unsure(ways, given, vocabulary, file)
        amounts = [name for name in table if given[name] and is_amount(given[name], vocabulary.in_files[name].units)]
        given = given | {name: f"{given[name]} d-1" for name in amounts}
    return table, given, said


def on_every_step(table: pd.DataFrame, file: Path, vocabulary: Vocabulary) -> tuple[pd.DataFrame, list[Remark]]:
    """The table with an empty row for every time that it skips; at its ends, rows that lack a forcing are cut."""
    forcings = [name for name in table if name in vocabulary.forcings]
    filled = table.index[table[forcings].notna().all(axis=1)]
    if forcings and filled.empty:
        raise DataError(
            f"{file}: there is no {vocabulary.step} with all of {', '.join(forcings)}; a forcing needs a value."
        )
    if len(filled) < 2 or table.index.has_duplicates:
        return table, []
    # A gap within stays and is filled or refused later; at the ends there is nothing to fill it from.
    ends, table = table, table.loc[filled[0] : filled[-1]]
    said = cut_observations(ends.drop(table.index), forcings, file, vocabulary)
    times = pd.date_range(filled[0], filled[-1], freq=FREQUENCIES[vocabulary.step])
    absent = times.difference(table.index)
    if len(absent) == 0 or not table.index.isin(times).all():
        return table, said
    if forcings and ((absent.month == 2) & (absent.day == 29)).all():
        raise DataError(
            f"{file}: 29 February has no row, first {absent[0]:%Y-%m-%d}; give all days of the usual calendar."
        )
    text = f"{len(absent)} {vocabulary.step}s have no row, first {absent[0]:{DATES[vocabulary.step]}}"
    return table.reindex(times), [*said, Remark("taken as missing", file.name, text)]


def cut_observations(cut: pd.DataFrame, forcings: list[str], file: Path, vocabulary: Vocabulary) -> list[Remark]:
    """A remark of the observations on times at the ends of a record that lack a forcing, and so are not read."""
    observed = [name for name in (*vocabulary.targets, *vocabulary.raw) if name in cut]
    lost = cut.index[cut[observed].notna().any(axis=1)]
    if not forcings or lost.empty:
        return []
    lacking = [name for name in forcings if cut.loc[lost, name].isna().any()]
    days = f"from {lost[0]:%Y-%m-%d} to {lost[-1]:%Y-%m-%d}"
    text = f"{len(lost)} {vocabulary.step}s with observations at the ends of the record, {days}, lack {some(lacking)}"
    return [Remark("left out", file.name, text)]
