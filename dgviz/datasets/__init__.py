"""Data sets of observed sites, each read into one CF-labelled `xr.Dataset`.

Dimensions are `time` (hours, days or months, no gap) and `site` (text). Forcings and targets are `(time, site)` and say
so with their attribute `role`; every `(site)` variable of real numbers is an attribute that a network may read; flags
and names are not. Coordinates `lat`, `lon` and `name` say where a site is; what is made of the observed target
(`baseflow_index`) is a coordinate too, so that no network reads it. `attrs` hold the `domain`, the time `step` and the
default split: `train_period` and `test_period`; `first_site` and `first_window` ("YYYY-MM-DD/YYYY-MM-DD"), where given,
are worth seeing first.

A source is a module of this folder with a `title`, a `domain` and `load(path)`: adding a file adds the source. Those
that read a layout of which a person has a copy say with `recognises(path)` whether it lies there; one that reads a file
that does not travel with dgviz says with `file_of(path)` where it is. What the data of a science may hold stands in a
module that ends in `_series`.
"""

import os
from pathlib import Path
from types import ModuleType

import xarray as xr

from dgviz.datasets.check import with_roles
from dgviz.datasets.conversion import conversions
from dgviz.datasets.csv_folder import Each
from dgviz.datasets.errors import DataError
from dgviz.datasets.imports import find_import, import_series, imported, read_import, write_import
from dgviz.datasets.prepared import open_prepared
from dgviz.datasets.published import published_on, published_scores
from dgviz.datasets.readers import collections, reader_of, sources
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.science import Vocabularies, all_vocabularies, named
from dgviz.datasets.steps import check_period
from dgviz.datasets.uploads import upload_named
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.suggestions import suggest

__all__ = [
    "PLACE",
    "DataError",
    "Vocabulary",
    "attribute_names",
    "conversions",
    "domain_of",
    "forcing_names",
    "import_dataset",
    "known",
    "open_dataset",
    "period_slice",
    "published_on",
    "published_scores",
    "read_path",
    "resolve",
    "series_in",
    "sources",
    "target_names",
]


PLACE = ("lat", "lon")  # coordinates that networks read where they are chosen
LONGEST_NAMED = 300  # characters of a name or path that is not there


def resolve(data: str) -> str:
    """The name of a source unchanged; the path of a person's own data as an absolute path."""
    return str(Path(data).resolve()) if data not in sources() and os.path.exists(data) else data


def known() -> dict[str, str]:
    """The titles of what opens by its name alone: the sources that need no path, and imported data sets."""
    named = {name: module.title for name, module in sources().items() if not hasattr(module, "recognises")}
    return named | {name: attrs["title"] for name, attrs in imported().items()}


def open_dataset(
    data: str | Path = "delaware", folder: str | Path | None = None, vocabularies: Vocabularies | None = None
) -> xr.Dataset:
    """Read and check a data set: the name of a source or of an import, or the path of a person's own data.

    A path that was imported opens from the import, unless something has changed there. `folder` is where the source's
    file lies, for sources that do not travel with dgviz. `vocabularies` are those of other domains, by their names.
    """
    readers, path = sources(), Path(data)
    if str(data) in readers:
        return open_source(readers[str(data)], folder)
    if name := find_import(data):
        dataset = read_import(name)
        vocabulary = named(dataset.attrs["domain"], all_vocabularies(vocabularies), name)
        return with_roles(dataset, vocabulary, dataset.attrs["step"])
    if os.path.exists(path):
        return open_prepared(path, lambda: read_path(path, vocabularies=vocabularies))
    raise unknown(data)


def open_source(reader: ModuleType, folder: str | Path | None) -> xr.Dataset:
    """The data set of a source, from its file, the folder of that file, or where these lie by default."""
    if not hasattr(reader, "file_of"):
        return reader.load(folder)
    return open_prepared(reader.file_of(folder), lambda: reader.load(folder))


def domain_of(data: str | Path, vocabularies: Vocabularies | None = None) -> str:
    """The name of the domain that a data set is for, without reading its series."""
    readers, path = sources(), Path(data)
    if str(data) in readers and hasattr(readers[str(data)], "domain"):
        return readers[str(data)].domain
    if name := find_import(data):
        return imported()[name]["domain"]
    if not os.path.exists(path):
        raise unknown(data)
    reader = reader_of(path)
    if hasattr(reader, "domain"):
        return reader.domain
    return reader.vocabulary_of(path, all_vocabularies(vocabularies)).domain


