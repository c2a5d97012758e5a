"""How an output of one site responds, day by day, to each parameter: one forward pass with tangents."""

import copy

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.units import derivative_attrs


def parameter_response(site: SiteModel) -> xr.Dataset:
    """Derivative of the target on each scored day with respect to each parameter, `(time,)` by name, at one site.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days; not before the first of
    the site's tensors, whose stores stay as they are. The site is repeated
    once for every parameter, each copy carrying the tangent of its own, so that one pass gives all. Sites that are
    joined cannot be repeated: then there is one pass for every parameter, shifted at all sites, and the response is the
    one of the first site.
    """
    model, tensors = site.model, site.tensors
    target, time = site.target, site.time
    if model.corrected:  # torch's recurrent networks have tangents in double precision only
        model, tensors = copy.deepcopy(model).double(), tensors.to(torch.float64)
    # Many outputs (days), few inputs: forward mode gives all days in one pass.
    with torch.no_grad(), forward_ad.dual_level():
        parameters = model.parameters_of(tensors)
        if not parameters:
            return xr.Dataset(coords={"time": time})
        if model.process_model.joins_sites:
            passes = [_with_tangent(parameters, name) for name in parameters]
            flows = [model.respond(tensors, duals, [target])[target][:, 0] for duals in passes]
            tangent = torch.stack([_tangent(flow) for flow in flows], -1)
        else:
            tangent = _tangent(model.respond(tensors, _with_tangents(parameters), [target])[target])
    responses = tangent[tensors.warmup :].cpu().numpy()
    variables = {
        name: ("time", responses[:, i], derivative_attrs(model.process_model, "Response of", target, name))
        for i, name in enumerate(parameters)
    }
    return xr.Dataset(variables, coords={"time": time})


def _tangent(flow: torch.Tensor) -> torch.Tensor:
    """The derivative that a flow carries; zero where it depends on nothing that has one."""
    tangent = forward_ad.unpack_dual(flow).tangent
    return torch.zeros_like(flow) if tangent is None else tangent


def _with_tangent(parameters: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    value = parameters[name]
    return parameters | {name: forward_ad.make_dual(value, torch.ones_like(value))}


def _with_tangents(parameters: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    duals = {}
    for i, (name, value) in enumerate(parameters.items()):
        # Copy i of the site carries a tangent of 1 in parameter i only: (1 or time, parameter, member).
        copies = value.expand(-1, len(parameters), -1).clone()
        tangent = torch.zeros_like(copies)
        tangent[:, i] = 1
        duals[name] = forward_ad.make_dual(copies, tangent)
    return duals
