"""Does a leaf respire in the dark, and gain the more the lighter it is, with less and less gain?"""

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.leaf.evaluation.checks.steps import (
    LEAST_POINTS,
    NET,
    ROUNDING,
    TOO_FEW,
    along,
    least_rise,
    saturation,
)

FULL_SUN = 2000.0  # umol m-2 s-1
SATURATED = 50.0  # percent of the steepest rise that is left in full sun


def light_limits(trial: Trial) -> CheckResult:
    """In the dark a leaf gives off what it respires; with light net assimilation rises, and saturates.

    Light goes from none to full sun in even steps, all else is as on average over the curve. Net assimilation in the
    dark is minus respiration, it falls at no step, and over the last step it rises by less than half of what it does
    over the steepest.
    """
    if trial.target != NET or trial.forcing("ppfd") is None:
        return CheckResult("light_limits", "This model does not tell net assimilation from light.")
    if len(trial.time) < LEAST_POINTS:
        return CheckResult("light_limits", TOO_FEW)
    light, now = along(trial, "ppfd", 0.0, FULL_SUN)
    net = trial.scored(now[NET])
    dark = float(net[0])
    criteria = [
        Criterion("Least rise over a step", least_rise(net), trial.units, -ROUNDING),
        Criterion("Rise over the last step, of the steepest", saturation(net), "%", at_most=SATURATED),
    ]
    if "rd" in now:
        apart = dark + float(trial.scored(now["rd"])[0])
        criteria.insert(0, Criterion("Net assimilation and respiration in the dark", apart, trial.units, -1e-5, 1e-5))
    else:
        criteria.insert(0, Criterion("Net assimilation in the dark", dark, trial.units, at_most=0.0))
    names = [name for name in ("rubisco_limited", "light_limited") if name in now]
    series = trial.dataset(
        ["net", *names],
        {"ppfd": light, "rate": [now[NET], *(now[name] for name in names)]},
        {"rate": {"units": trial.units, "long_name": "Net assimilation", "drawn": "lines"}} | _of_light(trial),
    )
    sentence = f"In the dark {concise(dark)} {trial.units}, in full sun {concise(float(net[-1]))} {trial.units}."
    return CheckResult("light_limits", sentence, tuple(criteria), series)


def _of_light(trial: Trial) -> dict[str, dict[str, str]]:
    return {"ppfd": trial.declared.inputs["ppfd"].attrs}
