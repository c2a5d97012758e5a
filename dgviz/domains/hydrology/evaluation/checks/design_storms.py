"""Is the water of storms that nobody has seen accounted for?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN_READ, PRECIPITATION, farthest
from dgviz.domains.hydrology.evaluation.checks.weather import at_least, precipitation, with_precipitation

STORMS = 25.0, 50.0, 100.0, 200.0, 400.0  # mm in a day
ROOM = 0.05  # of the storm
WARM = 10.0  # degC, so that it is rain


def design_storms(trial: Trial) -> CheckResult:
    """Storms of 25 to 400 mm in a day leave or are stored to the last drop, to 5 % of each.

    Each falls on the day of the most flow in the first half of the days, when the soil is wet, at 10 \u00b0C at least.
    """
    name = "design_storms"
    if not trial.forcings(PRECIPITATION):
        return CheckResult(name, NO_RAIN_READ)
    if not trial.stores:
        return CheckResult(name, "This model has no stores whose balance could be closed.")
    warm, rain = at_least(trial, WARM), precipitation(trial)
    before = trial.simulate(warm)
    # In the first half, so that the water has time to leave.
    day = trial.warmup + int(trial.scored(before[trial.target])[: max(1, len(trial.time) // 2)].argmax())
    flows, accounted = [before[trial.target]], []
    for storm in STORMS:
        added = np.where(np.arange(trial.n_days) == day, storm, 0.0)
        after = trial.simulate(warm | with_precipitation(trial, rain + added))
        left = float((trial.left(after) - trial.left(before)).sum())
        stored = float((trial.stored(after) - trial.stored(before))[-1])
        flows.append(after[trial.target])
        accounted.append((left + stored) / storm)
    limits = 1 - ROOM, 1 + ROOM
    criterion = Criterion("Storm that left or is stored, of it", farthest(accounted, limits), "1", *limits)
    cases = ["no storm", *(f"{storm:g} mm" for storm in STORMS)]
    series = trial.dataset(cases, {trial.target: flows}, {})
    series.attrs["drawn"] = "lines"
    peak = float((flows[-1] - flows[0]).max())
    sentence = f"A storm of {STORMS[-1]:g} mm raises the flow by up to {concise(peak)} mm d-1; "
    sentence += f"{concise(100 * accounted[-1])} % of it left or is stored."
    return CheckResult(name, sentence, (criterion,), series, trial.time.values[day - trial.warmup])
