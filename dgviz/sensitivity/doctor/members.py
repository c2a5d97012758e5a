"""Members of a network that are one, series that it sees as they are, and hooks on its weights."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor

from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import Recurrent
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number

FAR = 10.0  # in the units of a series, where a standardised one has a deviation of 1
ROUNDING = 1e-4  # of the largest gradient
FEW = 60  # steps, enough to see a hook


def same_members(model: DifferentiableModel, tensors: Tensors) -> Iterator[Finding]:
    """Members that learned the same, so that their spread says nothing."""
    with torch.no_grad():
        learned = model.parameters_of(tensors)
    n_members = max((values.shape[-1] for values in learned.values()), default=1)
    spread = any(bool((values != values[..., :1]).any()) for values in learned.values())
    if n_members > 1 and not spread and any(True for _ in model.network.parameters()):
        yield Finding(
            "same members",
            f"All {n_members} members have the same parameters: their spread is none, and they cost as much as "
            f"{n_members}. Look at how their weights were begun, or whether they were copied.",
            quantities=tuple(learned),
            figure=n_members,
        )


def plain_series(model: DifferentiableModel, tensors: Tensors) -> Iterator[Finding]:
    """Forcings that a recurrent network sees as they are."""
    for part in (part for part in model.modules() if isinstance(part, Recurrent)):
        statistics = part.series
        plain = not bool(statistics.mean.any()) and bool((statistics.deviation == 1).all())
        if not plain or len(statistics.mean) != len(tensors.recurrent):
            continue
        sizes = tensors.series().abs().nan_to_num().amax((0, 1)).tolist()
        far = {name: size for name, size in zip(tensors.recurrent, sizes, strict=True) if size > FAR}
        if far:
            yield Finding(
                "not standardised",
                f"The recurrent network sees {listed([*far])} as they are, up to {number(max(far.values()))}, and not "
                "standardised. Look at whether the network learned the statistics of its series.",
                quantities=tuple(far),
                figure=max(far.values()),
            )


def hooked(examined: Examined) -> Iterator[Finding]:
    """Weights whose gradient a hook changes: a copy of the model, to which hooks do not go along, gives another.

    Hooks that run after a gradient was summed up are not called here, and so not seen.
    """
    site = examined.site
    if site.model.training:
        return
    tensors = site.tensors.part(slice(0, FEW))
    copied = copy.deepcopy(site.model)
    for (model, given), (without, _) in zip(site.model.parts(tensors), copied.parts(tensors), strict=True):
        found, expected = _gradients(model, given), _gradients(without, given)
        largest = max((float(g.abs().max()) for g in expected.values()), default=0.0)
        changed = [k for k, g in expected.items() if float((found[k] - g).abs().max()) > ROUNDING * largest]
        if changed:
            yield Finding(
                "changed gradient",
                f"The gradient to the weights {listed(changed)} of the network of parameters is another than that of a "
                "copy of it without hooks. Look for register_hook, or for a clip or a mask on these weights.",
                quantities=tuple(changed),
            )


def _gradients(model: DifferentiableModel, tensors: Tensors) -> dict[str, Tensor]:
    """The gradient of all parameters, as shares of their ranges, to the weights that learn."""
    weights = {name: weight for name, weight in model.network.named_parameters() if weight.requires_grad}
    declared = model.process_model.of(Parameter)
    with torch.enable_grad():
        shares = [
            values.sum() / len(values) / (declared[name].range[1] - declared[name].range[0])
            for name, values in model.parameters_of(tensors).items()
        ]
        total = torch.stack(shares).sum() if shares else torch.zeros(())
        if not weights or not total.requires_grad:
            return {}
        found = torch.autograd.grad(total, list(weights.values()), materialize_grads=True)
    return dict(zip(weights, found, strict=True))
