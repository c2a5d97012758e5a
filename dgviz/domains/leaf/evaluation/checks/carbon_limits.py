"""Does a leaf gain the more the more CO2 it gets, with less and less gain, and nothing at its compensation point?"""

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.leaf.evaluation.checks.steps import (
    LEAST_POINTS,
    NET,
    ROUNDING,
    TOO_FEW,
    along,
    driver_of_carbon,
    least_rise,
    saturation,
)

RICHEST = 2000.0  # umol mol-1
SATURATED = 50.0  # percent of the steepest rise that is left there
COMPENSATION = 43.0  # umol mol-1 at 25 degC, where the model has none of its own


def carbon_limits(trial: Trial) -> CheckResult:
    """With CO2 net assimilation rises, and saturates; at the compensation point only respiration is left.

    CO2 goes in even steps from its compensation point without respiration to 2000 umol mol-1, all else is as on average
    over the curve. Net assimilation falls at no step, and over the last it rises by less than half of what it does over
    the steepest. Where CO2 between the cells is given, net assimilation at the compensation point is minus respiration.
    """
    driver = driver_of_carbon(trial)
    if trial.target != NET or not driver:
        return CheckResult("carbon_limits", "This model does not tell net assimilation from CO2.")
    if len(trial.time) < LEAST_POINTS:
        return CheckResult("carbon_limits", TOO_FEW)
    _, first = along(trial, driver, COMPENSATION, RICHEST)
    point = float(first["gamma_star"][-1]) if "gamma_star" in first else COMPENSATION
    co2, now = along(trial, driver, point, RICHEST)
    net = trial.scored(now[NET])
    criteria = [
        Criterion("Least rise over a step", least_rise(net), trial.units, -ROUNDING),
        Criterion("Rise over the last step, of the steepest", saturation(net), "%", at_most=SATURATED),
    ]
    if driver == "ci" and "rd" in now:
        apart = float(net[0]) + float(trial.scored(now["rd"])[0])
        words = "Net assimilation and respiration at the compensation point"
        criteria.insert(0, Criterion(words, apart, trial.units, -1e-5, 1e-5))
    names = [name for name in ("rubisco_limited", "light_limited") if name in now]
    series = trial.dataset(
        ["net", *names],
        {driver: co2, "rate": [now[NET], *(now[name] for name in names)]},
        {
            "rate": {"units": trial.units, "long_name": "Net assimilation", "drawn": "lines"},
            driver: trial.declared.inputs[driver].attrs,
        },
    )
    sentence = (
        f"From {concise(float(net[0]))} {trial.units} at {concise(point)} umol mol-1 of CO2 to "
        f"{concise(float(net[-1]))} {trial.units} at {RICHEST:g}."
    )
    return CheckResult("carbon_limits", sentence, tuple(criteria), series)
