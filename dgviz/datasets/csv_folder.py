"""Read a folder of CSV files; `dgviz.datasets.table` documents the layout."""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.check import check_days, some
from dgviz.datasets.labels import SERIES_UNITS, label
from dgviz.datasets.problems import DataError, Problem, refuse
from dgviz.suggestions import suggest

Each = Callable[[Sequence[str]], Iterable[str]]  # goes through the sites and may show how far it is
Labels = dict[str, dict[str, str]]  # name of a column: its units and long_name


def read_folder(folder: Path, each: Each) -> tuple[xr.Dataset, dict[str, Path]]:
    """Join attributes.csv and the series of its sites; also returns the file of each site."""
    static, labels = read_attributes(folder / "attributes.csv")
    files = {site: folder / f"{site}.csv" for site in static.index}
    absent = [file.name for file in files.values() if not file.is_file()]
    if absent:
        raise DataError(f"{folder}: no file {some(absent)}; every site of attributes.csv needs its own.")
    tables, problems = {}, []
    for site in each(list(files)):
        try:
            tables[site], series_labels = read_series(files[site])
            labels |= series_labels
        except DataError as error:
            problems.append(Problem(site, str(error)))
    refuse(problems)
    check_alike(tables, files)
    first = next(iter(tables.values()))
    variables = {name: ("site", static[name].to_numpy(), labels[name]) for name in static}
    for name in first:
        by_site = np.column_stack([table[name] for table in tables.values()])
        variables[name] = ("time", "site"), by_site.astype("float32"), labels[name]
    return xr.Dataset(variables, {"time": first.index.to_numpy(), "site": static.index.to_numpy(str)}), files


def read_attributes(file: Path) -> tuple[pd.DataFrame, Labels]:
    """The sites and their numbers, indexed by site."""
    if not file.is_file():
        raise DataError(f"{file} does not exist; a folder of CSV files needs one with columns site,lat,lon,area.")
    table, labels = read_csv(file, required=("site", "lat", "lon"))
    if "name" not in table:
        table["name"], labels["name"] = table["site"], label("name", None, file)
    if table["site"].isna().any():
        raise DataError(f"{file}: line {table['site'].isna().idxmax()}: no site; every row needs one.")
    if table["site"].duplicated().any():
        twice = table["site"][table["site"].duplicated()].unique()
        raise DataError(f"{file}: site {some(twice)} appears twice; keep one row of each.")
    for name in table.columns.difference(["site", "name"]):
        table[name] = numbers(table[name], file).astype("float32")
    table["name"] = table["name"].fillna(table["site"]).astype(object)
    return table.set_index("site"), labels


def read_series(file: Path) -> tuple[pd.DataFrame, Labels]:
    """The days of one site, indexed by date."""
    table, labels = read_csv(file, required=("date",))
    for name in table.columns.drop("date"):
        if name not in SERIES_UNITS:
            raise DataError(
                f"{file}: column {name!r} is not known.{suggest(name, SERIES_UNITS)} "
                f"Rename or remove it; known columns are date, {', '.join(SERIES_UNITS)}."
            )
        table[name] = numbers(table[name], file)
    days = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    if days.isna().any():
        line = days.isna().idxmax()
        raise DataError(f"{file}: line {line}: date {table.loc[line, 'date']!r} is not written as 1990-10-01.")
    table.index = pd.DatetimeIndex(days.to_numpy("datetime64[ns]"))
    check_days(table.index, file)
    return table.drop(columns="date"), labels


def read_csv(file: Path, required: tuple[str, ...]) -> tuple[pd.DataFrame, Labels]:
    """Columns as text, indexed by the line in the file; "name [units]" in the header is split."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(file, dtype=str, index_col=False, skip_blank_lines=False, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeError) as error:
        raise DataError(f"{file}: cannot be read as CSV with commas: {str(error).strip()}.") from None
    table.index += 2
    table = table.dropna(how="all")
    headers = [re.fullmatch(r"\s*(.*?)\s*(?:\[(.*)\])?\s*", str(column)).groups() for column in table.columns]
    table.columns = [name for name, _ in headers]
    if table.columns.has_duplicates:
        raise DataError(f"{file}: column {some(table.columns[table.columns.duplicated()])} appears twice; keep one.")
    lacking = [name for name in required if name not in table]
    if lacking:
        raise DataError(f"{file}: no column {some(lacking)}; it has {', '.join(table.columns)}.")
    if table.empty:
        raise DataError(f"{file}: there are no rows under the header.")
    return table, {name: label(name, units, file) for name, units in headers}


def numbers(column: pd.Series, file: Path) -> pd.Series:
    """A column of text as numbers; an empty cell stays empty."""
    values = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = values.isna() & column.notna()
    if wrong.any():
        line = wrong.idxmax()
        raise DataError(
            f"{file}: line {line}: {column.name} is {column[line]!r}, not a number; correct it, or remove the column "
            "if it is not needed."
        )
    return values


def check_alike(tables: dict[str, pd.DataFrame], files: dict[str, Path]) -> None:
    """All sites have the same columns and cover the same days."""
    first, *others = tables
    for site in others:
        differing = tables[first].columns.symmetric_difference(tables[site].columns)
        if len(differing):
            raise DataError(f"{files[site]}: column {some(differing)} is here or in {files[first]} but not in both.")
    start = max(table.index[0] for table in tables.values())
    end = min(table.index[-1] for table in tables.values())
    if any(len(table) != (end - start).days + 1 for table in tables.values()):
        shortest = min(tables, key=lambda site: len(tables[site]))
        days = tables[shortest].index
        raise DataError(
            f"{files[shortest]}: days {days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d} differ from those of other sites; "
            f"all have {start:%Y-%m-%d}/{end:%Y-%m-%d} in common: cut the files to the same days."
        )
