"""Climate attributes from the forcings of chosen days, for data sets whose own are of other days.

A data set marks an attribute that was computed from days by the attribute `period` of its variable. Definitions of
Addor et al. (2017), doi:10.5194/hess-21-5293-2017; the seasonality of precipitation is that of Woods (2009),
doi:10.1016/j.advwatres.2009.06.011, equation 14. Potential evapotranspiration comes from the data, else from
Hargreaves, or from Hamon if there is only the mean temperature; its level differs from a published `pet_mean`.
Snow falls on days below 0 degC, as in the paper; the published `frac_snow` of CAMELS-US counts days below 1 degC.
"""

import numpy as np
import torch
import xarray as xr

from dgviz.datasets import attribute_names, period_slice
from dgviz.datasets.camels_us import ATTRIBUTES
from dgviz.domains.hydrology.pet import Hamon, Hargreaves
from dgviz.learn.options import ConfigError

YEAR = 365.25
WET, DRY = 5.0, 1.0  # times the mean precipitation; mm d-1
NEEDED = ("prcp", "tmean")
LABELS = {name: label for name, *label in ATTRIBUTES.values()} | {"t_mean": ("degC", "Mean air temperature")}


def with_climate_of(dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The data set with all its climate attributes `(site,)` computed over a period from its own forcings.

    Each site is computed by itself, so that its values do not depend on which others are there. Raises ConfigError
    naming a forcing that is lacking, or an attribute marked as climate that is not known here.
    """
    marked = [name for name in attribute_names(dataset) if "period" in dataset[name].attrs]
    if not marked:
        return dataset
    if lacking := [name for name in NEEDED if name not in dataset]:
        raise ConfigError(f"climate 'training' needs {' and '.join(lacking)}, which the data lack. Choose 'given'.")
    days = dataset[[n for n in (*NEEDED, "tmin", "tmax", "pet", "day_of_year", "lat") if n in dataset.variables]]
    days = days.sel(time=period_slice(dataset, period)).load()
    of_sites = [_of_site(days.isel(site=i)) for i in range(dataset.sizes["site"])]
    if unknown := [name for name in marked if name not in of_sites[0]]:
        others = ", ".join(name for name in attribute_names(dataset) if name not in unknown)
        raise ConfigError(
            f"climate 'training': it is not known here how {', '.join(unknown)} would be computed from forcings. "
            f"Take data without, or choose climate 'given' and attributes = {others}."
        )
    computed = {}
    for name in marked:
        values = np.array([of_site[name] for of_site in of_sites], "float32")
        labels = dict(zip(("units", "long_name"), LABELS[name], strict=True), period=period)
        computed[name] = "site", np.where(np.isfinite(values), values, np.nan), labels
    return dataset.assign(computed)


def _of_site(days: xr.Dataset) -> dict[str, float]:
    rain = np.array(days["prcp"], "float64")
    warmth = np.array(days["tmean"], "float64")
    p_mean, pet_mean = rain.mean(), _potential(days).mean()
    # One turn of the unit circle a year.
    wave = np.exp(2j * np.pi * np.arange(len(rain)) / YEAR)
    rain_wave = _first_harmonic(rain, wave)
    warm_wave = _first_harmonic(warmth, wave)
    wet, dry = rain >= WET * p_mean, rain < DRY
    with np.errstate(divide="ignore", invalid="ignore"):  # where it never rains
        return {
            "p_mean": p_mean,
            "t_mean": warmth.mean(),
            "pet_mean": pet_mean,
            "aridity": pet_mean / p_mean,
            "p_seasonality": (rain_wave * np.conj(warm_wave)).real / abs(warm_wave) / p_mean,
            "frac_snow": rain[warmth < 0].sum() / rain.sum(),
            "high_prec_freq": YEAR * wet.mean(),
            "high_prec_dur": _mean_spell(wet),
            "low_prec_freq": YEAR * dry.mean(),
            "low_prec_dur": _mean_spell(dry),
        }


def _first_harmonic(values: np.ndarray, wave: np.ndarray) -> np.complex128:
    """Size and phase of the yearly cycle, fitted by least squares beside a mean."""
    columns = np.stack([np.ones(len(values)), wave.real, wave.imag], 1)
    _, cosine, sine = np.linalg.lstsq(columns, values, rcond=None)[0]
    return cosine + 1j * sine


def _mean_spell(days: np.ndarray) -> float:
    """The mean length of the spells of consecutive days; 0 without any."""
    # A spell begins where the flag goes from 0 to 1.
    n_spells = int(np.count_nonzero(np.diff(days.astype(int), prepend=0) == 1))
    return np.count_nonzero(days) / max(1, n_spells)


def _potential(days: xr.Dataset) -> np.ndarray:
    if "pet" in days:
        return np.array(days.pet, "float64")
    process = Hargreaves() if "tmin" in days and "tmax" in days else Hamon()
    return process(**{k: torch.from_numpy(np.array(days[k], "float64")) for k in process.reads})["pet"].numpy()
