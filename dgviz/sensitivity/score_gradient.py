"""How the mean score of joined sites responds to each parameter of each site: one reverse pass."""

import torch
import xarray as xr

from dgviz.learn.losses import nse
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.units import units_per


def score_gradient(site: SiteModel) -> xr.Dataset:
    """Derivative of the mean NSE of the observed sites, where the series vary, by each parameter, `(site,)` by name.

    The score is over the scored days. A parameter of one site is shifted by the same amount in all members and, if it
    is dynamic, on all days. Above zero, a higher value there would improve the score, at whichever sites it acts.
    """
    model, tensors = site.model, site.tensors
    target = site.target
    parameters = {k: v.detach().requires_grad_() for k, v in site.learned.items()}
    flows = model.respond(tensors, parameters, [target])[target][tensors.warmup :]
    observed = tensors.target[tensors.warmup :]
    varies = (observed - observed.nanmean(0)).square().nansum(0) > 0
    score = nse(flows[:, varies], observed[:, varies]).mean()
    gradients = torch.autograd.grad(score, list(parameters.values()), materialize_grads=True)
    declared = model.process_model.attrs
    return xr.Dataset(
        {
            name: (
                "site",
                gradient.sum((0, -1)).cpu().numpy(),
                {
                    "units": units_per("1", declared(name)["units"]),
                    "long_name": f"Gradient of the mean NSE by {declared(name)['long_name'].lower()}",
                },
            )
            for name, gradient in zip(parameters, gradients, strict=True)
        }
    )
