"""Does snow melt earlier when it is warmer?"""

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION, SNOW, TEMPERATURE

WARMER = 2.0  # degC
LEAST_SNOW = 1.0  # mm: at its largest, for the check to mean something


def warmer_means_earlier_melt(trial: Trial) -> CheckResult:
    """With 2 \u00b0C more on every day, less snow lies and water comes out of it earlier.

    The snowpack is larger on no day, to rounding, and rain and melt reach the ground earlier on average: the mean delay
    of precipitation by the pack is what the pack holds, summed over the days, per precipitation. Air temperatures are
    raised; a potential evapotranspiration that the data set gives stays as it is.
    """
    snow = [k for k, s in trial.stores.items() if s.standard_name == SNOW]
    warmth, rain = trial.forcings(TEMPERATURE), trial.forcings(PRECIPITATION)
    if not snow or not warmth or not rain:
        return CheckResult("warmer_means_earlier_melt", "This model has no store of snow.")
    pack = total(trial.as_trained, snow)
    if trial.scored(pack).max() < LEAST_SNOW:
        return CheckResult("warmer_means_earlier_melt", "No snow lies here on these days.")
    after = trial.simulate({k: v + WARMER for k, v in warmth.items()})
    warm = total(after, snow)
    fallen = float(trial.scored(total(rain, list(rain))).sum())
    # mm of snow x days, per mm of precipitation: mean delay in days
    shift = float(trial.scored(warm - pack).sum()) / fallen
    series = trial.dataset(
        ["as it was", f"{WARMER:g} \u00b0C warmer"],
        {snow[0]: [pack, warm], trial.target: [trial.as_trained[trial.target], after[trial.target]]},
        {},
    )
    most = float(trial.scored(pack).max())
    left = float(trial.scored(warm).max())
    more = float(trial.scored(warm - pack).max())
    criteria = (
        Criterion("Rain and melt reach the ground later by", shift, "d", at_most=0.0),
        Criterion("Largest gain of the snowpack on any day", more, "mm", at_most=ROUNDING * most),
    )
    return CheckResult("warmer_means_earlier_melt", _sentence(shift, most, left), criteria, series)


def _sentence(shift: float, most: float, warm: float) -> str:
    change = f"The snowpack holds at most {concise(warm)} mm instead of {concise(most)} mm"
    when = "earlier" if shift <= 0 else "later"
    return f"{change}, and rain and melt reach the ground {concise(abs(shift))} days {when} on average."
