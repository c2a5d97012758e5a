"""Do stomata close when the air is drier?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise

DRIER = 1.0  # kPa more vapour pressure deficit
HUMID = 0.7  # of the relative humidity that is left


def stomata_close_in_dry_air(trial: Trial) -> CheckResult:
    """In drier air stomata are less open, and less is assimilated.

    At every point the vapour pressure deficit is 1 kPa higher and the relative humidity lower by three tenths. Neither
    conductance nor net assimilation is higher at any point.
    """
    dry = {name: trial.forcing(name) for name in ("vpd", "rh") if trial.forcing(name) is not None}
    if not dry or not {"gs", "net_assimilation"} <= {*trial.as_trained}:
        return CheckResult("stomata_close_in_dry_air", "The stomata of this model do not feel the air.")
    changed = {name: values + DRIER if name == "vpd" else HUMID * values for name, values in dry.items()}
    before, after = trial.as_trained, trial.simulate(changed)
    gs, closed = trial.scored(before["gs"]), trial.scored(after["gs"])
    gained = trial.scored(after["net_assimilation"] - before["net_assimilation"])
    units = trial.declared.attrs("gs")["units"]
    open_by = float(gs.max())
    criteria = (
        Criterion(
            "Largest rise of conductance", float((closed - gs).max()), units, at_most=ROUNDING * max(open_by, 1.0)
        ),
        Criterion("Largest rise of net assimilation", float(gained.max()), "umol m-2 s-1", at_most=1e-6),
    )
    series = trial.dataset(
        ["as it was", "drier"],
        {name: [before[name], after[name]] for name in ("gs", "net_assimilation")},
        {},
    )
    share = 100 * float(1 - closed.sum() / gs.sum()) if gs.sum() > 0 else 0.0
    sentence = (
        f"Conductance falls by {concise(share)} % on average, net assimilation by {concise(-float(np.mean(gained)))}."
    )
    return CheckResult("stomata_close_in_dry_air", sentence, criteria, series)
