"""How the checks take a leaf from step to step of a driver: all else as on average over its curve."""

from collections.abc import Mapping

import numpy as np

from dgviz.checks import Trial

LEAST_POINTS = 5  # of a curve that can bend
ROUNDING = 1e-6  # umol m-2 s-1
TOO_FEW = "These are too few points for a curve. Choose a longer window."
NET = "net_assimilation"


def driver_of_carbon(trial: Trial) -> str:
    """The CO2 that the model reads: between the cells where it is given, else at the surface; "" for neither."""
    return next((name for name in ("ci", "co2") if trial.forcing(name) is not None), "")


def along(trial: Trial, driver: str, lowest: float, highest: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A driver in even steps over the scored points, and what the model simulates then."""
    n_steps = len(trial.time)
    steps = np.full(trial.n_days, lowest)
    steps[-n_steps:] = np.linspace(lowest, highest, n_steps)
    return steps, trial.simulate({**usual(trial), driver: steps})


def usual(trial: Trial) -> Mapping[str, np.ndarray]:
    """The mean of every forcing over the curve, at all points."""
    means = {name: float(trial.scored(values).mean()) for name, values in trial.varying_forcings().items()}
    return {name: np.full(trial.n_days, mean) for name, mean in means.items()}


def least_rise(values: np.ndarray) -> float:
    """The least that a series rises from one step to the next."""
    return float(np.diff(values).min())


def saturation(values: np.ndarray) -> float:
    """The rise over the last step, in percent of that over the steepest."""
    rises = np.diff(values)
    return 100 * float(rises[-1] / rises.max()) if rises.max() > 0 else np.inf
