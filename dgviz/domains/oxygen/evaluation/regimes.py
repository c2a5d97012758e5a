"""What characterises oxygen in a river, simulated and observed, and whether the balance beats its rival.

Samples are few: simulation and observation are compared on the days on which there is one.
"""

import xarray as xr

from dgviz.domains.evaluation import (
    Evaluation,
    Scatter,
    against_observed,
    errors,
    observed_and_simulated,
    on_shared_days,
)
from dgviz.domains.oxygen.evaluation.rivals import predict, saturation_of
from dgviz.scores.series import annual_harmonic

LEAST_DAYS = 20  # samples that a regime takes
LOW = 5.0  # mg L-1: below it fish of warm waters suffer
LOWEST = 0.1  # the share of days that are called the lowest
ABOUT = {
    "amplitude": ("mg L-1", "seasonal amplitude of oxygen"),
    "lowest": ("mg L-1", "oxygen of the lowest tenth of days"),
    "low_days": ("percent", f"days with oxygen below {LOW:g} mg/L"),
    "supersaturated": ("percent", "days with more oxygen than saturation"),
}


def regimes(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)` of every regime, on the days of a period that both have."""
    saturation = saturation_of(dataset.sel(site=results.site, time=slice(*period.split("/"))))
    pair = on_shared_days(results, dataset, "dissolved_oxygen", period)
    return observed_and_simulated(pair, lambda oxygen: _of(oxygen, saturation), ABOUT)


def _of(oxygen: xr.DataArray, saturation: xr.DataArray) -> dict[str, xr.DataArray]:
    """The regimes of one series of oxygen `(time, site)`."""
    known = oxygen.notnull()
    n_days = known.sum("time")
    found = {
        "amplitude": annual_harmonic(oxygen)[0],
        "lowest": oxygen.quantile(LOWEST, "time").drop_vars("quantile"),
        "low_days": 100 * (oxygen < LOW).sum("time") / n_days.clip(min=1),
        "supersaturated": 100 * (oxygen > saturation).sum("time") / n_days.clip(min=1),
    }
    return {name: values.where(n_days >= LEAST_DAYS) for name, values in found.items()}


def against_rivals(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the rivals fitted to each river, `(site,)` in mg L-1."""
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data = dataset.sel(site=results.site)
    rival = predict(data, slice(*trained.split("/")))
    models = {
        "run": (results.dissolved_oxygen, "the run"),
        "ratio": (rival["Saturation ratio"], "saturation times one ratio of each river"),
        "regression": (rival["Regression"], "the regression fitted to each river"),
    }
    return errors(models, data.dissolved_oxygen, period, "mg L-1")


def _scatter(name: str, title: str, about: str) -> Scatter:
    return against_observed(name, title, f"{about} No value with fewer than {LEAST_DAYS} samples.")


EVALUATIONS = (
    Evaluation(
        "Against saturation",
        "Most of the oxygen in a river follows from its temperature: saturation times one number is a strong rival. A "
        "balance that does not beat it has learned nothing of what lives in the river.",
        against_rivals,
        (
            Scatter("Saturation ratio", "ratio", "run", "Below the dashed line the run is better than the ratio."),
            Scatter("Regression", "regression", "run", "Below the dashed line the run is better than the regression."),
        ),
        target="dissolved_oxygen",
    ),
    Evaluation(
        "Oxygen regime",
        "What characterises oxygen in a river beyond the error of a day, on the days with a sample.",
        regimes,
        (
            _scatter("amplitude", "Seasonal amplitude", "Half the range of the harmonic of the year."),
            _scatter("lowest", "Lowest oxygen", "A tenth of the samples has less: mostly those of summer."),
            _scatter("low_days", "Days below 5 mg/L", "Where fish of warm waters suffer."),
            _scatter(
                "supersaturated",
                "Supersaturation",
                "Days on which the water has more oxygen than it would hold at sea level: plants make more than "
                "leaves it.",
            ),
        ),
        target="dissolved_oxygen",
    ),
)
