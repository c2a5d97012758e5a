"""Values and gradients that are no numbers, traced to the day and the process where that begins.

In the precision of the model itself, and on the data as they are: on dry days or in the dark a root or a logarithm has
no derivative.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.sensitivity.doctor.examined import MOST_PLAIN, Examined
from dgviz.sensitivity.doctor.finding import Finding
from dgviz.sensitivity.doctor.processes import gradients
from dgviz.steps import before

BEGINNINGS = (60, 365, 1460)  # steps
AT_ZERO = "a root, logarithm, power or quotient at zero; a limit inside it keeps its derivative a number"


def not_finite_values(site: SiteModel) -> Iterator[Finding]:
    """The first value that is no number: in the inputs, or in what a process makes of inputs that are numbers."""
    if inputs := next(_not_finite_inputs(site), None):
        yield inputs
        return
    tensors = _few(site)
    with torch.no_grad():
        learned = site.model.parameters_of(tensors)
        target = site.model.respond(tensors, learned, [site.target])[site.target]
    if (first := _first(target[..., None])) is None:
        return
    found = _first_process(site, tensors.part(slice(first[0] + 1)))
    if found is None:
        yield _said(site, f"{site.target} is no number", "Look at the network that corrects it", first)
        return
    process, flux, place = found
    words = f"{process} gives a {flux} that is no number, of inputs that are numbers"
    yield _said(site, words, f"Look at {process}.forward for {AT_ZERO}", place, process, (flux,))


def _not_finite_inputs(site: SiteModel) -> Iterator[Finding]:
    """Weights, forcings and parameters that are no numbers."""
    for name, weight in {**dict(site.model.named_parameters()), **dict(site.model.named_buffers())}.items():
        if not bool(weight.isfinite().all()):
            words = f"Some of the weights {name} are no numbers. Train again, or look at what wrote them."
            yield Finding("not a number", words, quantities=(name,))
    with torch.no_grad():
        learned = site.model.parameters_of(site.tensors)
    for name, values in {**site.tensors.forcings, **learned}.items():
        if place := _first(values):
            made = "the network gives" if name in learned else "the data hold"
            fix = "Look at its weights and attributes" if name in learned else "Fill it, or leave these days out"
            when = place if len(values) > 1 else None
            yield _said(site, f"{made} a {name} that is no number", fix, when, quantities=(name,))


def not_finite_gradients(site: SiteModel) -> Iterator[Finding]:
    """A gradient that is no number, and the process whose own derivative is none on what it saw."""
    tensors = _few(site)
    n_steps = len(tensors.target)
    if not (wrong := _wrong_gradients(site, tensors)):
        return
    # The shortest of some beginnings of the record that shows it: the plain loop over decades takes long.
    n = next((n for n in BEGINNINGS if n < n_steps and _wrong_gradients(site, tensors.part(slice(n)))), n_steps)
    place, process, read = _first_derivative(site, tensors.part(slice(n))) or (None, "", ())
    words = f"the gradient of {site.target} to {', '.join(wrong[:4])} is no number"
    where = f"Look at {process}.forward, whose derivative to {', '.join(read)} is none: {AT_ZERO}" if process else ""
    where = where or "Each process by itself has derivatives: look at the network that corrects it, or at overflows"
    yield _said(site, words, where, place, process, (*read, *wrong))


def not_finite_slopes(examined: Examined) -> Iterator[Finding]:
    """Processes whose derivative is no number on what they saw, although kernels, which leave out what counts nothing,
    give the model a gradient."""
    for seen in examined.seen:
        slopes = gradients(seen, {k: torch.ones_like(v) for k, v in seen.outputs.items()}, seen.inputs)
        wrong = {name: slope for name, slope in slopes.items() if not bool(slope.isfinite().all())}
        if not wrong:
            continue
        row = int((~next(iter(wrong.values())).isfinite()).nonzero()[0][0])
        day = examined.day(seen.day_of(row)) if seen.by_place else None
        yield Finding(
            "not a number",
            f"The derivative of {seen.name} to {', '.join(wrong)} is no number on some days, which kernels hide and "
            f"the plain loop does not. Look at {seen.name}.forward for {AT_ZERO}.",
            process=seen.name,
            quantities=tuple(wrong),
            day=day,
        )


def _few(site: SiteModel) -> Tensors:
    """All steps, or as many as the plain loop takes where there are no kernels."""
    like = site.tensors.target
    plain = site.process_model.processes and site.process_model.backend(like.device.type, like.dtype)[0] == "torch"
    return site.tensors if not plain else site.tensors.part(slice(site.tensors.warmup + MOST_PLAIN))


def _wrong_gradients(site: SiteModel, tensors: Tensors) -> list[str]:
    """The parameters and forcings to which the gradient of the sum of the target is no number."""
    learned = site.model.parameters_of(tensors)
    leaves = {k: v.detach().clone().requires_grad_() for k, v in learned.items()}
    forcings = {k: v.clone().requires_grad_() for k, v in tensors.forcings.items()}
    with torch.enable_grad():
        given = replace(tensors, forcings=forcings)
        target = site.model.respond(given, leaves, [site.target])[site.target]
        if not target.requires_grad:
            return []
        found = torch.autograd.grad(target.sum(), [*leaves.values(), *forcings.values()], allow_unused=True)
    return [
        k for k, g in zip([*leaves, *forcings], found, strict=True) if g is not None and not bool(g.isfinite().all())
    ]


def _said(site, words, fix, place, process="", quantities=()) -> Finding:
    day = None if place is None else _day(site, place[0])
    when = "" if day is None else f" first on {np.datetime_as_string(day, 'D')}"
    sentence = f"{words[0].upper()}{words[1:]},{when}. {fix}." if when else f"{words[0].upper()}{words[1:]}. {fix}."
    return Finding("not a number", sentence, "fault", process, tuple(quantities), day, place[1] if place else None)


def _day(site: SiteModel, step: int) -> np.datetime64 | None:
    times = before(pd.Index(np.asarray(site.time)), site.tensors.warmup)
    return np.datetime64(times[step]) if np.issubdtype(np.asarray(times).dtype, np.datetime64) else None


def _first(values: Tensor) -> tuple[int, int] | None:
    """The earliest step and its site of a series `(time, site, member)` at which a value is no number."""
    wrong = (~values.isfinite()).any(-1).nonzero()
    return (int(wrong[0][0]), int(wrong[0][1])) if len(wrong) else None


def _calls(
    site: SiteModel, tensors: Tensors
) -> Iterator[tuple[int, torch.nn.Module, dict[str, Tensor], dict[str, Tensor]]]:
    """Every call of a process in a run of the plain loop: its step, the process, what it saw and what it gave."""
    model, tensors = copy.deepcopy(site.model).parts(tensors)[0]
    calls: list = []
    counts: dict[torch.nn.Module, int] = {}
    hooks = []

    def keep(process, _, given, fluxes):
        step = counts[process] = counts.get(process, -1) + 1
        calls.append((step, process, {k: v.clone() for k, v in given.items()}, dict(fluxes)))

    for process in model.process_model.processes:
        hooks.append(process.register_forward_hook(keep, with_kwargs=True))
    with torch.no_grad():
        parameters, initial = model.parameters_of(tensors), of_processes(tensors.initial)
        model.process_model(tensors.forcings, parameters, [], initial, backend="torch")
    for hook in hooks:
        hook.remove()
    return iter(calls)


def _first_process(site: SiteModel, tensors: Tensors) -> tuple[str, str, tuple[int, int]] | None:
    """The first process that makes no number of numbers, in the order of running, with its flux and place."""
    for step, process, given, fluxes in _calls(site, tensors):
        if not all(bool(v.isfinite().all()) for v in given.values()):
            continue
        for name, values in fluxes.items():
            values = torch.as_tensor(values)
            if bool(values.isfinite().all()):
                continue
            rows = values if values.ndim == 3 else values.expand(1, *(values.shape if values.ndim == 2 else (1, 1)))
            at, where = _first(rows) or (0, 0)
            return type(process).__name__, name, (at if values.ndim == 3 else step, where)
    return None


def _first_derivative(site: SiteModel, tensors: Tensors) -> tuple[tuple[int, int], str, tuple[str, ...]] | None:
    """The last step, where a backward pass begins, at which the derivative of a process to its inputs is none."""
    calls = [call for call in _calls(site, tensors) if call[2]]
    for step, process, given, _ in reversed(calls):
        leaves = {k: v.detach().clone().requires_grad_() for k, v in given.items()}
        with torch.enable_grad():
            fluxes = process(**leaves)
            total = [torch.as_tensor(v).sum() for v in fluxes.values() if torch.as_tensor(v).requires_grad]
            if not total:
                continue
            grads = torch.autograd.grad(torch.stack(total).sum(), list(leaves.values()), materialize_grads=True)
        wrong = {k: g for k, g in zip(leaves, grads, strict=True) if not bool(g.isfinite().all())}
        if wrong:
            gradient = next(iter(wrong.values()))
            rows = gradient if gradient.ndim == 3 else gradient[None]
            at, where = _first(rows) or (0, 0)
            return (at if gradient.ndim == 3 else step, where), type(process).__name__, tuple(wrong)
    return None
