"""Does warmth cost flow, and does cold give it?"""

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import EVAPORATION, POTENTIAL, PRECIPITATION, TEMPERATURE, farthest
from dgviz.domains.hydrology.evaluation.checks.weather import at_least

CHANGE = 3.0  # degC
MILD = 8.0  # degC: at least so warm, so that no snow takes part even when it is colder
SHARES = 0.1, 1.1  # of the change of potential evapotranspiration


def warmth_costs_flow(trial: Trial) -> CheckResult:
    """With 3 \u00b0C more evapotranspiration takes more and flow has less, with 3 \u00b0C less the other way round.

    Potential evapotranspiration has to follow from temperature in the model itself, and to rise with it. Of its change
    10 to 110 % are a change of evapotranspiration; and of that of evapotranspiration 10 to 110 % are one of flow, of
    the opposite sign. Days colder than 8 \u00b0C are lifted to that before, so that snow plays no part in it.
    """
    name, losses = "warmth_costs_flow", trial.fluxes(EVAPORATION)
    reads = trial.forcings(TEMPERATURE) and trial.forcings(PRECIPITATION)
    if not reads or not losses or POTENTIAL not in trial.fluxes_by_name:
        return CheckResult(name, "This model does not make potential evapotranspiration of temperature.")
    mild = at_least(trial, MILD)
    before = trial.simulate(mild)
    flows, demanded, evaporated, flowed = [before[trial.target]], [], [], []
    for change in (CHANGE, -CHANGE):
        after = trial.simulate({k: v + change for k, v in mild.items()})
        demand = float((after[POTENTIAL] - before[POTENTIAL]).sum())
        lost = float((total(after, losses) - total(before, losses)).sum())
        flow = float((after[trial.target] - before[trial.target]).sum())
        flows.append(after[trial.target])
        demanded.append(demand / change)
        evaporated.append(lost / demand if demand else 0.0)
        flowed.append(-flow / lost if lost else 0.0)
    criteria = (
        Criterion("Rise of the demand with each \u00b0C", min(demanded), "mm degC-1", ROUNDING),
        Criterion("Evapotranspiration, of the change of demand", farthest(evaporated, SHARES), "1", *SHARES),
        Criterion("Flow, of the change of evapotranspiration", farthest(flowed, SHARES), "1", *SHARES),
    )
    cases = ["as it was, without frost", f"{CHANGE:g} \u00b0C warmer", f"{CHANGE:g} \u00b0C colder"]
    series = trial.dataset(cases, {trial.target: flows}, {})
    series.attrs["drawn"] = "lines"
    sentence = (
        f"Of what {CHANGE:g} \u00b0C more demand, {concise(100 * evaporated[0])} % evaporates, and "
        f"{concise(100 * flowed[0])} % of that is missing in the flow."
    )
    return CheckResult(name, sentence, criteria, series)
