"""The tables of a published collection, as they are after someone has opened them in a spreadsheet."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from dgviz.datasets.collection import Basins
from dgviz.datasets.csv_text import numbers_or_missing, read_text
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import check_once, matched, renamed, renaming
from dgviz.datasets.remarks import Remark


def read_static(
    file: Path,
    key: str,
    wanted: Collection[str],
    words: Collection[str],
    said: list[Remark],
    n_digits: int = 0,
) -> pd.DataFrame:
    """The wanted columns of a table of attributes indexed by its ids; what is assumed is added to `said`.

    All columns but `words` hold numbers. Ids have at least `n_digits`: zeros that a spreadsheet dropped are put back.
    """
    table, assumed = read_text(file)
    found = {new: old for old, new in renaming(table.columns, ("site", "lat", "lon", "name")).items()}
    usual = {"site": key, "lat": "gauge_lat", "lon": "gauge_lon", "name": "gauge_name"}
    changes = {old: usual[new] for new, old in found.items() if usual[new] not in table}
    table, others = renamed(table, changes, file.name)
    if key not in table:
        raise DataError(f"{file}: no column {key}; it has {some(list(table.columns))}.")
    table[key] = table[key].str.strip().str.zfill(n_digits)
    check_once(table[key], file)
    said += [*assumed, *others]
    columns = {name: table[name] for name in table if name in wanted}
    for name in columns.keys() - {*words}:
        columns[name], cells = numbers_or_missing(table[name], file)
        said += cells
    return pd.DataFrame(columns, index=table.index).set_axis(pd.Index(table[key], name=key))


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
