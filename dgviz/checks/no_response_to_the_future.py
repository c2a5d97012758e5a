"""Does the model respond to the future?"""

import numpy as np

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import Trial

SHARE = 0.01  # of the declared range of a forcing, by which it is raised


def no_response_to_the_future(trial: Trial) -> CheckResult:
    """Forcings of later steps change nothing before they come.

    After the middle of the record every forcing is raised by a hundredth of its declared range. Up to then the target
    stays exactly as it was, and its derivative with respect to later forcings is exactly zero.
    """
    forcings = trial.varying_forcings()
    if not forcings:
        return CheckResult("no_response_to_the_future", "This model reads nothing that varies in time.")
    last = trial.warmup + (len(trial.time) - 1) // 2  # the last step that is left alone
    later = np.arange(trial.n_days) > last
    changed = {name: np.where(later, values + _rise(trial, name), values) for name, values in forcings.items()}
    before, after = trial.as_trained[trial.target], trial.simulate(changed)[trial.target]
    difference = float(np.abs(after - before)[: last + 1].max())
    slope = _slope(trial, list(forcings), last)
    name = next(iter(forcings))
    series = trial.dataset(
        ["as it was", "other forcings later"],
        {name: [forcings[name], changed[name]], trial.target: [before, after]},
        {},
    )
    criteria = (
        Criterion("Largest change before the forcings changed", difference, trial.units, 0.0, 0.0),
        Criterion("Largest derivative with respect to later forcings", slope, "1", 0.0, 0.0),
    )
    words = trial.target_words
    if difference or slope:
        sentence = f"The {words} knows of forcings before they come: up to {concise(difference)} {trial.units} change."
    else:
        sentence = f"With other forcings later, the {words} of all steps before is the same to the last digit."
    return CheckResult("no_response_to_the_future", sentence, criteria, series, trial.time.values[last - trial.warmup])


def _rise(trial: Trial, name: str) -> float:
    low, high = trial.declared.inputs[name].range
    return SHARE * (high - low)


def _slope(trial: Trial, names: list[str], last: int) -> float:
    """The largest derivative of the target summed up to a step with respect to a forcing of any later step."""
    if last + 1 >= trial.n_days:
        return 0.0
    slopes = trial.slopes(names, slice(last + 1))
    return max(float(np.abs(slope[last + 1 :]).max()) for slope in slopes.values())
