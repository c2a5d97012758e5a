"""Simple rivals that a model of oxygen should beat, fitted to the training samples of each river alone.

- Ratio: saturation at sea level times one number, the mean of observed over saturation.
- Season: the mean and two harmonics of the year.
- Regression: a constant, saturation and the harmonic of the year.
"""

from collections.abc import Mapping

import numpy as np
import torch
import xarray as xr

from dgviz.domains.evaluation import scores_of_rivals
from dgviz.domains.oxygen.saturation import benson_krause

DESCRIPTIONS = {
    "Saturation ratio": "Saturation at sea level times one ratio, the mean of each river",
    "Season": "Mean and two harmonics of the year, fitted river by river",
    "Regression": "Saturation and the harmonic of the year, fitted river by river",
}
SCORES = ("nse", "rmse", "bias", "correlation")


def rivals(dataset: xr.Dataset, periods: Mapping[str, str]) -> xr.Dataset | None:
    """Scores of the rivals over the test period, `(model, site)` by name; `description` and `source` along `model`."""
    predicted = predict(dataset, slice(*periods["train"].split("/")))
    return scores_of_rivals(predicted, dataset.dissolved_oxygen, periods["test"], SCORES, DESCRIPTIONS)


def saturation_of(dataset: xr.Dataset) -> xr.DataArray:
    """Oxygen at saturation at sea level, `(time, site)` in mg L-1."""
    water = dataset.water_temperature.transpose("time", "site")
    saturation = benson_krause(torch.as_tensor(water.values.astype("float64"))).numpy()
    return water.copy(data=saturation.astype("float32")).drop_attrs().assign_attrs(units="mg L-1")


def predict(dataset: xr.Dataset, train: slice) -> dict[str, xr.DataArray]:
    """Dissolved oxygen `(time, site)` of every rival; NaN where a river has too few samples to fit it."""
    saturation = saturation_of(dataset)
    times = dataset.indexes["time"]
    trained = np.zeros(len(times), bool)
    trained[times.slice_indexer(train.start, train.stop)] = True
    observed = dataset.dissolved_oxygen.transpose("time", "site").values.astype("float64")
    angle = 2 * np.pi * times.day_of_year.to_numpy() / 365.25
    one, first = np.ones(len(times)), [np.cos(angle), np.sin(angle)]
    second = [np.cos(2 * angle), np.sin(2 * angle)]
    predicted = {name: np.full_like(observed, np.nan) for name in DESCRIPTIONS}
    for place in range(observed.shape[1]):
        full = saturation.values[:, place].astype("float64")
        known = trained & np.isfinite(observed[:, place]) & np.isfinite(full)
        columns = {"Season": [one, *first, *second], "Regression": [one, full, *first]}
        if known.any():
            predicted["Saturation ratio"][:, place] = full * (observed[known, place] / full[known]).mean()
        for name, given in columns.items():
            if known.sum() > 2 * len(given):
                predicted[name][:, place] = _fitted(np.stack(given, 1), observed[:, place], known)
    return {name: saturation.copy(data=values.astype("float32")) for name, values in predicted.items()}


def _fitted(columns: np.ndarray, observed: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The least-squares prediction on all days from the known ones."""
    return columns @ np.linalg.lstsq(columns[known], observed[known], rcond=None)[0]
