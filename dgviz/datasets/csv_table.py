"""A table of texts in a CSV file: its header, the units in it, and a date that stands in several columns."""

from pathlib import Path

import pandas as pd

from dgviz.datasets.csv_text import MISSING, read_text
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import name_and_units, renamed, renaming
from dgviz.datasets.reading import reading_of
from dgviz.datasets.remarks import Remark
from dgviz.units import UnitsError, parse

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
    reading = reading_of(file.parent)
    said += reading.remark([name_and_units(str(column))[0] for column in table.columns])
    table = table.drop(columns=[name for name in table if name_and_units(str(name))[0] in reading.not_read()])
    headers = [reading.header(str(column)) for column in table.columns]
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
    return {reading_of(file.parent).header(str(column))[0].lower() for column in table.columns}


def n_comments(file: Path) -> int:
    """The number of lines above the header that start with # or are empty."""
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for n_above, line in enumerate(lines):
            if line.strip() and not line.startswith("#"):
                return n_above
    return 0
