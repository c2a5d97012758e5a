"""What characterises the temperature of a stream, simulated and observed, and whether the heat balance beats its rival.

- Thermal sensitivity: the slope of the regression of water on air temperature, both as weekly means. Near 1 where a
  stream follows the air, near 0 where groundwater feeds it. Source: Kelleher et al. (2012), doi:10.1002/hyp.8186.
- Annual amplitude and phase: of the harmonic of the year, fitted by least squares.
- Warm season: the mean of the warmest three months.
"""

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.stream_temperature.evaluation.rivals import rivals
from dgviz.scores.metrics import rmse

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
    days = slice(*period.split("/"))
    data = dataset.sel(site=results.site, time=days)
    simulated = results.water_temperature.sel(time=days)
    both = data.water_temperature.notnull() & simulated.notnull()
    found = {}
    for of, water in (("observed", data.water_temperature), ("simulated", simulated)):
        for name, values in _of(water.where(both), data.tair).items():
            units, words = ABOUT[name]
            about = {"units": units, "long_name": f"{of.capitalize()} {words}"}
            found[f"{of}_{name}"] = values.reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return xr.Dataset(found)


def against_rivals(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the regression fitted to each gauge, `(site,)` in degC."""
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data = dataset.sel(site=results.site)
    rival = rivals(data, {"train": trained, "test": period}).rmse
    days = slice(*period.split("/"))
    run = rmse(results.water_temperature.sel(time=days), data.water_temperature.sel(time=days))
    found = {
        "regression": (rival.sel(model="Regression", drop=True), "RMSE of the regression fitted to each gauge"),
        "climatology": (rival.sel(model="Climatology", drop=True), "RMSE of the seasonal cycle of each gauge"),
        "run": (run, "RMSE of the run"),
    }
    return xr.Dataset(
        {
            name: values.reset_coords(drop=True).drop_attrs().assign_attrs(units="degC", long_name=words)
            for name, (values, words) in found.items()
        }
    )


def _of(water: xr.DataArray, air: xr.DataArray) -> dict[str, xr.DataArray]:
    """The regimes of one series of water temperature `(time, site)`."""
    enough = water.notnull().sum("time") >= LEAST_DAYS
    amplitude, warmest = _harmonic(water)
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


def _harmonic(water: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Half the range and the warmest day of the year of the fitted harmonic, `(site,)`."""
    water = water.transpose("time", "site")
    angle = 2 * np.pi * water.indexes["time"].day_of_year.to_numpy() / 365.25
    waves = np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], 1)
    fitted = np.full((3, water.sizes["site"]), np.nan)
    for place, values in enumerate(water.values.T.astype("float64")):
        known = np.isfinite(values)
        if known.sum() > len(fitted):
            fitted[:, place] = np.linalg.lstsq(waves[known], values[known], rcond=None)[0]
    amplitude = np.hypot(fitted[1], fitted[2])
    warmest = (np.arctan2(fitted[2], fitted[1]) % (2 * np.pi)) / (2 * np.pi) * 365.25
    like = water.isel(time=0, drop=True)
    return like.copy(data=amplitude), like.copy(data=warmest)


def _warm_season(water: xr.DataArray) -> xr.DataArray:
    """The mean of the warmest months, `(site,)`: the same months for simulation and observation are not asked."""
    months = water.groupby("time.month").mean("time").transpose("month", "site")
    warmest = np.sort(np.where(np.isnan(months.values), -np.inf, months.values), 0)[-WARM_MONTHS:]
    means = np.where(np.isfinite(warmest).all(0), warmest.mean(0), np.nan)
    return months.isel(month=0, drop=True).copy(data=means)


def _scatter(name: str, title: str, about: str) -> Scatter:
    about += f" No value with fewer than {LEAST_DAYS} known days."
    return Scatter(title, f"observed_{name}", f"simulated_{name}", about)


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
