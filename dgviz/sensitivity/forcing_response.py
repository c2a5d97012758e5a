"""How an output on one day responds to a forcing on each day: one reverse pass."""

from dataclasses import replace

import numpy as np
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.units import derivative_attrs


def forcing_response(site: SiteModel, forcing: str, day: int) -> xr.DataArray:
    """Derivative of the target on the scored day number `day` with respect to `forcing` on each day, `(time,)`.

    The result begins earlier, with the warm-up, so that its sum is the whole response.
    Later days have exactly zero. The flow is that of the first site; where there are more, as their water passes it,
    the forcing rises at all of them. Static parameters do not depend on the forcing; the path through dynamic ones
    counts.
    """
    model, target, tensors = site.model, site.target, site.tensors
    series = tensors.forcings[forcing].clone().requires_grad_()
    tensors = replace(tensors, forcings=tensors.forcings | {forcing: series})
    flow = model.mean(tensors, [target])[target][tensors.warmup + day, 0]
    (gradient,) = torch.autograd.grad(flow, series)
    attrs = derivative_attrs(model.process_model, "Response of", target, forcing)
    days = _with_warmup(np.asarray(site.time), tensors.warmup)
    return xr.DataArray(gradient.sum((1, 2)).cpu().numpy(), {"time": days}, "time", attrs=attrs)


def _with_warmup(time: np.ndarray, days: int) -> np.ndarray:
    """Daily `time` with as many days before it."""
    one = np.timedelta64(1, "D") if time.dtype.kind == "M" else 1
    return np.concatenate([time[0] - one * np.arange(days, 0, -1), time])
