"""How an output on one day responds to a forcing on each day: one reverse pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.cut import below, check_alone, check_moment, run_known
from dgviz.sensitivity.nudge import raised
from dgviz.sensitivity.units import derivative_attrs
from dgviz.steps import before


def forcing_response(site: SiteModel, forcing: str, day: int) -> xr.DataArray:
    """Derivative of the target on the scored day number `day` with respect to `forcing` on each day, `(time,)`.

    The result begins with the warm-up, so that its sum is the whole response; days after `day` are exactly zero.
    The output is the one of the first site; if others are simulated together with it, the forcing rises at all of them.
    Static parameters do not depend on the forcing; the path through dynamic ones counts. `forcing` may be a flux of
    `cut.computed_forcings` too, if the target is that of processes alone. Raises ValueError where it is neither.
    """
    check_moment(site, day)
    target, step = site.target, site.tensors.warmup + day
    series, simulated = (_given if forcing in site.tensors.forcings else _computed)(site, forcing)
    # One output, many inputs: reverse mode gives all days in one pass. Summed over sites and members.
    (gradient,) = torch.autograd.grad(simulated[step, 0].mean(), series)
    attrs = derivative_attrs(site.process_model, "Response of", target, forcing)
    times = before(pd.Index(np.asarray(site.time)), site.tensors.warmup)
    return xr.DataArray(gradient.sum((1, 2)).cpu().numpy(), {"time": times}, "time", attrs=attrs)


def _given(site: SiteModel, forcing: str) -> tuple[Tensor, Tensor]:
    """A forcing as a leaf, and the target `(time, site)` simulated with it."""
    series = raised({forcing: site.tensors.forcings[forcing]})[forcing]
    tensors = replace(site.tensors, forcings=site.tensors.forcings | {forcing: series})
    return series, site.model.mean(tensors, [site.target])[site.target]


def _computed(site: SiteModel, flux: str) -> tuple[Tensor, Tensor]:
    """A flux that acts as a forcing, as a leaf, and the target `(time, site, member)` of the processes below it."""
    check_alone(site, "Responses to what is computed")
    lower = below(site.process_model, [flux], site.target)
    known, initial = {**site.tensors.forcings, **site.learned}, site.tensors.initial
    with torch.no_grad():
        values = run_known(site.process_model, known, initial, [flux])[flux]
    series = raised({flux: values})[flux]
    return series, run_known(lower, known | {flux: series}, initial, [site.target])[site.target]
