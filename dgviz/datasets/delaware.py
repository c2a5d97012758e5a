"""Delaware River Basin: 94 USGS gauges, 1979-1980, in the public domain; it travels with dgviz.

Source: land units of the U.S. Geological Survey's National Hydrologic Model, as packaged in pywatershed 2.0.4
(CC0); data/README.md tells how the file was made.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.hydrology_series import vocabulary
from dgviz.paths import data_folder

title = "Delaware River Basin, 94 gauges, 1979-1980"
domain = "hydrology"

FILE = "delaware.nc"
CLIMATE_PERIOD = "1979-01-01/1979-12-31"
CLIMATE = (
    *("p_mean", "t_mean", "pet_mean", "aridity", "frac_snow", "p_seasonality"),
    *("high_prec_freq", "low_prec_freq"),
)

TITLES = {  # in the terms of hydrology, where the file has a definition
    "frac_grass": "Grassland fraction",
    "frac_forest": "Forest fraction",
    "cover_summer": "Vegetation density in summer",
    "cover_winter": "Vegetation density in winter",
    "frac_impervious": "Impervious fraction",
    "frac_ponds": "Pond and depression fraction",
    "frac_sand": "Sandy-soil fraction",
    "aridity": "Aridity index, 1979",
    "frac_snow": "Snow fraction, 1979",
    "p_seasonality": "Precipitation seasonality, positive for summer rain, 1979",
    "high_prec_freq": "High-precipitation frequency, 1979",
    "low_prec_freq": "Low-precipitation frequency, 1979",
}
DIVERTED = "New York City diverts water above the gauge"
# Gauges right below other works, by their names and as their flow shows.
REGULATED = {
    "01429000": "below Prompton Reservoir",
    "01432000": "below Lake Wallenpaupack, which drives a hydropower plant",
    "01433500": "below the hydropower reservoirs of the Mongaup River",
    "01447800": "below Francis E. Walter Reservoir",
    "01449800": "below Beltzville Lake",
    "01459500": "below Lake Nockamixon",
    "01470960": "below Blue Marsh Lake",
    "01471000": "below Blue Marsh Lake",
    "01474500": "below the water intakes of Philadelphia",
    "01480685": "below Marsh Creek Lake",
}


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the packaged file, or another copy of it given as `path` (the file or its folder)."""
    file = Path(path or data_folder())
    file = file / FILE if file.is_dir() else file
    dataset = check(xr.load_dataset(file, engine="h5netcdf"), file, vocabulary)
    for name, long_name in TITLES.items():
        dataset[name].attrs["long_name"] = long_name
    why = [
        DIVERTED if diverted else REGULATED.get(site, "")
        for site, diverted in zip(dataset.site.values, dataset.diverted.values, strict=True)
    ]
    dataset["regulation"] = "site", why, {"units": "1", "long_name": "Why the flow is not natural"}
    # In March 1979 the snow of the Catskills melts, nearly without rain; the basin is natural and simulated well.
    dataset.attrs |= {"first_site": "01415000", "first_window": "1979-02-01/1979-06-30"}
    for name in CLIMATE:
        # Leakage is judged by the period over which an attribute was computed.
        dataset[name].attrs["period"] = CLIMATE_PERIOD
    return dataset
