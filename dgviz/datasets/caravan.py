"""Caravan: basins of the world in one layout, and whatever else is published in it.

    timeseries/csv/camels/camels_01013500.csv        or timeseries/netcdf/camels/camels_01013500.nc
    attributes/camels/attributes_other_camels.csv, attributes_caravan_camels.csv, attributes_hydroatlas_camels.csv

All sources of the folder (camels, camelsgb, hysets ...) are read. Weather is ERA5-Land by local day; potential
evapotranspiration is that of FAO Penman-Monteith where all basins have it, else ERA5-Land's own, which is too high in
many places (Clerc-Schwarzenbach et al. 2024). Of the descriptors of HydroATLAS those are read that tell of relief, land
cover, soil and rock, and none of modelled discharge. The default period starts a year before the first observed
streamflow.

Source: Kratzert et al. (2023), doi:10.1038/s41597-023-01975-w; Clerc-Schwarzenbach et al. (2024),
doi:10.5194/hess-28-4219-2024. HydroATLAS: Linke et al. (2019), doi:10.1038/s41597-019-0300-6.
"""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.caravan_pet import CLIMATE_OF_KINDS, header, pet_kind, unread, with_one_climate
from dgviz.datasets.collection import Basins, Each, find, join
from dgviz.datasets.collection_tables import read_plain, read_static, rename_sites, without_series
from dgviz.datasets.csv_text import numbers, numbers_or_missing, read_text
from dgviz.datasets.dates import read_dates
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import renamed, renaming
from dgviz.datasets.netcdf_file import open_netcdf, without_invalid
from dgviz.datasets.remarks import Remark

title = "A folder of Caravan (timeseries/csv or timeseries/netcdf, attributes)"
domain = "hydrology"

SERIES = {  # name in the files: name here; of several for one name the first that is there
    "total_precipitation_sum": "prcp",
    "temperature_2m_min": "tmin",
    "temperature_2m_max": "tmax",
    "temperature_2m_mean": "tmean",
    "surface_net_solar_radiation_mean": "srad",
    "potential_evaporation_sum_FAO_PENMAN_MONTEITH": "pet",
    "potential_evaporation_sum": "pet",
    "potential_evaporation_sum_ERA5_LAND": "pet",
    "streamflow": "streamflow",
}
WORDS = ("gauge_name", "country")
NEEDED = ("total_precipitation_sum", "temperature_2m_mean", "streamflow")
LABELS = {
    "tmean": {"long_name": "Daily mean air temperature"},
    "srad": {"long_name": "Net shortwave radiation, mean of the whole day"},
}
PLACES = {
    "gauge_lat": ("lat", "degrees_north", "Gauge latitude"),
    "gauge_lon": ("lon", "degrees_east", "Gauge longitude"),
    "gauge_name": ("name", "1", "Station name"),
    "country": ("region", "1", "Country"),
    "area": ("area", "km2", "Drainage area"),
}
CLIMATE_PERIOD = "1981-01-01/2020-12-31"
CLIMATE = {
    "p_mean": ("p_mean", "mm d-1", "Mean precipitation"),
    "pet_mean": ("pet_mean", "mm d-1", "Mean potential evapotranspiration"),
    "aridity": ("aridity", "1", "Aridity index"),
    "frac_snow": ("frac_snow", "1", "Snow fraction"),
    "moisture_index": ("moisture_index", "1", "Mean moisture index, from -1 (dry) to 1"),
    "seasonality": ("seasonality", "1", "Range of the monthly moisture index"),
    "high_prec_freq": ("high_prec_freq", "1", "High-precipitation frequency"),
    "high_prec_dur": ("high_prec_dur", "d", "High-precipitation duration"),
    "low_prec_freq": ("low_prec_freq", "1", "Low-precipitation frequency"),
    "low_prec_dur": ("low_prec_dur", "d", "Low-precipitation duration"),
}
HYDROATLAS = {
    "ele_mt_sav": ("elevation", "m", "Mean elevation"),
    "slp_dg_sav": ("slope_angle", "degree", "Mean slope of the land"),
    "sgr_dk_sav": ("river_slope", "dm km-1", "Mean slope of the rivers"),
    "for_pc_sse": ("frac_forest", "percent", "Forest fraction"),
    "crp_pc_sse": ("frac_crops", "percent", "Cropland fraction"),
    "urb_pc_sse": ("frac_urban", "percent", "Urban fraction"),
    "ire_pc_sse": ("frac_irrigated", "percent", "Irrigated fraction"),
    "gla_pc_sse": ("frac_glacier", "percent", "Glacier fraction"),
    "prm_pc_sse": ("frac_permafrost", "percent", "Permafrost fraction"),
    "lka_pc_sse": ("frac_lakes", "percent", "Lake fraction"),
    "cly_pc_sav": ("frac_clay", "percent", "Soil clay fraction"),
    "slt_pc_sav": ("frac_silt", "percent", "Soil silt fraction"),
    "snd_pc_sav": ("frac_sand", "percent", "Soil sand fraction"),
    "soc_th_sav": ("soil_carbon", "t ha-1", "Organic carbon in the soil"),
    "kar_pc_sse": ("frac_karst", "percent", "Karst fraction"),
}
TENTHS = ("slp_dg_sav", "lka_pc_sse")
WANTED = PLACES | CLIMATE | HYDROATLAS
TO_READ = {*WANTED, *CLIMATE_OF_KINDS}
ABOUT = {
    "domain": domain,
    "source": "Caravan, doi:10.5281/zenodo.6522634, and the sources of streamflow named in its licences",
    "references": "Kratzert et al. (2023), doi:10.1038/s41597-023-01975-w",
    "licence": "CC-BY-4.0; the folder licenses has that of each source of streamflow",
}


