"""Does the model respond to the future, to observations or to another site?"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from dgviz.learn.tensors import Tensors
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed
from dgviz.sensitivity.doctor.whole import _repeated

SHARE = 0.01  # of the size of a forcing, by which it is raised
SAME = 1e-10  # of the largest number

Result = tuple[Tensor, dict[str, Tensor]]  # the target `(time, site)`, and the parameters by name


def leaks(examined: Examined) -> Iterator[Finding]:
    """What the target and the parameters know that they should not: forcings of later steps, what was observed of the
    target, other sites."""
    if examined.n_sites > 1 or examined.processes.joins_sites:
        yield from _from_later(examined, *(_run(examined, _copies(examined, name)) for name in ("", "later")))
        return
    target, alone = examined.target, _run(examined, examined.tensors)
    # Side by side: the site as it is, with other forcings later, with another target, another site.
    values, parameters = _run(examined, _beside(examined))
    if _differ(alone[0][:, 0], values[:, 0]):
        yield Finding(
            "leak",
            f"{target} of one site changes with the forcings or attributes of another beside it, and no process "
            "declares `joins_sites`. Look for a mean, a sum or a normalisation over all sites.",
            quantities=(target,),
        )
        return
    apart = [(values[:, [i]], {k: v[:, [i]] for k, v in parameters.items()}) for i in range(3)]
    yield from _from_later(examined, apart[0], apart[1])
    if _differ(apart[0][0], apart[2][0]):
        yield Finding(
            "leak",
            f"{target} changes with what was observed of it: the model sees what it is to predict. Look at what reads "
            "the observed target.",
            quantities=(target,),
        )


def _from_later(examined: Examined, whole: Result, seen: Result) -> Iterator[Finding]:
    """What differs in the first half of the steps where forcings differ in the second."""
    half = examined.n_steps // 2
    early = [name for name, v in whole[1].items() if len(v) > 1 and _differ(v[:half], seen[1][name][:half])]
    if early:
        yield Finding(
            "leak",
            f"The network gives other {listed(early)} when only later forcings change: it sees the future. Look for a "
            "network that runs both ways, or statistics over all steps.",
            quantities=tuple(early),
        )
    elif half and _differ(whole[0][:half], seen[0][:half]):
        yield Finding(
            "leak",
            f"{examined.target} changes before the forcings do: it sees the future. Look at processes on whole series, "
            "and at the network that corrects the target.",
            quantities=(examined.target,),
        )


def _beside(examined: Examined) -> Tensors:
    """Four copies of the site, side by side."""
    tensors, half = _repeated(examined.tensors, 4), examined.n_steps // 2
    forcings = {name: values.expand(-1, 4, -1).clone() for name, values in tensors.forcings.items()}
    for values in (values for values in forcings.values() if len(values) > 1):
        rise = SHARE * (float(values.abs().mean()) or 1.0)
        values[half:, 1] += rise
        values[:, 3] += rise
    observed = tensors.target.clone()
    observed[:, 2] += 1
    attributes = tensors.attributes.clone()
    attributes[3] = attributes[3] * (1 + SHARE) + SHARE
    return replace(tensors, forcings=forcings, attributes=attributes, target=observed)


def _copies(examined: Examined, part: str) -> Tensors:
    """All joined sites as they are, or with higher forcings in the later half."""
    half, raised = examined.n_steps // 2, {}
    for name, values in examined.tensors.forcings.items():
        raised[name] = values.clone()
        if part and len(values) > 1:
            raised[name][half:] += SHARE * (float(values.abs().mean()) or 1.0)
    return replace(examined.tensors, forcings=raised)


def _run(examined: Examined, tensors: Tensors) -> Result:
    with torch.no_grad():
        parameters = examined.model.parameters_of(tensors)
        return examined.model.respond(tensors, parameters, [examined.target])[examined.target], parameters


def _differ(one: Tensor, other: Tensor) -> bool:
    return bool(((one - other).abs() > SAME * one.abs().max()).any())
