"""One CSV file of a person's own: a table by day, its columns in the units of their science."""

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dgviz.datasets.conversion import conversion_attrs, to_units
from dgviz.datasets.csv_text import MISSING, numbers, numbers_or_missing, read_text
from dgviz.datasets.dates import read_dates
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.labels import label
from dgviz.datasets.mending import marks_in
from dgviz.datasets.names import name_and_units, renamed, renaming
from dgviz.datasets.remarks import Remark
from dgviz.datasets.steps import DATES, FREQUENCIES, check_times
from dgviz.datasets.to_step import is_amount, is_finer, rates_in, to_step, unsure, ways_of
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.suggestions import suggest
from dgviz.units import UnitsError, parse, same

# What the parts of a date are called where each has its column, in lower case.
DATE_PARTS = {
    "date": ("date",),
    "time": ("time",),
    "year": ("year", "yyyy", "yr"),
    "month": ("month", "mm", "mo", "mon", "mnth"),
    "day": ("day", "dd", "dy"),
    "day_of_year": ("doy", "day_of_year", "dayofyear", "yday", "jday", "julian_day"),
    "hour": ("hour", "hh", "hr"),
}
WIDTHS = {"month": 2, "day": 2, "day_of_year": 3}  # digits

Labels = dict[str, dict[str, str]]  # name of a column: its units, long_name and conversion
Given = dict[str, str | None]  # the units that stand in the header behind a name


def read_table(
    file: Path, required: tuple[str, ...], optional: tuple[str, ...] = (), n_rows: int | None = None
) -> tuple[pd.DataFrame, Given, list[Remark]]:
    """Columns as text, indexed by the line in the file, and their units: "name [units]" in the header is split."""
    try:
        n_above = n_comments(file)
    except OSError as error:  # such as a folder of that name, or a link to nothing
        raise DataError(f"{file}: cannot be read: {error.strerror}; put the file itself there.") from None
    table, said = read_text(file, n_above, n_rows)
    headers = [name_and_units(str(column)) for column in table.columns]
    table.columns = [name for name, _ in headers]
    if table.columns.has_duplicates:
        raise DataError(f"{file}: column {some(table.columns[table.columns.duplicated()])} appears twice; keep one.")
    if "date" in required:
        table, joined = with_joined_date(table)
        said += [Remark("read as", file.name, joined)] if joined else []
    changes = renaming(table.columns, (*required, *optional))
    table, others = renamed(table, changes, file.name)
    given = {changes.get(name, name): units for name, units in headers} | {"date": None}
    if lacking := [name for name in required if name not in table]:
        raise DataError(f"{file}: no column {some(lacking)}; it has {', '.join(table.columns)}. {fix_for(lacking[0])}")
    if table.empty:
        raise DataError(f"{file}: there are no rows under the header.")
    check_first_row(table, file)
    return table, given, [*said, *others]


def fix_for(lacking: str) -> str:
    """How to give a column that every table needs."""
    if lacking == "date":
        return "Call that of the dates date (YYYY-MM-DD), or give year, month and day, or year and doy."
    return f"Add it, or call that which has it {lacking}."


def check_first_row(table: pd.DataFrame, file: Path) -> None:
    """Raise if the first row under the header holds units, as some programs write them."""
    cells = table.iloc[0].dropna().astype(str).str.strip()
    cells = cells[~cells.str.lower().isin(MISSING)]  # a dash is no unit
    words = cells[pd.to_numeric(cells, errors="coerce").isna()]
    units = [name for name, word in words.items() if is_unit(word)]
    if len(units) > 1 and len(words) == len(cells):
        example = f"{units[-1]} [{words[units[-1]]}]"
        raise DataError(
            f"{file}: line {table.index[0]} holds units; write them in the header, {example}, and remove it."
        )


def is_unit(text: str) -> bool:
    """Whether a text names a unit."""
    try:
        parse(text)
    except UnitsError:
        return False
    return True


