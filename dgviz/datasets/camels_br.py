"""CAMELS-BR, versions 1.0 to 1.2, as published: catchments of Brazil.

    01_CAMELS_BR_attributes/camels_br_topography.txt, camels_br_location.txt ...
    03_CAMELS_BR_streamflow_mm_selected_catchments/10500000_streamflow_mm.txt     or 02_CAMELS_BR_streamflow_m3s/...
    05_CAMELS_BR_precipitation_chirps/10500000_precipitation_chirps.txt
    10_CAMELS_BR_potential_evapotransp_gleam/..., 11_CAMELS_BR_temperature_min_cpc/... and 1.2 with all products in one:
    05_CAMELS_BR_precipitation/10500000_precipitation.txt with columns p_chirps, p_mswep ...

Blanks separate the columns, days stand in year, month and day. Archives may be unpacked into a folder of their own
name. Of several products are read: precipitation of CHIRPS, over which the climate was computed, temperatures of CPC,
potential evapotranspiration of GLEAM. Streamflow is mm d-1 where the folder has it; else it is m3 s-1 and becomes a
depth over `area`.

Source: Chagas et al. (2020), doi:10.5194/essd-12-2075-2020.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, GAUGE_COLUMNS, Layout, attributes, by_site, column, depth_over
from dgviz.datasets.collection import Basins, Each
from dgviz.datasets.errors import DataError
from dgviz.datasets.series_file import read_header, read_series

title = "A folder of CAMELS-BR (01_CAMELS_BR_attributes, 03_CAMELS_BR_streamflow_mm_selected_catchments ...)"
domain = "hydrology"

BLANKS = r"\s+"
FOLDERS = {  # what is read: the endings of the folders' names, the first that is there
    "streamflow": (
        *("streamflow_mm_selected_catchments", "streamflow_selected_catchments"),
        *("streamflow_m3s", "streamflow_all_catchments"),
    ),
    "precipitation": ("precipitation_chirps", "precipitation", "precipitation_mswep", "precipitation_cpc"),
    "minimum": ("temperature_min_cpc", "temperature"),
    "mean": ("temperature_mean_cpc", "temperature"),
    "maximum": ("temperature_max_cpc", "temperature"),
    "evapotranspiration": ("potential_evapotransp_gleam", "potential_evapotransp"),
}
NEEDED = ("streamflow", "precipitation")
KINDS = ("location", "climate", "land_cover", "soil", "geology")
BR = Layout(
    name="CAMELS-BR",
    signs=("[0-9][0-9]_CAMELS_BR_*",),
    series={
        **{f"{name}_{product}": "prcp" for product in ("chirps", "mswep", "cpc") for name in ("precipitation", "p")},
        **{f"temperature_min{product}": "tmin" for product in ("", "_cpc")} | {"tmin_cpc": "tmin"},
        **{f"temperature_max{product}": "tmax" for product in ("", "_cpc")} | {"tmax_cpc": "tmax"},
        **{f"temperature_mean{product}": "tmean" for product in ("", "_cpc")} | {"tmean_cpc": "tmean"},
        **dict.fromkeys(("potential_evapotransp_gleam", "pet_gleam", "pet_era5land"), "pet"),
        "streamflow_mm": "streamflow",
    },
    static={
        **GAUGE_COLUMNS,
        "slope_mean": ("slope", "m km-1", "Mean slope of the land"),
        **CLIMATE_COLUMNS,
        "forest_perc": ("frac_forest", "percent", "Forest fraction"),
        "crop_perc": ("frac_crops", "percent", "Cropland fraction"),
        "grass_perc": ("frac_grass", "percent", "Grassland fraction"),
        "shrub_perc": ("frac_shrub", "percent", "Shrubland fraction"),
        "imperv_perc": ("frac_urban", "percent", "Impervious fraction"),
        "wet_perc": ("frac_wetland", "percent", "Wetland fraction"),
        "sand_perc": ("frac_sand", "percent", "Soil sand fraction"),
        "silt_perc": ("frac_silt", "percent", "Soil silt fraction"),
        "clay_perc": ("frac_clay", "percent", "Soil clay fraction"),
        "bedrock_depth": ("soil_depth_pelletier", "cm", "Depth to bedrock"),
        "water_table_depth": ("water_table_depth", "cm", "Depth to groundwater"),
        "geol_permeability": ("geol_permeability", "1", "Permeability of the subsurface (log10 of m2)"),
        "carb_rocks_perc": ("frac_karst", "percent", "Carbonate-rock fraction"),
    },
    region="gauge_region",
    about={
        "source": "CAMELS-BR, doi:10.5281/zenodo.3709337",
        "references": "Chagas et al. (2020), doi:10.5194/essd-12-2075-2020",
        "licence": "CC-BY-4.0",
    },
    climate_period="1989-09-01/2009-08-31",
    labels={"tmean": {"long_name": "Daily mean air temperature"}},
)
recognises = BR.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    first = [next(iter(files.values())) for endings in FOLDERS.values() if (files := series_files(path, endings))]
    return BR.called(column for file in first for column in read_header(file, BLANKS))


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    found = {what: series_files(path, endings) for what, endings in FOLDERS.items()}
    for what in NEEDED:
        if not found[what]:
            folders = " or ".join(f"NN_CAMELS_BR_{ending}" for ending in FOLDERS[what])
            raise DataError(f"{path}: looks like CAMELS-BR, but there is no folder {folders} with files ID_*.txt.")
    names = [f"camels_br_{kind}.txt" for kind in ("topography", *KINDS)]
    places = [
        (f"01_CAMELS_BR_attributes/01_CAMELS_BR_attributes/{name}", f"01_CAMELS_BR_attributes/{name}", name)
        for name in names
    ]
    tables = BR.needed(path, *places[0]) + BR.needed(path, *places[1])
    for others in places[2:]:
        tables += BR.files(path, *others)
    table = attributes(tables, "gauge_id", BLANKS)
    basins = BR.basins(table.assign(area=column(table, "area", path)), path)
    files = {site: [of_sites[site] for of_sites in found.values() if site in of_sites] for site in found["streamflow"]}
    return BR.join(path, basins, files, lambda site: read_basin(site, files[site], basins), span, each)


def series_files(path: Path, endings: tuple[str, ...]) -> dict[str, Path]:
    """The files by gauge of the first folder that is there."""
    for ending in endings:
        folder = f"[0-9][0-9]_CAMELS_BR_{ending}"
        if files := BR.files(path, f"{folder}/*_*.txt", f"{folder}/{folder}/*_*.txt"):
            return by_site(files, lambda stem: stem.partition("_")[0])
    return {}


def read_basin(site: str, files: list[Path], basins: Basins) -> pd.DataFrame:
    """The series of one catchment from its files."""
    wanted = {*BR.series, "streamflow_m3s"}
    # Version 1.2 has several variables in one file.
    parts = [read_series(file, BLANKS, wanted) for file in dict.fromkeys(files)]
    table = pd.concat(parts, axis=1)
    without_depth = "streamflow_mm" not in table or table["streamflow_mm"].isna().all()
    if without_depth and "streamflow_m3s" in table:
        table["streamflow_mm"] = depth_over(basins.static["area"][site], table["streamflow_m3s"], site)
    return BR.in_our_names(table, f"site {site}")
