"""How an output on one day responds to a forcing on each day: one reverse pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.nudge import raised
from dgviz.sensitivity.units import derivative_attrs
from dgviz.steps import before


def forcing_response(site: SiteModel, forcing: str, day: int) -> xr.DataArray:
    """Derivative of the target on the scored day number `day` with respect to `forcing` on each day, `(time,)`.

    The result begins with the warm-up, so that its sum is the whole response; days after `day` are exactly zero.
    The output is the one of the first site; if others are simulated together with it, the forcing rises at all of them.
    Static parameters do not depend on the forcing; the path through dynamic ones counts.
    """
    model, tensors = site.model, site.tensors
    target = site.target
    series = raised({forcing: tensors.forcings[forcing]})[forcing]
    tensors = replace(tensors, forcings=tensors.forcings | {forcing: series})
    flow = model.mean(tensors, [target])[target][tensors.warmup + day, 0]
    # One output, many inputs: reverse mode gives all days in one pass. Summed over sites and members.
    (gradient,) = torch.autograd.grad(flow, series)
    attrs = derivative_attrs(model.process_model, "Response of", target, forcing)
    times = before(pd.Index(np.asarray(site.time)), tensors.warmup)
    return xr.DataArray(gradient.sum((1, 2)).cpu().numpy(), {"time": times}, "time", attrs=attrs)