def recognises(path: Path) -> bool:
    """Whether the folder has this layout."""
    return path.is_dir() and series_folder(path) is not None


def series_folder(path: Path) -> Path | None:
    """The folder of all series, csv or netcdf."""
    return find(path, "timeseries/netcdf") or find(path, "timeseries/csv")


def load(path: str | Path | None = None, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all basins that can be used, over the days of `span` or those from a year before the first streamflow."""
    folder = None if path is None else series_folder(Path(path))
    if folder is None:
        raise DataError(f"caravan: {path} has no folder timeseries/csv or timeseries/netcdf; give the path of Caravan.")
    path, ending = Path(path), {"netcdf": "nc", "csv": "csv"}[folder.name]
    files = {file.stem: file for file in sorted(folder.glob(f"*/*.{ending}"))}
    kind, said = pet_kind(files)
    sources = sorted({file.parent.name for file in files.values()})
    basins = read_attributes(folder.parents[1] / "attributes", sources, kind)
    basins.said += said
    rename_sites(basins, list(files))
    without_series(basins, list(files))
    for site in {*files} - {*basins.static.index}:
        basins.left[site] = "no line in attributes_other"
    basins.read(
        sorted({*files} - {*basins.left}), lambda site: read_basin(files[site], unread(kind), basins.said), each
    )
    dataset = join(basins, path, {"title": "Caravan", **ABOUT}, span, {})
    return dataset.assign_attrs(title=f"Caravan, {dataset.sizes['site']} basins")


def read_attributes(folder: Path, sources: list[str], pet: str) -> Basins:
    """The attributes of all sources, joined; only attributes_other_SOURCE.csv has to be there.

    `pet` is the kind of potential evapotranspiration that is read.
    """
    notes, tables = [], []
    said: list[Remark] = []
    for source in sources:
        files = [folder / source / f"attributes_{kind}_{source}.csv" for kind in ("other", "caravan", "hydroatlas")]
        notes += [f"no {file.name}" for file in files if not file.is_file()]
        parts = [read_static(file, "gauge_id", TO_READ, WORDS, said) for file in files if file.is_file()]
        if files[0].is_file():
            tables.append(pd.concat(parts, axis=1).reindex(parts[0].index).assign(source=source))
    if not tables:
        raise DataError(f"{folder}: no attributes_other_SOURCE.csv of {some(sources)}; it says where the gauges are.")
    table = pd.concat(tables)
    if lacking := [name for name in ("gauge_lat", "gauge_lon") if name not in table]:
        raise DataError(f"{folder}: no column {some(lacking)} in any attributes_other_SOURCE.csv; add it in degrees.")
    table, told = with_one_climate(table.mask(table == -9999), pet)
    said += told
    table["gauge_name"] = table.get("gauge_name", pd.Series(index=table.index, dtype=str)).fillna(
        table.index.to_series()
    )
    table["country"] = table.get("country", table["source"]).fillna(table["source"])
    # Reversed, so that of several columns for one name the first listed wins.
    chosen = {name: key for key, (name, *_) in reversed(WANTED.items()) if key in table}
    labels = {name: {"units": WANTED[key][1], "long_name": WANTED[key][2]} for name, key in chosen.items()}
    for name in {name for name, *_ in CLIMATE.values()} & {*labels}:
        labels[name]["period"] = CLIMATE_PERIOD
    # HydroATLAS stores these in tenths.
    table[[*{*TENTHS} & {*table}]] /= 10
    static = pd.DataFrame({name: table[key] for name, key in chosen.items()})
    return Basins(static, labels | LABELS, notes=notes, said=said)


def read_basin(file: Path, unread: Collection[str], said: list[Remark]) -> pd.DataFrame:
    """The series of one basin in the project's names, without the columns that are not to be read."""
    table = read_csv_series(file, said) if file.suffix == ".csv" else read_netcdf_series(file, said)
    table = table.drop(columns=unread, errors="ignore")
    if lacking := [name for name in NEEDED if name not in table]:
        raise DataError(f"{file.name}: no column {some(lacking)}; it has {', '.join(map(str, table.columns))}")
    # Reversed, so that of several columns for one name the first listed wins.
    chosen = {name: key for key, name in reversed(SERIES.items()) if key in table}
    table = pd.DataFrame({name: table[key] for name, key in chosen.items()}).astype("float64")
    table.attrs["file"] = file.name
    return table


def read_csv_series(file: Path, said: list[Remark]) -> pd.DataFrame:
    """The table of a CSV file by time; a word in the streamflow is a missing value."""
    quick = read_plain(file, SERIES)
    if quick is not None:
        return quick
    table, assumed = read_text(file)
    table, others = renamed(table, renaming(table.columns, ("date",), SERIES), file.name)
    if "date" not in table:
        raise DataError(f"{file.name}: no column date; it has {', '.join(table.columns)}")
    times, told = read_dates(table.pop("date"), file.name)
    for name in table:
        if name == "streamflow":
            table[name], words = numbers_or_missing(table[name], file)
            said += words
        elif name in SERIES:
            table[name] = numbers(table[name], file)
    said += [*assumed, *others, *(Remark("read as", file.name, text) for text in told)]
    return table.set_axis(times)


def read_netcdf_series(file: Path, said: list[Remark]) -> pd.DataFrame:
    """The table of a NetCDF file by time, whatever its coordinate is called."""
    with open_netcdf(file) as dataset:
        times = [name for name in dataset.coords if dataset[name].dtype.kind == "M" and dataset[name].ndim == 1]
        if not times:
            raise DataError(f"{file.name}: no coordinate date; it has {', '.join(map(str, dataset.coords)) or 'none'}")
        wanted = dataset.squeeze(drop=True)[[name for name in SERIES if name in dataset]]
        valid, invalid = without_invalid(wanted, file)
        said += invalid
        return valid.to_dataframe()


def series_in(path: Path) -> set[str]:
    """The names here of the series that all basins have."""
    files = sorted(series_folder(path).glob("*/*.*"))
    return set.intersection(*({SERIES[name] for name in header(file) if name in SERIES} for file in files))
