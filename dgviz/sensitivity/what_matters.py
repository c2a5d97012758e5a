"""What matters at a site: every parameter, forcing and store, ranked by what it does to a number made of the target."""

from dataclasses import replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.aims import Aim
from dgviz.sensitivity.nudge import driving, raised
from dgviz.sensitivity.units import units_per

KINDS = ("parameter", "forcing", "store")


def what_matters(site: SiteModel, aim: Aim) -> xr.Dataset:
    """What one percent of each cause does to an aim, `(cause,)`, the largest effect first.

    - `kind`: "parameter" (shifted alike in all members and steps, from the first step of the warm-up), "forcing"
      (changed alike in all of these steps), "store" (what it holds before the first scored step);
    - `derivative` of the aim to one unit of the cause, with the units in `units`;
    - `of`: one percent of what? Of the "range": declared of a parameter, and the largest less the smallest value of a
      forcing or a store here. Of "itself": a forcing that is never negative is higher by one percent at all times;
    - `width`: that range in `width_units`; NaN where it is of itself;
    - `effect`, of that one percent, in the units of the aim; `percent`, the same in percent of the aim, where that is
      an amount;
    - `zero`: is the derivative exactly zero?

    The value of the aim stands in the attributes. Parameters, forcings and stores act at all sites that are simulated
    together; the aim is of the first. Parameters, dynamic ones too, stay as they are where a forcing changes. Two
    reverse passes. Raises ValueError where the aim has no value, as an efficiency without observations.
    """
    parameters = {k: v.detach().requires_grad_() for k, v in site.learned.items()}
    forcings = raised(driving(site))
    tensors = replace(site.tensors, forcings=site.tensors.forcings | forcings)
    value, of_inputs = _aimed(site, aim, tensors, parameters, parameters | forcings)
    stores, of_stores, widths = _of_stores(site, aim)
    declared = site.process_model.of(Parameter)
    width = {k: declared[k].range[1] - declared[k].range[0] for k in parameters}
    scored = slice(site.tensors.warmup, None)
    width |= {k: float((v[scored].max() - v[scored].min()).detach()) for k, v in forcings.items()} | widths
    kinds = {k: kind for kind, names in zip(KINDS, (parameters, forcings, stores), strict=True) for k in names}
    derivative = {k: float(g.double().sum()) for k, g in (of_inputs | of_stores).items()}
    effect = {k: 0.01 * width[k] * derivative[k] for k in kinds}
    for name in _proportional(site, forcings):
        # d/ds of the aim where the forcing is s x, at s = 1: the sum of gradient times x
        effect[name] = 0.01 * float((of_inputs[name] * forcings[name].detach()).double().sum())
        width[name] = np.nan
    zero = {k: not bool(g.any()) for k, g in (of_inputs | of_stores).items()}
    return _table(site, aim, value, kinds, derivative, width, effect, zero)


def _table(
    site: SiteModel,
    aim: Aim,
    value: float,
    kinds: dict[str, str],
    derivative: dict[str, float],
    width: dict[str, float],
    effect: dict[str, float],
    zero: dict[str, bool],
) -> xr.Dataset:
    """What is known of each cause by name, as columns, the largest effect first."""
    names = sorted(kinds, key=lambda name: -abs(effect[name]))
    attrs = {name: site.process_model.attrs(name) for name in names}
    columns = {
        "kind": [kinds[k] for k in names],
        "long_name": [attrs[k]["long_name"] for k in names],
        "derivative": [derivative[k] for k in names],
        "units": [units_per(aim.units, attrs[k]["units"]) for k in names],
        "of": ["itself" if np.isnan(width[k]) else "range" for k in names],
        "width": [width[k] for k in names],
        "width_units": [attrs[k]["units"] for k in names],
        "effect": [effect[k] for k in names],
        "percent": [100 * effect[k] / value if aim.amount and value else np.nan for k in names],
        "zero": [zero[k] for k in names],
    }
    found = xr.Dataset({k: ("cause", v) for k, v in columns.items()}, {"cause": names})
    found.effect.attrs = {"units": aim.units, "long_name": f"Change of {aim.label} for 1 %"}
    found.percent.attrs = {"units": "%", "long_name": f"Change of {aim.label} for 1 %"}
    return found.assign_attrs(value=value, units=aim.units, aim=aim.label)


def _of_stores(site: SiteModel, aim: Aim) -> tuple[list[str], dict[str, Tensor], dict[str, float]]:
    """The stores that are stepped, the gradient of the aim to what they hold first, and the span of what they hold."""
    names = list(site.process_model.stores)
    if not names:
        return [], {}, {}
    state = site.state_before(site.tensors.warmup)
    leaves = {k: state[k].detach().clone().requires_grad_() for k in names}
    tensors = replace(site.tensors.part(slice(site.tensors.warmup, None)), initial=state | leaves)
    _, gradients = _aimed(site, aim, tensors, site.learned_when_scored, leaves)
    with torch.no_grad():
        held = site.model.respond(tensors, site.learned_when_scored, names)
    return names, gradients, {k: float(v[:, 0].max() - v[:, 0].min()) for k, v in held.items()}


def _aimed(
    site: SiteModel, aim: Aim, tensors: Tensors, parameters: dict[str, Tensor], leaves: dict[str, Tensor]
) -> tuple[float, dict[str, Tensor]]:
    """The value of the aim, and its gradient to each of the leaves, by name."""
    simulated = site.model.respond(tensors, parameters, [site.target])[site.target][tensors.warmup :, 0]
    value = aim.value(simulated, tensors.target[tensors.warmup :, 0])
    if not value.isfinite():
        raise ValueError(f"{aim.label.capitalize()} has no value here. Nothing may be observed in these steps.")
    if not value.requires_grad:  # it depends on none of these
        return float(value), {k: torch.zeros_like(v) for k, v in leaves.items()}
    gradients = torch.autograd.grad(value, list(leaves.values()), materialize_grads=True)
    return float(value.detach()), dict(zip(leaves, gradients, strict=True))


def _proportional(site: SiteModel, forcings: dict[str, Tensor]) -> list[str]:
    """Forcings that are never negative: a share of them means something."""
    declared = site.process_model.inputs
    return [name for name in forcings if declared[name].range[0] >= 0]
