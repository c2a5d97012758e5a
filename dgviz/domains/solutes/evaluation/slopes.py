"""How concentration follows discharge, simulated and observed, and whether the run beats the regression.

- Slope: of log concentration against log discharge, d ln C / d ln Q. Below zero where floods dilute, above where they
  flush, near zero where the river is chemostatic. Source: Godsey et al. (2009), doi:10.1002/hyp.7315.
- Variability: the coefficient of variation of concentration over that of discharge; below a half where concentration
  hardly moves. Source: Musolff et al. (2015), doi:10.1016/j.advwatres.2015.09.026.
"""

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.solutes.evaluation.local_slope import slope_of_means
from dgviz.domains.solutes.evaluation.rivals import LEAST, predict, target_in
from dgviz.scores.metrics import rmse

LEAST_DAYS = 20  # samples that a slope takes
ABOUT = {
    "slope": ("1", "slope of log concentration on log discharge"),
    "variability": ("1", "variability of concentration over that of discharge"),
    "amplitude": ("1", "seasonal amplitude of log concentration"),
}


def slopes(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)`, on the days of a period that both have."""
    target, days = target_in(results), slice(*period.split("/"))
    data = dataset.sel(site=results.site, time=days)
    observed, simulated = (
        values.transpose("time", "site") for values in (data[target], results[target].sel(time=days))
    )
    both = observed.notnull() & simulated.notnull()
    discharge = data.discharge.transpose("time", "site").where(both)
    found = {}
    for of, values in (("observed", observed), ("simulated", simulated)):
        for name, value in _of(values.where(both), discharge).items():
            units, words = ABOUT[name]
            about = {"units": units, "long_name": f"{of.capitalize()} {words}"}
            found[f"{of}_{name}"] = value.reset_coords(drop=True).drop_attrs().assign_attrs(about)
    if (derived := slope_of_means(results, dataset)) is not None:
        found["derived_slope"] = derived.reset_coords(drop=True)
    return xr.Dataset(found)


def _of(concentration: xr.DataArray, discharge: xr.DataArray) -> dict[str, xr.DataArray]:
    """Slope, variability and seasonal amplitude `(site,)` of concentration `(time, site)`."""
    log_c, log_q = _log(concentration), _log(discharge)
    apart_c, apart_q = log_c - log_c.mean("time"), log_q - log_q.mean("time")
    slope = (apart_c * apart_q).sum("time") / (apart_q**2).sum("time")
    spread_c, spread_q = (values.std("time") / values.mean("time") for values in (concentration, discharge))
    angle = 2 * np.pi * concentration.time.dt.dayofyear / 365.25
    found = {"slope": slope, "variability": spread_c / spread_q, "amplitude": _amplitude(log_c, angle.values)}
    enough = concentration.notnull().sum("time") >= LEAST_DAYS
    return {name: values.where(enough) for name, values in found.items()}


def _log(values: xr.DataArray) -> xr.DataArray:
    return values.copy(data=np.log(values.values.astype("float64").clip(min=LEAST)))


def _amplitude(log_c: xr.DataArray, angle: np.ndarray) -> xr.DataArray:
    """Half the range of the harmonic of the year fitted to the samples, `(site,)`."""
    waves = np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], 1)
    amplitude = np.full(log_c.sizes["site"], np.nan)
    for place, values in enumerate(log_c.values.T):
        known = np.isfinite(values)
        if known.sum() > waves.shape[1]:
            amplitude[place] = np.hypot(*np.linalg.lstsq(waves[known], values[known], rcond=None)[0][1:])
    return log_c.isel(time=0, drop=True).copy(data=amplitude)


def against_regression(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the rivals fitted to each site, `(site,)` in mg L-1."""
    target, days = target_in(results), slice(*period.split("/"))
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data = dataset.sel(site=results.site)
    rival = predict(data, target, slice(*trained.split("/")))
    found = {
        "run": (results[target], "RMSE of the run"),
        "regression": (rival["Log C-Q"], "RMSE of the log C-Q regression fitted to each site"),
        "season": (rival["Season"], "RMSE of the season of each site"),
    }
    observed = data[target].sel(time=days)
    return xr.Dataset(
        {
            name: rmse(values.sel(time=days), observed)
            .reset_coords(drop=True)
            .drop_attrs()
            .assign_attrs(units="mg L-1", long_name=words)
            for name, (values, words) in found.items()
        }
    )


def _scatter(name: str, title: str, about: str) -> Scatter:
    about += f" No value with fewer than {LEAST_DAYS} samples."
    return Scatter(title, f"observed_{name}", f"simulated_{name}", about)


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
                "derived_slope",
                "The exact derivative of the mean concentration to discharge, times discharge over concentration, "
                "against the slope of a line through the samples, which the season bends.",
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
