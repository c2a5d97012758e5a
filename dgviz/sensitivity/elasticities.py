"""By how many percent the mean of the target changes for a percent more of each input, exactly and by a rerun."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
import xarray as xr
from torch import Tensor

from dgviz.engine import CompiledModel
from dgviz.learn import Ensemble
from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, Forcing, Parameter
from dgviz.sensitivity.nudge import NUDGE, driving
from dgviz.sensitivity.units import units_per

SHARE, UNIT = 0.01, 1.0  # of a rerun: more of itself, or by one unit
Mean = Callable[[Tensor], Tensor]


def elasticities(site: SiteModel, also: Sequence[str] = ()) -> xr.Dataset:
    """What one percent more of each forcing does to the mean of the target over the scored steps, `(cause,)`.

    `exact` is d ln mean / d ln forcing, by how many percent the mean rises for one percent more at all times, those of
    the warm-up too; of a forcing that may be negative, 100 d ln mean / d forcing, the percent for one unit more. So
    `units` are "1", or "%" per unit of the forcing. `rerun` is the same of a simulation with one percent, or one unit,
    more: it differs where the response is not linear. `also` names fluxes that move nothing and that a process
    computes for others to read, one alone: they are raised there, all else as it was.

    Learned parameters stay as they are. For the first site; where sites are joined the forcing rises at all of them.
    Source: Sankarasubramanian et al. (2001), doi:10.1029/2000WR900330. Raises ValueError for a mean of zero, and
    for what cannot be in `also`.
    """
    inputs: dict[str, tuple[Tensor, Mean]] = {
        name: (values, _of_forcing(site, name)) for name, values in driving(site).items()
    }
    inputs |= {name: _of_flux(site, name) for name in also}
    rows = [_row(site, name, values, mean) for name, (values, mean) in inputs.items()]
    attrs = [site.process_model.attrs(name) for name in inputs]
    found = xr.Dataset({k: ("cause", [row[k] for row in rows]) for k in ("exact", "rerun", "units")})
    found = found.assign_coords(cause=list(inputs), long_name=("cause", [one["long_name"] for one in attrs]))
    target = site.process_model.attrs(site.target)["long_name"]
    found.exact.attrs["long_name"] = f"Elasticity of mean {target}"
    found.rerun.attrs["long_name"] = f"Elasticity of mean {target}, by a rerun"
    return found


def _row(site: SiteModel, name: str, values: Tensor, mean: Mean) -> dict[str, float | str]:
    leaf = (values + NUDGE).detach().requires_grad_()
    before = mean(leaf)
    with torch.no_grad():
        if not mean(values).any():
            raise ValueError(f"The mean of {site.target} is zero here, so that no share of it can be told.")
    (gradient,) = torch.autograd.grad(before, leaf, materialize_grads=True)
    before = before.detach()
    declared = site.process_model.inputs.get(name)
    never_negative = declared.range[0] >= 0 if declared else bool((values >= 0).all())
    with torch.no_grad():
        # of a percent of itself the percent, of one unit 100 times the share
        more, scale = (SHARE * values, 1 / SHARE) if never_negative else (torch.full_like(values, UNIT), 100.0)
        rerun = scale * float((mean(values + more) - mean(values)) / before)
        along = values if never_negative else torch.full_like(values, 100.0)
        exact = float((gradient * along).double().sum() / before)
    units = "1" if never_negative else units_per("%", site.process_model.attrs(name)["units"])
    return {"exact": exact, "rerun": rerun, "units": units}


def _of_forcing(site: SiteModel, name: str) -> Mean:
    """The mean of the target as a function of a forcing."""

    def mean(values: Tensor) -> Tensor:
        tensors = replace(site.tensors, forcings=site.tensors.forcings | {name: values})
        return site.model.respond(tensors, site.learned, [site.target])[site.target][tensors.warmup :, 0].mean()

    return mean


def _of_flux(site: SiteModel, name: str) -> tuple[Tensor, Mean]:
    """A flux as it was computed, and the mean of the target as a function of it."""
    if site.model.corrected or isinstance(site.model, Ensemble):
        raise ValueError("also: a flux is of processes alone: take a run without correction, of one seed.")
    model, tensors = site.process_model, site.tensors
    maker = next((process for process in model.processes if name in process.of(Flux)), None)
    if maker is None or len(maker.of(Flux)) > 1 or model.of(Flux)[name].into or model.of(Flux)[name].out_of:
        raise ValueError(f"also: {name!r} is no flux that a process computes alone and that moves nothing.")
    # Without the process that computes it, it is one more input, by the same name.
    inputs = {**model.inputs, name: Forcing(model.of(Flux)[name].units, model.of(Flux)[name].long_name)}
    lower = CompiledModel([process for process in model.processes if process is not maker], inputs, model.outside)
    with torch.no_grad():
        values = model(tensors.forcings, site.learned, [name], of_processes(tensors.initial) or None)[name]
    forcings = {k: v for k, v in tensors.forcings.items() if k in lower.forcings}
    parameters = {k: site.learned[k] for k in lower.of(Parameter)}
    stores = of_processes(tensors.initial) or None

    def mean(values: Tensor) -> Tensor:
        found = lower.mean(forcings | {name: values}, parameters, [site.target], stores)[site.target]
        return found[tensors.warmup :, 0].mean()

    return values, mean