def series_in(data: str | Path) -> frozenset[str]:
    """Names of the series that all sites of a data set have, told without reading their values.

    None are known of a source that cannot tell, or of data that are not there.
    """
    path = Path(data)
    reader = sources().get(str(data))
    if reader is None and (name := find_import(data)):
        return import_series(name)
    if reader is None and os.path.exists(path):
        reader = reader_of(path)
    try:
        return frozenset(reader.series_in(path)) if hasattr(reader, "series_in") else frozenset()
    except DataError:  # said when the data are read
        return frozenset()


def unknown(data: str | Path) -> DataError:
    """The error that there is no such data set, with the nearest name."""
    name, others = str(data)[:LONGEST_NAMED], [other for other in known() if upload_named(other) is None]
    return DataError(
        f"data set {name!r}: there is no such source, file or folder.{suggest(name, others)} "
        f"Known: {', '.join(others)}; or give the path of a NetCDF file, of a folder of CSV files, or of one of the "
        f"collections {', '.join(collections())}."
    )


def import_dataset(
    path: str | Path,
    name: str | None = None,
    span: str | None = None,
    each: Each = iter,
    vocabularies: Vocabularies | None = None,
) -> str:
    """Read what lies at a path once and keep it as one file that opens fast, by its path and by the name returned.

    `name` is by default the name of the file or folder; `span` is the period "YYYY-MM-DD/YYYY-MM-DD" to keep; `each`
    goes through the sites and may show how far it is. Raises DataError saying what is wrong.
    """
    path = Path(path)
    if not os.path.exists(path):
        raise DataError(f"{path} does not exist; give the path of a file or folder.")
    name = name or path.resolve().stem
    if name in sources():
        raise DataError(f"name {name!r} is a source's own; give another with --name.")
    write_import(read_path(path, span, each, vocabularies), name, path)
    return name


def read_path(
    path: Path, span: str | None = None, each: Each = iter, vocabularies: Vocabularies | None = None
) -> xr.Dataset:
    """Read and check the files at a path, whether they were imported or not."""
    reader = reader_of(path)
    if not hasattr(reader, "domain"):  # a layout for any science
        return reader.load(path, span, each, all_vocabularies(vocabularies))
    if hasattr(reader, "recognises"):
        return with_remarks(reader.load(path, span, each), [Remark("read as", str(path), reader.title)])
    if span:
        raise DataError(f"{path}: a span is for data of your own; set the periods of a run instead.")
    return reader.load(path)


def forcing_names(ds: xr.Dataset) -> list[str]:
    """Names of the dynamic inputs in the data set."""
    return names_of(ds, "forcing")


def target_names(ds: xr.Dataset) -> list[str]:
    """Names of the observed quantities to learn from."""
    return names_of(ds, "target")


def names_of(ds: xr.Dataset, role: str) -> list[str]:
    """Names of the series with a role: "forcing" or "target"."""
    return [str(name) for name in ds if ds[name].attrs.get("role") == role]


def attribute_names(ds: xr.Dataset, chosen: tuple[str, ...] = ()) -> list[str]:
    """Names of the static descriptors a network reads: all, or the chosen ones if the data set has them.

    Where a site lies describes it only where it is chosen.
    """
    numbers = [str(name) for name in ds if ds[name].dims == ("site",) and ds[name].dtype.kind == "f"]
    known = [name for name in numbers if ds[name].attrs.get("role") != "not read"]
    for name in chosen:
        if name not in (*known, *PLACE):
            hint = suggest(name, known)
            raise DataError(f"attribute {name!r} is not in {ds.title!r}.{hint} It has: {', '.join(known)}.")
    return list(chosen) or known


def period_slice(ds: xr.Dataset, period: str, name: str = "period") -> slice:
    """A period "YYYY-MM-DD/YYYY-MM-DD" as a slice of the data set's days, both ends included."""
    return check_period(ds.indexes["time"], period, name, ds.attrs.get("title", "the data set"))
