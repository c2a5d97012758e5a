"""What the collections made in the manner of CAMELS have in common: tables of attributes, and series by gauge.

A reader of one of them says with a `Layout` how its files and columns are called; each basin is read on its own, so
that one that cannot be read is left out with the reason. Attributes made of the observed flow (runoff ratio, baseflow
index, quantiles of flow) are not read: they would give the answer away to a network.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.collection import Basins, Each, find, join
from dgviz.datasets.collection_tables import rename_sites
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.fill_values import scaled
from dgviz.datasets.series_file import read_table

CLIMATE = {
    *("p_mean", "pet_mean", "aridity", "p_seasonality", "frac_snow"),
    *("high_prec_freq", "high_prec_dur", "low_prec_freq", "low_prec_dur"),
}
NEEDED = ("prcp", "streamflow")
MM_PER_DAY = 86.4  # 1 m3 s-1 over 1 km2

# Descriptors that several collections compute alike: column: (name, units, long_name).
CLIMATE_COLUMNS = {
    "p_mean": ("p_mean", "mm d-1", "Mean precipitation"),
    "pet_mean": ("pet_mean", "mm d-1", "Mean potential evapotranspiration"),
    "aridity": ("aridity", "1", "Aridity index"),
    "p_seasonality": ("p_seasonality", "1", "Precipitation seasonality, positive for summer rain"),
    "frac_snow": ("frac_snow", "1", "Snow fraction"),
    "high_prec_freq": ("high_prec_freq", "d yr-1", "High-precipitation frequency"),
    "high_prec_dur": ("high_prec_dur", "d", "High-precipitation duration"),
    "low_prec_freq": ("low_prec_freq", "d yr-1", "Low-precipitation frequency"),
    "low_prec_dur": ("low_prec_dur", "d", "Low-precipitation duration"),
}
GAUGE_COLUMNS = {
    "gauge_lat": ("lat", "degrees_north", "Gauge latitude"),
    "gauge_lon": ("lon", "degrees_east", "Gauge longitude"),
    "gauge_name": ("name", "1", "Station name"),
    "area": ("area", "km2", "Drainage area"),
    "elev_mean": ("elevation", "m", "Mean elevation"),
}
TEXTS = ("name", "region")
MUCH_HELD = 50.0  # mm in reservoirs, weeks of runoff


@dataclass(frozen=True)
class Layout:
    """A collection as it is published.

    - `signs` are names of files by which it is known, with the folders in which they stand; any of them will do.
    - `series` gives the name here of a column of the series, `static` the name, units and title of one of the
      attributes; of several columns for one name the first that is there is read.
    - `region` is the column that names a region, or else the region of all; `reservoirs` is that of the capacity of
      reservoirs upstream (ML), of which enough makes the flow regulated; `climate_period` is the period over which
      the climate was computed, if it is known.
    """

    name: str
    signs: tuple[str, ...]
    series: dict[str, str]
    static: dict[str, tuple[str, str, str]]
    about: Mapping[str, str]
    region: str = ""
    reservoirs: str = ""
    climate_period: str = ""
    labels: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def lies_in(self, path: Path) -> bool:
        """Whether a folder, or one in it, has this layout."""
        return path.is_dir() and any(find(path, sign) for sign in self.signs)

    def files(self, path: Path, *names: str) -> list[Path]:
        """The files of the first name that is found in the folder, in one within or in the one that holds it."""
        for name in names:
            beside = sorted(path.resolve().parent.glob(name))[:1]
            for first in filter(None, [find(path, name), *beside]):
                return sorted(first.parent.glob(name.rpartition("/")[2]))
        return []

    def needed(self, path: Path, *names: str) -> list[Path]:
        """The same; raises DataError naming what the folder looks like and which file is not there."""
        if files := self.files(path, *names):
            return files
        wanted = " or ".join(dict.fromkeys(name.rpartition("/")[2] for name in names))
        raise DataError(f"{path}: looks like {self.name}, but there is no file {wanted}; put it in this folder.")

    def basins(self, table: pd.DataFrame, path: Path, notes: Iterable[str] = ()) -> Basins:
        """The attributes as they are called here, of a table of texts by gauge."""
        wanted = {**self.static, **({self.region: ("region", "1", "Region")} if self.region else {})}
        chosen = first_of({key: name for key, (name, *_) in wanted.items()}, table)
        if lacking := [name for name in ("lat", "lon") if name not in chosen]:
            keys = [key for key, (name, *_) in wanted.items() if name in lacking]
            raise DataError(
                f"{path}: the attributes of {self.name} have no {some(keys)}; they have {some(list(table))}."
            )
        columns = {name: table[key] if name in TEXTS else number(table[key]) for name, key in chosen.items()}
        static = pd.DataFrame(columns, index=table.index)
        name, region = (static.get(text, pd.Series(index=static.index, dtype=object)) for text in TEXTS)
        static = static.assign(name=name.fillna(static.index.to_series()), region=region.fillna(self.name))
        labels = {name: {"units": wanted[key][1], "long_name": wanted[key][2]} for name, key in chosen.items()}
        if self.reservoirs in table and "area" in static:
            depth = number(table[self.reservoirs]) / static["area"]  # 1 ML over 1 km2 is 1 mm
            held = "reservoirs upstream hold {:.0f} mm of water over the drainage area"
            static["regulation"] = [held.format(mm) if mm >= MUCH_HELD else "" for mm in depth]
            labels["regulation"] = {"units": "1", "long_name": "Why the flow is not natural"}
        for name in CLIMATE & {*labels} if self.climate_period else ():
            labels[name]["period"] = self.climate_period
        texts = {"name": {"units": "1", "long_name": "Station name"}, "region": {"units": "1", "long_name": "Region"}}
        return Basins(static, texts | labels | {**self.labels}, notes=[*notes])

    def called(self, columns: Iterable[str]) -> set[str]:
        """The names here of the series in some columns."""
        return {self.series[column] for column in columns if column in self.series}

    def in_our_names(self, table: pd.DataFrame, source: str) -> pd.DataFrame:
        """The columns that are read, as they are called here."""
        chosen = first_of(self.series, table)
        if lacking := [name for name in NEEDED if name not in chosen]:
            columns = [key for key, name in self.series.items() if name in lacking]
            raise DataError(f"{source}: no column {' or '.join(columns)}; it has {', '.join(map(str, table))}")
        table = pd.DataFrame({name: table[key] for name, key in chosen.items()})
        if "tmean" not in table and {"tmin", "tmax"} <= {*table}:
            table["tmean"] = (table["tmin"] + table["tmax"]) / 2
        return table

    def join(
        self,
        path: Path,
        basins: Basins,
        sites: Iterable[str],
        read_site: Callable[[str], pd.DataFrame],
        span: str | None,
        each: Each,
    ) -> xr.Dataset:
        """The data set of the sites that have series and attributes and can be read."""
        sites = set(sites)
        rename_sites(basins, sorted(sites))
        for site in {*sites, *basins.static.index}:
            if site not in sites:
                basins.left[site] = "no series"
            elif site not in basins.static.index:
                basins.left[site] = "no line in the attributes"
        basins.read(sorted(sites - {*basins.left}), read_site, each)
        dataset = join(basins, path, {"title": self.name, "domain": "hydrology", **self.about}, span, {})
        return dataset.assign_attrs(title=f"{self.name}, {dataset.sizes['site']} basins")


def first_of(names: Mapping[str, str], table: pd.DataFrame) -> dict[str, str]:
    """The column of each name: of several for one name the first listed that the table has."""
    chosen: dict[str, str] = {}
    for column, name in names.items():
        if column in table:
            chosen.setdefault(name, column)
    return chosen


def number(column: pd.Series) -> pd.Series:
    """A column of texts as numbers; what is none is empty."""
    return pd.to_numeric(column, errors="coerce")


def column(table: pd.DataFrame, name: str, source: object) -> pd.Series:
    """A column of numbers that has to be there."""
    if name not in table:
        raise DataError(f"{source}: no column {name} in the attributes; they have {some(list(table))}.")
    return number(table[name])


def attributes(files: Iterable[Path], key: str, separator: str | None = None) -> pd.DataFrame:
    """Tables of attributes as texts, joined by the gauge in the column `key`; the first has all gauges."""
    tables = []
    for file in files:
        table = read_table(file, separator, dtype=str)
        if key not in table:
            raise DataError(f"{file}: no column {key}; it has {', '.join(map(str, table))}.")
        table = table.set_index(table.pop(key).str.strip())
        if table.index.has_duplicates:
            twice = table.index[table.index.duplicated()].unique()
            raise DataError(f"{file}: {key} {some(twice)} appears twice; keep one row of each.")
        tables.append(table)
    joined = pd.concat(tables, axis=1).reindex(tables[0].index)
    return joined.loc[:, ~joined.columns.duplicated()]


def by_site(files: Iterable[Path], site_of: Callable[[str], str]) -> dict[str, Path]:
    """The file of each site, which `site_of` finds in the name of the file without its ending."""
    return {site_of(file.stem): file for file in files}


def depth_over(area: float, discharge: pd.Series, site: str) -> pd.Series:
    """Discharge (m3 s-1) as a depth (mm d-1) over a drainage area (km2)."""
    if not area > 0:
        raise DataError(f"site {site}: the drainage area is {area:g} km2; it must be positive")
    return scaled(discharge, MM_PER_DAY / area)
