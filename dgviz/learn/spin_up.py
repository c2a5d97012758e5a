"""Simulations that begin with stores that have forgotten how they began."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from dgviz.learn.model import DifferentiableModel, Ensemble, of_networks, side_by_side
from dgviz.learn.tensors import Tensors
from dgviz.processes.model import PAST, ProcessModel
from dgviz.processes.spin_up import leaped, linearized, spin_up


@dataclass(frozen=True)
class SpunUp:
    """Tensors that begin with spun-up stores; and, by store, the positions of the sites at which it never settles."""

    tensors: Tensors
    unsettled: Mapping[str, np.ndarray]


def spun_up(model: DifferentiableModel | Ensemble, tensors: Tensors) -> SpunUp:
    """Begin with the state that the first year leaves when it is repeated until no store changes any more.

    A record shorter than a year is left as it is.
    """
    if len(tensors.target) < tensors.year:
        return SpunUp(tensors, {})
    first = tensors.part(slice(tensors.year))
    found = [_state_of(each, of_model) for each, of_model in model.parts(first)]
    restless = {k: torch.stack([unsettled[k] for _, unsettled in found]).any(0) for k in model.process_model.stores}
    positions = {name: np.flatnonzero(sites.cpu().numpy()) for name, sites in restless.items() if sites.any()}
    return SpunUp(replace(tensors, initial=side_by_side([state for state, _ in found])), positions)


def _state_of(model: DifferentiableModel, first: Tensors) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The state of a model after its first year, often repeated; for each store whether it still changes `(site,)`."""
    processes = model.process_model
    # What networks remember of the year does not depend on the years before.
    networks = of_networks(model.after(first))
    first = replace(first, initial=networks)
    with torch.no_grad():
        parameters = model.parameters_of(first)
        if not processes.stores:
            return model.after(first), {}
        found = spin_up(processes.stepper(first.forcings, parameters), declared_stores(processes, parameters, first))
    stores = {name: values[None] for name, values in zip(processes.stores, found.stores, strict=True)}
    return model.after(replace(first, initial=networks | stores)), dict(
        zip(processes.stores, found.unsettled, strict=True)
    )


def yearly_states(model: DifferentiableModel | Ensemble, tensors: Tensors) -> dict[str, Tensor]:
    """The states before the first step of every year of `tensors`, `(year, step, site, member)` by name.

    From any of them a simulation goes on as the whole one does. What joins sites remembers between them is left out.
    """
    joined = {PAST + process.carries for process in model.process_model.processes if process.carries}
    states, state = [], tensors.initial
    for start in range(0, len(tensors.target), tensors.year):
        if start:
            state = model.after(replace(tensors.part(slice(start - tensors.year, start)), initial=state))
        states.append({name: values for name, values in state.items() if name not in joined})
    return {name: torch.stack([of_year[name] for of_year in states]).cpu() for name in states[0]}


def declared_stores(processes: ProcessModel, parameters: Mapping[str, Tensor], tensors: Tensors) -> dict[str, Tensor]:
    """The stepped stores as they are declared to begin, `(site, member)` by name."""
    n_members = max((values.shape[-1] for values in parameters.values()), default=1)
    shape, full = (tensors.target.shape[1], n_members), tensors.target.new_full
    return {name: full(shape, store.initial, dtype=torch.float64) for name, store in processes.stores.items()}


def respond_settled(model: DifferentiableModel, tensors: Tensors, stores: Tensor) -> tuple[Tensor, Tensor]:
    """The target `(time, site)` from spun-up stores, with the gradient through them; and stores closer to these.

    `stores (store, site, member)` is a guess of what the first year of `tensors`, often repeated, would leave, such as
    the stores returned by the last update: a leap of years improves it. As weights change little from one update to
    the next, the stores follow them, and in the end are those of `spun_up`.
    """
    processes, parameters = model.process_model, model.parameters_of(tensors)
    names, first = tuple(processes.stores), slice(tensors.year)
    year = processes.stepper(tensors.part(first).forcings, _at(parameters, first))
    with torch.no_grad():
        after, slopes = linearized(year, names, stores)
        stores = leaped(stores, after, slopes)
    # A last leap with gradient is the implicit function theorem: at the spun-up stores S = F(S, p)
    # dS/dp = (1 + J + J^2 + ...) dF/dp, with the slopes J = dF/dS.
    after = torch.stack(list(year(dict(zip(names, stores, strict=True))).values()))
    settled = leaped(stores, after, slopes)
    initial = {name: values[None] for name, values in zip(names, settled, strict=True)}
    return model.respond(replace(tensors, initial=initial), parameters, [model.target])[model.target], stores


def _at(parameters: Mapping[str, Tensor], steps: slice) -> dict[str, Tensor]:
    """Parameters at some steps; static ones are the same at all."""
    return {name: values[steps] if len(values) > 1 else values for name, values in parameters.items()}
