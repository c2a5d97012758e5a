"""CAMELS-DE as published: catchments of Germany.

    timeseries/CAMELS_DE_hydromet_timeseries_DE110000.csv
    CAMELS_DE_topographic_attributes.csv, CAMELS_DE_climatic_attributes.csv ...

Weather is the mean over the catchment (`precipitation_mean`, `radiation_global_mean`); `temperature_min` and
`temperature_max` are the lowest and highest of the day. Streamflow is mm d-1 (`discharge_spec_obs`). There is no
potential evapotranspiration.

Source: Loritz et al. (2024), doi:10.5194/essd-16-5625-2024.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, GAUGE_COLUMNS, Layout, attributes, by_site
from dgviz.datasets.collection import Each
from dgviz.datasets.series_file import read_header, read_series

title = "A folder of CAMELS-DE (CAMELS_DE_hydromet_timeseries_ID.csv, CAMELS_DE_topographic_attributes.csv ...)"
domain = "hydrology"

SERIES_FILES = ("CAMELS_DE_hydromet_timeseries_*.csv", "timeseries/CAMELS_DE_hydromet_timeseries_*.csv")
TOPOGRAPHY = "CAMELS_DE_topographic_attributes.csv"
KINDS = ("climatic", "landcover", "soil", "hydrogeology")
DE = Layout(
    name="CAMELS-DE",
    signs=(*SERIES_FILES, TOPOGRAPHY),
    series={
        "precipitation_mean": "prcp",
        "temperature_min": "tmin",
        "temperature_max": "tmax",
        "temperature_mean": "tmean",
        "radiation_global_mean": "srad",
        "discharge_spec_obs": "streamflow",
    },
    static={
        **GAUGE_COLUMNS,
        **CLIMATE_COLUMNS,
        "forests_and_seminatural_areas_perc": ("frac_forest", "percent", "Forest and semi-natural fraction"),
        "agricultural_areas_perc": ("frac_crops", "percent", "Cropland fraction"),
        "artificial_surfaces_perc": ("frac_urban", "percent", "Urban fraction"),
        "wetlands_perc": ("frac_wetland", "percent", "Wetland fraction"),
        "water_bodies_perc": ("frac_water", "percent", "Open-water fraction"),
        "sand_0_30cm_mean": ("frac_sand", "percent", "Sand fraction of the upper 30 cm of soil"),
        "silt_0_30cm_mean": ("frac_silt", "percent", "Silt fraction of the upper 30 cm of soil"),
        "clay_0_30cm_mean": ("frac_clay", "percent", "Clay fraction of the upper 30 cm of soil"),
        "aquifer_perc": ("frac_aquifer", "percent", "Aquifer fraction"),
    },
    region="federal_state",
    about={
        "source": "CAMELS-DE, doi:10.5281/zenodo.13837553",
        "references": "Loritz et al. (2024), doi:10.5194/essd-16-5625-2024",
        "licence": "CC-BY-4.0",
    },
    climate_period="1951-01-01/2020-12-31",
    labels={"tmean": {"long_name": "Daily mean air temperature"}},
)
recognises = DE.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    return DE.called(read_header(DE.needed(path, *SERIES_FILES)[0]))


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    files = by_site(DE.needed(path, *SERIES_FILES), lambda stem: stem.rpartition("_")[2])
    tables = DE.needed(path, TOPOGRAPHY)
    for kind in KINDS:
        tables += DE.files(path, f"CAMELS_DE_{kind}_attributes.csv")
    basins = DE.basins(attributes(tables, "gauge_id"), path)
    return DE.join(path, basins, files, lambda site: read_basin(files[site]), span, each)


def read_basin(file: Path) -> pd.DataFrame:
    """The series of one catchment."""
    return DE.in_our_names(read_series(file, columns=DE.series), file.name)
