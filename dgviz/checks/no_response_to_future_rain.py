"""Does the model see what has not happened yet?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import PRECIPITATION, Trial

MORE = 5.0  # mm d-1


def no_response_to_future_rain(trial: Trial) -> CheckResult:
    """Rain of later days changes nothing before it falls.

    After the middle of the days, 5 mm more fall on every day. Up to then the target stays exactly as it was, and its
    derivative with respect to later rain is exactly zero.
    """
    rain = trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult("no_response_to_future_rain", "This model does not read precipitation.")
    last = trial.warmup + (len(trial.time) - 1) // 2  # the last day that is left alone
    changed = {k: np.where(np.arange(trial.n_days) > last, v + MORE, v) for k, v in rain.items()}
    before, after = trial.as_trained[trial.target], trial.simulate(changed)[trial.target]
    difference = float(np.abs(after - before)[: last + 1].max())
    slope = _slope(trial, list(rain), last)
    name = next(iter(rain))
    series = trial.dataset(
        ["as it was", "more rain later"], {name: [rain[name], changed[name]], trial.target: [before, after]}, {}
    )
    criteria = (
        Criterion("Largest change before the rain changed", difference, trial.units, 0.0, 0.0),
        Criterion("Largest derivative with respect to later rain", slope, "1", 0.0, 0.0),
    )
    day = trial.time.values[last - trial.warmup]
    if difference or slope:
        sentence = f"The {trial.target} knows of rain before it falls: up to {concise(difference)} mm per day change."
    else:
        sentence = f"With other rain later, the {trial.target} of all days before is the same to the last digit."
    return CheckResult("no_response_to_future_rain", sentence, criteria, series, day)


def _slope(trial: Trial, names: list[str], last: int) -> float:
    """The largest derivative of the target summed up to a day with respect to the rain of any later day."""
    rain = {k: trial.tensors.forcings[k].expand(trial.n_days, 1, 1).clone().requires_grad_() for k in names}
    tensors = trial.with_forcings(rain)
    seen = trial.model.mean(tensors, [trial.target])[trial.target][: last + 1].sum()
    gradients = torch.autograd.grad(seen, list(rain.values()), materialize_grads=True)
    return max((float(g[last + 1 :].abs().max()) for g in gradients), default=0.0) if last + 1 < trial.n_days else 0.0
