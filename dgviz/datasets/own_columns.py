"""The columns in a folder of one's own CSV files and as what they are read, so that a person can say it otherwise."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dgviz.datasets.csv_table import DATE_PARTS, n_comments
from dgviz.datasets.csv_text import read_text
from dgviz.datasets.names import OTHER_NAMES, name_and_units, renaming
from dgviz.datasets.reading import Reading, reading_of
from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.files import write_whole
from dgviz.quantities import Quantity

ATTRIBUTES = "attributes.csv"
OF_SITES = ("site", "lat", "lon", "name", "area", "elevation")
MOST_FILES = 20  # that are looked at: all of a folder are written alike
SITE_WORDS = {"site": "Id of the site, the name of its file", "name": "Name of the site"}


class Column(NamedTuple):
    """A column: its table, its name, an example, what it is read as ('' where it is not) and in which units."""

    table: str
    name: str
    example: str
    meaning: str
    units: str


def columns_of(folder: Path, vocabularies: Sequence[Vocabulary]) -> list[Column]:
    """The columns of the table of sites, then those of the series, each once."""
    found: dict[tuple[str, str], Column] = {}
    known, reading = meanings(vocabularies), reading_of(folder)
    called = {name: others for vocabulary in vocabularies for name, others in vocabulary.other_names.items()}
    for file in csv_files(folder)[:MOST_FILES]:
        for column in _columns_of_file(file, known, called, reading):
            found.setdefault((column.table, column.name), column)
    return sorted(found.values(), key=lambda column: column.table != ATTRIBUTES)


def _columns_of_file(
    file: Path, known: Mapping[str, Mapping[str, str]], called: Mapping[str, Sequence[str]], reading: Reading
) -> Iterator[Column]:
    rows, _ = read_text(file, n_comments(file), n_rows=1)
    table = ATTRIBUTES if file.name == ATTRIBUTES else "series"
    names = [name_and_units(str(header))[0] for header in rows]
    wanted = OF_SITES if table == ATTRIBUTES else ("date",)
    told = renaming(names, wanted, known[table], called if table != ATTRIBUTES else {})
    for header, name in zip(rows, names, strict=True):
        _, units = reading.header(str(header))
        meaning = reading.columns.get(name, told.get(name, name))
        if name.lower() in (part for parts in DATE_PARTS.values() for part in parts) and table == "series":
            meaning = "date"
        as_it_is = table == ATTRIBUTES and meaning  # any number may be an attribute
        example = str(rows[header].iloc[0]) if len(rows) else ""
        yield Column(table, name, example, meaning if as_it_is or meaning in known[table] else "", units or "")


def meanings(vocabularies: Sequence[Vocabulary]) -> dict[str, dict[str, str]]:
    """What the columns of the table of sites, and those of series, may be: in words, with the usual units, by name."""
    series: dict[str, Quantity] = {}
    for vocabulary in vocabularies:
        series |= vocabulary.in_files
    static = {name: SITE_WORDS.get(name) or _words(SITE[name]) for name in OF_SITES}
    return {ATTRIBUTES: static, "series": {"date": "Date"} | {name: _words(q) for name, q in series.items()}}


def _words(quantity: Quantity) -> str:
    return f"{quantity.long_name} ({quantity.units})"


def csv_files(folder: Path) -> list[Path]:
    """The CSV files in a folder, the table of sites first."""
    files = sorted(folder.glob("*.[cC][sS][vV]"))
    return sorted(files, key=lambda file: file.name != ATTRIBUTES)


def sites_without_place(folder: Path) -> list[str]:
    """The ids of the sites, after their files, where there is no table that says where they are."""
    files = csv_files(folder)
    return [file.stem for file in files] if files and not any(file.name == ATTRIBUTES for file in files) else []


def write_places(folder: Path, places: Mapping[str, Mapping[str, str]]) -> None:
    """Write the table of sites: latitude, longitude and, where given, area and the like, by site."""
    columns = dict.fromkeys(name for place in places.values() for name, value in place.items() if value.strip())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["site", *columns])
    writer.writerows([[site, *(place.get(name, "").strip() for name in columns)] for site, place in places.items()])
    write_whole(folder / ATTRIBUTES, text.getvalue())


def sites_of(folder: Path) -> list[str]:
    """The ids in the table of sites, those too that are left out; none where it cannot be read."""
    file = folder / ATTRIBUTES
    rows, _ = read_text(file, n_comments(file))
    headers = [name_and_units(str(header))[0] for header in rows]
    columns = reading_of(folder).columns
    said = [place for place, name in enumerate(headers) if columns.get(name) == "site"]
    lower = [name.lower() for name in headers]
    known = [lower.index(other) for other in OTHER_NAMES["site"] if other in lower]
    place = next(iter([*said, *known]), None)
    return [] if place is None else rows.iloc[:, place].dropna().str.strip().tolist()
