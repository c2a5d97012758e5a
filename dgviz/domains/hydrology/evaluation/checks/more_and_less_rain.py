"""Where do ten to twenty percent more, or less, rain go?"""

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import EVAPORATION, NO_RAIN, PRECIPITATION, farthest
from dgviz.domains.hydrology.evaluation.checks.weather import precipitation

FACTORS = 0.8, 0.9, 1.1, 1.2
SHARES = 0.03, 0.95  # of the change, by flow and by evapotranspiration each
SUMS = 0.98, 1.02  # of the change, all together


def more_and_less_rain(trial: Trial) -> CheckResult:
    """Of ten and twenty percent more and less precipitation flow and evapotranspiration both take a part.

    On all days it is scaled by 0.8, 0.9, 1.1 and 1.2. Of the change of precipitation 3 to 95 % change the flow, and 3
    to 95 % the evapotranspiration, in the same direction; all that leaves and what is stored at the end sum to the
    change, to 2 %. Each is judged by the case that is nearest to its limits.
    """
    name, rain, losses = "more_and_less_rain", trial.forcings(PRECIPITATION), trial.fluxes(EVAPORATION)
    if not rain or not losses:
        return CheckResult(name, "This model reads no precipitation, or has no evapotranspiration of its own.")
    fallen = float(precipitation(trial).sum())
    if not fallen:
        return CheckResult(name, NO_RAIN)
    before, flows, shares = trial.as_trained, [], []
    for factor in FACTORS:
        after = trial.simulate({k: factor * v for k, v in rain.items()})
        change = (factor - 1) * fallen
        flow = float((after[trial.target] - before[trial.target]).sum()) / change
        lost = float((total(after, losses) - total(before, losses)).sum()) / change
        left = float((trial.left(after) - trial.left(before)).sum()) / change
        stored = float((trial.stored(after) - trial.stored(before))[-1]) / change
        flows.append(after[trial.target])
        shares.append((flow, lost, left + stored))
    of_flow, of_loss, of_all = zip(*shares, strict=True)
    criteria = (
        Criterion("Share of flow", farthest(of_flow, SHARES), "1", *SHARES),
        Criterion("Share of evapotranspiration", farthest(of_loss, SHARES), "1", *SHARES),
        Criterion("All shares together", farthest(of_all, SUMS), "1", *SUMS),
    )
    cases = ["as it was", *(f"{100 * (factor - 1):+.0f} % of the rain" for factor in FACTORS)]
    series = trial.dataset(cases, {trial.target: [before[trial.target], *flows]}, {})
    series.attrs["drawn"] = "lines"
    flows_off, evaporates = (concise(100 * share[2]) for share in (of_flow, of_loss))
    sentence = f"Of ten percent more rain {flows_off} % flows off and {evaporates} % evaporates."
    return CheckResult(name, sentence, criteria, series)
