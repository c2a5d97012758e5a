"""Does the model settle where the weather is the same every day?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import EVAPORATION, PRECIPITATION, TEMPERATURE
from dgviz.domains.hydrology.evaluation.checks.weather import with_temperature

MILD = 5.0  # degC: at least so warm, so that no snow piles up
YEARS = 3
SETTLED, CLOSED = 0.01, 0.01  # of the flow, and of the rain


def settled_under_constant_weather(trial: Trial) -> CheckResult:
    """Three years of the mean weather of the record, the same each day, bring flow to rest.

    All forcings are at their mean, air temperatures at 5 \u00b0C at least so that no snow piles up. Over the last tenth
    of these days flow varies by at most 1 % of its mean, and what falls leaves again, to 1 %. A model with stores that
    still fill after three years does not settle.
    """
    name, rain, warmth = "settled_under_constant_weather", trial.forcings(PRECIPITATION), trial.forcings(TEMPERATURE)
    if not rain or not trial.fluxes(EVAPORATION) or not trial.stores:
        return CheckResult(
            name, "This model reads no precipitation, or has no stores and evapotranspiration of its own."
        )
    n_steps = YEARS * trial.tensors.year
    still = trial.on(np.zeros(n_steps, int))
    means = {k: np.full(n_steps, float(v.mean())) for k, v in trial.varying_forcings().items()}
    fallen = float(sum(means[k][0] for k in rain))
    if not fallen:
        return CheckResult(name, "No rain falls on these days.")
    first = next(iter(warmth), None)
    warm = with_temperature(still, np.maximum(means[first], MILD)) if first else {}
    after = still.simulate(means | warm)
    last = slice(-(n_steps // 10), None)
    flow, left = after[trial.target][last], still.left(after)[last]
    mean = float(flow.mean())
    criteria = (
        Criterion(
            "Range of the last flow, of its mean", float(np.ptp(flow)) / mean if mean else 0.0, "1", 0.0, SETTLED
        ),
        Criterion("Rain that does not leave, of the rain", 1 - float(left.mean()) / fallen, "1", -CLOSED, CLOSED),
    )
    series = still.dataset(["the same weather every day"], {trial.target: [after[trial.target]]}, {})
    lost = float(total(after, trial.fluxes(EVAPORATION))[last].mean())
    sentence = f"In the end {concise(mean)} of {concise(fallen)} mm a day flow off and {concise(lost)} mm evaporate."
    return CheckResult(name, sentence, criteria, series)
