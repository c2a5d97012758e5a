"""The columns in a folder of one's own CSV files and as what they are read, so that a person can say it otherwise."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dgviz.datasets.csv_table import DATE_PARTS, n_comments
from dgviz.datasets.csv_text import read_text
from dgviz.datasets.names import OTHER_NAMES, name_and_units, renaming
from dgviz.datasets.netcdf import names_of_sites
from dgviz.datasets.netcdf_file import open_netcdf
from dgviz.datasets.reading import Reading, reading_of
from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.files import write_whole
from dgviz.quantities import Quantity

ATTRIBUTES, SERIES = "attributes.csv", "series"
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


def columns_of(path: Path, vocabularies: Sequence[Vocabulary]) -> list[Column]:
    """The columns of the table of sites, then those of the series, each once; of a NetCDF file its variables."""
    found: dict[tuple[str, str], Column] = {}
    for table, headers in _headers_of(path):
        for column in _columns_of(table, headers, vocabularies, reading_of(beside(path))):
            found.setdefault((column.table, column.name), column)
    return sorted(found.values(), key=lambda column: column.table != ATTRIBUTES)


def beside(path: Path) -> Path:
    """The folder in which is said how the files of a path are to be read."""
    return path if path.is_dir() else path.parent


def _headers_of(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Tables, each with its headers and an example of what stands below them."""
    if path.is_dir():
        for file in csv_files(path)[:MOST_FILES]:
            rows, _ = read_text(file, n_comments(file), n_rows=1)
            examples = {str(header): str(rows[header].iloc[0]) if len(rows) else "" for header in rows}
            yield ATTRIBUTES if file.name == ATTRIBUTES else SERIES, examples
        return
    with open_netcdf(path) as dataset:
        for name, values in dataset.variables.items():
            units = values.attrs.get("units", "")
            example = str(values[(0,) * values.ndim].values) if values.size else ""
            header = f"{name} [{units}]" if units else str(name)
            yield SERIES if values.ndim > 1 or name == "time" else ATTRIBUTES, {header: example}


def _columns_of(
    table: str, headers: Mapping[str, str], vocabularies: Sequence[Vocabulary], reading: Reading
) -> Iterator[Column]:
    known = meanings(vocabularies)[table]
    called = {name: others for vocabulary in vocabularies for name, others in vocabulary.other_names.items()}
    names = {header: name_and_units(header)[0] for header in headers}
    in_series = table == SERIES
    told = renaming(names.values(), ("date",) if in_series else OF_SITES, known, called if in_series else {})
    parts = {part for several in DATE_PARTS.values() for part in several}
    for header, name in names.items():
        meaning = reading.columns.get(name, told.get(name, name))
        if in_series and meaning.lower() in parts:
            meaning = "date"
        # Any number may be an attribute.
        is_read = meaning in known or not in_series
        yield Column(table, name, headers[header], meaning * is_read, reading.header(header)[1] or "")


def meanings(vocabularies: Sequence[Vocabulary]) -> dict[str, dict[str, str]]:
    """What the columns of the table of sites, and those of series, may be: in words, with the usual units, by name."""
    series: dict[str, Quantity] = {}
    for vocabulary in vocabularies:
        series |= vocabulary.in_files
    static = {name: SITE_WORDS.get(name) or _words(SITE[name]) for name in OF_SITES}
    return {ATTRIBUTES: static, SERIES: {"date": "Date"} | {name: _words(q) for name, q in series.items()}}


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


def sites_of(path: Path) -> list[str]:
    """The ids of the sites, those too that are left out; none where no column is known to have them."""
    if path.is_file():
        with open_netcdf(path) as dataset:
            alone = [str(name) for name, values in dataset.variables.items() if values.ndim == 1]
            found = [name for name in alone if name.lower() in OTHER_NAMES["site"]]
            return names_of_sites(dataset[found[0]].values).tolist() if found else []
    file = path / ATTRIBUTES
    rows, _ = read_text(file, n_comments(file))
    headers = [name_and_units(str(header))[0] for header in rows]
    columns = reading_of(path).columns
    said = [place for place, name in enumerate(headers) if columns.get(name) == "site"]
    lower = [name.lower() for name in headers]
    known = [lower.index(other) for other in OTHER_NAMES["site"] if other in lower]
    place = next(iter([*said, *known]), None)
    return [] if place is None else rows.iloc[:, place].dropna().str.strip().tolist()
