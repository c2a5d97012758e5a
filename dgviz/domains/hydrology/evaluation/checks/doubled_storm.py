"""Where does the water of a larger storm go?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN, NO_RAIN_READ, PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.weather import largest_storm, with_storm

DIP = 1e-3  # of the added storm: how far the flow of a day may fall
FEW = 0.01  # of the days: on so many more rain may lower the flow


def doubled_storm(trial: Trial) -> CheckResult:
    """The largest storm doubled gives more flow, and its water is accounted for.

    It is the storm of the most rain (by the model's own rain, not snow, where it tells them apart) in the first two
    thirds of the days. More flows off in all, but not more than fell in addition; on no day less than before, to 0.1 %
    of what was added; and what was added leaves or is stored. By the derivatives of all flow with respect to the
    precipitation of each day, more of it lowers the flow on 1 % of the days at most.
    """
    rain = trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult("doubled_storm", NO_RAIN_READ)
    if (day := largest_storm(trial)) is None:
        return CheckResult("doubled_storm", NO_RAIN)
    before = trial.as_trained
    doubled = with_storm(trial, day, 2)
    after = trial.simulate(doubled)
    added = float(sum(v[day] for v in rain.values()))
    rise = after[trial.target] - before[trial.target]
    name = next(iter(rain))
    series = trial.dataset(
        ["as it was", "storm doubled"],
        {name: [rain[name], doubled[name]], trial.target: [before[trial.target], after[trial.target]]},
        {},
    )
    criteria = (
        Criterion(f"Added {trial.target}", float(rise.sum()), "mm", ROUNDING * added, (1 + ROUNDING) * added),
        Criterion("Lowest change on any day", float(rise.min()), trial.units, -DIP * added),
        Criterion("Share of the days on which more rain lowers the flow", _lowering(trial), "1", at_most=FEW),
        *_accounted(trial, before, after, added),
    )
    sentence = (
        f"Of {concise(added)} mm more rain, {concise(float(rise.sum()))} mm more {trial.target} came by the last day."
    )
    return CheckResult("doubled_storm", sentence, criteria, series, trial.time.values[day - trial.warmup])


def _lowering(trial: Trial) -> float:
    """The share of the scored days on which the derivative of all later flow is below zero, to rounding."""
    slopes = trial.slopes(trial.forcings(PRECIPITATION), slice(trial.warmup, None))
    return max(float(np.mean(trial.scored(slope) < -ROUNDING)) for slope in slopes.values())


def _accounted(trial: Trial, before, after, added: float) -> tuple[Criterion, ...]:
    """What was added, less what left more and what is stored more in the end."""
    if not trial.stores:
        return ()
    more = float((trial.left(after) - trial.left(before)).sum() + (trial.stored(after) - trial.stored(before))[-1])
    limit = ROUNDING * max(added, float(trial.left(before).sum()))
    return (Criterion("Added water not accounted for", added - more, "mm", -limit, limit),)
