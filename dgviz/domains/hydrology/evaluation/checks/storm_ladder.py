"""Does flow hold beyond all experience: storms of twice, five and ten times the largest?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN, NO_RAIN_READ, PRECIPITATION, farthest
from dgviz.domains.hydrology.evaluation.checks.weather import largest_storm, with_storm

TIMES = 2, 5, 10  # the largest storm
LEAST_IN_ALL = 0.1  # of the rain that was added
STEPS = 0.0, 1.05  # of the rain that each step adds


def storm_ladder(trial: Trial) -> CheckResult:
    """The largest storm becomes two, five and ten times as large, and flow rises with it to the end.

    Of the rain that each step of this ladder adds, 0 to 105 % flows off in addition by the last day, and of all that
    was added at least 10 %: a model that saturates at what it was trained on gives less and less of it.
    """
    name, rain = "storm_ladder", trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult(name, NO_RAIN_READ)
    if (day := largest_storm(trial)) is None:
        return CheckResult(name, NO_RAIN)
    storm = float(sum(values[day] for values in rain.values()))
    flows = [trial.as_trained[trial.target]]
    for times in TIMES:
        flows.append(trial.simulate(with_storm(trial, day, times))[trial.target])
    volumes = np.array([float(trial.scored(flow).sum()) for flow in flows])
    added = storm * np.diff([1, *TIMES])
    shares = np.diff(volumes) / added
    whole = float((volumes[-1] - volumes[0]) / added.sum())
    criteria = (
        Criterion("Flow of all that was added", whole, "1", LEAST_IN_ALL),
        Criterion("Flow of what one step adds", farthest(map(float, shares), STEPS), "1", *STEPS),
    )
    cases = ["as it was", *(f"{times} times the storm" for times in TIMES)]
    series = trial.dataset(cases, {trial.target: flows}, {})
    series.attrs["drawn"] = "lines"
    said = ", ".join(f"{concise(100 * share)} %" for share in shares)
    sentence = f"Of the rain that storms of {concise(storm)} mm times 2, 5 and 10 add, {said} flows off."
    return CheckResult(name, sentence, criteria, series, trial.time.values[day - trial.warmup])
