"""One NetCDF file of a person's own: NetCDF-4 or classic, by time and site, in the units of its science."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.conversion import in_units
from dgviz.datasets.csv_columns import has_usual_units
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.fill_values import replaced
from dgviz.datasets.labels import label
from dgviz.datasets.mending import how_often, marks_in
from dgviz.datasets.names import OTHER_NAMES, renaming
from dgviz.datasets.netcdf_file import load_netcdf, without_invalid
from dgviz.datasets.reading import reading_of
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.steps import check_times
from dgviz.datasets.to_step import at_step_of, check_once, gathered, gathered_remarks, is_amount, is_finer, whole_steps
from dgviz.datasets.vocabulary import CALENDAR, Vocabulary
from dgviz.memory import by_sites, is_large


def read_netcdf(file: Path, vocabulary: Vocabulary) -> xr.Dataset:
    """Read a file with dimensions time and site, in single precision, labelled and in the declared units."""
    dataset, invalid = without_invalid(as_it_is_said(load_netcdf(file), file), file)
    dataset = with_remarks(with_usual_names(dataset, vocabulary, file), invalid)
    for name in ("time", "site"):
        if name not in dataset.indexes:
            raise DataError(no_coordinate(dataset, name, file))
    dataset = by_time_and_site(dataset, vocabulary, file)
    dataset = dataset.assign_coords(site=names_of_sites(dataset.site.values))
    if (out := dataset.site.isin(reading_of(file.parent).leave_out)).any():
        remark = Remark("left out", some(dataset.site.values[out]), "as asked for")
        dataset = with_remarks(dataset.isel(site=~out.values), [remark])
    known = {*vocabulary.in_files, *CALENDAR}
    unknown = [str(name) for name in dataset.data_vars if "time" in dataset[name].dims and name not in known]
    if unknown:
        text = f"series that {vocabulary.domain} does not know"
        dataset = with_remarks(dataset, [Remark("not read", some(unknown), text)])
    words = {str(name): names_of_sites(values.values) for name, values in dataset.variables.items() if is_word(values)}
    dataset = dataset.assign({name: ("site", texts) for name, texts in words.items()})
    if "name" not in dataset.variables:
        dataset = dataset.assign_coords(name=("site", dataset.site.values))
    series = {
        name: dataset[name].transpose("time", "site", missing_dims="ignore")
        for name in vocabulary.in_files
        if name in dataset
    }
    static = {str(name): dataset[name] for name in dataset.variables if is_number_of_site(dataset[name])}
    for name, values in (static | series).items():
        usual = label(name, vocabulary)
        if name in series and not values.attrs.get("units") and usual["units"] != "1":
            raise DataError(f"{file}: {name} has no units; add units='{usual['units']}', or those that it is in.")
        dataset[name] = values.dims, _single(values.values), usual | values.attrs
    dataset = by_step(without_marks(dataset, vocabulary), file, vocabulary)
    return in_units(dataset, file, vocabulary, check_times(dataset.indexes["time"], file, vocabulary))


def _single(values: np.ndarray) -> np.ndarray:
    """In single precision, a large series `(time, site)` site by site."""
    if values.ndim == 2 and is_large(values.size * np.dtype("float32").itemsize):
        as_it_is = values.dtype == "float32" and values.strides[0] < values.strides[1]
        return values if as_it_is else by_sites(lambda block: block.astype("float32"), values)
    return values.astype("float32")


def as_it_is_said(dataset: xr.Dataset, file: Path) -> xr.Dataset:
    """The data set with the names and units that a person says its variables have, without those not to be read."""
    reading = reading_of(file.parent)
    names = [str(name) for name in dataset.variables]
    said = reading.remark(names)
    for name in reading.units.keys() & {*names}:
        dataset[name] = dataset[name].assign_attrs(units=reading.units[name])
    dataset = dataset.drop_vars(reading.not_read() & {*names})
    changes = {old: new for old, new in reading.columns.items() if new not in ("", old) and old in names}
    for old, new in changes.items():
        if new in dataset.variables or list(changes.values()).count(new) > 1:
            raise DataError(f"{file}: variable {new} appears twice, as {old!r} is said to be it too; keep one.")
    return with_remarks(dataset.rename(changes), said)


def no_coordinate(dataset: xr.Dataset, name: str, file: Path) -> str:
    """What is missing where a data set has no times or no ids of its sites, and the fix."""
    has = f"no coordinate {name!r}; it has {', '.join(map(str, dataset.coords)) or 'none'}"
    others = [str(other) for other in dataset.dims if other not in ("time", "site")]
    there = f"the dimensions are {', '.join(map(str, dataset.dims))}" if dataset.dims else "there is no dimension"
    what = "the ids of the sites" if name == "site" else "the times, such as days since 1990-01-01"
    if name in dataset.dims:
        return f"{file}: {has}. Give its dimension {name!r} a variable of that name with {what}."
    rename = f"rename {' or '.join(map(repr, others))} to {name!r} and give it a variable with {what}"
    return f"{file}: {has}, and {there}; {rename if others else f'add a dimension {name!r} with {what}'}."


def by_time_and_site(dataset: xr.Dataset, vocabulary: Vocabulary, file: Path) -> xr.Dataset:
    """The data set without other dimensions of its series, which must be of length one."""
    series = [name for name in vocabulary.in_files if name in dataset]
    others = {str(dim) for name in series for dim in dataset[name].dims} - {"time", "site"}
    single = sorted(dim for dim in others if dataset.sizes[dim] == 1)
    for name in series:
        if more := [f"{dim} ({dataset.sizes[dim]})" for dim in dataset[name].dims if dim in others - {*single}]:
            raise DataError(
                f"{file}: {name} has beside time and site the dimension {some(more)}; choose one of it, "
                f"such as `ds.isel({more[0].partition(' ')[0]}=0)`."
            )
    return dataset.squeeze(single, drop=True)


def is_number_of_site(values: xr.DataArray) -> bool:
    """Whether a variable is a number of each site; a flag (bool) or a text is not."""
    return values.dims == ("site",) and values.dtype.kind in "iuf"


def is_word(values: xr.Variable) -> bool:
    """Whether a variable is bytes of each site, as classic files have text."""
    return values.dims == ("site",) and values.dtype.kind == "S"


def names_of_sites(values: np.ndarray) -> np.ndarray:
    """Ids as text: numbers without a decimal point, and bytes, as classic files have it, decoded."""
    if values.dtype.kind == "f" and (values == np.rint(values)).all():
        values = values.astype("int64")
    names = (value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values.tolist())
    return np.array([name.strip() for name in names])


def with_usual_names(dataset: xr.Dataset, vocabulary: Vocabulary, file: Path) -> xr.Dataset:
    """The data set with time, site, lat, lon, name and the series under these names, and a remark of the renamed."""
    changes = renaming(dataset.variables, ("lat", "lon", "name", "area", "elevation")) | renaming(
        dataset.data_vars, (), vocabulary.in_files, vocabulary.other_names
    )
    dataset, said = dataset.rename(changes), dict(changes)
    for name in ("time", "site"):
        dimension = name if name in dataset.dims else next(iter(renaming(dataset.dims, (name,))), "")
        along = [str(v) for v in dataset.variables if dataset[v].dims == (dimension,)]
        known = {variable.lower(): variable for variable in along}
        found = dimension if dimension in along else next((known[n] for n in OTHER_NAMES[name] if n in known), "")
        if not found or (found == name and name in dataset.indexes):
            continue
        values = dataset[found].values
        dataset = dataset.drop_vars(found)
        dataset = dataset.rename({dimension: name}) if dimension != name else dataset
        dataset, said[found] = dataset.assign_coords({name: values}), name
    words = ", ".join(f"{old!r} is {new}" for old, new in said.items())
    return with_remarks(dataset, [Remark("read as", file.name, f"variables: {words}")] if said else [])


def without_marks(dataset: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set without marks for missing values in its series, and a remark of each."""
    said = []
    for name, quantity in vocabulary.in_files.items():
        if name not in dataset:
            continue
        same_units = has_usual_units(dataset[name].attrs["units"], quantity.units)
        marks = by_sites(partial(marks_in, quantity=quantity, same_units=same_units), dataset[name].values)
        if not marks.any():
            continue
        found = some([f"{value:g}" for value in np.unique(dataset[name].values[marks])])
        said.append(Remark("taken as missing", name, f"{found} {how_often(marks, dataset[name])}"))
        dataset = dataset.assign({name: replaced(dataset[name], marks, np.nan)})
    return with_remarks(dataset, said)


