"""What characterises oxygen in a river, simulated and observed, and whether the balance beats its rival.

Samples are few: simulation and observation are compared on the days on which there is one.
"""

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.oxygen.evaluation.rivals import predict, saturation_of
from dgviz.scores.metrics import rmse

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
    days = slice(*period.split("/"))
    data = dataset.sel(site=results.site, time=days)
    simulated = results.dissolved_oxygen.sel(time=days)
    both = data.dissolved_oxygen.notnull() & simulated.notnull()
    saturation = saturation_of(data)
    found = {}
    for of, oxygen in (("observed", data.dissolved_oxygen), ("simulated", simulated)):
        for name, values in _of(oxygen.where(both).transpose("time", "site"), saturation).items():
            units, words = ABOUT[name]
            about = {"units": units, "long_name": f"{of.capitalize()} {words}"}
            found[f"{of}_{name}"] = values.reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return xr.Dataset(found)


def _of(oxygen: xr.DataArray, saturation: xr.DataArray) -> dict[str, xr.DataArray]:
    """The regimes of one series of oxygen `(time, site)`."""
    known = oxygen.notnull()
    n_days = known.sum("time")
    found = {
        "amplitude": _amplitude(oxygen),
        "lowest": oxygen.quantile(LOWEST, "time").drop_vars("quantile"),
        "low_days": 100 * (oxygen < LOW).sum("time") / n_days.clip(min=1),
        "supersaturated": 100 * (oxygen > saturation).sum("time") / n_days.clip(min=1),
    }
    return {name: values.where(n_days >= LEAST_DAYS) for name, values in found.items()}


def _amplitude(oxygen: xr.DataArray) -> xr.DataArray:
    """Half the range of the harmonic of the year fitted to the samples, `(site,)`."""
    angle = 2 * np.pi * oxygen.indexes["time"].day_of_year.to_numpy() / 365.25
    waves = np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], 1)
    amplitude = np.full(oxygen.sizes["site"], np.nan)
    for place, values in enumerate(oxygen.values.T.astype("float64")):
        known = np.isfinite(values)
        if known.sum() > waves.shape[1]:
            amplitude[place] = np.hypot(*np.linalg.lstsq(waves[known], values[known], rcond=None)[0][1:])
    return oxygen.isel(time=0, drop=True).copy(data=amplitude)


def against_rivals(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The root-mean-square error of the run and of the rivals fitted to each river, `(site,)` in mg L-1."""
    trained = results.attrs.get("train_period", dataset.attrs["train_period"])
    data, days = dataset.sel(site=results.site), slice(*period.split("/"))
    rival = predict(data, slice(*trained.split("/")))
    found = {
        "run": (results.dissolved_oxygen, "RMSE of the run"),
        "ratio": (rival["Saturation ratio"], "RMSE of saturation times one ratio of each river"),
        "regression": (rival["Regression"], "RMSE of the regression fitted to each river"),
    }
    observed = data.dissolved_oxygen.sel(time=days)
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
        "Against saturation",
        "Most of the oxygen in a river follows from its temperature: saturation times one number is a strong rival. A "
        "balance that does not beat it has learned nothing of what lives in the river.",
        against_rivals,
        (
            Scatter("Saturation ratio", "ratio", "run", "Below the dashed line the run is better than the ratio."),
            Scatter("Regression", "regression", "run", "Below the dashed line the run is better than the regression."),
        ),
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
    ),
)
