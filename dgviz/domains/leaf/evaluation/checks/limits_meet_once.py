"""Is there one CO2 below which Rubisco limits, and above which light does?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.leaf.evaluation.checks.steps import LEAST_POINTS, TOO_FEW, along, driver_of_carbon

LITTLE, MUCH = 60.0, 2000.0  # umol mol-1
EXCESS = 1e-5  # umol m-2 s-1


def limits_meet_once(trial: Trial) -> CheckResult:
    """Rubisco limits in little CO2 and light in much, and net assimilation is above neither limit.

    CO2 goes in even steps from 60 to 2000 umol mol-1, all else is as on average over the curve. What limits changes at
    most once, from Rubisco to light. Rates are means over the members.
    """
    driver = driver_of_carbon(trial)
    if not driver or not {"rubisco_limited", "light_limited"} <= {*trial.fluxes_by_name}:
        return CheckResult("limits_meet_once", "This model does not say what limits.")
    if len(trial.time) < LEAST_POINTS:
        return CheckResult("limits_meet_once", TOO_FEW)
    co2, now = along(trial, driver, LITTLE, MUCH)
    rubisco, light = (trial.scored(now[name]) for name in ("rubisco_limited", "light_limited"))
    net = trial.scored(now["net_assimilation"])
    by_light = light < rubisco
    # Once: from False to True, and never back.
    back = int((np.diff(by_light.astype(int)) < 0).sum())
    above = float((net - np.minimum(rubisco, light)).max())
    criteria = (
        Criterion("Changes from light back to Rubisco", back, "1", at_most=0.0),
        Criterion("Net assimilation above the lower limit", above, trial.units, at_most=EXCESS),
    )
    series = trial.dataset(
        ["net", "rubisco_limited", "light_limited"],
        {driver: co2, "rate": [now["net_assimilation"], now["rubisco_limited"], now["light_limited"]]},
        {
            "rate": {"units": "umol m-2 s-1", "long_name": "Net assimilation", "drawn": "lines"},
            driver: trial.declared.inputs[driver].attrs,
        },
    )
    return CheckResult("limits_meet_once", _sentence(by_light, trial.scored(co2)), criteria, series)


def _sentence(by_light: np.ndarray, co2: np.ndarray) -> str:
    if by_light.all() or not by_light.any():
        return f"{'Light' if by_light.all() else 'Rubisco'} limits at every CO2."
    place = int(by_light.argmax())
    return f"Rubisco limits up to {concise(float(co2[max(place - 1, 0)]))} umol mol-1 of CO2, light above."
