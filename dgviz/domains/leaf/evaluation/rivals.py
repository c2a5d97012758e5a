"""Simple rivals that a model of leaf gas exchange should beat.

- Mean curve: one function of CO2, light and leaf temperature for all leaves, by least squares.
- Own curve: a straight line between the training points of the same curve.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import scores_of_rivals

HALF_CO2, HALF_LIGHT = 400.0, 300.0  # umol mol-1 and umol m-2 s-1 at which the mean curve bends
DESCRIPTIONS = {
    "Mean curve": "One function of CO2, light and leaf temperature for all leaves",
    "Own curve": "A line through the training points of the same curve",
}
SCORES = ("nse", "rmse", "bias", "correlation")


def rivals(dataset: xr.Dataset, periods: Mapping[str, str]) -> xr.Dataset | None:
    """Scores of the rivals over the test period, `(model, site)` by name; `description` and `source` along `model`."""
    if "net_assimilation" not in dataset or "ppfd" not in dataset:
        return None
    target = dataset.net_assimilation.transpose("time", "site")
    train = slice(*periods["train"].split("/"))
    trained = np.zeros(len(dataset.time), bool)
    trained[dataset.indexes["time"].slice_indexer(train.start, train.stop)] = True
    found = {"Mean curve": mean_curve(dataset, trained), "Own curve": own_curve(dataset, trained)}
    predicted = {name: target.copy(data=values) for name, values in found.items()}
    return scores_of_rivals(predicted, target, periods["test"], SCORES, DESCRIPTIONS)


def mean_curve(dataset: xr.Dataset, trained: np.ndarray) -> np.ndarray:
    """Net assimilation `(time, site)` as one function of what drives it, fitted to all training points together."""
    observed = dataset.net_assimilation.transpose("time", "site").values.astype("float64")
    co2, light, warmth = (_values(dataset, name) for name in (_co2(dataset), "ppfd", "tleaf"))
    # Saturating functions, and their products: as much bends as in an A-Ci or a light curve.
    carbon, lit = co2 / (co2 + HALF_CO2), light / (light + HALF_LIGHT)
    columns = np.stack([np.ones_like(carbon), carbon, carbon**2, lit, lit**2, carbon * lit, warmth], -1)
    known = trained[:, None] & np.isfinite(observed)
    return columns @ np.linalg.lstsq(columns[known], observed[known], rcond=None)[0]


def own_curve(dataset: xr.Dataset, trained: np.ndarray) -> np.ndarray:
    """Net assimilation `(time, site)` between the training points of each curve, over what was changed in it."""
    observed = dataset.net_assimilation.transpose("time", "site").values.astype("float64")
    co2, light = _values(dataset, _co2(dataset)), _values(dataset, "ppfd")
    predicted = np.full_like(observed, np.nan)
    for place in range(observed.shape[1]):
        driver = max(co2[:, place], light[:, place], key=lambda values: np.ptp(values) / max(values.mean(), 1.0))
        known = trained & np.isfinite(observed[:, place])
        if known.sum() > 1:
            order = np.argsort(driver[known])
            predicted[:, place] = np.interp(driver, driver[known][order], observed[known, place][order])
    return predicted


def _co2(dataset: xr.Dataset) -> str:
    """The CO2 that is known nearest to where it is fixed."""
    return "ci" if "ci" in dataset else "co2"


def _values(dataset: xr.Dataset, name: str) -> np.ndarray:
    """A forcing `(time, site)`; zeros where the data do not have it."""
    if name not in dataset:
        return np.zeros((dataset.sizes["time"], dataset.sizes["site"]))
    return dataset[name].transpose("time", "site").values.astype("float64")
