"""LamaH-CE as published: catchments of the upper Danube and its neighbours, mostly Austria.

    A_basins_total_upstrm/1_attributes/Catchment_attributes.csv, A_basins_total_upstrm/2_timeseries/daily/ID_1.csv
    D_gauges/1_attributes/Gauge_attributes.csv, D_gauges/2_timeseries/daily/ID_1.csv

Delineation A is read, all land upstream of a gauge, by day. Separators are `;` and days stand in YYYY, MM and DD.
Weather is ERA5-Land, with net radiation and no potential evapotranspiration. Streamflow (`qobs`) is m3 s-1, -999 where
there is none, and becomes a depth over the official area (`area_gov`), or that of the delineation (`area_calc`) where
it is not given. Gauges are located in the grid of ETRS89-LAEA (EPSG:3035), in m.

Source: Klingler et al. (2021), doi:10.5194/essd-13-4529-2021. The projection: Snyder (1987), doi:10.3133/pp1395.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import Layout, attributes, by_site, column, depth_over, number
from dgviz.datasets.collection import Each
from dgviz.datasets.errors import DataError
from dgviz.datasets.series_file import read_header, read_series

title = "A folder of LamaH-CE (A_basins_total_upstrm, D_gauges)"
domain = "hydrology"

SERIES_FILES = "A_basins_total_upstrm/2_timeseries/daily/ID_*.csv"
FLOW_FILES = "D_gauges/2_timeseries/daily/ID_*.csv"
CATCHMENTS = "A_basins_total_upstrm/1_attributes/Catchment_attributes.csv"
GAUGES = "D_gauges/1_attributes/Gauge_attributes.csv"
LAMAH = Layout(
    name="LamaH-CE",
    signs=("A_basins_total_upstrm", "D_gauges"),
    series={
        "prec": "prcp",
        "2m_temp_min": "tmin",
        "2m_temp_max": "tmax",
        "2m_temp_mean": "tmean",
        "surf_net_solar_rad_mean": "srad",
        "streamflow": "streamflow",
    },
    static={
        "lat": ("lat", "degrees_north", "Gauge latitude"),
        "lon": ("lon", "degrees_east", "Gauge longitude"),
        "name": ("name", "1", "Station name"),
        "area_calc": ("area", "km2", "Drainage area"),
        "elev_mean": ("elevation", "m", "Mean elevation"),
        "slope_mean": ("slope", "m km-1", "Mean slope of the land"),
        "p_mean": ("p_mean", "mm d-1", "Mean precipitation"),
        "et0_mean": ("pet_mean", "mm d-1", "Mean reference evapotranspiration"),
        "arid_1": ("aridity", "1", "Aridity index"),
        "p_season": ("p_seasonality", "1", "Precipitation seasonality, positive for summer rain"),
        "frac_snow": ("frac_snow", "1", "Snow fraction"),
        "hi_prec_fr": ("high_prec_freq", "d yr-1", "High-precipitation frequency"),
        "hi_prec_du": ("high_prec_dur", "d", "High-precipitation duration"),
        "lo_prec_fr": ("low_prec_freq", "d yr-1", "Low-precipitation frequency"),
        "lo_prec_du": ("low_prec_dur", "d", "Low-precipitation duration"),
        "forest_fra": ("frac_forest", "1", "Forest fraction"),
        "agr_fra": ("frac_crops", "1", "Cropland fraction"),
        "bare_fra": ("frac_bare", "1", "Bare-land fraction"),
        "glac_fra": ("frac_glacier", "1", "Glacier fraction"),
        "lake_fra": ("frac_water", "1", "Lake fraction"),
        "urban_fra": ("frac_urban", "1", "Urban fraction"),
        "lai_max": ("lai_max", "1", "Maximum monthly leaf area index"),
        "lai_diff": ("lai_diff", "1", "Range of the monthly leaf area index"),
        "bedrk_dep": ("soil_depth_pelletier", "m", "Depth to bedrock"),
        "root_dep": ("root_depth", "m", "Depth of roots"),
        "soil_poros": ("soil_porosity", "1", "Soil porosity"),
        "soil_condu": ("soil_conductivity", "cm h-1", "Saturated hydraulic conductivity of the soil"),
        "soil_tawc": ("soil_water_capacity", "m", "Plant-available water capacity of the soil"),
        "sand_fra": ("frac_sand", "1", "Soil sand fraction"),
        "silt_fra": ("frac_silt", "1", "Soil silt fraction"),
        "clay_fra": ("frac_clay", "1", "Soil clay fraction"),
        "geol_perme": ("geol_permeability", "1", "Permeability of the subsurface (log10 of m2)"),
    },
    region="country",
    about={
        "source": "LamaH-CE, doi:10.5281/zenodo.4525244",
        "references": "Klingler et al. (2021), doi:10.5194/essd-13-4529-2021",
        "licence": "as the folder Info of LamaH-CE states",
    },
    climate_period="1989-10-01/2009-09-30",
    labels={
        "tmean": {"long_name": "Daily mean air temperature"},
        "srad": {"long_name": "Net shortwave radiation, mean of the whole day"},
    },
)
recognises = LAMAH.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    return LAMAH.called([*read_header(daily(path, SERIES_FILES)[0], ";"), "streamflow"])


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    weather = by_site(daily(path, SERIES_FILES), lambda stem: stem.removeprefix("ID_"))
    flows = by_site(daily(path, FLOW_FILES), lambda stem: stem.removeprefix("ID_"))
    tables = [*LAMAH.needed(path, CATCHMENTS), *LAMAH.needed(path, GAUGES)]
    table = attributes(tables, "ID", ";")
    calculated = column(table, "area_calc", path)
    areas = number(table.get("area_gov", calculated))
    areas = areas.where(areas > 0, calculated)
    lon, lat = column(table, "lon", path), column(table, "lat", path)
    if (lat.abs() > 90).any():
        lon, lat = from_european_grid(lon, lat)
    basins = LAMAH.basins(table.assign(lon=lon, lat=lat, area_calc=areas), path)  # over which streamflow is a depth
    sites = weather.keys() & flows.keys()
    area = lambda site: basins.static["area"][site]  # noqa: E731
    return LAMAH.join(path, basins, sites, lambda s: read_basin(s, weather[s], flows[s], area(s)), span, each)


def daily(path: Path, name: str) -> list[Path]:
    """The files of series by day; where there are only those by hour the error says so."""
    if not LAMAH.files(path, name) and LAMAH.files(path, name.replace("/daily/", "/hourly/")):
        folder = name.rpartition("/")[0]
        raise DataError(f"{path}: looks like LamaH-CE by hours; put the folder {folder} of 2_LamaH-CE_daily beside it.")
    return LAMAH.needed(path, name)


def read_basin(site: str, weather: Path, flow: Path, area: float) -> pd.DataFrame:
    """The series of one catchment; `area` in km2."""
    table = read_series(weather, ";", LAMAH.series)
    discharge = read_series(flow, ";", ["qobs"]).get("qobs")
    if discharge is None:
        raise DataError(f"{flow.name}: no column qobs")
    depth = depth_over(area, discharge, site)
    return LAMAH.in_our_names(table.assign(streamflow=depth.reindex(table.index)), weather.name)


def from_european_grid(x: pd.Series, y: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude (degrees) of points of ETRS89-LAEA (m): Lambert's azimuthal equal-area projection."""
    a, e = 6378137.0, 0.0818191910428158  # GRS80
    lon0, lat0 = np.radians(10.0), np.radians(52.0)
    q_pole, q0 = authalic(np.array(1.0), e), authalic(np.sin(lat0), e)
    beta0, radius = np.arcsin(q0 / q_pole), a * np.sqrt(q_pole / 2)
    d = a * np.cos(lat0) / np.sqrt(1 - (e * np.sin(lat0)) ** 2) / (radius * np.cos(beta0))
    east, north = (x - 4321000.0) / d, (y - 3210000.0) * d
    rho = np.hypot(east, north)
    c = 2 * np.arcsin(rho / (2 * radius))
    # The authalic latitude, then the geographic one by Snyder's series (3-18).
    beta = np.arcsin(np.cos(c) * np.sin(beta0) + north * np.sin(c) * np.cos(beta0) / rho.where(rho > 0, 1.0))
    lon = lon0 + np.arctan2(east * np.sin(c), rho * np.cos(beta0) * np.cos(c) - north * np.sin(beta0) * np.sin(c))
    lat = (
        beta
        + (e**2 / 3 + 31 * e**4 / 180 + 517 * e**6 / 5040) * np.sin(2 * beta)
        + (23 * e**4 / 360 + 251 * e**6 / 3780) * np.sin(4 * beta)
        + 761 * e**6 / 45360 * np.sin(6 * beta)
    )
    return np.degrees(lon), np.degrees(lat)


def authalic(sine: np.ndarray, e: float) -> np.ndarray:
    """Snyder's q of the sine of a latitude (3-12)."""
    return (1 - e**2) * (sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
