"""Does the flow react to rain at all, and by a share that can be?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN, NO_RAIN_READ, PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation

DAYS = 7  # of rain before a flow
LEAST_CORRELATION, LEAST_VARIATION = 0.05, 0.1
SHARES = 0.02, 0.98  # of the precipitation
SLOPES = 0.02, 1.05  # mm of flow for a mm of rain


def flow_follows_rain(trial: Trial) -> CheckResult:
    """Flow goes along with the rain of the last week, varies from day to day, and is a possible share of it.

    The correlation of the flow with the precipitation of the seven days up to it is at least 0.05; the standard
    deviation of the flow at least a tenth of its mean; and 2 to 98 % of the precipitation of all days flows off. By
    its derivatives, one more mm on every day gives 0.02 to 1.05 mm more flow.
    """
    name, rain = "flow_follows_rain", trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult(name, NO_RAIN_READ)
    fallen = precipitation(trial)
    if not trial.scored(fallen).any():
        return CheckResult(name, NO_RAIN)
    # Of each day and the six before it.
    week = np.convolve(fallen, np.ones(DAYS))[: trial.n_days]
    flow, of_week = trial.scored(trial.as_trained[trial.target]), trial.scored(week)
    mean = float(flow.mean())
    share = mean / float(trial.scored(fallen).mean())
    alike = float(np.corrcoef(flow, of_week)[0, 1]) if np.ptp(flow) and np.ptp(of_week) else 0.0
    first = next(iter(rain))
    # Sum over all lags: d(sum of Q) / dP, a mean over the days on which it may fall.
    slope = float(trial.scored(trial.slopes([first], slice(trial.warmup, None))[first]).mean())
    criteria = (
        Criterion("Flow, of the precipitation", share, "1", *SHARES),
        Criterion("Correlation with the rain of a week", alike, "1", LEAST_CORRELATION),
        Criterion(
            "Standard deviation of flow, of its mean", float(flow.std()) / mean if mean else 0.0, "1", LEAST_VARIATION
        ),
        Criterion("Flow that one more mm gives, by derivatives", slope, "mm", *SLOPES),
    )
    series = trial.dataset(["as it is"], {first: [rain[first]], trial.target: [trial.as_trained[trial.target]]}, {})
    return CheckResult(name, f"{concise(100 * share)} % of the precipitation flows off.", criteria, series)
