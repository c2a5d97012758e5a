"""How the mean of an output responds to each parameter and forcing: one reverse pass for all sites and of them."""

from dataclasses import replace

import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.nudge import driving, raised
from dgviz.sensitivity.units import derivative_attrs

ELASTICITY = "elasticity_"  # begins the name of one


def mean_response(site: SiteModel) -> xr.Dataset:
    """Derivative of the mean of the target over the scored days to each parameter and forcing, `(site,)` by name.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days; a forcing by the same
    amount at all times, those of the warm-up too. What parameters a network would give under that is not asked.

    `elasticity_<forcing>` `(site,)` is d ln mean / d ln forcing, by how many percent the mean rises where a forcing
    that is never negative is one percent higher at all times: where the target is a power of it, the exponent.
    """
    model, tensors = site.model, site.tensors
    target = site.target
    parameters = {k: v.detach().requires_grad_() for k, v in site.learned.items()}
    read = model.process_model.forcings
    forcings = raised({name: values for name, values in driving(site).items() if name in read})
    shifted = {**parameters, **forcings}
    if not shifted or not model.process_model.processes:
        return xr.Dataset()
    tensors = replace(tensors, forcings=tensors.forcings | forcings)
    flows = model.respond(tensors, parameters, [target])[target][tensors.warmup :]
    # Sites do not influence each other, so the gradient of the sum over them holds the gradient of each.
    gradients = torch.autograd.grad(flows.mean(0).sum(), list(shifted.values()), materialize_grads=True)
    found = {
        name: (
            "site",
            gradient.sum((0, -1)).cpu().numpy(),
            derivative_attrs(model.process_model, "Sensitivity of mean", target, name),
        )
        for name, gradient in zip(shifted, gradients, strict=True)
    }
    for name, gradient in zip(shifted, gradients, strict=True):
        if name in forcings and model.process_model.inputs[name].range[0] >= 0:
            share = (gradient * forcings[name]).sum((0, -1)) / flows.mean(0)
            attrs = derivative_attrs(model.process_model, "Elasticity of mean", target, name) | {"units": "1"}
            found[f"{ELASTICITY}{name}"] = "site", share.detach().cpu().numpy(), attrs
    return xr.Dataset(found)