def with_joined_date(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The table with one column `date` where the parts of it stand apart, and what was joined."""
    known = {str(name).lower(): name for name in reversed(table.columns)}
    parts = {part: next((known[name] for name in names if name in known), None) for part, names in DATE_PARTS.items()}
    text = {part: table[name].fillna("").str.strip() for part, name in parts.items() if name is not None}
    if "date" in text and not text["date"].str.contains(":").any():
        if "hour" in text and text["hour"].str.fullmatch(r"\d{1,2}").all():
            text["time"], parts["time"] = text["hour"] + ":00", parts["hour"]
        if "time" not in text or not text["time"].str.contains(":").all():
            return table, ""
        used, date = ["date", "time"], text["date"] + " " + text["time"]
    elif "date" in text or "year" not in text:
        return table, ""
    else:
        if "month" not in text and "day" in text and text["day"].str.fullmatch(r"\d{1,3}([.]0*)?").all():
            text["day_of_year"], parts["day_of_year"] = text["day"], parts["day"]
        used = next((keys for keys in (["year", "month", "day"], ["year", "day_of_year"]) if {*keys} <= {*text}), [])
        if not used:
            return table, ""
        numbers = {part: text[part].str.replace(r"[.]0*$", "", regex=True) for part in text}
        date = numbers["year"].str.cat([numbers[part].str.zfill(WIDTHS[part]) for part in used[1:]], sep="-")
        if "hour" in text:
            used, date = [*used, "hour"], date + " " + numbers["hour"].str.zfill(2) + ":00"
    columns = [parts[part] for part in used]
    return table.drop(columns=columns).assign(date=date), f"the date is joined of {', '.join(map(str, columns))}"


def header_names(file: Path) -> set[str]:
    """The names in the header of a file, in lower case."""
    table, _ = read_text(file, n_comments(file), n_rows=1)
    return {name_and_units(str(column))[0].lower() for column in table.columns}


def n_comments(file: Path) -> int:
    """The number of lines above the header that start with # or are empty."""
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for n_above, line in enumerate(lines):
            if line.strip() and not line.startswith("#"):
                return n_above
    return 0


class Series(NamedTuple):
    """The series of one site, their labels, what was assumed, and which of them show to be rates per day."""

    table: pd.DataFrame
    labels: Labels
    remarks: list[Remark]
    rates: set[str]


def read_series(file: Path, vocabulary: Vocabulary, area: np.ndarray | None, rates: Collection[str] = ()) -> Series:
    """The series of one site by the step of its science; `area` (km2) is its drainage area.

    `rates` are series without units of which other sites show that they are rates per day.
    """
    table, given, said = read_table(file, ("date",))
    times, told = read_dates(table.pop("date"), file)
    said += [Remark("read as", file.name, text) for text in told]
    table, given, told_names = known_columns(table, given, file, vocabulary)
    observed = {*vocabulary.targets, *vocabulary.raw}
    for name in table:
        if name in observed:
            table[name], words = numbers_or_missing(table[name], file)
            said += words
        else:
            table[name] = numbers(table[name], file)
    table, empty = without_marks(table, given, vocabulary, file)
    table, in_rows = in_order_of_time(table.set_axis(times), file)
    shown = rates_in(table, given, vocabulary) if is_finer(table.index, vocabulary.step) else set()
    table, given, gathered = by_step(table, given, file, vocabulary, shown.union(rates))
    table, gaps = on_every_step(table, file, vocabulary)
    step, labels = check_times(table.index, file, vocabulary), {}
    for name in table:
        where, usual = f"{file}: {name}", label(name, vocabulary)
        table[name], labels[name] = converted(table[name], given[name], usual, where, area, step)
    return Series(table, labels, [*said, *told_names, *empty, *in_rows, *gathered, *gaps], shown)


def known_columns(
    table: pd.DataFrame, given: Given, file: Path, vocabulary: Vocabulary
) -> tuple[pd.DataFrame, Given, list[Remark]]:
    """The columns of the science, in any case of letters; others are not read, unless they look misspelt."""
    changes = renaming(table.columns, (), vocabulary.in_files, vocabulary.other_names)
    table, said = renamed(table, changes, file.name)
    given = {changes.get(name, name): units for name, units in given.items()}
    others = [name for name in table if name not in vocabulary.in_files]
    observed = {*vocabulary.targets, *vocabulary.raw}
    unread = [] if observed & {*table} else [name for name in others if is_like(name, observed, vocabulary)]
    for name in others:
        if name in unread or is_another(name, table, vocabulary):
            continue
        if hint := suggest(name, [known for known in vocabulary.in_files if known not in table]):
            raise DataError(
                f"{file}: column {name!r} is not known.{hint} "
                f"Rename or remove it; known columns are date, {', '.join(vocabulary.in_files)}."
            )
    if len(others) == table.shape[1]:
        raise DataError(
            f"{file}: no column is known; it has {', '.join(others)} and needs {', '.join(vocabulary.series)}."
        )
    if unread:
        columns = [f"{name} [{vocabulary.in_files[name].units}]" for name in vocabulary.in_files if name in observed]
        text = f"{some(unread)} may be what was observed; to read it, call it with its units: {' or '.join(columns)}"
        said.append(Remark("doubtful", file.name, text))
    second = [name for name in others if is_another(name, table, vocabulary)]
    if second:
        said.append(Remark("not read", some(second), "another column is read for the same series"))
    if unknown := [name for name in others if name not in second]:
        said.append(Remark("not read", some(unknown), f"columns that {vocabulary.domain} does not know"))
    return table.drop(columns=others), given, said


def is_another(name: str, table: pd.DataFrame, vocabulary: Vocabulary) -> bool:
    """Whether a name, of more than a letter, is one that people use for a series that another column holds."""
    called = {key: (key, *vocabulary.other_names.get(key, ())) for key in vocabulary.in_files if key in table}
    return len(name) > 1 and any(name.lower() in others for others in called.values())


def is_like(name: str, observed: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether a part of a name, as in q_cfs or discharge_m3s, is what people call something observed."""
    called = {other for key in observed for other in (key, *vocabulary.other_names.get(key, ()))}
    return not called.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def without_marks(
    table: pd.DataFrame, given: Given, vocabulary: Vocabulary, file: Path
) -> tuple[pd.DataFrame, list[Remark]]:
    """The table without marks for missing values, and without forcings that have no value at all."""
    series = vocabulary.in_files
    marks = {
        name: marks_in(table[name].to_numpy(), series[name], has_usual_units(given[name], series[name].units))
        for name in table
    }
    found = {name: np.unique(table[name].to_numpy()[cells]) for name, cells in marks.items() if cells.any()}
    words = [
        f"{name} {some([f'{value:g}' for value in values])} ({marks[name].sum()})" for name, values in found.items()
    ]
    said = [Remark("taken as missing", file.name, f"marks (times): {', '.join(words)}")] if words else []
    table = table.assign(**{name: table[name].mask(marks[name]) for name in found})
    nothing = [name for name in table if name in vocabulary.forcings and table[name].isna().all()]
    if nothing:
        said.append(Remark("not read", file.name, f"{some(nothing)}: there is no value"))
    return table.drop(columns=nothing), said


def has_usual_units(given: str | None, usual: str) -> bool:
    """Whether the units in a header are the declared ones, perhaps in another spelling, or there are none."""
    with suppress(UnitsError):
        return given is None or same(given, usual)
    return False


def in_order_of_time(table: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, list[Remark]]:
    """Rows in order of time, one that stands there twice once. Raises DataError where two rows of a time differ."""
    said, name = [], file.name
    if not table.index.is_monotonic_increasing:
        check_no_exchange(table.index, file)
        table = table.sort_index(kind="stable")
        said.append(Remark("read as", name, "the rows were not in order of time and are sorted"))
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
    months = {"month": exchangeable.dt.day, "day": exchangeable.dt.month}
    meant = pd.to_datetime(pd.DataFrame({"year": exchangeable.dt.year} | months)) + (
        exchangeable - exchangeable.dt.normalize()
    )
    astray = ~exchangeable.between(first, last)
    proven = astray & meant.between(first, last)
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
    finer, ways = is_finer(table.index, vocabulary.step), ways_of(table, given, vocabulary, rates)
    table, said = to_step(table, vocabulary.step, ways, file, vocabulary.domain)
    if finer:
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


def converted(
    values: pd.Series, given: str | None, usual: dict, where: str, area: np.ndarray | None = None, step: str = ""
) -> tuple[pd.Series, dict[str, str]]:
    """A column in the usual units and its label; without units in the header it is in these."""
    given = usual["units"] if given is None else given
    numbers, how = to_units(values.to_numpy(), given, usual["units"], where, area, step)
    return pd.Series(numbers, values.index), usual | conversion_attrs(given, how)
