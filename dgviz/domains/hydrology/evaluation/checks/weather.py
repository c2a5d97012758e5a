"""Weather that the checks of hydrology impose on a model."""

import numpy as np

from dgviz.checks import Trial, total
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION, RAINFALL, TEMPERATURE


def precipitation(trial: Trial) -> np.ndarray:
    """All precipitation `(time,)`, mm d-1."""
    rain = trial.forcings(PRECIPITATION)
    return total(rain, list(rain))


def with_precipitation(trial: Trial, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """The forcings that make this precipitation `(time,)`: all of it by the first of them, none by the others."""
    first, *others = trial.forcings(PRECIPITATION)
    return {first: wanted} | {name: np.zeros_like(wanted) for name in others}


def with_temperature(trial: Trial, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """All air temperatures, mean, least and highest, at this one `(time,)`."""
    return dict.fromkeys(trial.forcings(TEMPERATURE), wanted)


def at_least(trial: Trial, least: float) -> dict[str, np.ndarray]:
    """All air temperatures, raised to this where they are below."""
    return {name: np.maximum(values, least) for name, values in trial.forcings(TEMPERATURE).items()}


def largest_storm(trial: Trial) -> int | None:
    """The step of the most rain, by the model's own rain where it tells it from snow; None where none falls.

    It is sought in the first two thirds of the days, so that the water has time to leave.
    """
    rains = trial.fluxes(RAINFALL)
    fallen = total(trial.as_trained, rains) if rains else precipitation(trial)
    step = trial.warmup + int(trial.scored(fallen)[: max(1, 2 * len(trial.time) // 3)].argmax())
    return step if fallen[step] else None


def with_storm(trial: Trial, day: int, times: float) -> dict[str, np.ndarray]:
    """The precipitation with so many times as much of it on a day."""
    on_the_day = np.arange(trial.n_days) == day
    return {
        name: np.where(on_the_day, times * values, values) for name, values in trial.forcings(PRECIPITATION).items()
    }


def two_more_years(trial: Trial) -> Trial:
    """The record with its last year twice more at its end, on which others than its own weather can be imposed."""
    last = np.arange(max(0, trial.n_days - trial.tensors.year), trial.n_days)
    return trial.on(np.concatenate([np.arange(trial.n_days), np.resize(last, 2 * trial.tensors.year)]))


def dry_years(trial: Trial) -> tuple[Trial, dict[str, np.ndarray]]:
    """The same with no precipitation in these two years, and what it simulates."""
    longer = two_more_years(trial)
    rains = np.arange(longer.n_days) < trial.n_days
    return longer, longer.simulate(with_precipitation(longer, np.where(rains, precipitation(longer), 0.0)))
