"""Are the sunshine, the humidity and the evaporation of the air what the sun and the temperature allow?

In CAMELS-US 46 to 75 % of the sun's radiation reaches the ground, and the air holds 32 to 73 % of the vapour that it
could hold at its mean temperature.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from dgviz.datasets.doubts import covers_a_year, doubt, mean_over, temperature_doubts
from dgviz.datasets.remarks import Remark
from dgviz.memory import by_sites

TIMES_PET = 5.0  # two formulas of potential evapotranspiration differ by less
SUNSHINE = (0.15, 0.85)  # of the sun's radiation, from the cloudiest land to what a clear sky lets through
RADIATIONS = {"MJ m-2 d-1": 1e6 / 86400, "kWh m-2 d-1": 1e3 / 24}  # to W m-2
HUMIDITY = (0.1, 1.1)  # of the pressure at saturation, from the driest desert to fog
PRESSURES = {"hPa": 100.0, "kPa": 1000.0}  # to Pa
EVAPORATION_HEAT = 2.45  # MJ kg-1
MJ_PER_DAY = 0.0864  # of W


def air_doubts(ds: xr.Dataset, pet: np.ndarray) -> Iterator[Remark]:
    """What is not likely of the temperature, radiation, vapour and evaporation; `pet (site,)` is what to expect."""
    if "tmean" in ds:
        yield from temperature_doubts(ds.tmean, ds.lat.values.astype("float64"))
    if "pet" in ds:
        yield from _pet_doubts(ds.pet, pet)
    if "srad" in ds:
        yield from _sun_doubts(ds.srad)
    if "vp" in ds and "tmean" in ds:
        yield from _vapour_doubts(ds.vp, ds.tmean)


def _pet_doubts(pet: xr.DataArray, expected: np.ndarray) -> Iterator[Remark]:
    """Potential evapotranspiration far from what temperature and latitude let one expect."""
    mean, long = _long_mean(pet)
    ratio = mean / np.maximum(expected, 0.3)
    wrong = np.isfinite(ratio) & ((ratio > TIMES_PET) | (ratio < 1 / TIMES_PET)) & (expected > 0.3)
    words = "mean pet is {} times what temperature and latitude let one expect (Oudin et al. 2005): is it in mm d-1?"
    yield from doubt(pet.site.values, long & wrong, ratio, words)


def _sun_doubts(srad: xr.DataArray) -> Iterator[Remark]:
    mean, long = _long_mean(srad)
    above = np.mean([sun(month, srad.lat.values) for month in range(1, 13)], axis=0) / MJ_PER_DAY
    ratio, sites = mean / above, srad.site.values
    least, most = SUNSHINE
    words = "mean srad is {} of the sun's radiation at this latitude, "
    dark = long & (ratio < least)
    yield from doubt(sites, dark, ratio, words + f"too dark: {_units(ratio[dark], RADIATIONS, SUNSHINE, 'W m-2')}")
    bright = "more than a clear sky lets through: is it the mean of the hours of daylight, or in cal cm-2 d-1?"
    yield from doubt(sites, long & (ratio > most), ratio, words + bright)


def _vapour_doubts(vp: xr.DataArray, air: xr.DataArray) -> Iterator[Remark]:
    mean, long = _long_mean(vp)
    # Tetens, in Pa; over the mean temperature of the record it would be too low.
    saturation = by_sites(lambda t: 610.8 * np.exp(17.27 * t / (t + 237.3)), air.values)
    ratio, sites = mean / mean_over(saturation, by_sites(np.isfinite, saturation)), vp.site.values
    least, most = HUMIDITY
    words = "mean vp is {} of the pressure at which vapour condenses at tmean, "
    dry = long & (ratio < least)
    likely = _units(ratio[dry], PRESSURES, HUMIDITY, "Pa")
    yield from doubt(sites, dry, ratio, words + f"drier than any desert: {likely}")
    yield from doubt(sites, long & (ratio > most), ratio, words + "more than air can hold: is it in Pa?")


def _long_mean(series: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each site, and where it is of most of a year or more."""
    known = by_sites(np.isfinite, series.values)
    return mean_over(series.values, known), covers_a_year(series.time, known.sum(0))


def _units(ratio: np.ndarray, factors: Mapping[str, float], allowed: tuple[float, float], units: str) -> str:
    """The question after the units that would make the ratios (of any number of sites) what they may be."""
    if not ratio.size:
        return ""
    low, high = allowed
    likely = [name for name, factor in factors.items() if low <= np.median(ratio) * factor <= high]
    return f"is it in {' or '.join(likely or factors)} rather than {units}?"


def potential(ds: xr.Dataset) -> np.ndarray:
    """Mean potential evapotranspiration (mm d-1) `(site,)` of monthly mean temperatures; NaN where there are none.

    Source: Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026.
    """
    if "tmean" not in ds:
        return np.full(ds.sizes["site"], np.nan)
    month, of_month = ds.time.dt.month.values, []
    for number in np.unique(month):
        air = ds.tmean.values[month == number]
        air = mean_over(air, np.isfinite(air))
        of_month.append(sun(number, ds.lat.values) / EVAPORATION_HEAT * np.maximum(air + 5, 0) / 100)
    return np.mean(of_month, axis=0)


def sun(month: int, lat: np.ndarray) -> np.ndarray:
    """Radiation of the sun above the air (MJ m-2 d-1) in the middle of a month; FAO-56, equations 21 to 25."""
    lat = np.deg2rad(lat.astype("float64"))
    angle = 2 * np.pi * (30.4 * month - 15) / 365
    declination = 0.409 * np.sin(angle - 1.39)
    sunset = np.arccos(np.clip(-np.tan(lat) * np.tan(declination), -1, 1))
    height = sunset * np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.sin(sunset)
    return 37.6 * (1 + 0.033 * np.cos(angle)) * height
