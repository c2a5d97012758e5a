"""How the mean of an output responds to each parameter: one reverse pass for all sites and parameters."""

import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.units import derivative_attrs


def mean_response(site: SiteModel) -> xr.Dataset:
    """Derivative of the mean of the target over the scored days with respect to each parameter, `(site,)` by name.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days.
    """
    if not site.learned:
        return xr.Dataset()
    model, tensors = site.model, site.tensors
    target = site.target
    parameters = {k: v.detach().requires_grad_() for k, v in site.learned.items()}
    flows = model.respond(tensors, parameters, [target])[target][tensors.warmup :]
    # Sites do not influence each other, so the gradient of the sum over them holds the gradient of each.
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
