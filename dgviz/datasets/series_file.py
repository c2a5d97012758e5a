"""Text files with a header and columns, as different collections write them: attributes, and series by day."""

import re
import warnings
from collections.abc import Collection
from io import StringIO
from pathlib import Path

import pandas as pd

from dgviz.datasets.errors import DataError

DATES = ("date", "Date", "DatesR")
DATES_BELOW = "gauge_id"  # in CAMELS-CL of 2018 the header of the dates
YEAR_MONTH_DAY = (("year", "month", "day"), ("YYYY", "MM", "DD"))
SEPARATORS = (",", ";", "\t")


def read_table(file: Path, separator: str | None = None, **options) -> pd.DataFrame:
    """A table without the comments above its header, indexed by the line in the file.

    Without a separator it is the one that the header has most. `options` are those of `pandas.read_csv`.
    """
    text, n_above = read_text(file), 0
    while text.startswith("#"):
        text, n_above = text.partition("\n")[2], n_above + 1
    separator = separator or max(SEPARATORS, key=text.partition("\n")[0].count)
    try:
        with warnings.catch_warnings():
            # Such as rows that are longer than the header.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            table = pd.read_csv(StringIO(text), sep=separator, index_col=False, **options)
    except (ValueError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise DataError(f"{file.name}: cannot be read: {str(error).strip()}") from None
    table.index += 2 + n_above
    return table.rename(columns=lambda name: str(name).strip())


def read_header(file: Path, separator: str | None = None) -> list[str]:
    """The names of the columns, without their units in "("."""
    lines = read_text(file).splitlines()
    header = next((line for line in lines if not line.startswith("#")), "")
    separator = separator or max(SEPARATORS, key=header.count)
    return [name.strip().strip('"').partition("(")[0].strip() for name in re.split(separator, header)]


def read_text(file: Path) -> str:
    """The text of a file, in UTF-8 or else in Latin-1."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file.name}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_series(
    file: Path, separator: str | None = None, columns: Collection[str] | None = None, **options
) -> pd.DataFrame:
    """The columns of numbers, all or those of `columns` that are there, by day; names end before their units in "(".

    Raises DataError naming the line of a date or number that is none.
    """
    table = read_table(file, separator, **options)
    days, used = days_of(table, file)
    table = table.drop(columns=[*used, *(name for name in table if name.startswith("Unnamed"))])
    table = table.rename(columns=lambda name: name.partition("(")[0].strip())
    if columns is not None:
        table = table[[name for name in table if name in columns]]
    numbers = {name: numbers_of(table[name], file) for name in table}
    return pd.DataFrame({name: values.to_numpy("float32") for name, values in numbers.items()}, index=days)


def days_of(table: pd.DataFrame, file: Path) -> tuple[pd.DatetimeIndex, list[str]]:
    """The days of the rows, and the columns in which they are written."""
    parts = next((list(names) for names in YEAR_MONTH_DAY if {*names} <= {*table}), [])
    given = [name for name in DATES if name in table][:1]
    if not given and not parts and DATES_BELOW in table:
        given = [DATES_BELOW]
    if given:
        text = table[given[0]].astype(str).str.strip().str.replace("/", "-")
        days = pd.to_datetime(text, format="ISO8601", errors="coerce")
    elif parts:
        named = table[parts].set_axis(["year", "month", "day"], axis=1)
        text, days = named.astype(str).agg("-".join, axis=1), pd.to_datetime(named, errors="coerce")
    else:
        raise DataError(f"{file.name}: no column date, nor year, month, day; it has {', '.join(table)}")
    if days.isna().any():
        line = days.isna().idxmax()
        raise DataError(f"{file.name}: line {line}: date {text[line]!r} is not written as 1990-10-01")
    if (days != days.dt.normalize()).any():
        line = (days != days.dt.normalize()).idxmax()
        raise DataError(f"{file.name}: line {line}: {text[line]!r} is a time within a day; only series by day are read")
    return pd.DatetimeIndex(days), [*given, *parts]


def numbers_of(column: pd.Series, file: Path) -> pd.Series:
    """A column as numbers; an empty cell, also one of blanks, stays empty."""
    if column.dtype.kind in "fi":
        return column
    text = column.astype(str).str.strip().mask(column.isna(), "").replace({"NA": "", "NaN": "", "nan": ""})
    values = pd.to_numeric(text, errors="coerce")
    wrong = values.isna() & (text != "")
    if wrong.any():
        line = wrong.idxmax()
        raise DataError(f"{file.name}: line {line}: {column.name} is {text[line]!r}, not a number")
    return values
