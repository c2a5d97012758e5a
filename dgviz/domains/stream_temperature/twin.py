"""A small world of streams: warm and cold climates, large and small rivers, fed by the surface or by groundwater."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.twins import Twin


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Air temperature (degC), discharge (m3 s-1) and attributes of streams between 30 and 48 degrees north."""
    lat = random.uniform(30.0, 48.0, n_sites)
    elevation = random.gamma(1.5, 300.0, n_sites)
    area = np.exp(random.normal(5.5, 1.4, n_sites))
    forest = random.beta(1.5, 1.5, n_sites)
    groundwater = random.beta(2.0, 3.0, n_sites)
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 200) / 365.25
    mean = 27.0 - 0.45 * (lat - 25.0) - 0.005 * elevation
    swing = 4.0 + 0.35 * (lat - 25.0)
    weather = _persistent(random, (len(times), n_sites), 0.75)
    tair = mean + swing * np.cos(angle)[:, None] + 4.0 * weather
    wetness = _persistent(random, (len(times), n_sites), 0.9)
    # Storms are higher where little comes from groundwater; spring is the wet season.
    log_flow = 0.5 * np.cos(angle + 1.8)[:, None] + (1.2 - groundwater) * wetness
    discharge = 0.012 * area * np.exp(log_flow - log_flow.var(0) / 2)
    static = dict(elevation=elevation, area=area, forest=forest, groundwater=groundwater)
    about = {
        "elevation": {"units": "m", "long_name": "Mean elevation"},
        "area": {"units": "km2", "long_name": "Drainage area"},
        "forest": {"units": "1", "long_name": "Share of the banks under forest"},
        "groundwater": {"units": "1", "long_name": "Share of the flow from groundwater"},
    }
    series = {"tair": (("time", "site"), tair), "discharge": (("time", "site"), discharge)}
    attributes = {name: ("site", values, about[name]) for name, values in static.items()}
    mean_discharge = ("site", discharge.mean(0), {"units": "m3 s-1", "long_name": "Mean discharge"})
    places = {"lat": ("site", lat), "lon": ("site", random.uniform(-120.0, -75.0, n_sites))}
    return xr.Dataset(series | attributes, places | {"mean_discharge": mean_discharge})


def _persistent(random: np.random.Generator, shape: tuple[int, int], memory: float) -> np.ndarray:
    """Noise of unit variance in which a share `memory` of each day stays to the next, `(time, site)`."""
    noise = random.standard_normal(shape)
    for day in range(1, len(noise)):
        noise[day] = memory * noise[day - 1] + np.sqrt(1 - memory**2) * noise[day]
    return noise


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes."""
    size = ((np.log(attributes.area) - 5.5) / 4.0).clip(-0.5, 0.5)
    return {
        "a1": 0.25 - 0.05 * attributes.forest,
        "a2": 0.25 - 0.15 * size - 0.1 * attributes.forest,
        "a3": 0.22 - 0.12 * size - 0.05 * attributes.forest,
        "a4": 0.65 + 0.1 * size,
        "a5": 0.02 + 0.12 * attributes.groundwater,
        "a6": 0.05 + 0.1 * (1 - attributes.groundwater),
        "a8": 0.01 + 0.1 * attributes.groundwater,
    }


twin = Twin(drivers, law, noise=0.3)
