"""CAMELS-CH as published: catchments of hydrologic Switzerland.

    timeseries/observation_based/CAMELS_CH_obs_based_2004.csv
    timeseries/simulation_based/CAMELS_CH_sim_based_2004.csv
    static_attributes/CAMELS_CH_topographic_attributes.csv, CAMELS_CH_climate_attributes_obs.csv ...

Separators are `;` in the first versions and `,` in later ones; tables of attributes have comments above the header, and
names of places are in Latin-1. Streamflow is mm d-1 (`discharge_spec`). The files of observations have no potential
evapotranspiration: it is that of the hydrological model PREVAH in the folder simulation_based, where that is there.

Source: Höge et al. (2023), doi:10.5194/essd-15-5755-2023.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, GAUGE_COLUMNS, Layout, attributes, by_site
from dgviz.datasets.collection import Each
from dgviz.datasets.series_file import read_header, read_series

title = "A folder of CAMELS-CH (CAMELS_CH_obs_based_ID.csv, CAMELS_CH_topographic_attributes.csv ...)"
domain = "hydrology"

FOLDERS = ("", "{}ion_based/", "timeseries/{}ion_based/", "time_series/{}ion_based/")
SERIES_FILES = tuple(folder.format("observat") + "CAMELS_CH_obs_based_*.csv" for folder in FOLDERS)
SIMULATED = tuple(folder.format("simulat") + "CAMELS_CH_sim_based_*.csv" for folder in FOLDERS)
TOPOGRAPHY = "CAMELS_CH_topographic_attributes.csv"
KINDS = (
    *("climate_attributes_obs", "landcover_attributes", "soil_attributes", "hydrogeology_attributes"),
    "humaninfluence_attributes",
)
CH = Layout(
    name="CAMELS-CH",
    signs=(*SERIES_FILES, TOPOGRAPHY, f"static_attributes/{TOPOGRAPHY}"),
    series={
        "precipitation": "prcp",
        "temperature_min": "tmin",
        "temperature_max": "tmax",
        "temperature_mean": "tmean",
        "pet_sim": "pet",
        "discharge_spec": "streamflow",
    },
    static={
        **GAUGE_COLUMNS,
        "slope_mean": ("slope_angle", "degree", "Mean slope of the land"),
        **CLIMATE_COLUMNS,
        "crop_perc": ("frac_crops", "percent", "Cropland fraction"),
        "grass_perc": ("frac_grass", "percent", "Grassland fraction"),
        "shrub_perc": ("frac_shrub", "percent", "Shrubland fraction"),
        "scrub_perc": ("frac_shrub", "percent", "Shrubland fraction"),
        "dwood_perc": ("frac_deciduous", "percent", "Deciduous woodland fraction"),
        "mix_wood_perc": ("frac_mixed_wood", "percent", "Mixed woodland fraction"),
        "mixed_wood_perc": ("frac_mixed_wood", "percent", "Mixed woodland fraction"),
        "ewood_perc": ("frac_evergreen", "percent", "Evergreen woodland fraction"),
        "wetlands_perc": ("frac_wetland", "percent", "Wetland fraction"),
        "inwater_perc": ("frac_water", "percent", "Open-water fraction"),
        "ice_perc": ("frac_glacier", "percent", "Glacier and perennial snow fraction"),
        "rock_perc": ("frac_rock", "percent", "Bare-rock fraction"),
        "loose_rock_perc": ("frac_loose_rock", "percent", "Loose-rock fraction"),
        "urban_perc": ("frac_urban", "percent", "Urban fraction"),
        "sand_perc": ("frac_sand", "percent", "Soil sand fraction"),
        "silt_perc": ("frac_silt", "percent", "Soil silt fraction"),
        "clay_perc": ("frac_clay", "percent", "Soil clay fraction"),
        "organic_perc": ("frac_organic", "percent", "Organic matter in the soil"),
        "porosity": ("soil_porosity", "1", "Soil porosity"),
        "conductivity": ("soil_conductivity", "cm h-1", "Saturated hydraulic conductivity of the soil"),
        "root_depth": ("root_depth", "m", "Depth of roots"),
        "karst_perc": ("frac_karst", "percent", "Karst fraction"),
        "hygeol_karst_perc": ("frac_karst", "percent", "Karst fraction"),
    },
    region="country",
    reservoirs="reservoir_cap",
    about={
        "source": "CAMELS-CH, doi:10.5281/zenodo.7784632",
        "references": "Höge et al. (2023), doi:10.5194/essd-15-5755-2023",
        "licence": "CC-BY-4.0",
    },
    climate_period="1981-10-01/2020-09-30",
    labels={"tmean": {"long_name": "Daily mean air temperature"}},
)
recognises = CH.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    first = [CH.needed(path, *SERIES_FILES)[0], *CH.files(path, *SIMULATED)[:1]]
    return CH.called(column for file in first for column in read_header(file))


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    files = by_site(CH.needed(path, *SERIES_FILES), lambda stem: stem.rpartition("_")[2])
    simulated = by_site(CH.files(path, *SIMULATED), lambda stem: stem.rpartition("_")[2])
    tables = CH.needed(path, TOPOGRAPHY, f"static_attributes/{TOPOGRAPHY}")
    for kind in KINDS:
        tables += CH.files(path, f"CAMELS_CH_{kind}.csv", f"static_attributes/CAMELS_CH_{kind}.csv")
    notes = (
        ["potential evapotranspiration simulated by PREVAH"] if simulated else ["no folder simulation_based: no pet"]
    )
    basins = CH.basins(attributes(tables, "gauge_id"), path, notes)
    return CH.join(path, basins, files, lambda site: read_basin(files[site], simulated.get(site)), span, each)


def read_basin(observed: Path, simulated: Path | None) -> pd.DataFrame:
    """The series of one catchment, with the simulated potential evapotranspiration if there is any."""
    table = read_series(observed, columns=CH.series)
    if simulated:
        table = table.join(read_series(simulated, columns=["pet_sim"]))
    return CH.in_our_names(table, observed.name)
