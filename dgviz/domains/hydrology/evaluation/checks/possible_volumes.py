"""Are the volumes of flow possible at all, with what fell, could evaporate and was stored?"""

from dgviz.checks import CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION, potential_evapotranspiration, withdrawn
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation

HELD = 300.0  # mm: what the soil and the ground of a network alone may take up or give
ROOM = 0.02  # of the precipitation


def possible_volumes(trial: Trial) -> CheckResult:
    """Over all days no more flows off than fell and was stored, and no less than what cannot have evaporated.

    P - PET - W - S <= Q <= P + S, to 2 % of the precipitation P, with the potential evapotranspiration PET, W what is
    withdrawn, and S what the stores gain or lose; of a model without stores S is 300 mm. The test of mass for a network
    alone.
    """
    name, rain = "possible_volumes", trial.forcings(PRECIPITATION)
    potential = potential_evapotranspiration(trial, trial.as_trained)
    if not rain or potential is None:
        return CheckResult(name, "This model reads no precipitation, or has no potential evapotranspiration.")
    fallen, demand = (float(trial.scored(v).sum()) for v in (precipitation(trial), potential))
    flow = trial.as_trained[trial.target]
    left = float(trial.scored(flow).sum())
    stored = abs(float(trial.scored(trial.gained(trial.as_trained)).sum())) if trial.stores else HELD
    taken = float(trial.scored(withdrawn(trial, trial.as_trained)).sum())
    least = fallen - demand - taken - stored
    criteria = (
        Criterion("Flow beyond all that fell and was stored", left - fallen - stored, "mm", at_most=ROOM * fallen),
        Criterion("Flow that is missing", least - left, "mm", at_most=ROOM * fallen),
    )
    first = next(iter(rain))
    series = trial.dataset(["as it is"], {first: [rain[first]], trial.target: [flow]}, {})
    sentence = (
        f"Of {concise(fallen)} mm of precipitation {concise(left)} mm flow off; {concise(demand)} mm could evaporate."
    )
    return CheckResult(name, sentence, criteria, series)
