"""Is all that came in accounted for?"""

import numpy as np

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import ROUNDING, Trial, total
from dgviz.processes.balance import boundary, substances


def balance_closes(trial: Trial) -> CheckResult:
    """All that the processes took in has left or is still stored, at every step.

    Fluxes move what the stores hold, so the processes close by themselves; what a network adds to the target
    afterwards does not. Judged by the largest gap at any step; where stores hold several substances, as water and
    heat, each is balanced by itself.
    """
    if not trial.stores:
        return CheckResult("balance_closes", "This model has no stores whose balance could be closed.")
    held = substances(trial.declared)
    criteria, came_in, missing = [], [], []
    series: dict[str, np.ndarray | list[np.ndarray]] = {}
    attrs: dict[str, dict[str, str]] = {}
    for units in held:
        came, left, gained, limit = _moved(trial, units)
        # gap(t) = inflows - outflows - gain of the stores, from the first scored step to t
        gap = came - left - gained
        worst = float(gap[np.abs(gap).argmax()])
        criteria.append(Criterion("Not accounted for", worst, units, -limit, limit))
        came_in.append(f"{concise(float(came[-1]))} {units}")
        missing += [] if criteria[-1].holds else [f"{concise(abs(worst))} {units}"]
        of = f" ({units})" * (len(held) > 1)
        series |= {f"moved{of}": [came, left, gained], f"gap{of}": gap}
        attrs[f"moved{of}"] = {"units": units, "long_name": "Since the first step"}
        attrs[f"gap{of}"] = {"units": units, "long_name": "Missing"}
    said = f"is accounted for but {' and '.join(missing)}" if missing else "is accounted for"
    sentence = f"All that came in, {' and '.join(came_in)} on balance, {said}."
    drawn = trial.dataset(["in", "out", "stored"], series, attrs)
    return CheckResult("balance_closes", sentence, tuple(criteria), drawn)


def _moved(trial: Trial, units: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """What came in, what left and what the stores of these units gained since the first scored step.

    Also what rounding may leave: a share of all that moved, in and out, since a balance of large terms leaves more
    rounding than their sum shows.
    """
    now = trial.as_trained
    inflows, outflows = boundary(trial.declared, units)
    parts = total(now, inflows), total(now, outflows), trial.gained(now, units)
    came, left, gained = (np.cumsum(trial.scored(part)) for part in parts)
    moved = float(np.abs(trial.scored(total(now, [*inflows, *outflows]))).sum())
    return came, left, gained, ROUNDING * (moved + float(np.abs(trial.stored(now, units)).max()))
