"""Do the stores drift when the same year comes again and again?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN, NO_RAIN_READ, PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation

YEARS = 50
MOST = 2e-4  # of the precipitation of a year


def no_drift_in_fifty_years(trial: Trial) -> CheckResult:
    """When the first year comes fifty times, the last leaves in the stores what it found, to 0.02 % of its rain.

    A store that fills or empties for decades takes its water from, or gives it to, the flow of every year.
    """
    name, year = "no_drift_in_fifty_years", trial.tensors.year
    if not trial.forcings(PRECIPITATION):
        return CheckResult(name, NO_RAIN_READ)
    if not trial.stores:
        return CheckResult(name, "This model has no stores that could drift.")
    if trial.n_days < year:
        return CheckResult(name, f"A year of {year} steps has to be repeated. Choose a longer window.")
    long = trial.on(np.resize(np.arange(year), YEARS * year))
    fallen = float(precipitation(trial)[:year].sum())
    if not fallen:
        return CheckResult(name, NO_RAIN)
    stored = long.stored(long.simulate({}))
    gain = float(stored[-1] - stored[-1 - year])
    criterion = Criterion("Gain of all stores in the last year, of its rain", gain / fallen, "1", -MOST, MOST)
    series = long.dataset(["stored"], {"stored": stored}, {"stored": {"units": "mm", "long_name": "In all stores"}})
    gains = "gain" if gain >= 0 else "lose"
    sentence = f"In the fiftieth of equal years the stores {gains} {concise(abs(gain))} of {concise(fallen)} mm."
    return CheckResult(name, sentence, (criterion,), series)
