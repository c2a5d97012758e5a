"""Where the first value arises that is no number: at which site and step, in what, and in which process."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from dgviz.learn.model import DifferentiableModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Parameter, State


class NotFiniteError(ValueError):
    """A loss, or its gradient, became no number: `site` and `step` are positions where that begins, in `what`."""

    def __init__(self, words: str, fix: str, what: str = "", site: int | None = None, step: int | None = None):
        self.words, self.fix, self.what, self.site, self.step = words, fix, what, site, step
        super().__init__(self.said(f"site {site}", f"step {step}"))

    def said(self, site: str, time: str) -> str:
        """The message, with the names of the site and the time."""
        when = "" if self.step is None else f", {time}"
        place = f": first at {site}{when}, in {self.what}" if self.site is not None else ""
        return f"{self.words}{place}. {self.fix}"


class Place(NamedTuple):
    """A value that is no number: its position along site, along time if it has one, and what it is."""

    site: int
    step: int | None
    what: str


def first_not_finite(
    model: DifferentiableModel, tensors: Tensors, target: str, loss: Callable[[Tensor], Tensor]
) -> Place | None:
    """The first value that is no number, None if all are.

    In the order in which they are computed: forcings, attributes, parameters, then step by step what each process
    gives; and where all of these are numbers, the derivative of the `loss`, a function of the target `(time, site)`,
    to each parameter.
    """
    for name, values in tensors.forcings.items():
        if place := _first(values, f"the forcing {name!r}"):
            return place
    with torch.no_grad():
        parameters = model.parameters_of(tensors)
        for name, values in parameters.items():
            if place := _first(values, f"the parameter {name!r}, which the network gives"):
                return place
        if model.process_model.processes and (place := _in_processes(model, tensors, parameters)):
            return place
        simulated, origin = model.respond(tensors, parameters, [target])[target], "from the network" * model.corrected
        if place := _first(simulated[..., None], f"{target!r} {origin}".strip()):
            return place
    return _in_gradient(model, tensors, parameters, lambda values: loss(values[target]))


def _in_processes(model: DifferentiableModel, tensors: Tensors, parameters: dict[str, Tensor]) -> Place | None:
    """The earliest step; of what is computed in it, the first in running order."""
    values = model.process_model(tensors.forcings, parameters, backend="torch")
    # Fluxes before stores: a store is no number because a flux that moved into or out of it is none.
    for kind in (Flux, State):
        places = []
        for process in model.process_model.processes:
            for name in process.of(kind):
                place = _first(values[name], f"{name!r} of the process {type(process).__name__}")
                places += [place] if place else []
        if places:
            return min(places, key=lambda place: place.step or 0)
    return None


def _in_gradient(
    model: DifferentiableModel,
    tensors: Tensors,
    parameters: dict[str, Tensor],
    loss: Callable[[dict[str, Tensor]], Tensor],
) -> Place | None:
    inputs = {name: values.detach().requires_grad_() for name, values in parameters.items()}
    if not inputs:
        return None
    gradients = torch.autograd.grad(loss(model.respond(tensors, inputs)), list(inputs.values()), allow_unused=True)
    for process in model.process_model.processes:
        for name in process.of(Parameter):
            gradient = gradients[list(inputs).index(name)]
            what = f"the derivative to the parameter {name!r} of the process {type(process).__name__}"
            if gradient is not None and (place := _first(gradient, what)):
                return place._replace(step=None)
    return None


def _first(values: Tensor, what: str) -> Place | None:
    """The earliest value of `(time, site, member)` that is no number."""
    wrong = (~values.isfinite()).any(-1).nonzero()
    if not len(wrong):
        return None
    step, site = wrong[0].tolist()
    return Place(site, step if len(values) > 1 else None, what)
