"""A small world of basins whose rain, flow, stream temperature and oxygen are known."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.hydrology import twin as of_water
from dgviz.domains.stream_temperature.equilibrium import MM_KM2
from dgviz.domains.stream_temperature.twin import sun_and_vapour
from dgviz.domains.twins import Twin

RUNOFF_SHARE = 0.45  # of precipitation, about


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Weather, sun and attributes of basins with a stream, as in the twin of rainfall-runoff."""
    basins = of_water.drivers(random, n_sites, times).drop_vars(["tmin", "tmax"])
    area = np.exp(random.normal(4.5, 0.9, n_sites))
    farmland = np.clip(random.beta(1.2, 2.0, n_sites) * (1.2 - basins.forest.values), 0.0, 1.0)
    sun = sun_and_vapour(random, basins.lat.values, times, basins.tmean.values)
    mean_discharge = RUNOFF_SHARE * basins.p_mean.values * area * MM_KM2
    static = {
        "area": (area, "km2", "Drainage area"),
        "farmland": (farmland, "1", "Share of the land that is farmed"),
        # Length grows with the 0.6th power of the area, as Hack found.
        "reach_length": (1.4 * area**0.6, "km", "Length of the stream above the gauge"),
        "channel_slope": (basins.slope.values / 4000.0, "1", "Slope of the stream"),
    }
    return basins.assign(
        {name: (("time", "site"), sun[name]) for name in ("srad", "vapour_pressure", "cloud")}
        | {name: ("site", values, {"units": u, "long_name": words}) for name, (values, u, words) in static.items()}
    ).assign_coords(mean_discharge=("site", mean_discharge, {"units": "m3 s-1", "long_name": "Mean discharge"}))


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes."""
    size = ((np.log(attributes.area) - 4.5) / 4.0).clip(-0.5, 0.5)
    steepness = (attributes.slope / 100.0).clip(0, 1)
    return {
        **of_water.law(attributes),
        "shade_rip": 0.05 + 0.75 * attributes.forest,
        "width_a": 0.2 + 0.4 * (size + 0.5),
        "tgw": 0.3 + 0.3 * attributes.permeability,
        "mean_depth": 0.03 + 0.1 * (size + 0.5),
        "mean_velocity": 0.1 + 0.25 * steepness,
        "p_most": 0.25 - 0.2 * attributes.forest,
        "r": 0.05 + 0.35 * attributes.farmland,
    }


twin = Twin(
    drivers,
    law,
    n_sites=30,
    noise={"dissolved_oxygen": 0.03, "water_temperature": 0.3, "streamflow": 0.1},
    gaps=0.2,
)
