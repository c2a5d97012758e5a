"""A person's own basins: one NetCDF file, or a folder of CSV files.

Folder: `attributes.csv` with one row per basin and, for each, `SITE.csv` with one row per day.

    attributes.csv                                   01234567.csv
    site,name,lat,lon,area,elevation,forest [1]      date,prcp,tmin,tmax,streamflow
    01234567,Clear Creek,41.2,-75.1,120.5,310,0.8    1990-10-01,0.0,4.1,16.2,0.81
                                                     1990-10-02,12.4,6.0,11.3,

- attributes.csv: `site`, `lat` and `lon` in degrees, and `name` if wanted. Every other column holds numbers that
  a network may read: `area` in km2, `elevation` in m, `slope` in m km-1, others in units given in brackets.
- SITE.csv: `date` as YYYY-MM-DD, every day once. Forcings: `prcp` (mm d-1); `tmin` and `tmax`, or `tmean` (degC);
  if wanted `pet` (mm d-1), `srad` (W m-2, mean of the whole day), `vp` (Pa). Observed: `streamflow` (mm d-1), or
  `discharge` (m3 s-1) where attributes.csv has the area; only here a cell may be empty, where nothing was observed.
- All basins have the same columns and days. Units may stand in brackets, `prcp [mm d-1]`; others are refused.

NetCDF-4: dimensions `time` and `site`, the same names, attributes along `site`, `units` on each series. The global
attributes `train_period` and `test_period` ("1990-10-01/1999-09-30") set the default split; without them the first
two thirds of the whole years are for training, the rest for testing.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.check import DataError, check
from dgviz.datasets.csv_folder import Each, read_folder
from dgviz.datasets.labels import SERIES_UNITS, label
from dgviz.datasets.periods import default_periods, parse_span
from dgviz.datasets.river_network import NETWORK, check_network

title = "Your own basins: a NetCDF file or a folder of CSV files"

SECONDS_PER_DAY = 86400


def recognises(path: Path) -> bool:
    """Whether this is a file, or a folder with attributes.csv."""
    return path.is_file() or (path / "attributes.csv").is_file()


def load(path: str | Path | None = None, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read a NetCDF file, or a folder with attributes.csv and one SITE.csv per basin; the days of `span` or all."""
    if path is None or not Path(path).exists():
        given = "no path was given" if path is None else f"{path} does not exist"
        raise DataError(f"table: {given}; it needs a NetCDF file or a folder with attributes.csv.")
    path = Path(path)
    dataset, files = read_folder(path, each) if path.is_dir() else (read_netcdf(path), {})
    dataset = dataset.set_coords([name for name in ("lat", "lon", "name", *NETWORK) if name in dataset])
    if span:
        dataset = dataset.sel(time=slice(*parse_span(span)))
    dataset = with_mean_temperature(with_streamflow(dataset, path))
    about = {"title": path.stem, "domain": "hydrology", "source": str(path), "licence": "not stated"}
    if not {"train_period", "test_period"} <= dataset.attrs.keys():
        days = dataset.indexes["time"]
        about |= default_periods(days, days, {}, path)
    check_network(dataset, path)
    return check(dataset.assign_attrs(about | dataset.attrs), path, files)


def read_netcdf(file: Path) -> xr.Dataset:
    """Read a file with dimensions time and site, in single precision and with labelled variables."""
    try:
        dataset = xr.load_dataset(file, engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: cannot be read as NetCDF-4: {error}.") from None
    for name in ("time", "site"):
        if name not in dataset.indexes:
            raise DataError(f"{file}: no coordinate {name!r}; it has {', '.join(map(str, dataset.coords)) or 'none'}.")
    dataset = dataset.assign_coords(site=dataset.site.values.astype(str))
    if "name" not in dataset.variables:
        dataset = dataset.assign_coords(name=("site", dataset.site.values))
    series = {
        name: dataset[name].transpose("time", "site", missing_dims="ignore") for name in SERIES_UNITS if name in dataset
    }
    static = {name: dataset[name] for name in dataset.variables if is_number_of_site(dataset[name])}
    for name, values in (static | series).items():
        given = values.attrs.get("units", "" if name in series else None)
        attrs = label(name, given, file) | {k: v for k, v in values.attrs.items() if k != "units"}
        dataset[name] = values.astype("float32").drop_attrs().assign_attrs(attrs)
    return dataset


def is_number_of_site(values: xr.DataArray) -> bool:
    """Whether a variable is a number of each site; a flag (bool) or a text is not."""
    return values.dims == ("site",) and values.dtype.kind in "iuf"


def with_streamflow(dataset: xr.Dataset, source: Path) -> xr.Dataset:
    """Observed discharge (m3 s-1) as a depth over the drainage area."""
    if "discharge" not in dataset:
        return dataset
    if "streamflow" in dataset:
        raise DataError(f"{source}: both streamflow and discharge are given; keep one of them.")
    if "area" not in dataset:
        raise DataError(f"{source}: discharge needs the drainage area of each site; add an attribute 'area' in km2.")
    depth = dataset["discharge"] * (SECONDS_PER_DAY / 1000) / dataset["area"]
    attrs = label("streamflow", None, source)
    return dataset.drop_vars("discharge").assign(streamflow=depth.astype("float32").drop_attrs().assign_attrs(attrs))


def with_mean_temperature(dataset: xr.Dataset) -> xr.Dataset:
    """The mean temperature of a day, halfway between its minimum and maximum where it is not given."""
    if "tmean" in dataset or "tmin" not in dataset or "tmax" not in dataset:
        return dataset
    tmean = (dataset["tmin"] + dataset["tmax"]) / 2
    title = "Daily mean air temperature, (tmin + tmax) / 2"
    return dataset.assign(tmean=tmean.drop_attrs().assign_attrs(units="degC", long_name=title))
