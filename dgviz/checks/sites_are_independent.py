"""Does a site depend on what else is simulated?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import ROUNDING, Trial

SHARE = 0.1  # of the declared range of a forcing: how much higher it is at the neighbour


def sites_are_independent(trial: Trial) -> CheckResult:
    """Two copies of a site, simulated beside another, give the same result as the site alone.

    The copies have the same forcings, attributes and parameters, like two halves of a site: results per area do not
    depend on size. Beside them runs a third site whose forcings are higher by a tenth of their declared ranges; it must
    have no influence. A network may still see the size as an attribute and learn other parameters for large sites.
    """
    if trial.declared.joins_sites:
        return CheckResult("sites_are_independent", "Sites are joined in this model: each feels others.")
    whole = trial.as_trained[trial.target]
    # Three times the same site; the third then gets other forcings.
    tensors = trial.tensors.span(trial.warmup, trial.n_days, trial.warmup, [0, 0, 0])
    for name in trial.varying_forcings():
        low, high = trial.declared.inputs[name].range
        tensors.forcings[name][:, 2] += SHARE * (high - low)
    with torch.no_grad():
        together = trial.model.mean(tensors, [trial.target])[trial.target]
    copies = together[:, :2].mean(1).numpy()
    difference = np.abs(copies - whole)
    series = trial.dataset(
        ["alone", "mean of two copies"],
        {trial.target: [whole, copies], "difference": difference},
        {"difference": {"units": trial.units, "long_name": "Difference"}},
    )
    limit = ROUNDING * float(np.abs(whole).max())
    worst = float(trial.scored(difference).max())
    criterion = Criterion("Largest difference at any step", worst, trial.units, 0.0, limit)
    apart = "the same" if criterion.holds else f"up to {concise(worst)} {trial.units} more or less"
    sentence = f"Beside a neighbour with other forcings, two copies of the site give {apart} {trial.target_words}."
    return CheckResult("sites_are_independent", sentence, (criterion,), series)
