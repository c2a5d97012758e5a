"""A folder as NeuralHydrology's GenericDataset reads it: one NetCDF file for each basin, and tables of attributes.

    time_series/01013500.nc                with the coordinate `date` and any variables
    attributes/attributes.csv              one table, or several of other columns or of other basins; ids come first

What the variables are is told by their names (`dgviz.datasets.common_names`), their units by the attribute `units` or
by what stands in brackets, `QObs(mm/d)`; without units they are those of the project. A discharge in m3 s-1 needs the
area.

Source: Kratzert et al. (2022), doi:10.21105/joss.04050.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.collection import Basins, Each, find, join
from dgviz.datasets.collection_tables import rename_sites
from dgviz.datasets.common_names import basins_of, by_first_column, named
from dgviz.datasets.conversion import to_units
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.hydrology_series import OTHER_NAMES, vocabulary
from dgviz.datasets.names import name_and_units
from dgviz.datasets.netcdf_file import load_netcdf, without_invalid
from dgviz.datasets.remarks import Remark
from dgviz.datasets.steps import usual_span
from dgviz.datasets.table import open_netcdf
from dgviz.datasets.to_step import is_finer

title = "A folder of NeuralHydrology's GenericDataset (time_series/ID.nc, attributes/*.csv)"
domain = "hydrology"

NAME = "a GenericDataset of NeuralHydrology"


def recognises(path: Path) -> bool:
    """Whether the folder has this layout."""
    return path.is_dir() and series_folder(path) is not None


def series_folder(path: Path) -> Path | None:
    """The folder of all series."""
    file = find(path, "time_series/*.nc") or find(path, "time_series/*.nc4")
    return file.parent if file else None


def series_in(path: Path) -> set[str]:
    """The names here of the series of the first basin."""
    files = files_of(path)
    with open_netcdf(next(iter(files.values()))) as dataset:
        return {*named(map(str, dataset), OTHER_NAMES)}


def files_of(path: Path) -> dict[str, Path]:
    """The file of each basin."""
    folder = series_folder(path)
    if folder is None:
        raise DataError(f"{path}: no folder time_series with files ID.nc.")
    return {file.stem: file for file in sorted([*folder.glob("*.nc"), *folder.glob("*.nc4")])}


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all basins that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    files = files_of(path)
    tables = sorted((next(iter(files.values())).parents[1] / "attributes").glob("*.csv"))
    if not tables:
        raise DataError(
            f"{path}: looks like {NAME}, but there is no file attributes/*.csv; it says where the basins are."
        )
    said: list[Remark] = []
    basins = basins_of(joined([by_first_column(file, said) for file in tables]), path, said)
    rename_sites(basins, list(files))
    for site in {*files, *basins.static.index}:
        if site not in files:
            basins.left[site] = "no series"
        elif site not in basins.static.index:
            basins.left[site] = "no line in the attributes"
    assumed: dict[str, str] = {}
    basins.read(sorted({*files} - {*basins.left}), lambda site: read_basin(files[site], site, basins, assumed), each)
    if assumed:
        told = ", ".join(f"{name} {units}" for name, units in assumed.items())
        basins.notes.append(f"without units in the files, taken to be in those of the project: {told}")
    about = {"title": path.resolve().name, "domain": domain, "source": str(path), "licence": "not stated"}
    return join(basins, path, about, span, {})


def joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of other columns side by side, tables of other basins below each other."""
    table = tables[0]
    for other in tables[1:]:
        below = not {*table.index} & {*other.index} and {*table} & {*other}
        table = pd.concat([table, other], axis=0 if below else 1)
    return table.loc[:, ~table.columns.duplicated()]


def read_basin(file: Path, site: str, basins: Basins, assumed: dict[str, str]) -> pd.DataFrame:
    """The series of one basin in the project's names and units; `assumed` takes what says no units."""
    dataset, invalid = without_invalid(load_netcdf(file), file)
    basins.said += invalid
    times = times_of(dataset, file)
    single = [dim for dim in dataset.dims if dataset.sizes[dim] == 1 and dim not in times.dims]
    dataset = dataset.squeeze(single, drop=True)
    chosen = named([str(name) for name in dataset if dataset[name].dims == times.dims], OTHER_NAMES)
    if "streamflow" not in chosen and "discharge" in chosen:
        chosen["streamflow"] = chosen["discharge"]
    chosen.pop("discharge", None)
    if lacking := [name for name in ("prcp", "streamflow") if name not in chosen]:
        raise DataError(f"{file.name}: no {some(lacking)} among {', '.join(map(str, dataset))}")
    area = np.array(basins.static["area"].get(site, np.nan)) if "area" in basins.static else None
    table = pd.DataFrame(index=pd.DatetimeIndex(times.values))
    step = "hour" if is_finer(table.index, "day") and usual_span(table.index) == pd.Timedelta(hours=1) else "day"
    stated: dict[str, str | None] = {}
    for name, column in chosen.items():
        given, stated[name] = units_of(dataset[column], name, assumed)
        wanted, where = vocabulary.in_files[name].units, f"{file.name}: {column}"
        table[name], how = to_units(dataset[column].values.astype("float64"), given, wanted, where, area, step)
        if how:
            basins.said.append(Remark("converted", name, f"from {given} to {wanted}: {how}"))
        if "over the drainage area" in how and not area > 0:
            raise DataError(f"site {site}: the drainage area is {area:g} km2; it must be positive")
    if "tmean" not in table and {"tmin", "tmax"} <= {*table}:
        table["tmean"] = (table["tmin"] + table["tmax"]) / 2
        stated["tmean"] = stated["tmin"]
    table.attrs |= {"file": file.name, "stated": stated}
    return table


def times_of(dataset: xr.Dataset, file: Path) -> xr.DataArray:
    """The coordinate of dates, whatever its name."""
    found = [values for values in dataset.coords.values() if values.dtype.kind == "M" and values.ndim == 1]
    if not found:
        raise DataError(f"{file.name}: no coordinate of dates; it has {', '.join(map(str, dataset.coords)) or 'none'}")
    return found[0]


def units_of(series: xr.DataArray, name: str, assumed: dict[str, str]) -> tuple[str, str | None]:
    """The units of a series, and those that it states: where it states none the usual of its name are noted."""
    if given := str(series.attrs.get("units", "")) or name_and_units(str(series.name))[1]:
        return given, vocabulary.in_files[name].units
    volume = name_and_units(str(series.name))[0].lower() in OTHER_NAMES["discharge"]
    assumed[str(series.name)] = vocabulary.in_files["discharge" if volume else name].units
    return assumed[str(series.name)], None
