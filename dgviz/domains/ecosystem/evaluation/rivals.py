"""Simple rivals that a model of productivity should beat, fitted to the training period of each tower alone.

- Season: the mean of each calendar month.
- Light use: one efficiency times the light that leaves absorb, as satellites' products have used since Monteith.

Source: Monteith (1972), doi:10.2307/2401901.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import scores_of_rivals

DESCRIPTIONS = {
    "Season": "Mean of each calendar month, tower by tower",
    "Light use": "One efficiency for each tower times the light that its leaves absorb",
}
SCORES = ("nse", "rmse", "bias", "correlation")
LEAST = 6  # known steps that a fit takes


def rivals(dataset: xr.Dataset, periods: Mapping[str, str]) -> xr.Dataset | None:
    """Scores of the rivals over the test period, `(model, site)` by name; `description` and `source` along `model`."""
    train = slice(*periods["train"].split("/"))
    predicted = {"Season": season(dataset, train)}
    if {"ppfd", "fapar"} <= set(dataset.variables):
        predicted["Light use"] = light_use(dataset, train)
    return scores_of_rivals(predicted, dataset.gpp, periods["test"], SCORES, DESCRIPTIONS)


def season(dataset: xr.Dataset, train: slice) -> xr.DataArray:
    """Productivity `(time, site)` as the mean of its calendar month in training; NaN where a month has none."""
    known = dataset.gpp.transpose("time", "site").astype("float64").reset_coords(drop=True)
    means = known.sel(time=train).groupby("time.month").mean("time")
    month = known.time.dt.month
    means = means.reindex(month=np.arange(1, 13))
    return means.sel(month=month).drop_vars("month").transpose("time", "site")


def light_use(dataset: xr.Dataset, train: slice) -> xr.DataArray:
    """Productivity `(time, site)` in proportion to the absorbed light, by least squares through the origin."""
    light = (dataset.ppfd * dataset.fapar).transpose("time", "site").astype("float64").reset_coords(drop=True)
    known = dataset.gpp.reset_coords(drop=True).sel(time=train)
    seen = light.sel(time=train).where(known.notnull())
    efficiency = (seen * known).sum("time") / (seen**2).sum("time")
    return light * efficiency.where(known.notnull().sum("time") >= LEAST)
