"""How an output of one site responds, day by day, to each parameter: one forward pass with tangents."""

import copy

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.processes.one_sided import along
from dgviz.sensitivity.units import derivative_attrs


def parameter_response(site: SiteModel) -> xr.Dataset:
    """Derivative of the target on each scored day with respect to each parameter, `(time,)` by name, at one site.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days; not before the first of
    the site's tensors, whose stores stay as they are. There is a sample for every parameter, each carrying the tangent
    of its own, so that one pass gives all. Where sites are joined the parameter is shifted at all of them, and the
    response is the one of the first site.
    """
    model, tensors = site.model, site.tensors
    if model.corrected:  # torch's recurrent networks have tangents in double precision only
        model, tensors = copy.deepcopy(model).double(), tensors.to(torch.float64)
    # Many outputs (days), few inputs: forward mode gives all days in one pass.
    with torch.no_grad(), forward_ad.dual_level():
        parameters = model.parameters_of(tensors)
        if not parameters:
            return xr.Dataset(coords={"time": site.time})
        flow = model.map(tensors, _with_tangents(parameters))[tensors.warmup :, 0]
        responses = along(flow).cpu().numpy()
    variables = {
        name: ("time", responses[:, i], derivative_attrs(model.process_model, "Response of", site.target, name))
        for i, name in enumerate(parameters)
    }
    return xr.Dataset(variables, coords={"time": site.time})


def _with_tangents(parameters: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A sample `(1 or time, site, sample, member)` for every parameter, which has a tangent of 1 in that one only."""
    duals = {}
    for i, (name, value) in enumerate(parameters.items()):
        samples = value[:, :, None].repeat(1, 1, len(parameters), 1)
        tangent = torch.zeros_like(samples)
        tangent[:, :, i] = 1
        duals[name] = forward_ad.make_dual(samples, tangent)
    return duals
