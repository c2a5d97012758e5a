"""Is carbon fixed in the dark?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise


def no_light_no_carbon(trial: Trial) -> CheckResult:
    """Without light nothing is fixed, and with half the light half as much.

    Leaves that have got used to their light are in proportion to it over weeks; a network alone may not know that.
    """
    light = trial.forcing("ppfd")
    if light is None:
        return CheckResult("no_light_no_carbon", "This model does not read light.")
    before = trial.as_trained[trial.target]
    dark, half = (trial.simulate({"ppfd": share * light})[trial.target] for share in (0.0, 0.5))
    most = float(np.abs(trial.scored(before)).max())
    left, gap = (float(np.abs(trial.scored(values)).max()) for values in (dark, half - 0.5 * before))
    series = trial.dataset(
        ["as it was", "half the light"], {"ppfd": [light, 0.5 * light], trial.target: [before, half]}, {}
    )
    criteria = (
        Criterion("Most that is fixed in the dark", left, trial.units, at_most=ROUNDING * most),
        Criterion("Largest gap to half of it with half the light", gap, trial.units, at_most=ROUNDING * most),
    )
    sentence = f"In the dark at most {concise(left)} {trial.units} is fixed, of {concise(most)} in the light."
    return CheckResult("no_light_no_carbon", sentence, criteria, series)
