"""Can a run be stopped and gone on with?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import ROUNDING, Trial, total


def restart_equals_one_run(trial: Trial) -> CheckResult:
    """A run that stops in the middle and goes on from its state gives what one run gives.

    The processes run to the middle of the days; a second run begins with the stores and the last days of the series
    that the first one hands over. Parameters are those of the whole series, so that the memory of a network that gives
    them is not cut; what a network adds after the processes is left out.
    """
    if not trial.stores:
        return CheckResult("restart_equals_one_run", "This model has no stores to hand over.")
    middle = trial.warmup + len(trial.time) // 2
    if middle == trial.warmup:
        return CheckResult("restart_equals_one_run", "One day cannot be cut in two. Choose a longer window.")
    with torch.no_grad():
        parameters = trial.model.parameters_of(trial.tensors)
        whole, _ = _run(trial, parameters, slice(None))
        first, state = _run(trial, parameters, slice(middle))
        second, _ = _run(trial, parameters, slice(middle, None), state)
    cut = {k: np.concatenate([first[k], second[k]]) for k in whole}
    difference, held = np.abs(cut[trial.target] - whole[trial.target]), total(whole, list(trial.stores))
    stored = float(np.abs(total(cut, list(trial.stores)) - held).max())
    series = trial.dataset(
        ["one run", "stopped and gone on"],
        {trial.target: [whole[trial.target], cut[trial.target]], "difference": difference},
        {"difference": {"units": trial.units, "long_name": "Difference"}},
    )
    worst, most = float(difference.max()), float(whole[trial.target].max())
    criteria = (
        Criterion("Largest difference on any day", worst, trial.units, 0.0, ROUNDING * most),
        Criterion("Largest difference of what is stored", stored, "mm", 0.0, ROUNDING * float(held.max())),
    )
    same = all(criterion.holds for criterion in criteria)
    apart = "the same" if same else f"up to {concise(worst)} mm per day more or less"
    sentence = f"Stopped in the middle and gone on from its stores, the run gives {apart} {trial.target}."
    return CheckResult("restart_equals_one_run", sentence, criteria, series, trial.time.values[middle - trial.warmup])


def _run(trial: Trial, parameters, days: slice, state=None):
    """Every flux and store of the processes on some days, mean over the members, and the state in the end."""
    forcings, parameters = (
        {k: v[days] if len(v) > 1 else v for k, v in given.items()} for given in (trial.tensors.forcings, parameters)
    )
    values, state = trial.declared.run(forcings, parameters, initial=state)
    return {k: v.mean(-1)[:, 0].numpy() for k, v in values.items()}, state
