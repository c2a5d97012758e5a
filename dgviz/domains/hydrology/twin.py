"""A small world of basins: wet and dry, cold and warm, on deep and shallow soils."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.twins import Twin

WET_DAYS = 0.4  # the share of days with precipitation


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Precipitation (mm d-1), air temperatures (degC) and attributes of basins between 35 and 48 degrees north."""
    lat = random.uniform(35.0, 48.0, n_sites)
    elevation = random.gamma(1.5, 350.0, n_sites)
    slope = 5.0 + 0.06 * elevation * random.uniform(0.5, 1.5, n_sites)
    soil_depth = random.uniform(0.3, 2.0, n_sites)
    permeability = random.beta(2.0, 2.0, n_sites)
    forest = random.beta(1.5, 1.5, n_sites)
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 200) / 365.25
    # Colder to the north and with height; half a year of warmth around day 200.
    tmean = 25.0 - 0.7 * (lat - 30.0) - 0.006 * elevation + 12.0 * np.cos(angle)[:, None]
    tmean = tmean + 3.5 * random.standard_normal((len(times), n_sites))
    half_range = random.uniform(3.0, 7.0, (len(times), n_sites))
    # Storms reach all basins; how much falls in each differs.
    storms = random.random(len(times)) < WET_DAYS
    # Gamma amounts with many small and few large storms, scaled to the mean of each basin.
    amounts = random.gamma(0.7, 1.0, (len(times), n_sites)) * random.gamma(1.0, 1.0, (len(times), 1))
    mean_prcp = random.uniform(1.5, 4.5, n_sites)
    prcp = storms[:, None] * amounts * mean_prcp / (0.7 * WET_DAYS)
    static = {
        "elevation": (elevation, "m", "Mean elevation"),
        "slope": (slope, "m km-1", "Mean slope of the land"),
        "soil_depth": (soil_depth, "m", "Soil depth"),
        "permeability": (permeability, "1", "Permeability of the subsurface, from 0 to 1"),
        "forest": (forest, "1", "Forest fraction"),
        "p_mean": (mean_prcp, "mm d-1", "Mean precipitation"),
    }
    series = {"prcp": prcp, "tmin": tmean - half_range, "tmax": tmean + half_range, "tmean": tmean}
    return xr.Dataset(
        {name: (("time", "site"), values) for name, values in series.items()}
        | {
            name: ("site", values, {"units": units, "long_name": words})
            for name, (values, units, words) in static.items()
        },
        {"lat": ("site", lat), "lon": ("site", random.uniform(-120.0, -75.0, n_sites))},
    )


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes."""
    steep = (attributes.slope / 100.0).clip(0, 1)
    return {
        "fc": 0.05 + 0.2 * attributes.soil_depth,
        "beta": 0.15 + 0.4 * attributes.forest,
        "cfmax": 0.4 - 0.25 * attributes.forest,
        "k0": 0.1 + 0.4 * steep,
        "k1": 0.1 + 0.3 * steep,
        "k2": 0.05 + 0.25 * (1 - attributes.permeability),
        "perc": 0.05 + 0.25 * attributes.permeability,
    }


twin = Twin(drivers, law, noise=0.1)
