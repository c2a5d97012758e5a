"""The networks that give parameters and correct the target: do all weights learn, and what do they see?"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import Standardize, StandardizeAttributes
from dgviz.sensitivity.doctor.differences import disagrees, in_words
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number

FAR = 10.0  # standard deviations from the mean of training
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
        random = torch.Generator().manual_seed(4)
        declared = examined.declared

        def parameters(model=model, tensors=tensors, declared=declared) -> Tensor:
            # As parts of their ranges, so that each counts as much.
            parts = [(v - declared[k].range[0]) / (declared[k].range[1] - declared[k].range[0])
                     for k, v in model.parameters_of(tensors).items()]  # fmt: skip
            return torch.stack([part.mean((0, 1)) for part in parts]) if parts else torch.zeros(0, 1)

        yield from _of_weights("network of parameters", model.network, parameters, random)
        if model.correction is not None:
            with torch.no_grad():
                simulated = None
                if model.process_model.processes:
                    simulated = model.process_model.mean(tensors.forcings, model.parameters_of(tensors), [model.target])
                    simulated = simulated[model.target]

            def corrected(model=model, tensors=tensors, simulated=simulated) -> Tensor:
                return model.correct(tensors, simulated)[0]

            yield from _of_weights("network of the target", model.correction, corrected, random)
        yield from _inputs(model, tensors.attributes)


def _of_weights(
    named: str, network: nn.Module, give: Callable[[], Tensor], random: torch.Generator
) -> Iterator[Finding]:
    """The gradient to each tensor of weights along a random direction, against reruns."""
    weights = dict(network.named_parameters())
    if not weights:
        return
    with torch.enable_grad():
        out = give()
        seeds = torch.rand(out.shape, generator=random, dtype=out.dtype) + 0.5
        total = (out * seeds).sum()
        free = {k: w for k, w in weights.items() if w.requires_grad}
        known: dict[str, Tensor] = {}
        if free and total.requires_grad:
            known = dict(
                zip(free, torch.autograd.grad(total, list(free.values()), materialize_grads=True), strict=True)
            )
    size, silent = float((out.detach() * seeds).abs().sum()), []
    for name, weight in weights.items():
        gradient, kept = known.get(name, torch.zeros_like(weight)), weight.detach().clone()
        if not bool(gradient.isfinite().all()):
            yield Finding("not a number", f"The gradient to {name} of the {named} is no number.", quantities=(name,))
            continue
        scale = float(kept.abs().mean()) or 1.0
        direction = scale * (torch.rand(kept.shape, generator=random, dtype=kept.dtype) + 0.5)

        def moved(share: float, weight=weight, kept=kept, direction=direction) -> Tensor:
            with torch.no_grad():
                weight.copy_(kept + share * direction)
                found = (give() * seeds).sum()[None]
                weight.copy_(kept)
            return found

        exact = (gradient * direction).sum()[None]
        wrong, rerun = disagrees(exact, moved, size)
        if bool(wrong):
            frozen = " It is frozen: requires_grad is False." if not weight.requires_grad else ""
            yield Finding(
                "wrong derivative",
                f"The derivative of the {named} to its weights {name} {in_words(exact, rerun)} ({number(float(exact))} "
                f"against {number(float(rerun))}).{frozen} Look for a detach, or weights that are frozen.",
                quantities=(name,),
                figure=float(exact),
            )
        elif not bool(gradient.any()):
            silent.append(name)
    if silent:
        yield Finding(
            "weights without gradient",
            f"{listed(silent)} of the {named} change nothing as the weights are now: what lies behind them passes "
            "nothing on.",
            "note",
            quantities=tuple(silent),
        )


def _inputs(model: DifferentiableModel, attributes: Tensor) -> Iterator[Finding]:
    """Attributes that are far from those of training, or were never standardised, and hidden units that are flat."""
    flat = _flat_units(model, attributes)
    for part in model.network.modules():
        if not isinstance(part, StandardizeAttributes) or not len(model.attribute_names):
            continue
        with torch.no_grad():
            seen = Standardize.forward(part, part._transformed(attributes))
        plain = not bool(part.mean.any()) and bool((part.deviation == 1).all())
        far = (seen.abs() > FAR).any(0)
        names = [name for name, is_far in zip(model.attribute_names, far.tolist(), strict=True) if is_far]
        if not names:
            continue
        largest = float(seen.abs().max())
        how = "are not standardised" if plain else "are far from those of training"
        saturates = f" and {100 * flat:.0f} % of the hidden units are flat" if flat > MOST else ""
        yield Finding(
            "saturated network",
            f"The attributes {listed(names)} {how}: the network sees up to {number(largest)}{saturates}. Look at their "
            "units, and whether the network learned their statistics.",
            "fault" if plain or flat > MOST else "note",
            quantities=tuple(names),
            figure=largest,
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
