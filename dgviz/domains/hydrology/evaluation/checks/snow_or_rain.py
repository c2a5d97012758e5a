"""Is it the same water whether it falls as snow or as rain?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import EVAPORATION, PRECIPITATION, SNOW, TEMPERATURE
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation

LIFTED = 1.0  # degC, to which frosty days are lifted
MOST = 0.05  # of the precipitation
LEAST_SNOW = 1.0  # mm: at its largest, for the check to mean something


def snow_or_rain(trial: Trial) -> CheckResult:
    """Where frosty days are lifted to 1 \u00b0C, what flows off and what evaporates hardly change over the whole time.

    Snow becomes rain, and comes at another time, but hardly more or less of it: flow, with what all stores hold more in
    the end, and evapotranspiration change by at most 5 % of the precipitation, in sums over all days.
    """
    name, warmth, rain = "snow_or_rain", trial.forcings(TEMPERATURE), trial.forcings(PRECIPITATION)
    snow = [k for k, s in trial.stores.items() if s.standard_name == SNOW]
    if not snow or not warmth or not rain:
        return CheckResult(name, "This model has no store of snow.")
    before = trial.as_trained
    if trial.scored(total(before, snow)).max() < LEAST_SNOW:
        return CheckResult(name, "No snow lies here on these days.")
    after = trial.simulate({k: np.where(v < LIFTED, LIFTED, v) for k, v in warmth.items()})
    fallen, losses = float(precipitation(trial).sum()), trial.fluxes(EVAPORATION)
    # What still lies or is stored on the last day has not flowed off yet.
    stored = float((trial.stored(after) - trial.stored(before))[-1])
    flow = float((after[trial.target] - before[trial.target]).sum()) + stored
    lost = float((total(after, losses) - total(before, losses)).sum()) if losses else 0.0
    criteria = (
        Criterion("Change of flow, of the precipitation", flow / fallen, "1", -MOST, MOST),
        Criterion("Change of evapotranspiration, of the precipitation", lost / fallen, "1", -MOST, MOST),
    )
    series = trial.dataset(
        ["as it was", "rain in place of snow"], {trial.target: [before[trial.target], after[trial.target]]}, {}
    )
    sentence = f"As rain in place of snow {concise(100 * flow / fallen)} % of the precipitation flow off more."
    return CheckResult(name, sentence, criteria, series)
