"""What may change for a target to be otherwise: a forcing, the stores of a step, or the parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import State
from dgviz.sensitivity.nudge import NUDGE, driving
from dgviz.steps import before as times_before
from dgviz.suggestions import suggest

By = Literal["forcing", "stores", "parameters"]
BY: tuple[By, ...] = get_args(By)


@dataclass(frozen=True)
class Causes:
    """What may change: n of them, each change counted in units of its `scale`, from `low` to `high`, `(n,)` all.

    `base` are the tensors that change, by name, `limits` the ends of each, `spread` makes changes `(n,)` into those
    of the tensors, and `shown` the tensors into `(n,)` values for a person. `simulate` gives the target `(time,)`.
    """

    names: np.ndarray
    base: Mapping[str, Tensor]
    limits: Mapping[str, tuple[float, float]]
    scale: Tensor
    low: Tensor
    high: Tensor
    spread: Callable[[Tensor], Mapping[str, Tensor]]
    shown: Callable[[Mapping[str, Tensor]], Tensor]
    simulate: Callable[[Mapping[str, Tensor], Tensors], Tensor]
    tensors: Tensors

    def moved(self, change: Tensor) -> dict[str, Tensor]:
        """The tensors with a change."""
        by = self.spread(change * self.scale)
        return {k: (v + by[k]).clamp(*self.limits[k]) for k, v in self.base.items()}


def causes_of(site: SiteModel, by: By, forcing: str, start: int, stop: int) -> Causes:
    """What may change, from the step `start` on; a forcing up to before `stop`. Raises ValueError where nothing may."""
    if by == "forcing":
        return _of_forcing(site, forcing, start, stop)
    return _of_stores(site, start) if by == "stores" else _of_parameters(site)


def _of_forcing(site: SiteModel, name: str, start: int, stop: int) -> Causes:
    known = driving(site)
    if name not in known:
        raise ValueError(f"forcing: there is no {name!r}. Forcings: {', '.join(known)}.{suggest(name, known)}")
    tensors, n = _from(site, start), stop - start
    series, scored = tensors.forcings[name], known[name][site.tensors.warmup :, 0]
    low, high = site.process_model.inputs[name].range
    low, high = min(low, float(series.min())), max(high, float(series.max()))
    scale = series.new_full((n,), float(scored.max() - scored.min()) or 1.0)
    some = series[:n].flatten(1)

    def simulate(moved: Mapping[str, Tensor], tensors: Tensors) -> Tensor:
        # Just above what it was, so that on a threshold the derivative is that to more of it.
        changed = tensors.forcings | {name: moved[name][: len(tensors.target)] + NUDGE}
        return site.model.mean(replace(tensors, forcings=changed), [site.target])[site.target][:, 0]

    return Causes(
        names=times_before(pd.Index(np.asarray(site.time)), site.tensors.warmup)[start:stop].to_numpy(),
        base={name: series},
        limits={name: (low, high)},
        scale=scale,
        low=(low - some.amax(1)) / scale,
        high=(high - some.amin(1)) / scale,
        spread=lambda change: {name: torch.cat([change, change.new_zeros(len(series) - n)])[:, None, None]},
        shown=lambda moved: moved[name][:n, 0, 0],
        simulate=simulate,
        tensors=tensors,
    )


def _of_stores(site: SiteModel, start: int) -> Causes:
    declared = site.process_model.stores
    if not declared:
        raise ValueError("stores: this model has none. Change a forcing or parameters.")
    tensors = _from(site, start)
    state = {k: tensors.initial[k] for k in declared}
    with torch.no_grad():
        held = site.model.mean(site.tensors, list(declared))
    limits, spans = {}, []
    for name, values in held.items():
        values = values[site.tensors.warmup :, 0]
        span = float(values.max() - values.min())
        floor = site.process_model.of(State)[name].floor
        least = min(float(values.min()), float(state[name].min())) - span
        most = max(float(values.max()), float(state[name].max())) + span
        limits[name] = (least if floor is None else max(least, floor), most)
        spans.append(span or 1.0)

    def simulate(moved: Mapping[str, Tensor], tensors: Tensors) -> Tensor:
        started = replace(tensors, initial={**tensors.initial, **moved})
        return site.model.mean(started, [site.target])[site.target][:, 0]

    return _named(state, limits, spans, simulate, tensors)


def _of_parameters(site: SiteModel) -> Causes:
    if not site.learned:
        raise ValueError("parameters: this model has none. Change a forcing.")
    limits = {name: site.declared(name).range for name in site.learned}

    def simulate(moved: Mapping[str, Tensor], tensors: Tensors) -> Tensor:
        parameters = {k: v[: len(tensors.target)] for k, v in moved.items()}
        return site.model.respond(tensors, parameters, [site.target])[site.target][:, 0]

    return _named(site.learned, limits, [high - low for low, high in limits.values()], simulate, site.tensors)


def _named(base, limits, scales, simulate, tensors) -> Causes:
    """Causes that move alike in all members, by name."""
    names, scale = list(base), torch.tensor(scales, dtype=torch.float64)
    ends = [(limits[k][0] - float(v.max()), limits[k][1] - float(v.min())) for k, v in base.items()]
    low, high = torch.tensor(ends, dtype=torch.float64).T / scale
    return Causes(
        names=np.array(names),
        base=base,
        limits=limits,
        scale=scale,
        low=low.clamp(max=0),
        high=high.clamp(min=0),
        spread=lambda change: dict(zip(names, change, strict=True)),
        shown=lambda moved: torch.stack([moved[name][:, 0].double().mean() for name in names]),
        simulate=simulate,
        tensors=tensors,
    )


def _from(site: SiteModel, start: int) -> Tensors:
    """The steps from `start` on, beginning with the state that those before have left."""
    return replace(site.tensors.part(slice(start, None)), initial=site.state_before(start))
