"""A person's own sites: one NetCDF file, or a folder of CSV files.

Folder: `attributes.csv` with one row per site and, for each, `SITE.csv` with one row per hour, day or month.

    attributes.csv                                   01234567.csv
    site,name,lat,lon,area,elevation,forest [1]      date,prcp,tmin,tmax,streamflow
    01234567,Clear Creek,41.2,-75.1,120.5,310,0.8    1990-10-01,0.0,4.1,16.2,0.81
                                                     1990-10-02,12.4,6.0,11.3,

- attributes.csv: `site`, `lat` and `lon` in degrees, and `name` if wanted. Every other column holds numbers that
  a network may read: `area` in km2, `elevation` in m, `slope` in m km-1, others in units given in brackets.
- SITE.csv: `date` as YYYY-MM-DD, or YYYY-MM-DD HH:MM for hours, the first day for months; every step once.
  - Rainfall-runoff: forcings `prcp` (mm d-1); `tmin` and `tmax`, or `tmean` (degC); if wanted `pet` (mm d-1), `srad`
    (W m-2, mean of the whole day), `vp` (Pa). Observed: `streamflow` (mm d-1), or `discharge` (m3 s-1) where
    attributes.csv has the area.
  - Stream temperature: forcings `tair` (degC) and, if wanted, `discharge` (m3 s-1). Observed: `water_temperature`.
  What is observed may be empty, where there was no observation; of forcings short gaps are interpolated, and that is
  said: up to 3 days of temperature, radiation, vapour pressure or pet, none of precipitation.
- All sites have the same columns and dates. Units may stand in brackets, `prcp [inch]`; others of the same dimension
  are converted. An amount without a time is the sum of a step, and streamflow as a discharge needs the area.
- What is observed tells which science the data are for; where that is not enough, the first line of attributes.csv
  is `# domain: hydrology`.

NetCDF-4: dimensions `time` and `site`, the same names, attributes along `site`, `units` on each series. The global
attribute `domain` may name the science; `train_period` and `test_period` ("1990-10-01/1999-09-30") set the default
split: without them the first two thirds of the whole years are for training, the rest for testing.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.conversion import in_units
from dgviz.datasets.csv_folder import Each, read_folder, science_of
from dgviz.datasets.errors import DataError
from dgviz.datasets.filling import filled
from dgviz.datasets.labels import label
from dgviz.datasets.periods import default_periods, parse_span, whole_record
from dgviz.datasets.science import Vocabularies, all_vocabularies, named, told_by
from dgviz.datasets.site_network import NETWORK, check_network
from dgviz.datasets.steps import check_times
from dgviz.datasets.vocabulary import Vocabulary

title = "Your own sites: a NetCDF file or a folder of CSV files"


def recognises(path: Path) -> bool:
    """Whether this is a file, or a folder with attributes.csv."""
    return path.is_file() or (path / "attributes.csv").is_file()


def vocabulary_of(path: Path, vocabularies: Vocabularies) -> Vocabulary:
    """The vocabulary of the science that the data are for, without reading the series."""
    if path.is_dir():
        return science_of(path, vocabularies)
    with open_netcdf(path) as dataset:
        if "domain" in dataset.attrs:
            return named(dataset.attrs["domain"], vocabularies, path)
        return told_by(map(str, dataset.variables), vocabularies, path)


def load(
    path: str | Path | None = None,
    span: str | None = None,
    each: Each = iter,
    vocabularies: Vocabularies | None = None,
) -> xr.Dataset:
    """Read a NetCDF file, or a folder with attributes.csv and one SITE.csv per site; the days of `span` or all."""
    if path is None or not Path(path).exists():
        given = "no path was given" if path is None else f"{path} does not exist"
        raise DataError(f"table: {given}; it needs a NetCDF file or a folder with attributes.csv.")
    path = Path(path)
    vocabulary = vocabulary_of(path, vocabularies or all_vocabularies())
    dataset, files = read_folder(path, vocabulary, each) if path.is_dir() else (read_netcdf(path, vocabulary), {})
    dataset = dataset.set_coords([name for name in ("lat", "lon", "name", *NETWORK) if name in dataset])
    if span:
        start, end = parse_span(span)
        # The last day counts with all its hours.
        dataset = dataset.sel(time=slice(start, end + pd.Timedelta(hours=23)))
    dataset = vocabulary.complete(filled(dataset, vocabulary), path)
    about = {"title": path.stem, "source": str(path), "licence": "not stated"}
    if not {"train_period", "test_period"} <= dataset.attrs.keys():
        times = dataset.indexes["time"]
        observed = any(name in dataset for name in vocabulary.targets)
        about |= default_periods(times, times, {}, path) if observed else whole_record(times, path)
    check_network(dataset, path)
    return check(dataset.assign_attrs(about | dataset.attrs), path, vocabulary, files)


def open_netcdf(file: Path) -> xr.Dataset:
    """Open a file that has to be NetCDF-4."""
    try:
        return xr.open_dataset(file, engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: cannot be read as NetCDF-4: {error}.") from None


def read_netcdf(file: Path, vocabulary: Vocabulary) -> xr.Dataset:
    """Read a file with dimensions time and site, in single precision, labelled and in the declared units."""
    with open_netcdf(file) as opened:
        dataset = opened.load()
    for name in ("time", "site"):
        if name not in dataset.indexes:
            raise DataError(f"{file}: no coordinate {name!r}; it has {', '.join(map(str, dataset.coords)) or 'none'}.")
    dataset = dataset.assign_coords(site=dataset.site.values.astype(str))
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
        # A series has to state its units; an attribute without any has the declared ones.
        given = {"units": ""} if name in series else {"units": usual["units"]}
        dataset[name] = values.astype("float32").drop_attrs().assign_attrs(usual | given | values.attrs)
    return in_units(dataset, file, vocabulary, check_times(dataset.indexes["time"], file, vocabulary))


def is_number_of_site(values: xr.DataArray) -> bool:
    """Whether a variable is a number of each site; a flag (bool) or a text is not."""
    return values.dims == ("site",) and values.dtype.kind in "iuf"
