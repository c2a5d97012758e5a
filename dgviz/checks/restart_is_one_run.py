"""Can a run be stopped and continued?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import ROUNDING, Trial
from dgviz.learn.model import of_processes


def restart_is_one_run(trial: Trial) -> CheckResult:
    """A run that stops in the middle and continues from its state gives the same as one run.

    The processes run to the middle of the record; a second run begins with the stores and the last steps of the series
    that the first one hands over. Parameters are computed once, for the whole series, so that a network that gives them
    keeps its memory; what a network adds after the processes is left out. Of an ensemble the first model is asked.
    """
    if not trial.stores:
        return CheckResult("restart_is_one_run", "This model has no stores to hand over.")
    middle = trial.warmup + len(trial.time) // 2
    if middle == trial.warmup:
        return CheckResult("restart_is_one_run", "One step cannot be cut in two. Choose a longer window.")
    with torch.no_grad():
        model, tensors = trial.model.parts(trial.tensors)[0]
        parameters = model.parameters_of(tensors)
        # One run, and the same steps as two runs that hand over the state.
        before = of_processes(tensors.initial)
        whole, _ = _run(trial, parameters, slice(None), before)
        first, state = _run(trial, parameters, slice(middle), before)
        second, _ = _run(trial, parameters, slice(middle, None), state)
    cut = {k: np.concatenate([first[k], second[k]]) for k in whole}
    difference = np.abs(cut[trial.target] - whole[trial.target])
    series = trial.dataset(
        ["one run", "stopped and continued"],
        {trial.target: [whole[trial.target], cut[trial.target]], "difference": difference},
        {"difference": {"units": trial.units, "long_name": "Difference"}},
    )
    worst, most = float(difference.max()), float(np.abs(whole[trial.target]).max())
    criteria = (
        Criterion("Largest difference at any step", worst, trial.units, 0.0, ROUNDING * most),
        Criterion(
            "Largest difference of a store, of its highest value", _of_stores(trial, cut, whole), "1", 0.0, ROUNDING
        ),
    )
    same = all(criterion.holds for criterion in criteria)
    apart = "the same" if same else f"up to {concise(worst)} {trial.units} more or less"
    sentence = f"Stopped in the middle and continued from its stores, the run gives {apart} {trial.target_words}."
    day = trial.time.values[middle - trial.warmup]
    return CheckResult("restart_is_one_run", sentence, criteria, series, day)


def _of_stores(trial: Trial, cut: dict[str, np.ndarray], whole: dict[str, np.ndarray]) -> float:
    """The largest difference of any store, relative to its highest value: stores need not have the same units."""
    shares = []
    for name in trial.stores:
        highest = float(np.abs(whole[name]).max())
        shares.append(float(np.abs(cut[name] - whole[name]).max()) / (highest or 1.0))
    return max(shares)


def _run(trial: Trial, parameters, steps: slice, state):
    """Every flux and store of the processes over some steps, mean over the members, and the state in the end."""
    forcings, parameters = (
        {k: v[steps] if len(v) > 1 else v for k, v in given.items()} for given in (trial.tensors.forcings, parameters)
    )
    values, state = trial.declared.run(forcings, parameters, initial=state)
    return {k: v.mean(-1)[:, 0].numpy() for k, v in values.items()}, state
