"""Read a folder of CSV files; `dgviz.datasets.table` documents the layout."""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.conversion import conversion_attrs, in_km2, to_units
from dgviz.datasets.errors import DataError, Problem, refuse, some
from dgviz.datasets.labels import label
from dgviz.datasets.science import Vocabularies, named, told_by
from dgviz.datasets.steps import check_times
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.suggestions import suggest

Each = Callable[[Sequence[str]], Iterable[str]]  # goes through the sites and may show how far it is
Labels = dict[str, dict[str, str]]  # name of a column: its units, long_name and conversion


def science_of(folder: Path, vocabularies: Vocabularies) -> Vocabulary:
    """The science named above the header of attributes.csv, or else told by the first series."""
    file = folder / "attributes.csv"
    if domain := domain_line(file):
        return named(domain, vocabularies, file)
    sites = read_csv(file, required=("site",))[0]["site"].dropna()
    first = next((folder / f"{site}.csv" for site in sites if (folder / f"{site}.csv").is_file()), None)
    if first is None:
        raise DataError(f"{folder}: no file {sites.iloc[0]}.csv; every site of attributes.csv needs its own.")
    return told_by(read_csv(first, required=("date",), n_rows=1)[0].columns, vocabularies, first)


def domain_line(file: Path) -> str:
    """What stands after `# domain:` in the first line, or nothing."""
    if not file.is_file():
        raise DataError(f"{file} does not exist; a folder of CSV files needs one with columns site,lat,lon,area.")
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        match = re.match(r"#\s*domain:\s*(\w+)", lines.readline())
    return match[1] if match else ""


def read_folder(folder: Path, vocabulary: Vocabulary, each: Each) -> tuple[xr.Dataset, dict[str, Path]]:
    """Join attributes.csv and the series of its sites; also returns the file of each site."""
    static, labels = read_attributes(folder / "attributes.csv", vocabulary)
    files = {site: folder / f"{site}.csv" for site in static.index}
    absent = [file.name for file in files.values() if not file.is_file()]
    if absent:
        raise DataError(f"{folder}: no file {some(absent)}; every site of attributes.csv needs its own.")
    tables = {}
    labels_of, problems = [], []
    for site in each(list(files)):
        area = in_km2(static.loc[site, "area"], vocabulary) if "area" in static else None
        try:
            tables[site], series_labels = read_series(files[site], vocabulary, area)
            labels_of.append(series_labels)
        except DataError as error:
            problems.append(Problem(site, str(error)))
    refuse(problems)
    check_alike(tables, files)
    labels |= joined(labels_of)
    first = next(iter(tables.values()))
    variables: dict[str, tuple] = {name: ("site", static[name].to_numpy(), labels[name]) for name in static}
    for name in first:
        # (time, site)
        by_site = np.column_stack([table[name] for table in tables.values()])
        variables[name] = ("time", "site"), by_site.astype("float32"), labels[name]
    return xr.Dataset(variables, {"time": first.index.to_numpy(), "site": static.index.to_numpy(str)}), files


def joined(labels: list[Labels]) -> Labels:
    """The labels of the columns of several files, which may have been given in several units."""
    together = {name: dict(attrs) for of_file in labels for name, attrs in of_file.items()}
    for name, attrs in together.items():
        for key in ("given_units", "conversion"):
            said = dict.fromkeys(of_file[name][key] for of_file in labels if key in of_file.get(name, {}))
            if said:
                attrs[key] = ", or ".join(said)
    return together


def read_attributes(file: Path, vocabulary: Vocabulary) -> tuple[pd.DataFrame, Labels]:
    """The sites and their numbers, indexed by site."""
    table, given = read_csv(file, required=("site", "lat", "lon"))
    if "name" not in table:
        table["name"], given["name"] = table["site"], None
    if table["site"].isna().any():
        raise DataError(f"{file}: line {table['site'].isna().idxmax()}: no site; every row needs one.")
    if table["site"].duplicated().any():
        twice = table["site"][table["site"].duplicated()].unique()
        raise DataError(f"{file}: site {some(twice)} appears twice; keep one row of each.")
    labels = {name: label(name, vocabulary, given[name] or "1") for name in table}
    for name in table.columns.difference(["site", "name"]):
        values = numbers(table[name], file)
        if name in vocabulary.static:
            values, labels[name] = converted(values, given[name], labels[name], f"{file}: {name}")
        table[name] = values.astype("float32")
    table["name"] = table["name"].fillna(table["site"]).astype(object)
    return table.set_index("site"), labels


