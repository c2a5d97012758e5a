"""Does a site depend on how it is cut, or on what else is simulated?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import PRECIPITATION, ROUNDING, Trial


def area_invariance(trial: Trial) -> CheckResult:
    """Two equal halves of a site, simulated beside another, give together what the site gives alone.

    Depths of water do not know how large an area is: a site cut into two of the same weather, attributes and parameters
    has on average the depths of the whole. Beside the halves runs a third site with twice the precipitation, which may
    not be felt either. That a network may see the area as one of its attributes is another matter: then area stands for
    what else is different in large sites, and other parameters are learned.
    """
    if trial.declared.joins_sites:
        return CheckResult("area_invariance", "A reach of a river cannot be cut: its length is part of the model.")
    whole = trial.as_trained[trial.target]
    tensors = trial.tensors.span(trial.warmup, trial.n_days, trial.warmup, [0, 0, 0])
    for name in trial.forcings(PRECIPITATION):
        tensors.forcings[name][:, 2] *= 2
    with torch.no_grad():
        together = trial.model.mean(tensors, [trial.target])[trial.target]
    halves = together[:, :2].mean(1).numpy()
    difference = np.abs(halves - whole)
    series = trial.dataset(
        ["whole", "mean of two halves"],
        {trial.target: [whole, halves], "difference": difference},
        {"difference": {"units": trial.units, "long_name": "Difference"}},
    )
    limit = ROUNDING * float(np.abs(whole).max())
    worst = float(trial.scored(difference).max())
    criterion = Criterion("Largest difference on any day", worst, trial.units, 0.0, limit)
    apart = "the same depth" if criterion.holds else f"depths that differ by up to {concise(worst)} mm"
    sentence = f"Cut into two halves, beside a wetter neighbour, the site gives {apart} of {trial.target} on each day."
    return CheckResult("area_invariance", sentence, (criterion,), series)
