"""A small world of streams: warm and cold climates, large and small rivers, fed by the surface or by groundwater."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.twins import Twin, persistent

MOST_VAPOUR = 32.0  # hPa: dew points above 25 degC are rare on land


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Weather, discharge and attributes of streams between 30 and 48 degrees north.

    For the heat balance of a reach also sun, clouds, vapour, evaporation, and the three sources of the water.
    """
    lat = random.uniform(30.0, 48.0, n_sites)
    elevation = random.gamma(1.5, 300.0, n_sites)
    area = np.exp(random.normal(5.5, 1.4, n_sites))
    forest = random.beta(1.5, 1.5, n_sites)
    groundwater = random.beta(2.0, 3.0, n_sites)
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 200) / 365.25
    mean = 27.0 - 0.45 * (lat - 25.0) - 0.005 * elevation
    swing = 4.0 + 0.35 * (lat - 25.0)
    weather = persistent(random, (len(times), n_sites), 0.75)
    tair = mean + swing * np.cos(angle)[:, None] + 4.0 * weather
    wetness = persistent(random, (len(times), n_sites), 0.9)
    # Storms are higher where little comes from groundwater; spring is the wet season.
    log_flow = 0.5 * np.cos(angle + 1.8)[:, None] + (1.2 - groundwater) * wetness
    discharge = 0.012 * area * np.exp(log_flow - log_flow.var(0) / 2)
    # Length grows with the 0.6th power of the area, as Hack found; small streams are steep.
    reach = {"reach_length": 1.4 * area**0.6, "channel_slope": 0.02 * (area / 100.0) ** -0.3}
    static = dict(elevation=elevation, area=area, forest=forest, groundwater=groundwater, **reach)
    about = {
        "reach_length": {"units": "km", "long_name": "Length of the stream above the gauge"},
        "channel_slope": {"units": "1", "long_name": "Slope of the stream"},
        "elevation": {"units": "m", "long_name": "Mean elevation"},
        "area": {"units": "km2", "long_name": "Drainage area"},
        "forest": {"units": "1", "long_name": "Share of the banks under forest"},
        "groundwater": {"units": "1", "long_name": "Share of the flow from groundwater"},
    }
    weather_of_reach = sun_and_vapour(random, lat, times, tair)
    sources = _sources(discharge, area, groundwater)
    values = {"tair": tair, "discharge": discharge, **weather_of_reach, **sources}
    series = {name: (("time", "site"), of_time) for name, of_time in values.items()}
    attributes = {name: ("site", values, about[name]) for name, values in static.items()}
    mean_discharge = ("site", discharge.mean(0), {"units": "m3 s-1", "long_name": "Mean discharge"})
    places = {"lat": ("site", lat), "lon": ("site", random.uniform(-120.0, -75.0, n_sites))}
    return xr.Dataset(series | attributes, places | {"mean_discharge": mean_discharge})


def sun_and_vapour(
    random: np.random.Generator, lat: np.ndarray, times: pd.DatetimeIndex, tair: np.ndarray
) -> dict[str, np.ndarray]:
    """Cloud (1), solar radiation (W m-2), vapour pressure (hPa) and evaporation (mm d-1), `(time, site)`."""
    cloud = 1 / (1 + np.exp(-1.2 * persistent(random, tair.shape, 0.5)))
    season = np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 172) / 365.25)[:, None]
    clear = 330.0 - 2.5 * lat + (20.0 + 3.0 * lat) * season * 0.75
    srad = np.maximum(clear * (1 - 0.65 * cloud**2), 5.0)
    humidity = 0.5 + 0.35 * cloud
    saturated = 6.108 * np.exp(17.26939 * tair / (tair + 237.3))
    # Evaporation of Oudin's kind: sun times the air above -5 degC.
    evaporation = srad / 28.4 * np.maximum(tair + 5.0, 0.0) / 100.0 * 1.6
    return {
        "cloud": cloud,
        "srad": srad,
        "vapour_pressure": np.minimum(humidity * saturated, MOST_VAPOUR),
        "pet": evaporation,
    }


def _sources(discharge: np.ndarray, area: np.ndarray, groundwater: np.ndarray) -> dict[str, np.ndarray]:
    """Quickflow, interflow and baseflow (mm d-1): a slow store gives what stays of the flow, storms the rest."""
    depth = discharge * 86.4 / area
    slow = np.copy(depth)
    for day in range(1, len(depth)):
        slow[day] = np.minimum(0.97 * slow[day - 1] + 0.03 * depth[day], depth[day])
    base = slow * (0.3 + 0.7 * groundwater)
    rest = depth - base
    return {"baseflow": base, "interflow": 0.6 * rest, "quickflow": 0.4 * rest}


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
        # Where the heat balance of a reach is the hidden process: trees shade, and small streams are narrow.
        "shade_rip": 0.05 + 0.75 * attributes.forest,
        "width_a": 0.15 + 0.5 * (size + 0.5),
        "tgw": 0.3 + 0.3 * attributes.groundwater,
        "lag_deep": 0.2 + 0.4 * (1 - attributes.groundwater),
    }


twin = Twin(drivers, law, noise=0.3)
