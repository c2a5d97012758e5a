"""CAMELS-US: basins of the contiguous United States with daily Daymet weather and USGS streamflow.

Reads `camels_us.nc`, one prepared file of the published data, from the folder named by the environment variable
DGVIZ_DATA, else from `../shared/data`. It has 476 of the 531 basins on which models are usually compared; the flag
`clean` marks those of them without a doubt about area, temperatures or record.

Source: Newman et al. (2015), doi:10.5194/hess-19-209-2015; Addor et al. (2017), doi:10.5194/hess-21-5293-2017.
The 531 basins: Newman et al. (2017), doi:10.1175/JHM-D-16-0284.1. The 27 attributes and the periods: Kratzert et al.
(2019), doi:10.5194/hess-23-5089-2019.
"""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS
from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.hydrology_series import in_order, vocabulary, with_mean_temperature

title = "CAMELS-US, 476 basins, 1980-2010"
domain = "hydrology"

FILE = "camels_us.nc"
PERIODS = {"train_period": "1999-10-01/2008-09-30", "test_period": "1989-10-01/1999-09-30"}  # of the comparison
CLIMATE_PERIOD = "1989-10-01/2009-09-30"  # over which Addor et al. (2017) computed the climate
CLIMATE = (
    *("p_mean", "pet_mean", "aridity", "p_seasonality", "frac_snow"),
    *("high_prec_freq", "high_prec_dur", "low_prec_freq", "low_prec_dur"),
)

SERIES = {  # name in the file: (name, units, long_name)
    "prcp": ("prcp", "mm d-1", "Precipitation"),
    "tmin": ("tmin", "degC", "Daily minimum air temperature"),
    "tmax": ("tmax", "degC", "Daily maximum air temperature"),
    "srad": ("srad", "W m-2", "Shortwave radiation, mean of the whole day"),
    "vp": ("vp", "Pa", "Water vapour pressure"),
    "qobs": ("streamflow", "mm d-1", "Observed streamflow"),
}
PLACE = {"lat": "latitude", "lon": "longitude"}
ATTRIBUTES = {
    "area_gages2": ("area", "km2", "Drainage area (GAGES-II)"),
    "elev_mean": ("elevation", "m", "Mean elevation"),
    "slope_mean": ("slope", "m km-1", "Mean slope of the land"),
    **CLIMATE_COLUMNS,
    "frac_forest": ("frac_forest", "1", "Forest fraction"),
    "lai_max": ("lai_max", "1", "Maximum monthly leaf area index"),
    "lai_diff": ("lai_diff", "1", "Range of the monthly leaf area index"),
    "gvf_max": ("gvf_max", "1", "Maximum monthly green vegetation fraction"),
    "gvf_diff": ("gvf_diff", "1", "Range of the monthly green vegetation fraction"),
    "soil_depth_pelletier": ("soil_depth_pelletier", "m", "Depth to bedrock"),
    "soil_depth_statsgo": ("soil_depth_statsgo", "m", "Soil depth"),
    "soil_porosity": ("soil_porosity", "1", "Soil porosity"),
    "soil_conductivity": ("soil_conductivity", "cm h-1", "Saturated hydraulic conductivity of the soil"),
    "max_water_content": ("max_water_content", "m", "Maximum water content of the soil"),
    "sand_frac": ("frac_sand", "percent", "Soil sand fraction"),
    "silt_frac": ("frac_silt", "percent", "Soil silt fraction"),
    "clay_frac": ("frac_clay", "percent", "Soil clay fraction"),
    "carbonate_rocks_frac": ("carbonate_rocks_frac", "1", "Carbonate-rock fraction"),
    "geol_permeability": ("geol_permeability", "1", "Permeability of the subsurface (log10 of m2)"),
}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    otherwise = " Or get the published files with `dgviz data get camels-us` and open camels-us."
    return find_file("camels_us", FILE, path, otherwise)


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the basins of the usual comparison; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    with xr.open_dataset(file, engine="h5netcdf") as raw:
        raw = raw.rename(basin="site")
        raw = raw.isel(site=raw.in_531.values.astype(bool))
        series = {name: read_series(raw, key, label) for key, (name, *label) in SERIES.items()}
        static = raw[[*ATTRIBUTES, "baseflow_index", "gauge_name", "huc_02", "lat", "lon", "clean"]].load()
    attributes = {name: labelled(static[key], label) for key, (name, *label) in ATTRIBUTES.items()}
    for name in CLIMATE:
        attributes[name].attrs["period"] = CLIMATE_PERIOD
    region = static.huc_02.astype(str).assign_attrs(units="1", long_name="Hydrologic region (HUC-02)")
    clean = static.clean.astype(bool).drop_vars(["lat", "lon"])
    clean = clean.assign_attrs(units="1", long_name="No doubt about area, temperatures or record")
    name = static.gauge_name.astype(str).assign_attrs(units="1", long_name="USGS station name")
    lat, lon = (labelled(static[key], (static[key].units, f"Gauge {name}")) for key, name in PLACE.items())
    flags = {"region": region, "clean": clean}
    # Computed from the observed flow, so a coordinate: as an attribute it would give the answer away to a network.
    baseflow_index = labelled(static.baseflow_index, ("1", "Baseflow index of the observed flow"))
    place = {"name": name, "lat": lat, "lon": lon, "baseflow_index": baseflow_index}
    dataset = in_order(xr.Dataset(series, place))
    dataset = with_mean_temperature(dataset).assign(attributes | flags)
    return check(dataset.assign_attrs(about(raw.attrs)), file, vocabulary)


def read_series(raw: xr.Dataset, key: str, label: Sequence[str]) -> xr.DataArray:
    """One variable (time, site) in single precision. Daymet's radiation is the mean of the daylight hours."""
    values = raw[key] * raw.dayl / 24 if key == "srad" else raw[key]
    return labelled(values, label).transpose("time", "site")


def labelled(values: xr.DataArray, label: Sequence[str]) -> xr.DataArray:
    """Single precision, with units and long_name, and without the coordinates."""
    units, long_name = label
    single = values.astype("float32").drop_vars(["lat", "lon"], errors="ignore")
    return single.drop_attrs().assign_attrs(units=units, long_name=long_name)


def about(attrs: dict) -> dict:
    """Global attributes: origin, licence and the default split."""
    return {
        "title": title,
        "domain": domain,
        "source": attrs["source"],
        "references": attrs["references"],
        "licence": attrs["license"],
    } | PERIODS
