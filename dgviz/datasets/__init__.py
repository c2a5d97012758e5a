"""Data sets of observed sites, each read into one CF-labelled `xr.Dataset`.

Dimensions are `time` (daily, no gap) and `site` (text). Forcings and targets are `(time, site)`; every `(site)`
variable of real numbers is an attribute that a network may read; flags and names are not. Coordinates `lat`,
`lon` and `name` say where a site is. `attrs` hold the default split: `train_period` and `test_period`.

A source is a module of this folder with a `title` and `load(path)`: adding a file adds the source.
"""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import xarray as xr

from dgviz.datasets.check import FORCINGS, TARGETS, DataError, check_period
from dgviz.datasets.published import published_scores
from dgviz.words import suggest

__all__ = [
    "DataError",
    "attribute_names",
    "forcing_names",
    "open_dataset",
    "period_slice",
    "published_scores",
    "resolve",
    "sources",
    "target_names",
]


def sources() -> dict[str, ModuleType]:
    """The modules that read a source, by name."""
    modules = {info.name: importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)}
    return {name: module for name, module in modules.items() if hasattr(module, "load")}


def resolve(data: str) -> str:
    """The name of a source as it is; a path of a person's own data in full, as it holds from any folder."""
    return str(Path(data).resolve()) if data not in sources() and Path(data).exists() else data


def open_dataset(data: str | Path = "delaware", folder: str | Path | None = None) -> xr.Dataset:
    """Read and check a data set: the name of a source, or the path of a person's own file or folder.

    `folder` is where the source's file lies, for sources that do not travel with dgviz.
    """
    readers, path = sources(), Path(data)
    if str(data) in readers:
        return readers[str(data)].load(folder)
    if path.stem in readers and path.is_file():
        return readers[path.stem].load(path)
    if path.exists():
        return readers["table"].load(path)
    raise DataError(
        f"data set {str(data)!r}: there is no such source, file or folder.{suggest(str(data), readers)} "
        f"Known sources: {', '.join(readers)}; or give the path of a NetCDF file or of a folder of CSV files."
    )


def forcing_names(ds: xr.Dataset) -> list[str]:
    """Names of the dynamic inputs in the data set."""
    return [name for name in FORCINGS if name in ds]


def target_names(ds: xr.Dataset) -> list[str]:
    """Names of the observed quantities to learn from."""
    return [name for name in TARGETS if name in ds]


def attribute_names(ds: xr.Dataset, chosen: tuple[str, ...] = ()) -> list[str]:
    """Names of the static descriptors a network reads: all, or the chosen ones if the data set has them."""
    known = [str(name) for name in ds if ds[name].dims == ("site",) and ds[name].dtype.kind == "f"]
    for name in chosen:
        if name not in known:
            hint = suggest(name, known)
            raise DataError(f"attribute {name!r} is not in {ds.title!r}.{hint} It has: {', '.join(known)}.")
    return list(chosen) or known


def period_slice(ds: xr.Dataset, period: str, name: str = "period") -> slice:
    """A period "YYYY-MM-DD/YYYY-MM-DD" as a slice of the data set's days, both ends included."""
    return check_period(ds.indexes["time"], period, name, ds.attrs.get("title", "the data set"))
