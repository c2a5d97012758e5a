"""The check of an exact derivative: run the model again with the parameter a little higher and a little lower."""

import copy

import numpy as np
import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.tensors import Samples
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.units import units_per

STEP = 1e-4  # of the width of the parameter's range


def finite_difference(
    model: DifferentiableModel | Ensemble, samples: Samples, target: str, parameter: str, time, step: float = STEP
) -> xr.DataArray:
    """Central difference of `target` on each scored day with respect to `parameter`, `(time,)`, at one site.

    The parameter is shifted in all members, if it is dynamic on all days, and at all sites whose water passes the site,
    if there are more. It is done in double precision: in single, rounding would hide small responses.
    """
    declared = model.process_model.of(Parameter)
    shift = step * (declared[parameter].range[1] - declared[parameter].range[0])
    with torch.no_grad():
        parameters = {k: v.double() for k, v in model.parameters_of(samples).items()}
        exact, samples = copy.deepcopy(model).double(), samples.to(torch.float64)
        moved = (parameters | {parameter: parameters[parameter] + by} for by in (-shift, shift))
        low, high = (exact.respond(samples, each, [target])[target][samples.warmup :, 0] for each in moved)
    difference = (high - low) / (2 * shift)
    attrs = {
        "units": units_per(model.process_model.attrs(target)["units"], declared[parameter].units),
        "long_name": f"Response of {target} to {declared[parameter].long_name.lower()}, by central difference",
    }
    return xr.DataArray(difference.cpu().numpy(), {"time": time}, "time", attrs=attrs)


def agreement(exact: xr.DataArray, estimate: xr.DataArray) -> float:
    """How well two series `(time,)` agree, in %: 100 (1 - |exact - estimate| / |estimate|), with Euclidean norms.

    100 is equal; below 0 they differ by more than the estimate is large. Two series of zeros agree.
    """
    apart, size = (float(np.linalg.norm(v)) for v in (exact - estimate, estimate))
    return 100.0 if apart == 0 else 100 * (1 - apart / size) if size else -float("inf")
