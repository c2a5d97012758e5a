"""Check an exact derivative by running the model with the parameter slightly higher and slightly lower."""

import copy

import numpy as np
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.units import derivative_attrs

STEP = 1e-4  # of the width of the parameter's range


def finite_difference(site: SiteModel, parameter: str, step: float = STEP) -> xr.DataArray:
    """Central difference of the target on each scored day with respect to `parameter`, `(time,)`, at one site.

    The parameter is shifted in all members, on all days if it is dynamic, and at every site that is simulated together
    with this one. In double precision: in single, rounding would hide small responses.
    """
    model, target = site.model, site.target
    declared = site.process_model.of(Parameter)
    shift = step * (declared[parameter].range[1] - declared[parameter].range[0])
    with torch.no_grad():
        parameters = {k: v.double() for k, v in site.learned.items()}
        exact = copy.deepcopy(model).double()
        tensors = site.tensors.to(torch.float64)
        lower = parameters | {parameter: parameters[parameter] - shift}
        higher = parameters | {parameter: parameters[parameter] + shift}
        low = exact.respond(tensors, lower, [target])[target][tensors.warmup :, 0]
        high = exact.respond(tensors, higher, [target])[target][tensors.warmup :, 0]
    # (f(p + h) - f(p - h)) / 2h: the error falls with h^2
    difference = (high - low) / (2 * shift)
    attrs = derivative_attrs(model.process_model, "Response of", target, parameter)
    attrs["long_name"] += ", by central difference"
    return xr.DataArray(difference.cpu().numpy(), {"time": site.time}, "time", attrs=attrs)


def agreement(exact: xr.DataArray, estimate: xr.DataArray) -> float:
    """How well two series `(time,)` agree, in %: 100 (1 - |exact - estimate| / |estimate|), with Euclidean norms.

    100 is equal; below 0 they differ by more than the estimate is large. Two series of zeros agree.
    """
    apart = float(np.linalg.norm(exact - estimate))
    size = float(np.linalg.norm(estimate))
    return 100.0 if apart == 0 else 100 * (1 - apart / size) if size else -float("inf")
