"""How an output on every day responds to a forcing on every day before: one tangent for each day of the forcing."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
import xarray as xr
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.processes.one_sided import along
from dgviz.sensitivity.forcing_response import forcing_response
from dgviz.sensitivity.units import derivative_attrs
from dgviz.steps import before

SPANS = 6  # into which the days of the forcing are cut


def forcing_triangle(site: SiteModel, forcing: str) -> xr.DataArray:
    """Derivative of the target on each scored day with respect to `forcing` on each day, `(time, cause)`.

    `cause` begins with the warm-up, so that the sum of a row is the whole response of a day; what comes after that day
    is exactly zero. The path through dynamic parameters counts, as do networks that correct the target. Where the model
    has a kink the derivative is towards more of the forcing. It is that of the first site. Where others are simulated
    together with it the forcing rises at all of them; then every day takes a pass of its own, backward.
    """
    model, n_days = site.model, len(site.time)
    if model.process_model.joins_sites:
        found = np.stack([forcing_response(site, forcing, day).values for day in range(n_days)])
    else:
        found = _by_tangents(site, forcing)[site.tensors.warmup :].cpu().numpy()
    attrs = derivative_attrs(model.process_model, "Response of", site.target, forcing)
    times = pd.Index(np.asarray(site.time))
    coords = {"time": times, "cause": before(times, site.tensors.warmup)}
    return xr.DataArray(found, coords, ("time", "cause"), attrs=attrs)


def _by_tangents(site: SiteModel, forcing: str) -> Tensor:
    """All days, those of the warm-up too, `(time, cause)`."""
    model, tensors = site.model, site.tensors
    response = _through_processes
    if model.corrected or len(model.static) < len(model.process_model.of(Parameter)):
        # torch's recurrent networks have tangents in double precision only
        model, tensors, response = copy.deepcopy(model).double(), tensors.to(torch.float64), _through_networks
    n_time = len(tensors.target)
    found = tensors.target.new_zeros(n_time, n_time)
    with torch.no_grad():
        for causes in torch.arange(n_time).chunk(SPANS):
            # What comes before a span has been felt, so each begins where the one before it ended.
            first, n_causes = int(causes[0]), len(causes)
            found[first:, first : first + n_causes] = response(model, tensors, forcing, n_causes)
            if first + n_causes < n_time:
                state = model.after(tensors.part(slice(n_causes)))
                tensors = replace(tensors.part(slice(n_causes, None)), initial=state)
    return found


def _through_processes(model: DifferentiableModel | Ensemble, tensors: Tensors, forcing: str, n_causes: int) -> Tensor:
    """The response `(time, cause)` to the first days, by samples that share all that the forcing does not change."""
    parameters = {name: values[:, :, None] for name, values in model.parameters_of(tensors).items()}
    with forward_ad.dual_level():
        series = _with_tangents(tensors.forcings[forcing][:, :, None], n_causes, len(tensors.target))
        return along(model.map(replace(tensors, forcings=tensors.forcings | {forcing: series}), parameters)[:, 0])


def _through_networks(model: DifferentiableModel | Ensemble, tensors: Tensors, forcing: str, n_causes: int) -> Tensor:
    """The same by copies of the site, where networks read the forcing too."""
    copies = tensors.repeated(n_causes)
    with forward_ad.dual_level():
        series = _with_tangents(tensors.forcings[forcing][:, :, None], n_causes, len(tensors.target)).flatten(1, 2)
        changed = replace(copies, forcings=copies.forcings | {forcing: series})
        return along(model.mean(changed, [model.target])[model.target][:, :n_causes])


def _with_tangents(series: Tensor, n_causes: int, n_time: int) -> Tensor:
    """A forcing `(time, site, 1, 1)` for each cause, `(time, site, cause, 1)`, with a tangent of 1 on that day."""
    samples = series.expand(n_time, -1, n_causes, -1).clone()
    days = torch.eye(n_time, n_causes, dtype=series.dtype, device=series.device)
    return forward_ad.make_dual(samples, days[:, None, :, None].expand(samples.shape).clone())
