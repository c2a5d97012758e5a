"""Does more grow when cold steps are warmer?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise

COLD = 10.0  # degC: below, warmth is what lacks
WARMER = 1.0


def warmer_spring_gains(trial: Trial) -> CheckResult:
    """One degree warmer, no step below 10 degC fixes less.

    There the quantum yield rises with warmth faster than photorespiration takes away. The dryness of the air stays as
    it is, and so do the leaves. With a constant quantum yield the opposite holds, and this check fails.
    """
    warmth = trial.forcing("tair")
    if warmth is None:
        return CheckResult("warmer_spring_gains", "This model does not read air temperature.")
    cold = trial.scored(warmth) < COLD
    if not cold.any():
        return CheckResult("warmer_spring_gains", f"No step is colder than {COLD:g} degC here.")
    warm = warmth + WARMER * (warmth < COLD)
    before, after = trial.as_trained[trial.target], trial.simulate({"tair": warm})[trial.target]
    change = trial.scored(after - before)[cold]
    limit = ROUNDING * float(np.abs(trial.scored(before)).max())
    total = float(trial.scored(before)[cold].sum())
    gain = 100 * float(change.sum()) / total if total else 0.0
    series = trial.dataset(["as it was", "warmer"], {"tair": [warmth, warm], trial.target: [before, after]}, {})
    criterion = Criterion("Lowest change in a cold step", float(change.min()), trial.units, at_least=-limit)
    sentence = f"One degree more in {int(cold.sum())} cold steps changes what they fix by {concise(gain)} %."
    return CheckResult("warmer_spring_gains", sentence, (criterion,), series)