def read_series(file: Path, vocabulary: Vocabulary, area: np.ndarray | None) -> tuple[pd.DataFrame, Labels]:
    """The series of one site, indexed by date; `area` (km2) is its drainage area, if known."""
    table, given = read_csv(file, required=("date",))
    times = dates(table["date"], file)
    step = check_times(times, file, vocabulary)
    labels = {}
    for name in table.columns.drop("date"):
        if name not in vocabulary.in_files:
            raise DataError(
                f"{file}: column {name!r} is not known.{suggest(name, vocabulary.in_files)} "
                f"Rename or remove it; known columns are date, {', '.join(vocabulary.in_files)}."
            )
        values, usual = numbers(table[name], file), label(name, vocabulary)
        table[name], labels[name] = converted(values, given[name], usual, f"{file}: {name}", area, step)
    table.index = times
    return table.drop(columns="date"), labels


def converted(
    values: pd.Series, given: str | None, usual: dict, where: str, area: np.ndarray | None = None, step: str = ""
) -> tuple[pd.Series, dict[str, str]]:
    """A column in the usual units and its label; without units in the header it is in these."""
    given = usual["units"] if given is None else given
    numbers, how = to_units(values.to_numpy(), given, usual["units"], where, area, step)
    return pd.Series(numbers, values.index), usual | conversion_attrs(given, how)


def dates(column: pd.Series, file: Path) -> pd.DatetimeIndex:
    """Days written as 1990-10-01, or times as 1990-10-01 05:00."""
    text = column.str.replace("T", " ").str.strip()
    form = "%Y-%m-%d" if text.str.len().max() <= len("1990-10-01") else "%Y-%m-%d %H:%M"
    # Seconds, as in 05:00:00.
    if text.str.count(":").max() > 1:
        form += ":%S"
    times = pd.to_datetime(text, format=form, errors="coerce")
    if times.isna().any():
        line, example = times.isna().idxmax(), "1990-10-01 05:00" if "%H" in form else "1990-10-01"
        raise DataError(f"{file}: line {line}: date {column[line]!r} is not written as {example}.")
    return pd.DatetimeIndex(times.to_numpy("datetime64[ns]"))


def read_csv(
    file: Path, required: tuple[str, ...], n_rows: int | None = None
) -> tuple[pd.DataFrame, dict[str, str | None]]:
    """Columns as text, indexed by the line in the file, and their units: "name [units]" in the header is split."""
    n_above = 1 if file.name == "attributes.csv" and domain_line(file) else 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            options = dict(dtype=str, index_col=False, skip_blank_lines=False, skipinitialspace=True)
            table = pd.read_csv(file, skiprows=n_above, nrows=n_rows, **options)
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeError) as error:
        raise DataError(f"{file}: cannot be read as CSV with commas: {str(error).strip()}.") from None
    # Line numbers as an editor shows them: from 1, below the header.
    table.index += 2 + n_above
    table = table.dropna(how="all")
    headers = [name_and_units(str(column)) for column in table.columns]
    table.columns = [name for name, _ in headers]
    if table.columns.has_duplicates:
        raise DataError(f"{file}: column {some(table.columns[table.columns.duplicated()])} appears twice; keep one.")
    lacking = [name for name in required if name not in table]
    if lacking:
        raise DataError(f"{file}: no column {some(lacking)}; it has {', '.join(table.columns)}.")
    if table.empty:
        raise DataError(f"{file}: there are no rows under the header.")
    return table, dict(headers)


def header_names(file: Path) -> set[str]:
    """The names in the header of a file, whatever separates them."""
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return {name_and_units(header.strip(' "'))[0] for header in re.split("[,;\t]", lines.readline().strip())}


def name_and_units(header: str) -> tuple[str, str | None]:
    """The two parts of "name [units]"; None where there are no units."""
    name, bracket, units = header.partition("[")
    return name.strip(), units.rpartition("]")[0].strip() if bracket else None


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
    if any(not table.index.equals(tables[first].index) for table in tables.values()):
        shortest = min(tables, key=lambda site: len(tables[site]))
        days = tables[shortest].index
        raise DataError(
            f"{files[shortest]}: days {days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d} differ from those of other sites; "
            f"all have {start:%Y-%m-%d}/{end:%Y-%m-%d} in common: cut the files to the same days."
        )
