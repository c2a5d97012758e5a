"""Where does the water of a larger storm go?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION, RAINFALL

DIP = 0.01  # of the largest rise: how far the flow of a day may fall


def doubled_storm(trial: Trial) -> CheckResult:
    """The largest storm doubled gives more flow, and its water is accounted for.

    It is the storm of the most rain (by the model's own rain, not snow, where it tells them apart) in the first two
    thirds of the days. More flows off in all, but not more than fell in addition; on no day less than before, to 1 % of
    the largest rise; and what was added leaves or is stored.
    """
    rain = trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult("doubled_storm", "This model does not read precipitation.")
    before = trial.as_trained
    fallen = total(before, trial.fluxes(RAINFALL)) if trial.fluxes(RAINFALL) else total(rain, list(rain))
    # In the first two thirds, so that the water has time to leave.
    day = trial.warmup + int(trial.scored(fallen)[: max(1, 2 * len(trial.time) // 3)].argmax())
    if not fallen[day]:
        return CheckResult("doubled_storm", "No rain falls on these days.")
    doubled = {k: np.where(np.arange(trial.n_days) == day, 2 * v, v) for k, v in rain.items()}
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
        Criterion("Lowest change on any day", float(rise.min()), trial.units, -DIP * float(rise.max())),
        *_accounted(trial, before, after, added),
    )
    sentence = (
        f"Of {concise(added)} mm more rain, {concise(float(rise.sum()))} mm more {trial.target} came by the last day."
    )
    return CheckResult("doubled_storm", sentence, criteria, series, trial.time.values[day - trial.warmup])


def _accounted(trial: Trial, before, after, added: float) -> tuple[Criterion, ...]:
    """What was added, less what left more and what is stored more in the end."""
    if not trial.stores:
        return ()
    more = float((trial.left(after) - trial.left(before)).sum() + (trial.stored(after) - trial.stored(before))[-1])
    limit = ROUNDING * max(added, float(trial.left(before).sum()))
    return (Criterion("Added water not accounted for", added - more, "mm", -limit, limit),)
