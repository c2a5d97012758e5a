"""Why a value is as high as it is: what each input of each earlier step contributed, by integrated gradients."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.cut import check_alone, check_moment
from dgviz.sensitivity.pathways import in_double
from dgviz.sensitivity.windows import Windows, integrated
from dgviz.steps import before as times_before

BACK, RECENT = 90, 3  # steps
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

    In the units of the target, for the first site. `repeated` counts first steps that lie before the record begins,
    where its first year stands once more. Source: Sundararajan et al. (2017), arXiv:1703.01365; for floods Jiang et al.
    (2022), doi:10.1029/2021WR030185. Raises ValueError for an unknown baseline or moment, where the model itself looks
    further back, where sites are joined, and as `pathways` does.
    """
    if baseline not in BASELINES:
        raise ValueError(f"There is no baseline {baseline!r}. Baselines: {', '.join(BASELINES)}.")
    check_alone(site, "Contributions")
    check_moment(site, moment)
    last = site.tensors.warmup + moment
    start = max(last - back, 0)
    windows = Windows.of(in_double(site), through, torch.tensor([0]), torch.tensor([start]), last + 1 - start)
    found = integrated(windows, baseline)
    attrs = {name: site.process_model.attrs(name) for name in through}
    units = site.process_model.attrs(site.target)["units"]
    times = times_before(pd.Index(np.asarray(site.time)), site.tensors.warmup)[start : last + 1].to_numpy()
    variables = {
        k: ("time", v[:, 0].numpy(), {"units": units, "long_name": f"Contribution of {attrs[k]['long_name']}"})
        for k, v in found.parts.items()
    }
    about = {
        "value": float(found.value),
        "at_baseline": float(found.at_baseline),
        "completeness": float(found.completeness),
        "points": found.points,
        "repeated": max(site.repeated - start, 0),
        "baseline": baseline,
        "units": units,
    }
    return xr.Dataset(variables, {"time": times}, about)


def part_names(through: Sequence[str]) -> list[str]:
    """The parts of a value by name: each input in the recent steps, each before them, and the value at the baseline."""
    return [*through, *(f"earlier_{name}" for name in through), "baseline"]


def grouped(parts: Mapping[str, Any], at_baseline: Any, recent: int) -> dict[str, Any]:
    """Contributions `(time, ...)` by input as parts `(...)` by name.

    Raises ValueError for fewer than one recent step.
    """
    if recent < 1:
        raise ValueError(f"recent is {recent}: give 1 or more steps.")
    late = [values[-recent:].sum(0) for values in parts.values()]
    early = [values[:-recent].sum(0) for values in parts.values()]
    return dict(zip(part_names([*parts]), [*late, *early, at_baseline], strict=True))


def groups(found: xr.Dataset, recent: int = RECENT) -> dict[str, float]:
    """Contributions in groups: of each input in the last `recent` steps, `NAME`, and before, `earlier_NAME`.

    And the value at the `baseline`: what was stored before, with what the baseline itself brings. Raises ValueError
    for fewer than one recent step.
    """
    by_step = {str(name): values.values for name, values in found.items()}
    return {name: float(part) for name, part in grouped(by_step, found.attrs["at_baseline"], recent).items()}
