"""A small world of rivers: high and low, steep and flat, shaded and open, clean and polluted."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.twins import Twin, persistent

ABOUT = {
    "elevation": {"units": "m", "long_name": "Mean elevation"},
    "slope": {"units": "m km-1", "long_name": "Mean slope of the land"},
    "forest": {"units": "1", "long_name": "Share of the banks under forest"},
    "farmland": {"units": "1", "long_name": "Share of the land that is farmed"},
}


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """Water temperature (degC), discharge (m3 s-1), radiation (W m-2) and attributes of rivers, 30 to 48 degrees N."""
    lat = random.uniform(30.0, 48.0, n_sites)
    static = {
        "elevation": random.gamma(1.2, 350.0, n_sites),
        "slope": np.exp(random.normal(3.0, 1.0, n_sites)),
        "forest": random.beta(1.5, 1.5, n_sites),
        "farmland": random.beta(1.2, 2.0, n_sites),
    }
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 172)[:, None] / 365.25  # from midsummer
    weather = persistent(random, (len(times), n_sites), 0.8)
    mean = 26.0 - 0.4 * (lat - 25.0) - 0.004 * static["elevation"]
    water = mean + (4.0 + 0.3 * (lat - 25.0)) * np.cos(angle - 0.55) + 1.5 * weather
    clear = 190.0 + (2.0 + 3.2 * (lat - 20.0)) * np.cos(angle)
    srad = clear * np.clip(0.95 + 0.25 * persistent(random, (len(times), n_sites), 0.4), 0.15, 1.25)
    wetness = persistent(random, (len(times), n_sites), 0.93)
    discharge = np.exp(random.normal(2.0, 1.2, n_sites)) * np.exp(0.8 * wetness - 0.5 * np.cos(angle))
    series = {"water_temperature": water.clip(0.0), "discharge": discharge, "srad": srad}
    return xr.Dataset(
        {name: (("time", "site"), values) for name, values in series.items()}
        | {name: ("site", values, ABOUT[name]) for name, values in static.items()},
        {
            "lat": ("site", lat),
            "lon": ("site", random.uniform(-120.0, -75.0, n_sites)),
            "mean_discharge": ("site", discharge.mean(0), {"units": "m3 s-1", "long_name": "Mean discharge"}),
        },
    )


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the attributes.

    Air is thin on mountains and steep rivers exchange more with it; shade keeps plants small, farmland feeds the rest.
    """
    steepness = ((np.log(attributes.slope) - 3.0) / 4.0).clip(-0.5, 0.5)
    return {
        "pressure": (np.exp(-attributes.elevation / 8430.0) - 0.7) / 0.35,
        "ka": 0.12 + 0.15 * steepness,
        "p": 0.30 - 0.25 * attributes.forest,
        "p_peak": 0.45 - 0.15 * attributes.forest,
        "r": 0.05 + 0.4 * attributes.farmland,
    }


# Sampled every fifth day or so; an error of 4 percent is that of a probe.
twin = Twin(drivers, law, noise=0.04, gaps=0.8)
