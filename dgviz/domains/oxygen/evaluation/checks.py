"""What oxygen in water has to do: saturate where nothing lives, rise in the cold, and not be made in the dark."""

import numpy as np
import torch

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise

COLDER = 5.0  # degC
YEARS = 3  # of settling
LIVING = ("p", "p_most", "r")  # the parameters that make or use oxygen
OXYGEN, SATURATION, LIGHT, MADE = "dissolved_oxygen", "saturation", "srad", "photosynthesis"


def oxygen_saturates(trial: Trial) -> CheckResult:
    """Without production and respiration, water that does not change comes to saturation.

    The forcings of the first scored day are kept for three years; after them oxygen has to be that of saturation.
    """
    name = "oxygen_saturates"
    if not {OXYGEN, SATURATION} <= trial.declared.of(type(trial.fluxes_by_name[OXYGEN])).keys():
        return CheckResult(name, "This model has no saturation.")
    n_days = YEARS * trial.tensors.year
    first = slice(trial.warmup, trial.warmup + 1)
    with torch.no_grad():
        parameters = trial.model.parameters_of(trial.tensors)
        still = {k: (v[first] if len(v) > 1 else v) for k, v in trial.tensors.forcings.items()}
        still = {k: v.expand(n_days, -1, -1) for k, v in still.items()}
        lifeless = {
            k: torch.zeros_like(v[:1]) if k in LIVING else (v[first] if len(v) > 1 else v)
            for k, v in parameters.items()
        }
        found = trial.declared.mean(still, lifeless, [OXYGEN, SATURATION])
    oxygen, full = (found[k][:, 0].numpy() for k in (OXYGEN, SATURATION))
    apart = float(abs(oxygen[-1] - full[-1]))
    criterion = Criterion("Away from saturation in the end", apart, "mg L-1", at_most=1e-6 * float(full[-1]))
    sentence = f"Without life the water comes to {concise(float(oxygen[-1]))} mg/L; saturation is "
    return CheckResult(name, f"{sentence}{concise(float(full[-1]))} mg/L.", (criterion,))


def colder_water_holds_more(trial: Trial) -> CheckResult:
    """With water 5 °C colder on every day, saturation is higher on every day, and there is more oxygen on average."""
    name, water = "colder_water_holds_more", trial.forcing("water_temperature")
    if water is None or trial.warmup >= trial.n_days:
        return CheckResult(name, "This model does not read the temperature of the water.")
    before, after = trial.as_trained, trial.simulate({"water_temperature": water - COLDER})
    gain = float(trial.scored(after[OXYGEN] - before[OXYGEN]).mean())
    criteria = [Criterion("Mean gain of oxygen", gain, "mg L-1", at_least=0.0)]
    if SATURATION in before:
        least = float(trial.scored(after[SATURATION] - before[SATURATION]).min())
        criteria.append(Criterion("Least gain of saturation on any day", least, "mg L-1", at_least=0.0))
    series = trial.dataset(["as it was", f"{COLDER:g} °C colder"], {OXYGEN: [before[OXYGEN], after[OXYGEN]]}, {})
    sentence = f"In water {COLDER:g} °C colder there is {concise(abs(gain))} mg/L {'more' if gain >= 0 else 'less'}."
    return CheckResult(name, sentence, tuple(criteria), series)


def no_light_no_production(trial: Trial) -> CheckResult:
    """In the dark plants make no oxygen, and there is not more of it on any day."""
    name, light = "no_light_no_production", trial.forcing(LIGHT)
    if light is None or MADE not in trial.as_trained:
        return CheckResult(name, "This model does not read the light: its production follows the season.")
    before, after = trial.as_trained, trial.simulate({LIGHT: np.zeros_like(light)})
    made, more = float(trial.scored(after[MADE]).max()), float(trial.scored(after[OXYGEN] - before[OXYGEN]).max())
    most = float(np.abs(before[OXYGEN]).max())
    criteria = (
        Criterion("Most production in the dark", made, "mg L-1 d-1", at_most=0.0),
        Criterion("Largest gain of oxygen in the dark", more, "mg L-1", at_most=ROUNDING * most),
    )
    series = trial.dataset(["as it was", "in the dark"], {OXYGEN: [before[OXYGEN], after[OXYGEN]]}, {})
    lost = float(trial.scored(before[OXYGEN] - after[OXYGEN]).mean())
    return CheckResult(name, f"In the dark there is {concise(lost)} mg/L less on average.", criteria, series)


CHECKS = (oxygen_saturates, colder_water_holds_more, no_light_no_production)
