"""Does more evaporate than the air can take?"""

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import EVAPORATION, potential_evapotranspiration


def evapotranspiration_within_potential(trial: Trial) -> CheckResult:
    """Evapotranspiration is above potential evapotranspiration on no day.

    Judged by the largest excess on any day, to rounding. Both are means over the members.
    """
    actual = trial.fluxes(EVAPORATION)
    if not actual:
        return CheckResult("evapotranspiration_within_potential", "This model has no evapotranspiration of its own.")
    potential = potential_evapotranspiration(trial, trial.as_trained)
    if potential is None:
        return CheckResult("evapotranspiration_within_potential", "This model has no potential evapotranspiration.")
    lost = trial.scored(total(trial.as_trained, actual))
    potential = trial.scored(potential)
    excess = (lost - potential).clip(min=0)
    units = trial.declared.attrs(actual[0])["units"]
    series = trial.dataset(
        ["potential", "actual"],
        {"evapotranspiration": [potential, lost], "excess": excess},
        {
            "evapotranspiration": {"units": units, "long_name": "Evapotranspiration"},
            "excess": {"units": units, "long_name": "Excess"},
        },
    )
    # To rounding: both are means over the members.
    limit = ROUNDING * float(potential.max())
    criterion = Criterion("Largest excess on any day", float(excess.max()), units, at_most=limit)
    days = int((excess > limit).sum())
    share = 100 * float(lost.sum() / potential.sum()) if potential.sum() else 0.0
    sentence = (
        f"Evapotranspiration is {concise(share)} % of what the air could take, and above it on {days or 'no'} "
        f"day{'s' * (days > 1)}."
    )
    return CheckResult("evapotranspiration_within_potential", sentence, (criterion,), series)
