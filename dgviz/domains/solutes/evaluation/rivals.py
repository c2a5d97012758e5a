"""Simple rivals that a model of solutes should beat, fitted to the training samples of each site alone.

The logarithm of concentration by least squares: on a constant and the harmonic of the year (Season), and on the
logarithm of discharge too (Log C-Q).

Source: Hirsch et al. (2010), doi:10.1111/j.1752-1688.2010.00482.x, of which this is the regression without a trend.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from dgviz.datasets.solutes_series import TARGETS
from dgviz.domains.evaluation import scores_of_rivals

LEAST = 1e-3  # m3 s-1 and mg L-1, so that both have a logarithm
DESCRIPTIONS = {
    "Season": "Log concentration by the harmonic of the year, fitted site by site",
    "Log C-Q": "Log concentration by log discharge and the harmonic of the year, fitted site by site",
}
SCORES = ("nse", "rmse", "bias", "correlation")


def target_in(dataset: xr.Dataset) -> str:
    """The solute that a data set or the results of a run hold; of several the first."""
    return next(name for name in TARGETS if name in dataset)


def rivals(dataset: xr.Dataset, periods: Mapping[str, str]) -> xr.Dataset | None:
    """Scores of the rivals over the test period, `(model, site)` by name; `description` and `source` along `model`."""
    target = target_in(dataset)
    predicted = predict(dataset, target, slice(*periods["train"].split("/")))
    return scores_of_rivals(predicted, dataset[target], periods["test"], SCORES, DESCRIPTIONS)


def predict(dataset: xr.Dataset, target: str, train: slice) -> dict[str, xr.DataArray]:
    """Concentration `(time, site)` of every rival; NaN where a site has too few samples."""
    observed = dataset[target].transpose("time", "site")
    flow = np.log(dataset.discharge.transpose("time", "site").values.astype("float64").clip(min=LEAST))
    times = dataset.indexes["time"]
    trained = np.zeros(len(times), bool)
    trained[times.slice_indexer(train.start, train.stop)] = True
    angle = 2 * np.pi * times.day_of_year.to_numpy() / 365.25
    season = [np.ones(len(times)), np.cos(angle), np.sin(angle)]
    found = {name: np.full(observed.shape, np.nan) for name in DESCRIPTIONS}
    for place, values in enumerate(observed.values.T.astype("float64")):
        known = trained & np.isfinite(values)
        for name, columns in (("Season", season), ("Log C-Q", [*season, flow[:, place]])):
            if known.sum() > 2 * len(columns):
                table = np.stack(columns, 1)
                fit = np.linalg.lstsq(table[known], np.log(values[known].clip(min=LEAST)), rcond=None)[0]
                found[name][:, place] = np.exp(table @ fit)
    return {name: observed.copy(data=values.astype("float32")) for name, values in found.items()}
