"""How the mean of an output responds to each parameter: one reverse pass for all sites and parameters."""

import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.tensors import Samples
from dgviz.sensitivity.units import derivative_attrs


def mean_response(model: DifferentiableModel | Ensemble, samples: Samples, target: str) -> xr.Dataset:
    """Derivative of the mean of `target` over the scored days with respect to each parameter, `(site,)` by name.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days.
    """
    with torch.no_grad():
        parameters = model.parameters_of(samples)
    if not parameters:
        return xr.Dataset()
    parameters = {k: v.requires_grad_() for k, v in parameters.items()}
    flows = model.respond(samples, parameters, [target])[target][samples.warmup :]
    gradients = torch.autograd.grad(flows.mean(0).sum(), list(parameters.values()), materialize_grads=True)
    return xr.Dataset(
        {
            name: (
                "site",
                gradient.sum((0, -1)).cpu().numpy(),
                derivative_attrs(model.process_model, "Sensitivity of mean", target, name),
            )
            for name, gradient in zip(parameters, gradients, strict=True)
        }
    )
