"""Is all that came in accounted for?"""

import numpy as np

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import ROUNDING, Trial, total


def balance_closes(trial: Trial) -> CheckResult:
    """All that the processes took in has left or is still stored, at every step.

    Fluxes move what the stores hold, so the processes close by themselves; what a network adds to the target
    afterwards does not. Judged by the largest gap at any step.
    """
    if not trial.stores:
        return CheckResult("balance_closes", "This model has no stores whose balance could be closed.")
    now, declared = trial.as_trained, trial.declared
    units = next(iter(trial.stores.values())).units
    came = np.cumsum(trial.scored(total(now, declared.inflows)))
    left = np.cumsum(trial.scored(trial.left(now)))
    gained = np.cumsum(trial.scored(trial.gained(now)))
    # Cumulative: gap(t) = inflows - outflows - gain of the stores, from the first scored step to t
    gap = came - left - gained
    worst = float(gap[np.abs(gap).argmax()])
    # The size of what moved, in and out: a balance of large terms leaves more rounding than their sum shows.
    moved = float(np.abs(trial.scored(total(now, [*declared.inflows, *declared.outflows]))).sum())
    limit = ROUNDING * (moved + float(np.abs(trial.stored(now)).max()))
    series = trial.dataset(
        ["in", "out", "stored"],
        {"moved": [came, left, gained], "gap": gap},
        {
            "moved": {"units": units, "long_name": "Since the first step"},
            "gap": {"units": units, "long_name": "Missing"},
        },
    )
    criterion = Criterion("Not accounted for", worst, units, -limit, limit)
    said = "is accounted for" if criterion.holds else f"is accounted for but {concise(abs(worst))} {units}"
    sentence = f"All that came in, {concise(float(came[-1]))} {units} on balance, {said}."
    return CheckResult("balance_closes", sentence, (criterion,), series)
