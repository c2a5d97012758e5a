"""How concentration follows discharge, simulated and observed, and whether the run beats the regression.

- Slope: of log concentration against log discharge, d ln C / d ln Q. Below zero where floods dilute, above where they
  flush, near zero where the river is chemostatic. Source: Godsey et al. (2009), doi:10.1002/hyp.7315.
- Variability: the coefficient of variation of concentration over that of discharge; below a half where concentration
  hardly moves. Source: Musolff et al. (2015), doi:10.1016/j.advwatres.2015.09.026.
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
from dgviz.domains.solutes.evaluation.rivals import LEAST, predict, target_in
from dgviz.scores.series import annual_harmonic

DERIVED = "elasticity_discharge"  # d ln C / d ln Q of the mean, in the results of a run
LEAST_DAYS = 20  # samples that a slope takes
ABOUT = {
    "slope": ("1", "slope of log concentration on log discharge"),
    "variability": ("1", "variability of concentration over that of discharge"),
    "amplitude": ("1", "seasonal amplitude of log concentration"),
}


def slopes(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)`, on the days of a period that both have."""
    pair = on_shared_days(results, dataset, target_in(results), period)
    discharge = dataset.discharge.sel(site=results.site, time=pair[0].time).transpose("time", "site")
    discharge = discharge.where(pair[0].notnull())
    found = observed_and_simulated(pair, lambda concentration: _of(concentration, discharge), ABOUT)
    return found.merge(results[[DERIVED]].reset_coords(drop=True)) if DERIVED in results else found


def _of(concentration: xr.DataArray, discharge: xr.DataArray) -> dict[str, xr.DataArray]:
    """Slope, variability and seasonal amplitude `(site,)` of concentration `(time, site)`."""
    log_c, log_q = _log(concentration), _log(discharge)
    apart_c, apart_q = log_c - log_c.mean("time"), log_q - log_q.mean("time")
    slope = (apart_c * apart_q).sum("time") / (apart_q**2).sum("time")
    spread_c, spread_q = (values.std("time") / values.mean("time") for values in (concentration, discharge))
    found = {"slope": slope, "variability": spread_c / spread_q, "amplitude": annual_harmonic(log_c)[0]}
    enough = concentration.notnull().sum("time") >= LEAST_DAYS
    return {name: values.where(enough) for name, values in found.items()}


def _log(values: xr.DataArray) -> xr.DataArray:
    return values.copy(data=np.log(values.values.astype("float64").clip(min=LEAST)))


def against_regression(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the rivals fitted to each site, `(site,)` in mg L-1."""
    target = target_in(results)
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data = dataset.sel(site=results.site)
    rival = predict(data, target, slice(*trained.split("/")))
    models = {
        "run": (results[target], "the run"),
        "regression": (rival["Log C-Q"], "the log C-Q regression fitted to each site"),
        "season": (rival["Season"], "the season of each site"),
    }
    return errors(models, data[target], period, "mg L-1")


def _scatter(name: str, title: str, about: str) -> Scatter:
    return against_observed(name, title, f"{about} No value with fewer than {LEAST_DAYS} samples.")


EVALUATIONS = (
    Evaluation(
        "Against log C-Q",
        "The regression of log concentration on log discharge and the season is what is fitted to samples most often.",
        against_regression,
        (
            Scatter("Regression", "regression", "run", "Below the dashed line the run is better than the regression."),
            Scatter("Season", "season", "run", "Below the dashed line the run is better than the season."),
        ),
    ),
    Evaluation(
        "Concentration and discharge",
        "How concentration follows discharge, on the days with a sample.",
        slopes,
        (
            _scatter(
                "slope",
                "Slope of log C on log Q",
                "Below zero floods dilute, above zero they flush the solute out, near zero the river is chemostatic.",
            ),
            Scatter(
                "Slope by differentiation",
                "observed_slope",
                DERIVED,
                "By how many percent the mean concentration of the model rises where discharge is one percent higher "
                "on all days, by exact differentiation, against the slope of a line through the samples, which the "
                "season bends. Near zero for a slow store with end members: it divides the water as before.",
            ),
            _scatter(
                "variability",
                "Variability",
                "Coefficient of variation of concentration over that of discharge: near zero where it hardly moves.",
            ),
            _scatter("amplitude", "Season", "Half the range of the harmonic of the year, of the logarithm."),
        ),
    ),
)
