"""How an output on one day responds to a forcing on each day: one reverse pass."""

from dataclasses import replace

import numpy as np
import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.tensors import Samples
from dgviz.sensitivity.units import derivative_attrs


def forcing_response(
    model: DifferentiableModel | Ensemble, samples: Samples, target: str, forcing: str, time, day: int
) -> xr.DataArray:
    """Derivative of `target` on the scored day number `day` with respect to `forcing` on each day, `(time,)`.

    `time` are the scored days; the result begins earlier, with the warm-up, so that its sum is the whole response.
    Later days have exactly zero. The flow is that of the first site; where there are more, as their water passes it,
    the forcing rises at all of them. Static parameters do not depend on the forcing; the path through dynamic ones
    counts.
    """
    series = samples.forcings[forcing].clone().requires_grad_()
    samples = replace(samples, forcings=samples.forcings | {forcing: series})
    flow = model.mean(samples, [target])[target][samples.warmup + day, 0]
    (gradient,) = torch.autograd.grad(flow, series)
    attrs = derivative_attrs(model.process_model, "Response of", target, forcing)
    days = _with_warmup(np.asarray(time), samples.warmup)
    return xr.DataArray(gradient.sum((1, 2)).cpu().numpy(), {"time": days}, "time", attrs=attrs)


def _with_warmup(time: np.ndarray, days: int) -> np.ndarray:
    """Daily `time` with as many days before it."""
    one = np.timedelta64(1, "D") if time.dtype.kind == "M" else 1
    return np.concatenate([time[0] - one * np.arange(days, 0, -1), time])
