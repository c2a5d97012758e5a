"""Tables of text as people and spreadsheets write them: separators, decimal commas, encodings, byte order marks."""

import codecs
import warnings
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from dgviz.datasets.decimal_marks import with_points
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.remarks import Remark

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MISSING = ("", "na", "n/a", "nan", "#n/a", "null", "none", "-", "--", ".")  # in a column of numbers
PARTED = r"^\s*[+-]?\d{1,3}([.,' ]\d{3})+([.,]\d+)?\s*$"
NUMBERLIKE = r"^\s*[+-]?\d[\d.,' ]*$"


class Text(NamedTuple):
    """Columns of text, indexed by the line in the file (from 1, as an editor shows it), and what was assumed."""

    table: pd.DataFrame
    remarks: list[Remark]


def read_text(file: Path, n_above: int = 0, n_rows: int | None = None) -> Text:
    """The table in a file whose header stands below `n_above` lines. Raises DataError naming the file."""
    encoding = encoding_of(file)
    lines = first_lines(file, encoding, n_above + 2)[n_above:]
    header = lines[0] if lines else ""
    separator = max(SEPARATORS, key=header.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Empty cells stay text: a site may be called NA.
            table = pd.read_csv(
                file, sep=separator, encoding=encoding, skiprows=n_above, nrows=n_rows, dtype=str, index_col=False,
                skip_blank_lines=False, skipinitialspace=True, keep_default_na=False, na_values=[""],
            )  # fmt: skip
    except pd.errors.EmptyDataError:
        raise DataError(f"{file}: cannot be read as CSV: the file is empty.") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeError) as error:
        why = str(error).strip().rstrip(".")
        if "EOF inside string" in why:
            why = "a quotation mark is opened and never closed"
        if isinstance(error, pd.errors.ParserWarning):
            why = "a row has more cells than the header; decimal commas need ';' between the columns"
        raise DataError(f"{file}: cannot be read as CSV with {SEPARATORS[separator]}: {why}.") from None
    # Line numbers as an editor shows them: from 1, below the header.
    table.index += 2 + n_above
    table, remarks = with_headers(table, file)
    # One row does not tell how all numbers are written.
    table, how = with_points(table, file) if n_rows is None else (table, "")
    if separator != "," or how:
        remarks.append(Remark("read as", file.name, f"columns between {SEPARATORS[separator]}{how}"))
    if encoding == "cp1252":
        remarks.append(Remark("read as", file.name, "text in the encoding Windows-1252, as it is not in UTF-8"))
    return Text(table.dropna(how="all"), remarks)


def with_headers(table: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, list[Remark]]:
    """The table without columns that have no header, and a remark of those that hold more than numbers of rows."""
    nameless = [name for name in table if name.startswith("Unnamed: ")]
    filled = [name for name in nameless if table[name].notna().any()]
    # The first is the number of the row, which pandas writes.
    counts = [str(number) for number in range(len(table))]
    if filled and filled[0] == table.columns[0] and table[filled[0]].tolist() == counts:
        filled = filled[1:]
    places = [str(table.columns.get_loc(name) + 1) for name in filled]
    text = f"columns without a name in the header: {some(places)}"
    return table.drop(columns=nameless), [Remark("not read", file.name, text)] if filled else []


def encoding_of(file: Path) -> str:
    """UTF-8, with or without a byte order mark; UTF-16 with one; else that of older spreadsheets."""
    content = file.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            raise DataError(f"{file}: cannot be read as CSV: it is no text; save it as text in UTF-8.") from None
        return "cp1252"
    return "utf-8-sig"


def first_lines(file: Path, encoding: str, n_lines: int) -> list[str]:
    """The first lines of a file."""
    with file.open(encoding=encoding, errors="replace") as lines:
        return [line for line, _ in zip(lines, range(n_lines), strict=False)]


def to_numbers(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """A column of text as numbers, and which cells are not empty and no number."""
    values = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = values.isna() & column.notna()
    if not wrong.any():
        return values, wrong
    text = column.astype(str).str.strip()
    return values, wrong & ~text.str.lower().isin(MISSING)


def numbers(column: pd.Series, file: Path) -> pd.Series:
    """A column of text as numbers; an empty cell stays empty. Raises DataError for a cell that is no number."""
    values, wrong = to_numbers(column)
    if wrong.any():
        raise DataError(not_a_number(column, wrong, file))
    return values


def numbers_or_missing(column: pd.Series, file: Path) -> tuple[pd.Series, list[Remark]]:
    """A column of what is observed as numbers: a day with a word, such as Ice, has no value, which is remarked.

    Raises DataError where most cells are words.
    """
    values, wrong = to_numbers(column)
    # Numbers in another writing are no words: without them the highest values would be lost.
    if wrong.sum() > values.notna().sum() or column[wrong].astype(str).str.match(NUMBERLIKE).any():
        raise DataError(not_a_number(column, wrong, file))
    if not wrong.any():
        return values, []
    line, words = wrong.idxmax(), column[wrong].unique()
    text = f"{column.name} is {some([repr(word) for word in words])} in {int(wrong.sum())} cells, first in line {line}"
    return values, [Remark("taken as missing", file.name, text)]


def not_a_number(column: pd.Series, wrong: pd.Series, file: Path) -> str:
    """The message that a cell is no number, by file, line and column."""
    line = wrong.idxmax()
    return (
        f"{file}: line {line}: {column.name} is {column[line]!r}, not a number; correct it (a number has a point and "
        "no separator of thousands), or remove the column if it is not needed."
    )
