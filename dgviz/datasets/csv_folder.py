"""Read a folder of CSV files; `dgviz.datasets.table` documents the layout.

A site that cannot be used is left out, and the data set says why.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.conversion import in_km2
from dgviz.datasets.csv_columns import Labels, converted
from dgviz.datasets.csv_file import Series, read_series
from dgviz.datasets.csv_table import read_table
from dgviz.datasets.csv_text import PARTED, numbers, numbers_or_missing, to_numbers
from dgviz.datasets.errors import DataError, Problem, refuse, some
from dgviz.datasets.found import Found, cut_alike
from dgviz.datasets.labels import label
from dgviz.datasets.names import check_once, matched
from dgviz.datasets.reading import reading_of
from dgviz.datasets.remarks import Remark
from dgviz.datasets.science import Vocabularies, named, told_by
from dgviz.datasets.tables import Tables, side_by_side
from dgviz.datasets.vocabulary import CALENDAR, Vocabulary

Each = Callable[[Sequence[str]], Iterable[str]]  # goes through the sites and may show how far it is
KEYS = ("site", "lat", "lon")
TEXTS = ("regulation",)  # words that are kept


def science_of(folder: Path, vocabularies: Vocabularies) -> Vocabulary:
    """The science named above the header of attributes.csv, or else told by the first series that tells it."""
    file = folder / "attributes.csv"
    if domain := reading_of(folder).domain or domain_line(file):
        return named(domain, vocabularies, file)
    static, _, _ = read_table(file, KEYS[:1])
    files = series_files(folder, static["site"].dropna().tolist())
    if not files:
        raise DataError(f"{folder}: no file {static['site'].iloc[0]}.csv; every site of attributes.csv needs its own.")
    error = None
    for first in files.values():
        try:
            return told_by(read_table(first, ("date",), n_rows=1)[0].columns, vocabularies, first)
        except DataError as wrong:
            error = error or wrong
    raise error


def domain_line(file: Path) -> str:
    """What stands after `# domain:` in the first line, or nothing."""
    if not file.is_file():
        other = next((found.name for found in file.parent.glob("*") if found.name.lower() == file.name), None)
        fix = f"rename {other}" if other and other != file.name else "a folder of CSV files needs one"
        raise DataError(
            f"{file} does not exist; {fix}: one row per site with columns site (the name of its file without .csv), "
            "lat and lon (degrees), and area (km2)."
        )
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        match = re.match(r"#\s*domain:\s*(\w+)", lines.readline())
    return match[1] if match else ""


def series_files(folder: Path, sites: Sequence[str]) -> dict[str, Path]:
    """The file of each site that has one; an id that lost its leading zeros finds that of the whole id."""
    stems = {file.stem: file for file in sorted(folder.glob("*.[cC][sS][vV]")) if file.stem.lower() != "attributes"}
    whole = matched(sites, list(stems))
    return {site: stems[whole.get(site, site)] for site in sites if whole.get(site, site) in stems}


def read_folder(
    folder: Path, vocabulary: Vocabulary, each: Each, span: str | None = None
) -> tuple[xr.Dataset, dict[str, Path], Found]:
    """Join attributes.csv and the series of its sites over the days of `span`, or those that keep the most data.

    Also returns the file of each site, and what was found. Raises DataError where no site can be used.
    """
    static, labels, said = read_attributes(folder / "attributes.csv", vocabulary)
    files = series_files(folder, list(static.index))
    static, files, renamed = with_whole_ids(static, files)
    found = Found(said=[*said, *renamed, *without_partner(folder, static, files)])
    known = static["area"].to_numpy() if "area" in static else np.full(len(static), np.nan)
    area = pd.Series(in_km2(known, vocabulary), static.index)
    series = read_all(files, vocabulary, area, found, each)
    # All files of a folder are written alike: what one shows to be a rate is one in all.
    if rates := set[str]().union(*(of_site.rates for of_site in series.values())):
        series = read_all(files, vocabulary, area, found, iter, rates)
    found.labels = [of_site.labels for of_site in series.values()]
    found.said += [remark for of_site in series.values() for remark in of_site.remarks]
    cut_alike(found, vocabulary, files, span)
    if not found.tables:
        refuse([Problem(site, text) for site, text in found.left.items()])
        raise DataError(f"{folder}: no file {some([f'{s}.csv' for s in static.index])}; every site needs its own.")
    return joined_sites(found, static.loc[list(found.tables)], labels), files, found


def read_all(
    files: dict[str, Path],
    vocabulary: Vocabulary,
    area: pd.Series,
    found: Found,
    each: Each,
    rates: Collection[str] = (),
) -> dict[str, Series]:
    """What is said of the series of all sites that can be read, their tables taken by `found`; `area` (km2) is by site.

    Of the others it takes why they cannot.
    """
    series, found.tables = {}, Tables()
    for site in each(list(files)):
        known = np.array(area[site]) if area.notna().any() else None
        try:
            of_site = read_series(files[site], vocabulary, known, rates)
            found.tables[site], series[site] = of_site.table, of_site._replace(table=pd.DataFrame())
        except DataError as error:
            found.left[site] = str(error)
    return series


def joined_sites(found: Found, static: pd.DataFrame, labels: Labels) -> xr.Dataset:
    """Series (time, site) and attributes (site) with their labels."""
    labels = labels | joined(found.labels)
    first = next(iter(found.tables.values()))
    variables: dict[str, tuple] = {name: ("site", static[name].to_numpy(), labels[name]) for name in static}
    for name, by_site in side_by_side(found.tables, first).items():
        variables[name] = ("time", "site"), by_site, labels[name]
    return xr.Dataset(variables, {"time": first.index.to_numpy(), "site": static.index.to_numpy(str)})


def with_whole_ids(static: pd.DataFrame, files: dict[str, Path]) -> tuple[pd.DataFrame, dict[str, Path], list[Remark]]:
    """Sites under the ids that their files have, where these have the zeros that a spreadsheet dropped."""
    lost = {site: file.stem for site, file in files.items() if site != file.stem}
    # Zeros are lost, not gained, and a decimal point is none of an id: that of the file is the whole one.
    whole = {site: stem for site, stem in lost.items() if site.endswith(".0") or len(stem) > len(site)}
    if not whole:
        return static, files, []
    static = static.rename(index=whole)
    static["name"] = static["name"].replace(whole)
    changed = some([f"{k} is {v}" for k, v in whole.items()])
    said = f"ids without their leading zeros, or with a decimal, are those of the files: {changed}"
    return static, {whole.get(site, site): file for site, file in files.items()}, [Remark("read as", "site", said)]


def without_partner(folder: Path, static: pd.DataFrame, files: dict[str, Path]) -> list[Remark]:
    """Sites without a file and files without a site: one line each."""
    said, absent = [], [f"{site}.csv" for site in static.index if site not in files]
    if absent and files:
        text = f"{len(absent)} of {len(static)} sites have no file of series: {some(absent)}"
        said.append(Remark("left out", "attributes.csv", text))
    others = {file.name for file in folder.glob("*.[cC][sS][vV]")} - {file.name for file in files.values()}
    others -= {"attributes.csv"}
    if others:
        text = f"{len(others)} files are of no site of attributes.csv: {some(sorted(others))}"
        said.append(Remark("not read", folder.name, text))
    return said


def joined(labels: list[Labels]) -> Labels:
    """The labels of the columns of several files, which may have been given in several units."""
    together = {name: dict(attrs) for of_file in labels for name, attrs in of_file.items()}
    for name, attrs in together.items():
        for key in ("given_units", "conversion"):
            said = dict.fromkeys(of_file[name][key] for of_file in labels if key in of_file.get(name, {}))
            if said:
                attrs[key] = ", or ".join(said)
    return together


def read_attributes(file: Path, vocabulary: Vocabulary) -> tuple[pd.DataFrame, Labels, list[Remark]]:
    """The sites and their numbers, indexed by site."""
    table, given, said = read_table(file, KEYS, ("name", "area", "elevation"))
    table["site"] = table["site"].str.strip()
    if "name" not in table:
        table["name"], given["name"] = table["site"], None
    table, out = without_left_out(table, reading_of(file.parent).leave_out, file)
    said += out
    check_once(table["site"], file)
    labels = {name: label(name, vocabulary, given[name] or "") for name in table}
    descriptors = table.columns.difference([*KEYS, "name"])
    words = [name for name in descriptors if name not in TEXTS and not_a_number_anywhere(table[name])]
    if words:
        said.append(Remark("not read", file.name, f"no numbers, and so nothing that a network reads: {some(words)}"))
    hiding = [name for name in descriptors.difference(words) if name in {*vocabulary.in_files, *CALENDAR, "time"}]
    if hiding:
        text = f"an attribute cannot be called as a series or a dimension is: rename {some(hiding)}"
        said.append(Remark("not read", file.name, text))
    unread = {*words, *hiding}
    for name in table.columns.difference(["site", "name", *TEXTS, *unread]):
        if name in KEYS:
            values = numbers(table[name], file)
        else:
            values, cells = numbers_or_missing(table[name], file)
            said += cells
        if name in vocabulary.static:
            values, labels[name] = converted(values, given[name], labels[name], f"{file}: {name}")
        table[name] = values.astype("float32")
    table["name"] = table["name"].fillna(table["site"]).astype(object)
    for name in table.columns.intersection(TEXTS):
        table[name] = table[name].fillna("").astype(object)
    return table.drop(columns=[*unread]).set_index("site"), labels, said


def without_left_out(table: pd.DataFrame, sites: Sequence[str], file: Path) -> tuple[pd.DataFrame, list[Remark]]:
    """The table of sites without those that a person leaves out, and the remark of it."""
    out = table["site"].isin(sites)
    if out.all():
        raise DataError(f"{file}: all of its sites are left out; leave one in.")
    return table[~out], [Remark("left out", some(list(table["site"][out])), "as asked for")] if out.any() else []


def not_a_number_anywhere(column: pd.Series) -> bool:
    """Whether a column has words and no number, not even one with parted thousands."""
    values, wrong = to_numbers(column)
    return bool(wrong.any() and not values.notna().any() and not column.str.match(PARTED).eq(True).any())
