"""A small world of towers: cold and warm, wet and dry, forests and grass, whose stress by dry soil is known."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.ecosystem_climate import with_climate_of
from dgviz.datasets.ecosystem_series import FORCINGS, pressure_of
from dgviz.datasets.root_zone import wetness
from dgviz.domains.twins import Twin


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Monthly weather and greenness of towers between 5 and 65 degrees north, and what describes them."""
    lat, elevation = random.uniform(5.0, 65.0, n_sites), random.gamma(1.5, 250.0, n_sites)
    forest, rain = random.beta(1.0, 1.0, n_sites), random.gamma(3.0, 0.8, n_sites)
    angle = 2 * np.pi * (times.day_of_year.to_numpy()[:, None] - 200) / 365.25
    shape = len(times), n_sites
    tair = 28 - 0.45 * lat - 0.006 * elevation + (1 + 0.2 * lat) * np.cos(angle) + 1.5 * random.standard_normal(shape)
    # Light: the sun's height at noon over the year, dimmed where it rains
    light = (38 - 0.4 * lat + 0.35 * lat * np.cos(angle + 0.4)).clip(1.0) * random.uniform(0.8, 1.0, shape)
    wet_season = random.uniform(0, 2 * np.pi, n_sites)
    prcp = rain * (1 + 0.7 * np.cos(angle - wet_season)).clip(0.05) * random.gamma(2.0, 0.5, shape)
    saturated = 610.8 * np.exp(17.27 * tair / (tair + 237.3))
    vpd = saturated * (0.25 + 0.45 * np.exp(-prcp / 2) * random.uniform(0.8, 1.2, shape))
    warm = 1 / (1 + np.exp(-(tair - 6) / 3))
    fapar = (0.25 + 0.4 * forest + 0.08 * np.log1p(rain)) * (0.35 + 0.65 * warm)
    co2 = 370 + 2.1 * (times - times[0]).days.to_numpy()[:, None] / 365.25 + np.zeros(n_sites)
    series = dict(tair=tair, vpd=vpd.clip(30.0), ppfd=light, fapar=fapar.clip(0.05, 0.95), co2=co2, prcp=prcp)
    series["pressure"] = np.broadcast_to(pressure_of(xr.DataArray(elevation)), shape)
    variables = {name: (("time", "site"), values, FORCINGS[name].attrs) for name, values in series.items()}
    places = {"lat": ("site", lat), "lon": ("site", random.uniform(-120.0, 140.0, n_sites)), "time": times}
    static = {
        "elevation": ("site", elevation, {"units": "m", "long_name": "Elevation"}),
        "forest": ("site", forest, {"units": "1", "long_name": "Share of the land under trees"}),
    }
    world = xr.Dataset(variables | static, places)
    # Of the training period alone, and so is the law: nothing that networks read tells of the test period.
    trained = f"{times[0]:%Y-%m-%d}/{times[round(Twin.trained * len(times)) - 1]:%Y-%m-%d}"
    return with_climate_of(world.assign(wetness=wetness(world)), trained)


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes."""
    warm = (attributes.t_mean / 30).clip(0.0, 1.0)
    return {
        "yield_scale": 0.25 + 0.2 * attributes.forest + 0.1 * (1 - warm),
        "beta_cost": 0.2 + 0.3 * attributes.forest,
        "dry_share": 0.15 + 0.1 * attributes.forest,
        "threshold": xr.full_like(attributes.t_mean, 0.7),
    }


twin = Twin(
    drivers,
    law,
    processes={"stress": "SoilMoistureStress"},
    n_sites=100,
    years=12.0,
    start="2001-01-01",
    noise=0.1,
)
