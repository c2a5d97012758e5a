"""The networks that give parameters and correct the target: do all weights learn, and what do they see?"""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn

from dgviz.learn.model import DifferentiableModel, of_processes
from dgviz.learn.networks import StandardizeAttributes
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.doctor.differences import along, disagrees, in_words
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number
from dgviz.sensitivity.doctor.members import hooked, plain_series, same_members

FAR = 10.0  # standard deviations from the mean of training
VANISHED = 1e-12  # of what the network gives: a gradient that teaches nothing
FLAT = 0.999  # of a hyperbolic tangent: its derivative is below 0.002
MOST = 0.5  # of the hidden units


def network_faults(examined: Examined) -> Iterator[Finding]:
    """Networks in training mode, weights without a gradient or with a wrong one, inputs that saturate."""
    if examined.site.model.training:
        yield Finding(
            "training mode",
            "The model is in training mode: dropout draws other numbers in each run. Call model.eval() before it "
            "predicts.",
        )
    for model, tensors in examined.model.parts(examined.tensors):
        yield from _of_weights("network of parameters", model.network, partial(_places, model, tensors))
        if model.correction is not None:
            correct = partial(_corrected, model, tensors, _simulated(model, tensors))
            yield from _of_weights("network of the target", model.correction, correct)
        yield from _inputs(model, tensors.attributes)
        yield from same_members(model, tensors)
        yield from plain_series(model, tensors)
    yield from hooked(examined)


def _places(model: DifferentiableModel, tensors: Tensors) -> Tensor:
    """Where the parameters lie in their ranges, so that each counts as much, `(parameter, member)`."""
    declared, places = model.process_model.of(Parameter), [torch.zeros(model.network.members)]
    for name, values in model.parameters_of(tensors).items():
        low, high = declared[name].range
        places.append(((values - low) / (high - low)).mean((0, 1)))
    return torch.stack(places)


def _corrected(model: DifferentiableModel, tensors: Tensors, simulated: Tensor | None) -> Tensor:
    return model.correct(tensors, simulated)[0]


def _simulated(model: DifferentiableModel, tensors: Tensors) -> Tensor | None:
    """What the processes make of the target `(time, site)`, if there are any."""
    if not model.process_model.processes:
        return None
    with torch.no_grad():
        parameters, initial = model.parameters_of(tensors), of_processes(tensors.initial)
        return model.process_model.mean(tensors.forcings, parameters, [model.target], initial)[model.target]


def _of_weights(named: str, network: nn.Module, give: Callable[[], Tensor]) -> Iterator[Finding]:
    """The gradient to each tensor of weights along a random direction, against reruns."""
    random, silent = torch.Generator().manual_seed(4), []
    with torch.no_grad():
        out = give()
    seeds = torch.rand(out.shape, generator=random, dtype=out.dtype) + 0.5
    size, gradients = float((out * seeds).abs().sum()), _gradients(network, give, seeds)
    for name, weight in network.named_parameters():
        usual = float(weight.detach().abs().mean()) or 1.0
        direction = usual * (torch.rand(weight.shape, generator=random, dtype=weight.dtype) + 0.5)
        exact = (gradients[name] * direction).sum()[None]
        if not bool(exact.isfinite()):
            yield Finding("not a number", f"The gradient to {name} of the {named} is no number.", quantities=(name,))
            continue
        wrong, rerun = disagrees(exact, along(weight, direction, lambda: (give() * seeds).sum()[None]), size)
        if bool(wrong):
            yield _wrong(named, name, weight.requires_grad, exact, rerun)
        elif abs(float(exact)) < VANISHED * size:
            silent.append(name)
    if silent:
        words = f"{listed(silent)} of the {named} change nothing as the weights are now"
        sentence = f"{words}: what lies behind them passes nothing on."
        yield Finding("weights without gradient", sentence, "note", quantities=tuple(silent))


def _gradients(network: nn.Module, give: Callable[[], Tensor], seeds: Tensor) -> dict[str, Tensor]:
    """The gradient to all weights, zero to those that are frozen or not reached."""
    weights = dict(network.named_parameters())
    found = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    free = {name: weight for name, weight in weights.items() if weight.requires_grad}
    with torch.enable_grad():
        total = (give() * seeds).sum()
        if free and total.requires_grad:
            grads = torch.autograd.grad(total, list(free.values()), materialize_grads=True)
            found |= dict(zip(free, grads, strict=True))
    return found


def _wrong(named: str, name: str, learns: bool, exact: Tensor, rerun: Tensor) -> Finding:
    figures = f"{number(float(exact))} against {number(float(rerun))}"
    frozen = "" if learns else " It is frozen: requires_grad is False."
    return Finding(
        "wrong derivative",
        f"The derivative of the {named} to its weights {name} {in_words(exact, rerun)} ({figures}).{frozen} Look for a "
        "detach, or weights that are frozen.",
        quantities=(name,),
        figure=float(exact),
    )


def _inputs(model: DifferentiableModel, attributes: Tensor) -> Iterator[Finding]:
    """Attributes that are far from those of training, or were never standardised, and hidden units that are flat."""
    flat, parts = _flat_units(model, attributes), model.network.modules()
    of_attributes = [part for part in parts if isinstance(part, StandardizeAttributes) and model.attribute_names]
    found = [finding for part in of_attributes for finding in _far(model, part, attributes, flat)]
    yield from found
    if flat > MOST and not found:
        yield Finding(
            "saturated network",
            f"{100 * flat:.0f} % of the hidden units are flat at this site, and hardly pass a gradient: its "
            "weights are large.",
            "note",
            figure=flat,
        )


def _far(model: DifferentiableModel, part: StandardizeAttributes, attributes: Tensor, flat: float) -> Iterator[Finding]:
    with torch.no_grad():
        seen = part(attributes)
    plain = not bool(part.mean.any()) and bool((part.deviation == 1).all())
    far = (seen.abs() > FAR).any(0).tolist()
    names = [name for name, is_far in zip(model.attribute_names, far, strict=True) if is_far]
    if not names:
        return
    how = "are not standardised" if plain else "are far from those of training"
    saturates = f" and {100 * flat:.0f} % of the hidden units are flat" if flat > MOST else ""
    yield Finding(
        "saturated network",
        f"The attributes {listed(names)} {how}: the network sees up to {number(float(seen.abs().max()))}{saturates}. "
        "Look at their units, and whether the network learned their statistics.",
        "fault" if plain or flat > MOST else "note",
        quantities=tuple(names),
        figure=float(seen.abs().max()),
    )


def _flat_units(model: DifferentiableModel, attributes: Tensor) -> float:
    """The largest share of flat units in a hidden layer of the network on attributes."""
    shares: list[float] = []
    hooks = [
        part.register_forward_hook(lambda _, __, out: shares.append(float((out.abs() > FLAT).double().mean())))
        for part in model.network.modules()
        if isinstance(part, nn.Tanh)
    ]
    with torch.no_grad():
        level = getattr(model.network, "level", None)
        if hooks and level is not None:
            level(model.network.attributes(attributes), torch.zeros(len(attributes), dtype=torch.long))
    for hook in hooks:
        hook.remove()
    return max(shares, default=0.0)
