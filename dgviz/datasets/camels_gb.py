"""CAMELS-GB, both versions, as published: catchments of Great Britain.

    data/timeseries/CAMELS_GB_hydromet_timeseries_10002_19701001-20150930.csv
    data/CAMELS_GB_topographic_attributes.csv, CAMELS_GB_climatic_attributes.csv ...
    Catchment_Timeseries/hydro-meteorological/daily/camels_gb_v2_hydromet_daily_timeseries_10002_19701001-20220930.csv
    camels_gb_v2_topographic_attributes.csv ...

Streamflow is mm d-1 (`discharge_spec`); potential evapotranspiration is that without interception (`pet`). Of the two
weather products of version 2 HadUK-Grid and Hydro-PE are read, which reach to the end of the record.

Source: Coxon et al. (2020), doi:10.5194/essd-12-2459-2020.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, GAUGE_COLUMNS, Layout, attributes, by_site
from dgviz.datasets.collection import Each
from dgviz.datasets.series_file import read_header, read_series

title = "A folder of CAMELS-GB (CAMELS_GB_hydromet_timeseries_ID_DAYS.csv, CAMELS_GB_topographic_attributes.csv ...)"
domain = "hydrology"

SERIES_FILES = (
    *("CAMELS_GB_hydromet_timeseries_*.csv", "timeseries/CAMELS_GB_hydromet_timeseries_*.csv"),
    *(
        f"{folder}camels_gb_v2_hydromet_daily_timeseries_*.csv"
        for folder in ("", "daily/", "hydro-meteorological/daily/")
    ),
)
KINDS = ("climatic", "landcover", "soil", "hydrogeology", "humaninfluence")
GB = Layout(
    name="CAMELS-GB",
    signs=(*SERIES_FILES, "CAMELS_GB_topographic_attributes.csv", "camels_gb_v2_topographic_attributes.csv"),
    series={
        "precipitation": "prcp",
        "precipitation_haduk": "prcp",
        "temperature": "tmean",
        "temperature_haduk": "tmean",
        "shortwave_rad": "srad",
        "pet": "pet",
        "pet_hydrope": "pet",
        "discharge_spec": "streamflow",
    },
    static={
        **GAUGE_COLUMNS,
        "dpsbar": ("slope", "m km-1", "Mean slope of the drainage paths"),
        **CLIMATE_COLUMNS,
        "dwood_perc": ("frac_deciduous", "percent", "Deciduous woodland fraction"),
        "ewood_perc": ("frac_evergreen", "percent", "Evergreen woodland fraction"),
        "grass_perc": ("frac_grass", "percent", "Grassland fraction"),
        "shrub_perc": ("frac_shrub", "percent", "Shrubland fraction"),
        "crop_perc": ("frac_crops", "percent", "Cropland fraction"),
        "urban_perc": ("frac_urban", "percent", "Urban fraction"),
        "inwater_perc": ("frac_water", "percent", "Open-water fraction"),
        "sand_perc": ("frac_sand", "percent", "Soil sand fraction"),
        "silt_perc": ("frac_silt", "percent", "Soil silt fraction"),
        "clay_perc": ("frac_clay", "percent", "Soil clay fraction"),
        "organic_perc": ("frac_organic", "percent", "Organic matter in the soil"),
        "porosity_cosby": ("soil_porosity", "1", "Soil porosity"),
        "conductivity_cosby": ("soil_conductivity", "cm h-1", "Saturated hydraulic conductivity of the soil"),
        "tawc": ("soil_water_capacity", "mm", "Plant-available water capacity of the soil"),
        "soil_depth_pelletier": ("soil_depth_pelletier", "m", "Depth to bedrock"),
        "inter_high_perc": ("aquifer_pores_high", "percent", "Highly productive porous aquifer fraction"),
        "frac_high_perc": ("aquifer_fractures_high", "percent", "Highly productive fractured aquifer fraction"),
        "no_gw_perc": ("no_groundwater", "percent", "Fraction without groundwater"),
    },
    about={
        "source": "CAMELS-GB, doi:10.5285/8344e4f3-d2ea-44f5-8afa-86d2987543a9",
        "references": "Coxon et al. (2020), doi:10.5194/essd-12-2459-2020",
        "licence": "Open Government Licence v3.0",
    },
    reservoirs="reservoir_cap",
    climate_period="1970-10-01/2015-09-30",
    labels={"tmean": {"long_name": "Daily mean air temperature"}},
)
recognises = GB.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    return GB.called(read_header(GB.needed(path, *SERIES_FILES)[0]))


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    files = by_site(GB.needed(path, *SERIES_FILES), lambda stem: stem.split("_")[-2])
    second = "_v2_" in next(iter(files.values())).name
    prefixes = ("camels_gb_v2", "CAMELS_GB_v2") if second else ("CAMELS_GB",)
    tables = GB.needed(path, *(f"{prefix}_topographic_attributes.csv" for prefix in prefixes))
    for kind in KINDS:
        tables += GB.files(path, *(f"{prefix}_{kind}_attributes.csv" for prefix in prefixes))
    basins = GB.basins(attributes(tables, "gauge_id"), path)
    return GB.join(path, basins, files, lambda site: read_basin(files[site]), span, each)


def read_basin(file: Path) -> pd.DataFrame:
    """The series of one catchment."""
    return GB.in_our_names(read_series(file, columns=GB.series), file.name)
