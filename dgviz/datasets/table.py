"""A person's own sites: one NetCDF file, or a folder of CSV files.

Folder: `attributes.csv` with one row per site and, for each, `SITE.csv` with one row per hour, day or month.

    attributes.csv                                   01234567.csv
    site,name,lat,lon,area,elevation,forest [1]      date,prcp,tmin,tmax,streamflow
    01234567,Clear Creek,41.2,-75.1,120.5,310,0.8    1990-10-01,0.0,4.1,16.2,0.81
                                                     1990-10-02,12.4,6.0,11.3,

- attributes.csv: `site`, `lat` and `lon` in degrees, and `name` if wanted. Every other column holds numbers that
  a network may read: `area` in km2, `elevation` in m, `slope` in m km-1, others in units given in brackets. Only
  `regulation`, if there is one, holds words: why the flow of a basin is not natural; empty where it is.
- SITE.csv: `date` as YYYY-MM-DD, or YYYY-MM-DD HH:MM for hours, the first day for months.
  - Rainfall-runoff: forcings `prcp` (mm d-1); `tmin` and `tmax`, or `tmean` (degC); if wanted `pet` (mm d-1), `srad`
    (W m-2, mean of the whole day), `vp` (Pa). Observed: `streamflow` (mm d-1), or `discharge` (m3 s-1) where
    attributes.csv has the area.
  - Stream temperature: forcings `tair` (degC) and, if wanted, `discharge` (m3 s-1). Observed: `water_temperature`.
  - Oxygen: `water_temperature` (degC); `dissolved_oxygen` (mg L-1). Solutes: `discharge` (m3 s-1); `nitrate` (as N),
    `chloride`, `sulfate`, `silica` (mg L-1).
  - Towers: `tair` (degC), `vpd` (Pa), `ppfd` (mol m-2 d-1), `fapar`. Observed: `gpp` (g m-2 d-1 of carbon).
  - Leaves: a site is a curve, a row one of its points, in the order of `date`, which may be the time of each:
    `ppfd`, `tleaf`, `co2`, `ci`, `vpd` (kPa) or what instruments call them (`Qin`, `Ca`, `A` ...); `net_assimilation`.
  What is observed may be empty, where there was no observation; of forcings short gaps are interpolated, and that is
  said: up to 3 days of temperature, radiation, vapour pressure or pet, none of precipitation.
- Units may stand in brackets, `prcp [inch]`; others of the same dimension are converted. An amount without a time is
  the sum of a step, and streamflow as a discharge needs the area.
- Records finer than the step of the science are gathered into it; without units a series per day then holds what fell
  or flowed in each of its times. A day that lacks one of them is missing.
- Dates in other forms or in several columns, other names of the first columns (`gauge_id`, `latitude`, `Date` ...),
  semicolons, tabs, decimal commas and parted thousands, and ids that a spreadsheet left without their zeros are read
  where they have one meaning only.
- The sites get the days of a span, or else those that keep the most data. A site that cannot be used is left out;
  what was assumed, left out or taken as missing stands in the remarks of the data set.
- Marks as -9999 are taken as missing: in a series where they are outside the plausible range, among attributes where
  they stand apart from the others. What hardly can be is doubted: `dgviz.datasets.water_doubts` and others like it.
- How columns, units and dates are meant can be said in a small file beside them: `dgviz.datasets.reading`.
- What is observed tells which science the data are for; where that is not enough, the first line of attributes.csv
  is `# domain: hydrology`.

NetCDF, also classic: dimensions `time` and `site`, the same names, attributes along `site`, `units` on each series. The
global attribute `domain` may name the science; `train_period` and `test_period` ("1990-10-01/1999-09-30") set the
default split: without them the first two thirds of the whole years with observations are for training, the rest for
testing; of curves, whose steps are points, every second point.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.check import check, check_layout, check_sites
from dgviz.datasets.csv_folder import Each, read_folder, science_of, series_files
from dgviz.datasets.csv_table import header_names, read_table
from dgviz.datasets.errors import DataError
from dgviz.datasets.fill_values import without_marks
from dgviz.datasets.filling import filled
from dgviz.datasets.mending import (
    unobserved,
    with_left_out,
    with_western_longitudes,
    with_zeros,
    without_backflow,
    without_bad_sites,
)
from dgviz.datasets.netcdf import read_netcdf
from dgviz.datasets.netcdf_file import open_netcdf
from dgviz.datasets.periods import default_periods, parse_span, whole_record, whole_years
from dgviz.datasets.points import with_alternate_points
from dgviz.datasets.reading import reading_of
from dgviz.datasets.remarks import Remark, together, with_remarks
from dgviz.datasets.science import Vocabularies, all_vocabularies, named, told_by
from dgviz.datasets.site_network import NETWORK, check_network
from dgviz.datasets.steps import check_times, last_day
from dgviz.datasets.vocabulary import Vocabulary

UNDIVIDED = "to train on it, give a run its train_period and its test_period"
title = "Your own sites: a NetCDF file or a folder of CSV files"


def recognises(path: Path) -> bool:
    """Whether this is a file, or a folder with attributes.csv."""
    return path.is_file() or (path / "attributes.csv").is_file()


def vocabulary_of(path: Path, vocabularies: Vocabularies) -> Vocabulary:
    """The vocabulary of the science that the data are for, without reading the series."""
    if path.is_dir():
        return science_of(path, vocabularies)
    check_kind(path)
    reading = reading_of(path.parent)
    with open_netcdf(path) as dataset:
        if domain := reading.domain or dataset.attrs.get("domain", ""):
            return named(domain, vocabularies, path)
        return told_by(map(reading.meant, map(str, dataset.variables)), vocabularies, path)


def check_kind(file: Path) -> None:
    """Raise if a file is of another kind than NetCDF, by its name and its first bytes, and say what to do with it."""
    kind = file.suffix.lower()
    with file.open("rb") as start:
        is_netcdf = start.read(4)[:3] in (b"CDF", b"\x89HD")
    if is_netcdf or kind in ("", ".nc", ".nc4", ".cdf", ".netcdf"):
        return
    fix = {
        **dict.fromkeys((".xlsx", ".xls", ".ods"), "save each sheet as CSV, and"),
        **dict.fromkeys((".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z"), "unpack it and give its folder, or"),
    }.get(kind, "")
    raise DataError(
        f"{file}: a single file needs to be NetCDF; {fix}{' ' * bool(fix)}give a folder with attributes.csv (columns "
        "site, lat, lon, area; one row per site) and for each site a SITE.csv named by its id (columns date, prcp, "
        "tmin, tmax, streamflow)."
    )


def series_in(path: Path) -> set[str]:
    """The names of the columns that all sites of a folder have, or of the variables of a file."""
    if path.is_dir():
        static, *_ = read_table(path / "attributes.csv", ("site",))
        files = series_files(path, static["site"].dropna().tolist())  # other tables may lie beside them
        return set.intersection(*map(header_names, files.values())) if files else set()
    meant = reading_of(path.parent).meant
    with open_netcdf(path) as dataset:
        return {meant(str(name)) for name in dataset.variables if "time" in dataset[name].dims}


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
    span = span or reading_of(path if path.is_dir() else path.parent).span
    vocabulary = vocabulary_of(path, vocabularies or all_vocabularies())
    if path.is_dir():
        dataset, files, found = read_folder(path, vocabulary, each, span)
        dataset = with_remarks(with_left_out(dataset, found.left), together(found.said))
    else:
        dataset, files = cut(read_netcdf(path, vocabulary), span), {}
    dataset = dataset.set_coords([name for name in ("lat", "lon", "name", *NETWORK) if name in dataset])
    dataset = vocabulary.complete(filled(dataset, vocabulary), path)
    check_layout(dataset, path, vocabulary)
    check_sites(dataset, path)
    # As marks, before they make a site a bad one.
    dataset = without_marks(dataset, vocabulary)
    dataset = without_backflow(with_zeros(with_western_longitudes(dataset), vocabulary), vocabulary)
    check_network(dataset, path)
    dataset = without_bad_sites(dataset, path, vocabulary, files)
    dataset = with_remarks(dataset, unobserved(dataset, vocabulary))
    about = {"title": path.stem, "source": str(path), "licence": "not stated"}
    if not {"train_period", "test_period"} <= dataset.attrs.keys():
        dataset = divided(dataset, path, vocabulary)
    return check(dataset.assign_attrs(about | dataset.attrs), path, vocabulary, files)


def divided(dataset: xr.Dataset, path: Path, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set with the periods to train and to test on: both are the whole record where it is not divided."""
    times = dataset.indexes["time"]
    observed = any(name in dataset for name in vocabulary.targets)
    undivided = {"train_period", "test_period"}.isdisjoint(dataset.attrs)
    if vocabulary.step == "point" and observed and undivided and len(times) > 1:
        return with_alternate_points(dataset)
    seen = observed_times(dataset, vocabulary)
    first, last = seen[0].normalize(), last_day(seen, check_times(times, path))
    if observed and whole_years(first, last) < 2:  # a trained run can predict there
        text = f"observed from {first:%Y-%m-%d} to {last:%Y-%m-%d} only, less than two years: {UNDIVIDED}"
        dataset = with_remarks(dataset, [Remark("doubtful", "time", text)])
        observed = False
    periods = default_periods(times, seen, {}, path) if observed else whole_record(times, path)
    return dataset.assign_attrs(periods | dataset.attrs)


def cut(dataset: xr.Dataset, span: str | None) -> xr.Dataset:
    """The days of a span, the last with all its hours; or all."""
    if not span:
        return dataset
    start, end = parse_span(span)
    return dataset.sel(time=slice(start, end + pd.Timedelta(hours=23)))


def observed_times(dataset: xr.Dataset, vocabulary: Vocabulary) -> pd.DatetimeIndex:
    """The times on which any site has an observation, all if none has."""
    targets = [dataset[name] for name in vocabulary.targets if name in dataset]
    seen = [target.notnull().any("site").values for target in targets]
    times = dataset.indexes["time"]
    return times[np.any(seen, axis=0)] if np.any(seen) else times
