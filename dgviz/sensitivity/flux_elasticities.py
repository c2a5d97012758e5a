"""By how many percent the mean of the target changes for one percent more of some fluxes: of many sites at once."""

from collections.abc import Sequence

import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.quantities import lower_first
from dgviz.sensitivity.cut import below, check_alone, given_names, run_known
from dgviz.sensitivity.nudge import raised

ROUNDING = 1e-6  # of the largest value


def flux_elasticities(site: SiteModel, of: Sequence[str]) -> xr.Dataset:
    """d ln mean / d ln flux of the target over the scored steps, `(site,)` by the name of each flux in `of`, no units.

    Each flux is raised where the processes below it read it, at all times, all else as it was: the fluxes have to be
    a cut of the model, as for `pathways`. One reverse pass. Raises ValueError as that does, and for a flux that is
    negative or no number somewhere, of which there are no percents.
    """
    check_alone(site, "Elasticities to fluxes")
    model, tensors = site.process_model, site.tensors
    lower, given = below(model, of, site.target), given_names(model, of)
    known = {**tensors.forcings, **site.learned}
    with torch.no_grad():
        values = run_known(model, known, tensors.initial, of)
    for name, series in values.items():
        if not bool(series.isfinite().all()):
            raise ValueError(f"{name} is not a number at some steps: look for gaps in the forcings.")
        if float(series.min()) < -ROUNDING * float(series.abs().max()):
            raise ValueError(f"{name} is negative at {float(series.min()):g}: take fluxes that never are.")
    leaves = raised({given[name]: series for name, series in values.items()})
    target = run_known(lower, known | leaves, tensors.initial, [site.target])[site.target]
    means = target[tensors.warmup :].mean((0, 2))
    # Sites do not influence each other, so the gradient of the sum over them holds the gradient of each.
    gradients = torch.autograd.grad(means.sum(), [leaves[given[name]] for name in of])
    found = {}
    for name, gradient in zip(of, gradients, strict=True):
        share = (gradient * values[name]).sum((0, 2)) / means.detach()
        to = lower_first(model.attrs(name)["long_name"])
        words = f"Elasticity of mean {lower_first(model.attrs(site.target)['long_name'])} to {to}"
        found[name] = "site", share.cpu().numpy(), {"units": "1", "long_name": words}
    return xr.Dataset(found, {"site": list(site.sites)} if site.sites else None)


def shares_of(found: xr.Dataset) -> xr.DataArray:
    """The sizes of elasticities, whatever their signs, as shares of their sum, `(flux, site)`."""
    sizes = abs(found.to_dataarray("flux"))
    return (sizes / sizes.sum("flux")).assign_attrs(units="1", long_name="Share of the sizes of the elasticities")
