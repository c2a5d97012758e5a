"""What characterises the temperature of a stream, simulated and observed, and whether the heat balance beats its rival.

- Thermal sensitivity: the slope of the regression of water on air temperature, both as weekly means. Near 1 where a
  stream follows the air, near 0 where groundwater feeds it. Source: Kelleher et al. (2012), doi:10.1002/hyp.8186.
- Annual amplitude and phase: of the harmonic of the year, fitted by least squares.
- Warm season: the mean of the warmest three months.
"""

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import (
    Evaluation,
    Scatter,
    against_observed,
    errors,
    observed_and_simulated,
    on_shared_days,
)
from dgviz.domains.stream_temperature.evaluation.rivals import predict
from dgviz.scores.series import annual_harmonic

WEEK = 7  # days
WARM_MONTHS = 3
LEAST_DAYS = 300  # known days that a regime takes
ABOUT = {
    "sensitivity": ("1", "thermal sensitivity"),
    "amplitude": ("degC", "annual amplitude"),
    "warmest_day": ("d", "warmest day of the year"),
    "warm_season": ("degC", "mean of the warmest three months"),
}


def regimes(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)` of every regime, on the days of a period that both have."""
    air = dataset.tair.sel(site=results.site, time=slice(*period.split("/")))
    pair = on_shared_days(results, dataset, "water_temperature", period)
    return observed_and_simulated(pair, lambda water: _of(water, air), ABOUT)


def against_rivals(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the regression fitted to each gauge, `(site,)` in degC."""
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data = dataset.sel(site=results.site)
    train = slice(*trained.split("/"))
    models = {
        "regression": (predict(data, train), "the regression fitted to each gauge"),
        "climatology": (predict(data, train, regression=False), "the seasonal cycle of each gauge"),
        "run": (results.water_temperature, "the run"),
    }
    return errors(models, data.water_temperature, period, "degC")


def _of(water: xr.DataArray, air: xr.DataArray) -> dict[str, xr.DataArray]:
    """The regimes of one series of water temperature `(time, site)`."""
    enough = water.notnull().sum("time") >= LEAST_DAYS
    amplitude, warmest = annual_harmonic(water)
    found = {
        "sensitivity": _sensitivity(water, air),
        "amplitude": amplitude,
        "warmest_day": warmest,
        "warm_season": _warm_season(water),
    }
    return {name: values.where(enough) for name, values in found.items()}


def _sensitivity(water: xr.DataArray, air: xr.DataArray) -> xr.DataArray:
    """The slope of weekly water on weekly air temperature, `(site,)`: covariance over variance."""
    weeks = [values.coarsen(time=WEEK, boundary="trim").mean() for values in (water, air.where(water.notnull()))]
    water, air = (values.astype("float64") - values.mean("time") for values in weeks)
    return (water * air).sum("time") / (air**2).sum("time")


def _warm_season(water: xr.DataArray) -> xr.DataArray:
    """The mean of the warmest months, `(site,)`: the same months for simulation and observation are not asked."""
    months = water.groupby("time.month").mean("time").transpose("month", "site")
    warmest = np.sort(np.where(np.isnan(months.values), -np.inf, months.values), 0)[-WARM_MONTHS:]
    means = np.where(np.isfinite(warmest).all(0), warmest.mean(0), np.nan)
    return months.isel(month=0, drop=True).copy(data=means)


def _scatter(name: str, title: str, about: str) -> Scatter:
    return against_observed(name, title, f"{about} No value with fewer than {LEAST_DAYS} known days.")


EVALUATIONS = (
    Evaluation(
        "Against a regression",
        "Two harmonics of the year, the air of the last days and log discharge, fitted to each gauge by least squares. "
        "A heat balance that does not beat it has learned no physics that this gauge needs.",
        against_rivals,
        (
            Scatter("Regression", "regression", "run", "Below the dashed line the run is better than the regression."),
            Scatter("Seasonal cycle", "climatology", "run", "Below the dashed line the run is better than the season."),
        ),
    ),
    Evaluation(
        "Thermal regime",
        "What characterises the temperature of a stream beyond the error of a day.",
        regimes,
        (
            _scatter(
                "sensitivity",
                "Thermal sensitivity",
                "The slope of weekly water on weekly air temperature: near 1 where the stream follows the air, near 0 "
                "where groundwater feeds it.",
            ),
            _scatter("amplitude", "Annual amplitude", "Half the range of the harmonic of the year."),
            _scatter("warmest_day", "Warmest day", "The day of the year on which the harmonic of the year is highest."),
            _scatter("warm_season", "Warm season", "The mean of the warmest three months."),
        ),
    ),
)
