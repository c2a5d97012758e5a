"""Whether a comma or a point in a number is its decimal mark or parts its thousands: the whole table tells.

`1,046` may be a thousand or one. It is the first where the column, or else the rest of the table, has decimal points,
and the second where it has decimal commas. Where nothing tells, the cells stay text, which is refused where read.
"""

from pathlib import Path

import pandas as pd

from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import OTHER_NAMES, name_and_units

OTHER = {",": ".", ".": ","}
# Thousands parted by a mark, or exactly three decimals: nobody parts 0,123.
GROUPED = {mark: rf"^\s*[+-]?[1-9]\d{{0,2}}([{mark}]\d{{3}})+\s*$" for mark in OTHER}
# Decimals behind a mark, perhaps with thousands parted by the other.
DECIMAL = {
    mark: rf"^\s*[+-]?(\d*|[1-9]\d{{0,2}}([{other}]\d{{3}})+)[{mark}]\d*([eE][+-]?\d+)?\s*$"
    for mark, other in OTHER.items()
}
TEXTS = {name for what in ("site", "name", "date", "time") for name in OTHER_NAMES[what]}  # and no numbers


def with_points(table: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, str]:
    """The table with decimal points and no marks of thousands, and in words what was changed."""
    names = [name for name in table if name_and_units(str(name))[0].lower() not in TEXTS]
    if not any(table[name].str.contains(",", regex=False).any() for name in names):
        return table, ""  # as most files are
    sure = {name: {mark for mark in OTHER if is_decimal(table[name], mark)} for name in names}
    everywhere = set[str]().union(*sure.values())
    commas, thousands, changed = [], [], {}
    for name in names:
        marks = sure[name] or told_by_others(table[name], everywhere, file)
        if len(marks) != 1:
            continue
        decimal, column = next(iter(marks)), table[name]
        parts = OTHER[decimal]
        parted = column.str.match(GROUPED[parts]) | column.str.match(DECIMAL[decimal]) & column.str.contains(
            parts, regex=False
        )
        # An empty cell matches nothing.
        meant = parted.eq(True) | column.str.match(DECIMAL[decimal]).eq(True)
        plain = column.str.replace(parts, "", regex=False).str.replace(decimal, ".", regex=False)
        changed[name] = column.where(~meant, plain)
        commas += [name] * (decimal == ",")
        thousands += [name] * bool(parted.eq(True).any())
    words = ", decimal commas" if commas else ""
    return table.assign(**changed), words + (f", thousands parted in {some(thousands)}" if thousands else "")


def is_decimal(column: pd.Series, mark: str) -> bool:
    """Whether a mark can only be the decimal mark of a column."""
    marked = column[column.str.contains(mark, regex=False).eq(True)]
    return bool((marked.str.match(DECIMAL[mark]) & ~marked.str.match(GROUPED[mark])).any())


def told_by_others(column: pd.Series, decimals: set[str], file: Path) -> set[str]:
    """The decimal mark of a column of numbers such as 1,046, of which other columns of the table tell."""
    parted = [mark for mark in OTHER if column.str.match(GROUPED[mark]).eq(True).any()]
    if parted == ["."] and len(decimals) > 1:
        line = column.str.match(GROUPED["."]).eq(True).idxmax()
        raise DataError(
            f"{file}: line {line}: {column.name} is {column[line]!r}, and other columns have decimal points or decimal "
            "commas; write all numbers with a decimal point and no separator of thousands."
        )
    return decimals if parted else set()