def by_step(dataset: xr.Dataset, file: Path, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set in order of time, by the step of its science."""
    times, said = dataset.indexes["time"], []
    if not isinstance(times, pd.DatetimeIndex) or times.hasnans:
        return dataset
    if not times.is_monotonic_increasing:
        dataset = dataset.sortby("time")
        said.append(Remark("read as", file.name, "the times were not in order and are sorted"))
    vocabulary = at_step_of(times, vocabulary)
    if not is_finer(times, vocabulary.step):
        starts, told = whole_steps(dataset.indexes["time"], vocabulary.step, file, vocabulary.domain)
        return with_remarks(dataset.assign_coords(time=starts), [*said, *told])
    check_once(times, file)
    dataset, told = gathered_dataset(dataset, file, vocabulary)
    return with_remarks(dataset, [*said, *told])


def gathered_dataset(dataset: xr.Dataset, file: Path, vocabulary: Vocabulary) -> tuple[xr.Dataset, list[Remark]]:
    """The series gathered into the step of their science; an amount becomes one per day."""
    names = [name for name in vocabulary.in_files if name in dataset and dataset[name].dims == ("time", "site")]
    units = {name: str(dataset[name].attrs["units"]) for name in names}
    amounts = {name: f"{units[name]} d-1" for name in names if is_amount(units[name], vocabulary.in_files[name].units)}
    ways = {name: "sum" if name in amounts else vocabulary.extremes.get(name, "mean") for name in names}
    tables = {name: gathered(dataset[name].to_pandas(), vocabulary.step, ways[name]) for name in names}
    n_missing = {name: int(table.isna().to_numpy().sum()) for name, table in tables.items()}
    said = gathered_remarks(dataset.indexes["time"], vocabulary.step, ways, n_missing, file)
    attrs = {name: dataset[name].attrs | {"units": amounts.get(name, units[name])} for name in names}
    times = next(iter(tables.values())).index.to_numpy()
    series = {name: (("time", "site"), table.to_numpy("float32"), attrs[name]) for name, table in tables.items()}
    return dataset.drop_dims("time").assign_coords(time=times).assign(series), said
