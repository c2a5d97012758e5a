"""Dissolved oxygen: samples from 40 rivers of the United States, with their water temperature.

Reads `oxygen.nc`, one prepared file of public data, from the folder named by the environment variable DGVIZ_DATA, else
from `../shared/data`. Water temperature was measured with the samples alone, a few times a year; between them it is
filled with the season of each river and what the nearest samples had beside it, see `filled`.

Source: USGS National Water Information System, doi:10.5066/F7P55KJN, as gathered by Zhi et al. (2023),
doi:10.1038/s44221-023-00038-z. The authors publish where the rivers are, how large and how high as standard scores
only, so that they have no place on a map.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.labels import label
from dgviz.datasets.oxygen_series import vocabulary
from dgviz.datasets.remarks import Remark, with_remarks

title = "Dissolved oxygen, 40 rivers, 1981-2019"
domain = "oxygen"

FILE = "oxygen.nc"
TRAIN = "1981-01-01/2009-12-31"
PERIODS = {"train_period": TRAIN, "test_period": "2010-01-01/2019-12-31"}
MEMORY = 10.0  # days over which water forgets how much warmer it was than usual
FREEZING = 0.0  # degC
ATTRIBUTES = {
    "zscore_lat": ("latitude_score", "Latitude, standard score"),
    "zscore_lon": ("longitude_score", "Longitude, standard score"),
    "zscore_area": ("area_score", "Drainage area, standard score"),
    "zscore_elevation_gauge": ("gauge_elevation_score", "Elevation of the gauge, standard score"),
    "zscore_elevation_mean": ("mean_elevation_score", "Mean elevation, standard score"),
    "zscore_slope": ("slope_score", "Mean slope of the land, standard score"),
}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    return find_file("oxygen", FILE, path)


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the rivers; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    raw = xr.load_dataset(file, engine="h5netcdf").transpose("time", "site").drop_vars(["lat", "lon"])
    season = seasons(raw.tw.sel(time=slice(*TRAIN.split("/"))), raw.tw.time)
    series = {"water_temperature": filled(raw.tw, season), "dissolved_oxygen": raw.do}
    places = {
        "name": ("site", raw.site.values, {"units": "1", "long_name": "Number of the river in the source"}),
        "lat": ("site", np.full(raw.sizes["site"], np.nan), {"units": "degrees_north", "long_name": "Latitude"}),
        "lon": ("site", np.full(raw.sizes["site"], np.nan), {"units": "degrees_east", "long_name": "Longitude"}),
    }
    dataset = xr.Dataset(coords={"time": raw.time, "site": raw.site} | places)
    for name, values in series.items():
        dataset[name] = values.astype("float32").drop_attrs().assign_attrs(label(name, vocabulary))
    for name, (known_as, long_name) in ATTRIBUTES.items():
        dataset[known_as] = raw[name].astype("float32").drop_attrs().assign_attrs(units="1", long_name=long_name)
    dataset = dataset.assign(climate(season))
    about = {"title": title, "source": raw.attrs["source"], "licence": raw.attrs["licence"], "unpublished_places": 1}
    return check(with_remarks(dataset.assign_attrs(about | PERIODS), said_of(raw)), file, vocabulary)


def said_of(raw: xr.Dataset) -> list[Remark]:
    """What was filled and what is not known."""
    known = int(raw.tw.notnull().sum())
    share = 100 * known / raw.tw.size
    return [
        Remark(
            "filled",
            "water_temperature",
            f"measured on {known} days of {raw.sizes['site']} rivers ({share:.1f} % of all): two harmonics of the year "
            f"fitted to {TRAIN[:4]}-{TRAIN[11:15]}, and what the samples before and after had beside them, forgotten "
            f"over {MEMORY:g} days; not below {FREEZING:g} degC",
        ),
        Remark("taken as missing", "lat, lon", "not published: rivers have no place on a map, only standard scores"),
    ]


def seasons(water: xr.DataArray, time: xr.DataArray) -> xr.DataArray:
    """A constant and two harmonics of the year, fitted to the samples `(time, site)` of each river, on other days."""
    fitted = [np.linalg.lstsq(_waves(known.time), known, rcond=None)[0] for known in _samples(water)]
    return xr.DataArray(_waves(time) @ np.stack(fitted, 1), {"time": time, "site": water.site}, ("time", "site"))


def filled(water: xr.DataArray, season: xr.DataArray) -> xr.DataArray:
    """Water temperature on every day: as measured where it was, else the season and what lies between the samples."""
    beside = np.stack([_between(known) for known in (water - season).values.T], 1)
    return (season + beside).clip(min=FREEZING).where(water.isnull(), water)


def climate(season: xr.DataArray) -> dict[str, xr.DataArray]:
    """What the season of each river says of it, `(site,)`."""
    about = {
        "t_mean": (season.mean("time"), "Mean water temperature, 1981-2009"),
        "t_range": (season.max("time") - season.min("time"), "Seasonal range of water temperature, 1981-2009"),
    }
    return {
        name: values.astype("float32").assign_attrs(units="degC", long_name=words, period=TRAIN)
        for name, (values, words) in about.items()
    }


def _samples(water: xr.DataArray) -> list[xr.DataArray]:
    return [water.sel(site=site).dropna("time") for site in water.site]


def _waves(time: xr.DataArray) -> np.ndarray:
    """A constant and two harmonics of the year, `(time, wave)`."""
    angle = 2 * np.pi * time.dt.dayofyear.values / 365.25
    return np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], 1)


def _between(beside: np.ndarray) -> np.ndarray:
    """What lies between samples `(time,)` of noise that is forgotten at a constant rate: its expectation given both.

    (a sinh(later / m) + b sinh(earlier / m)) / sinh(gap / m), with `a` the sample `earlier` days ago and `b` the one
    that comes in `later` days; written with exponentials of what is negative, so that none overflows.
    """
    at = np.flatnonzero(np.isfinite(beside))
    day = np.arange(len(beside))
    after = np.searchsorted(at, day)
    has_before, has_after = after > 0, after < len(at)
    before, after = np.maximum(after - 1, 0), np.minimum(after, len(at) - 1)
    earlier = np.where(has_before, day - at[before], np.inf) / MEMORY
    later = np.where(has_after, at[after] - day, np.inf) / MEMORY
    gap = earlier + later
    apart = 1 - np.exp(-2 * gap)
    of_before = np.exp(-earlier) * (1 - np.exp(-2 * later)) / apart
    of_after = np.exp(-later) * (1 - np.exp(-2 * earlier)) / apart
    return of_before * beside[at[before]] + of_after * beside[at[after]]
