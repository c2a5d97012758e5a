"""Simple rivals that a model of stream temperature should beat, fitted to the training period of each gauge alone.

- Climatology: the mean and two harmonics of the year.
- Regression: the same, and the air temperature of the day and of the days before, and the logarithm of discharge.

Source: regressions of this kind are reviewed by Benyahya et al. (2007), Canadian Water Resources Journal 32, 179-192.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.evaluation import scores_of_rivals

LAGS = (0, 1, 2, 3, 5, 8, 13)  # days back, for the mean of the air temperature since the lag before
LEAST_DISCHARGE = 1e-3  # m3 s-1, so that a dry day has a logarithm
RIDGE = 1e-3  # of the number of days: keeps coefficients of nearly equal columns small
DESCRIPTIONS = {
    "Climatology": "Mean and two harmonics of the year, fitted gauge by gauge",
    "Regression": "Two harmonics, air temperature of the last days and log discharge, fitted gauge by gauge",
}
SCORES = ("rmse", "bias", "nse", "nse_seasonal", "correlation")


def rivals(dataset: xr.Dataset, periods: Mapping[str, str]) -> xr.Dataset | None:
    """Scores of the rivals over the test period, `(model, site)` by name; `description` and `source` along `model`."""
    train = slice(*periods["train"].split("/"))
    predicted = {"Climatology": predict(dataset, train, regression=False), "Regression": predict(dataset, train)}
    return scores_of_rivals(predicted, dataset.water_temperature, periods["test"], SCORES, DESCRIPTIONS)


def predict(dataset: xr.Dataset, train: slice, regression: bool = True) -> xr.DataArray:
    """Water temperature `(time, site)` by least squares on the training period; NaN where a gauge has too few days."""
    times = dataset.indexes["time"]
    trained = np.zeros(len(times), bool)
    trained[times.slice_indexer(train.start, train.stop)] = True
    waves = _waves(times)
    observed = dataset.water_temperature.transpose("time", "site").values.astype("float64")
    predicted = np.full_like(observed, np.nan)
    for place in range(observed.shape[1]):
        columns = np.concatenate([waves, _weather(dataset, place, trained)], 1) if regression else waves
        known = trained & np.isfinite(observed[:, place])
        if known.sum() > 2 * columns.shape[1]:
            predicted[:, place] = columns @ _fit(columns[known], observed[known, place])
    return dataset.water_temperature.transpose("time", "site").copy(data=predicted.astype("float32"))


def _fit(columns: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Ridge regression: (X'X + k n I)^-1 X'y, with columns of about unit size and a free constant."""
    penalty = RIDGE * len(columns) * np.eye(columns.shape[1])
    penalty[0, 0] = 0.0
    return np.linalg.solve(columns.T @ columns + penalty, columns.T @ observed)


def _waves(times: pd.DatetimeIndex) -> np.ndarray:
    """A constant and two harmonics of the year, `(time, wave)`."""
    angle = 2 * np.pi * times.day_of_year.to_numpy() / 365.25
    return np.stack([np.ones(len(times)), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], 1)


def _weather(dataset: xr.Dataset, place: int, trained: np.ndarray) -> np.ndarray:
    """Air temperature of the day and means of spells before it, and log discharge, `(time, column)`.

    Standardised by mean and spread of the training days alone.
    """
    air = dataset.tair.transpose("time", "site").values[:, place].astype("float64")
    spells = [air]
    for start, stop in zip(LAGS[:-1], LAGS[1:], strict=True):
        spells.append(_mean_of_days_back(air, start + 1, stop))
    if "discharge" in dataset:
        flow = dataset.discharge.transpose("time", "site").values[:, place].astype("float64")
        spells.append(np.log(np.maximum(flow, LEAST_DISCHARGE)))
    columns = np.stack(spells, 1)
    spread = columns[trained].std(0)
    return (columns - columns[trained].mean(0)) / np.where(spread > 0, spread, 1.0)


def _mean_of_days_back(series: np.ndarray, first: int, last: int) -> np.ndarray:
    """The mean from `first` to `last` days ago; the first day of the record stands for those before it."""
    padded = np.concatenate([np.full(last, series[0]), series])
    n = len(series)
    return np.mean([padded[last - back : last - back + n] for back in range(first, last + 1)], 0)
