"""Do stomata close in dry air?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise

DRIER = 1.5  # times the vapour pressure deficit


def dry_air_closes_stomata(trial: Trial) -> CheckResult:
    """With half as much again of the vapour pressure deficit, no step fixes more, and leaves hold less carbon dioxide.

    The ratio of carbon dioxide inside leaves to that of the air stays between 0 and 1, and grows in no step.
    """
    dry = trial.forcing("vpd")
    if dry is None:
        return CheckResult("dry_air_closes_stomata", "This model does not read the vapour pressure deficit.")
    before, after = trial.as_trained, trial.simulate({"vpd": DRIER * dry})
    gpp, less = before[trial.target], after[trial.target]
    rise = float(trial.scored(less - gpp).max())
    limit = ROUNDING * float(np.abs(trial.scored(gpp)).max())
    criteria = [Criterion("Largest gain in any step", rise, trial.units, at_most=limit)]
    if "chi" in trial.fluxes_by_name:
        chi, drier = trial.scored(before["chi"]), trial.scored(after["chi"])
        criteria += [
            Criterion("Highest ratio inside leaves", float(max(chi.max(), drier.max())), "1", 0.0, 1.0),
            Criterion("Lowest ratio inside leaves", float(min(chi.min(), drier.min())), "1", 0.0, 1.0),
            Criterion("Largest gain of the ratio", float((drier - chi).max()), "1", at_most=ROUNDING),
        ]
    total = float(trial.scored(gpp).sum())
    lost = 100 * (1 - float(trial.scored(less).sum()) / total) if total else 0.0
    series = trial.dataset(["as it was", "drier air"], {"vpd": [dry, DRIER * dry], trial.target: [gpp, less]}, {})
    sentence = f"With half as much again of the vapour pressure deficit {concise(lost)} % less is fixed."
    return CheckResult("dry_air_closes_stomata", sentence, tuple(criteria), series)
