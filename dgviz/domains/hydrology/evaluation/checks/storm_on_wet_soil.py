"""Does the same storm give more flow after a wet month than after a dry one?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN_READ, PRECIPITATION, TEMPERATURE
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation, with_precipitation

STORM, BEFORE, MONTH, AHEAD = 100.0, 120.0, 30, 60  # mm, mm, and steps before and after
LEAST = 0.02  # of the storm
WARM = 10.0  # degC, so that it is rain


def storm_on_wet_soil(trial: Trial) -> CheckResult:
    """A storm of 100 mm after a month with 120 mm of rain gives more flow than after a month without any.

    On the warmest two months of the days, at least at 10 \u00b0C so that nothing falls as snow. What it adds in the
    next 60 days after the wet month is by 2 % of the storm or more above what it adds after the dry one, and by 120 mm
    at most; after the dry one it adds no less than nothing, and no more than the storm.
    """
    name = "storm_on_wet_soil"
    if not trial.forcings(PRECIPITATION):
        return CheckResult(name, NO_RAIN_READ)
    if trial.n_days < MONTH + AHEAD:
        return CheckResult(name, "These are too few days. Choose a longer window.")
    steps, day = np.arange(trial.n_days), _warmest(trial)
    near, before = abs(steps - day) <= AHEAD, (steps >= day - MONTH) & (steps < day)
    warm = {k: np.where(near, np.maximum(v, WARM), v) for k, v in trial.forcings(TEMPERATURE).items()}
    otherwise = np.where(near, 0.0, precipitation(trial))

    def flow(month: float, storm: float) -> np.ndarray:
        """With so much rain in the month before, and in the storm; none after it."""
        rain = np.where(before, month / MONTH, np.where(steps == day, storm, otherwise))
        return trial.simulate(with_precipitation(trial, rain) | warm)[trial.target]

    after_wet, after_dry = (flow(month, STORM) for month in (BEFORE, 0.0))
    added = [
        float((flood - flow(month, 0.0))[day : day + AHEAD].sum())
        for flood, month in ((after_wet, BEFORE), (after_dry, 0.0))
    ]
    criteria = (
        Criterion("More flow of the storm after the wet month", added[0] - added[1], "mm", LEAST * STORM, BEFORE),
        Criterion("Flow of the storm after the dry month", added[1], "mm", 0.0, STORM),
    )
    series = trial.dataset(["wet month before", "dry month before"], {trial.target: [after_wet, after_dry]}, {})
    wet, dry = map(concise, added)
    sentence = f"Of a storm of {STORM:g} mm {wet} mm flow off after a wet month and {dry} mm after a dry one."
    # The month before is where the two begin to differ.
    begin = trial.time.values[max(0, day - MONTH - trial.warmup)]
    return CheckResult(name, sentence, criteria, series, begin)


def _warmest(trial: Trial) -> int:
    """The step of a storm with its month before and its days after on record, where these are warmest."""
    first, last = max(MONTH, trial.warmup), trial.n_days - AHEAD
    first = min(first, last)
    warmth = trial.forcings(TEMPERATURE)
    if not warmth:
        return (first + last) // 2
    mean = np.convolve(next(iter(warmth.values())), np.ones(MONTH) / MONTH, mode="same")
    return first + int(mean[first : last + 1].argmax())
