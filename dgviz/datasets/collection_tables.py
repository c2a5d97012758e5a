"""The tables of a published collection, as they are after someone has opened them in a spreadsheet."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from dgviz.datasets.collection import Basins
from dgviz.datasets.csv_text import numbers_or_missing, read_text
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import check_once, matched, renamed, renaming
from dgviz.datasets.remarks import Remark


def read_static(file: Path, key: str, words: Collection[str], said: list[Remark]) -> pd.DataFrame:
    """A table of attributes indexed by its ids, as text; what is assumed is added to `said`.

    All columns but `words` hold numbers; those without one stay text.
    """
    table, assumed = read_text(file)
    changes = {} if key in table else dict.fromkeys(renaming(table.columns, ("site",)), key)
    table, others = renamed(table, changes, file.name)
    if key not in table:
        raise DataError(f"{file}: no column {key}; it has {some(list(table.columns))}.")
    check_once(table[key], file)
    columns = {}
    for name in table.columns.drop(key):
        columns[name] = table[name]
        if name not in words:
            try:
                columns[name], cells = numbers_or_missing(table[name], file)
                said += cells
            except DataError:  # a column of words
                continue
    said += [*assumed, *others]
    return pd.DataFrame(columns, index=table.index).set_axis(table[key].str.strip())


def read_plain(file: Path, columns: Collection[str]) -> pd.DataFrame | None:
    """The columns of a CSV file by its `date`, quickly; None if it is not as plain as most published ones are."""
    try:
        table = pd.read_csv(file, usecols=lambda name: name == "date" or name in columns, dtype={"date": str})
        days = pd.to_datetime(table.pop("date"), format="%Y-%m-%d")
    except (ValueError, KeyError, pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    if table.shape[1] == 0 or days.isna().any() or any(table[name].dtype.kind not in "iuf" for name in table):
        return None
    return table.set_axis(pd.DatetimeIndex(days))


def rename_sites(basins: Basins, files: Sequence[str]) -> None:
    """Give the sites of the attributes the ids of the files where they lack the zeros at their start."""
    whole = matched(files, [str(site) for site in basins.static.index])
    if whole:
        said = some([f"{table} is {file}" for file, table in whole.items()])
        text = f"ids without their leading zeros are those of the files: {said}"
        basins.said.append(Remark("read as", "site", text))
        basins.static = basins.static.rename(index={table: file for file, table in whole.items()})


def without_series(basins: Basins, files: Collection[str]) -> None:
    """Note in one line which sites of the attributes have no file."""
    absent = [site for site in basins.static.index if site not in files]
    if absent:
        text = f"{len(absent)} of {len(basins.static)} sites of the attributes have no series: {some(absent)}"
        basins.said.append(Remark("left out", "attributes", text))
