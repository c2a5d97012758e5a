"""Why a value is as high as it is: what each input of each earlier step contributed, by integrated gradients."""

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter, State
from dgviz.processes.model import ProcessModel
from dgviz.sensitivity.cut import below, check_alone, given_names
from dgviz.steps import before as times_before

BACK, RECENT = 90, 3  # steps
FEWEST, MOST = 16, 256  # points on the path
COMPLETE = 5e-3  # of the difference to the baseline
BASELINES = ("none", "mean")


def contributions(
    site: SiteModel, moment: int, through: Sequence[str], baseline: str = "none", back: int = BACK
) -> xr.Dataset:
    """What inputs of the last `back` steps contributed to the target in the scored step `moment`, `(time,)` by name.

    The inputs are the quantities that `through` names, which the processes below the cut read (as in `pathways`): of
    two inputs both are told apart. Integrated gradients: along the straight
    path from a `baseline` b (nothing of them, "none"; or their means over all steps, "mean") to what they were, x,

        contribution = (x - b) times the mean along the path of d target / d input

    The contributions and the value `at_baseline` add up to the target: `completeness` is what is missing, as a share of
    its difference to the baseline. Points on the path are doubled until that is below 0.5 %, or there are 256 of them:
    `points`. What was stored before these steps is in `at_baseline`. The shares depend on the baseline: show two.

    In the units of the target, for the first site. Source: Sundararajan et al. (2017), arXiv:1703.01365; for floods
    Jiang et al. (2022), doi:10.1029/2021WR030185. Raises ValueError for an unknown baseline, and as `pathways` does.
    """
    if baseline not in BASELINES:
        raise ValueError(f"There is no baseline {baseline!r}. Baselines: {', '.join(BASELINES)}.")
    check_alone(site, "Contributions")
    start = max(site.tensors.warmup + moment - back, 0)
    cut = _Cut(site, through, start, site.tensors.warmup + moment + 1)
    inputs = {k: v.detach() for k, v in cut.inputs.items()}
    origin = {k: torch.zeros_like(v) if baseline == "none" else cut.means[k].expand_as(v) for k, v in inputs.items()}
    value, at_baseline = cut.value(inputs), cut.value(origin)
    points = FEWEST
    while True:
        found = cut.along(origin, inputs, points)
        missing = abs(float(value - at_baseline) - sum(float(v.sum()) for v in found.values()))
        completeness = missing / abs(float(value - at_baseline)) if value != at_baseline else 0.0
        if completeness < COMPLETE or points >= MOST:
            break
        points *= 2
    attrs = {k: site.process_model.attrs(k) for k in found}
    units = site.process_model.attrs(site.target)["units"]
    times = cut.times(site)
    variables = {
        k: ("time", v.numpy(), {"units": units, "long_name": f"Contribution of {attrs[k]['long_name']}"})
        for k, v in found.items()
    }
    about = {"value": float(value), "at_baseline": float(at_baseline), "completeness": completeness, "points": points}
    return xr.Dataset(variables, {"time": times}, about | {"baseline": baseline, "units": units})


def groups(found: xr.Dataset, recent: int = RECENT) -> dict[str, float]:
    """Contributions in groups: of each input in the last `recent` steps, `NAME`, and before, `earlier_NAME`.

    And the value at the `baseline`: what was stored before, with what the baseline itself brings.
    """
    split = {}
    for name, values in found.items():
        split[str(name)] = float(values[-recent:].sum())
        split[f"earlier_{name}"] = float(values[:-recent].sum())
    return split | {"baseline": found.attrs["at_baseline"]}


class _Cut:
    """The processes below a cut, over some steps up to the one that is asked for; in double precision."""

    def __init__(self, site: SiteModel, through: Sequence[str], start: int, stop: int):
        self.start, self.stop, self.target = start, stop, site.target
        model: ProcessModel = copy.deepcopy(site.process_model).double()
        tensors = site.tensors.to(torch.float64)
        parameters = {k: v.double() for k, v in site.learned.items()}
        before = {}
        with torch.no_grad():
            whole = model(tensors.forcings, parameters, list(through), of_processes(tensors.initial))
            first = {k: _cut(v, 0, start) for k, v in tensors.forcings.items()}
            if start:
                given = {k: _cut(v, 0, start) for k, v in parameters.items()}
                before = model.run(first, given, [], of_processes(tensors.initial))[1]
        self.model, self.given = below(model, through, site.target), given_names(model, through)
        self.inputs = {k: whole[k][start:stop] for k in through}
        self.means = {k: whole[k].mean(0, keepdim=True) for k in through}
        self.known = {k: _cut(v, start, stop) for k, v in {**tensors.forcings, **parameters}.items()}
        stores = self.model.of(State).keys()
        self.state = {k: v for k, v in (before or of_processes(tensors.initial)).items() if k in stores}

    def value(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """The target in the last step, of the first site."""
        known = {**self.known, **{self.given[k]: v for k, v in inputs.items()}}
        parameters = {k: known[k] for k in self.model.of(Parameter)}
        forcings = {k: known[k] for k in self.model.forcings}
        return self.model.mean(forcings, parameters, [self.target], self.state or None)[self.target][-1, 0]

    def along(self, origin: dict[str, Tensor], inputs: dict[str, Tensor], points: int) -> dict[str, Tensor]:
        """Integrated gradients by the midpoint rule, `(time,)` by name."""
        total = {k: torch.zeros_like(v) for k, v in inputs.items()}
        for i in range(points):
            share = (i + 0.5) / points
            leaves = {k: (origin[k] + share * (v - origin[k])).requires_grad_() for k, v in inputs.items()}
            gradients = torch.autograd.grad(self.value(leaves), list(leaves.values()), materialize_grads=True)
            for k, gradient in zip(leaves, gradients, strict=True):
                total[k] += gradient / points
        return {k: ((v - origin[k]) * total[k]).sum(-1)[:, 0] for k, v in inputs.items()}

    def times(self, site: SiteModel) -> np.ndarray:
        """The times of the steps."""
        return times_before(pd.Index(np.asarray(site.time)), site.tensors.warmup)[self.start : self.stop].to_numpy()


def _cut(values: Tensor, start: int, stop: int) -> Tensor:
    return values[start:stop] if len(values) > 1 else values
