"""Is all water accounted for?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION


def mass_closure(trial: Trial) -> CheckResult:
    """All precipitation of the data has left or is still stored, on every day.

    What is missing was lost; what is too much was made from nothing. The balance takes the precipitation of the data,
    not what the processes say they took in, and the target as it is predicted, with whatever a network adds to it.
    Judged by the largest gap on any day.
    """
    rain, now = trial.forcings(PRECIPITATION), trial.as_trained
    if not rain:
        return CheckResult("mass_closure", "This model does not read precipitation.")
    came = np.cumsum(trial.scored(total(rain, list(rain))))
    if not trial.stores:
        return CheckResult("mass_closure", _without_stores(trial, came[-1]))
    parts = {name: now[name] for name in trial.declared.outflows} | {"stored": trial.gained(now)}
    parts = {name: np.cumsum(trial.scored(values)) for name, values in parts.items()}
    # gap(t) = sum of precipitation - sum of what left - gain of the stores, since the first scored day
    gap = came - sum(parts.values())
    worst = float(gap[np.abs(gap).argmax()])
    limit = ROUNDING * float(came[-1])
    series = trial.dataset(
        ["precipitation", *parts],
        {"water": [came, *parts.values()], "gap": gap},
        {
            "water": {"units": "mm", "long_name": "Since the first day"},
            "gap": {"units": "mm", "long_name": "Missing"},
        },
    )
    criterion = Criterion("Water not accounted for", worst, "mm", -limit, limit)
    return CheckResult("mass_closure", _sentence(worst, float(came[-1]), limit), (criterion,), series)


def _sentence(worst: float, came: float, limit: float) -> str:
    if abs(worst) <= limit:
        return f"The {concise(came)} mm of precipitation all left or are still stored."
    happened = "were lost" if worst > 0 else "were made from nothing"
    share = f" ({concise(100 * abs(worst) / came)} %)" if came else ""
    return f"Of {concise(came)} mm of precipitation, {concise(abs(worst))} mm{share} {happened}."


def _without_stores(trial: Trial, came: float) -> str:
    flow = float(trial.scored(trial.as_trained[trial.target]).sum())
    ratio = f" Its {trial.target} is {concise(100 * flow / came)} % of the precipitation." if came else ""
    return f"This model has no stores whose balance could be closed.{ratio}"
