"""A small world of rivers over farmland, forest and limestone, in which shallow and deep water differ."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.twins import Twin

ABOUT = {
    "farmland": {"units": "1", "long_name": "Share of the land that is farmed"},
    "groundwater": {"units": "1", "long_name": "Share of the water from groundwater"},
    "weatherable": {"units": "1", "long_name": "Share of rock that weathers easily"},
}


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Discharge (m3 s-1), water temperature (degC) and attributes of rivers between 40 and 55 degrees north."""
    lat = random.uniform(40.0, 55.0, n_sites)
    static = {
        "farmland": random.beta(1.5, 1.5, n_sites),
        "groundwater": random.beta(2.0, 2.0, n_sites),
        "weatherable": random.beta(1.5, 2.5, n_sites),
    }
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 172)[:, None] / 365.25  # from midsummer
    storms = np.where(random.random((len(times), n_sites)) < 0.12, random.gamma(1.0, 1.0, (len(times), n_sites)), 0.0)
    quick = _recession(storms, 0.6)
    slow = _recession(storms, 0.97)
    wet = np.exp(-0.5 * np.cos(angle))  # winters are wet
    share = static["groundwater"]
    shape = wet * ((1 - share) * quick / quick.mean(0) + share * slow / slow.mean(0)) + 0.05
    discharge = np.exp(random.normal(1.5, 1.2, n_sites)) * shape / shape.mean(0)
    water = 11.0 - 0.3 * (lat - 47.0) + 8.0 * np.cos(angle - 0.55) + random.normal(0.0, 1.0, (len(times), n_sites))
    series = {"discharge": discharge, "water_temperature": water.clip(0.0)}
    return xr.Dataset(
        {name: (("time", "site"), values) for name, values in series.items()}
        | {name: ("site", values, ABOUT[name]) for name, values in static.items()},
        {
            "lat": ("site", lat),
            "lon": ("site", random.uniform(-5.0, 25.0, n_sites)),
            "mean_discharge": ("site", discharge.mean(0), {"units": "m3 s-1", "long_name": "Mean discharge"}),
        },
    )


def _recession(pulses: np.ndarray, kept: float) -> np.ndarray:
    """A store that keeps a share of what it holds from day to day, `(time, site)`."""
    store = np.empty_like(pulses)
    store[0] = pulses.mean(0) / (1 - kept)
    for day in range(1, len(pulses)):
        store[day] = kept * store[day - 1] + pulses[day]
    return store


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes.

    Farms feed the shallow water, rock that weathers the deep water; with much groundwater much goes deep.
    """
    return {
        "slow_share": 0.2 + 0.6 * attributes.groundwater,
        "slow_days": 0.05 + 0.2 * attributes.groundwater,
        "shallow": 0.02 + 0.15 * attributes.farmland,
        "deep": 0.02 + 0.15 * attributes.weatherable,
        "winter": 0.5 + 0.4 * attributes.farmland,
    }


# Sampled once a week or so, with an error of ten percent.
twin = Twin(drivers, law, {"separation": "SlowStore", "concentration": "EndMembers"}, noise=0.1, gaps=0.85)
