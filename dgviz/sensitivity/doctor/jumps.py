"""Fluxes that respond to an input although their gradient says that they do not: they are rounded, or jump."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from dgviz.processes.declare import Parameter
from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, Severity, listed
from dgviz.sensitivity.doctor.processes import apart_from_kinks, gradients

MOST_ROWS = 300
N_POINTS = 25  # of a path along an input
STAIRS = 3  # jumps on a path, from which on a function is one of steps; a threshold makes one
LARGE = 10  # times what was seen: how large stores and fluxes may be elsewhere
SAME = 1e-12  # of the largest number


def silent_responses(examined: Examined, left_out: Collection[str] = ()) -> Iterator[Finding]:
    """Inputs to which a process responds in jumps that no gradient sees; one finding of each severity a process.

    A fault where a flux is made of steps, or where the jump is all that an input does; a note where the input has a
    gradient otherwise. Processes `left_out` by name are not asked.
    """
    for seen in (_fewer(apart_from_kinks(seen)) for seen in examined.seen if seen.name not in left_out):
        zero, jumps = _without_gradient(seen), {}
        for flux, name in ((flux, name) for flux, names in zero.items() for name in names):
            if n_jumps := _jumps(seen, flux, name):
                jumps[flux, name] = n_jumps
        nowhere = {name for _, name in jumps if all(name in names for names in zero.values())}
        never = {name for name in nowhere if not _ever(examined, seen, name)}
        lost = {pair: n for pair, n in jumps.items() if n >= STAIRS or pair[1] in never}
        if lost:
            yield _said(seen, lost, "fault")
        if others := {pair: n for pair, n in jumps.items() if pair not in lost}:
            yield _said(seen, others, "note")


def _said(seen: Seen, jumps: Mapping[tuple[str, str], int], severity: Severity) -> Finding:
    fluxes, names = (tuple(dict.fromkeys(pair[i] for pair in jumps)) for i in (0, 1))
    verb = "respond" if len(fluxes) > 1 else "responds"
    if severity == "note":
        words = (
            f"{listed(fluxes)} of {seen.name} {verb} to a threshold in {listed(names)} with a jump that the gradient"
        )
        sentence, kind = f"{words} does not see. A smooth threshold would show it.", "hard threshold"
    else:
        how = "in steps, as if rounded" if max(jumps.values()) >= STAIRS else "with a jump"
        sentence = (
            f"{listed(fluxes)} {verb} to {listed(names)} {how}, but the gradient says that nothing happens. Look at "
            f"{seen.name}.forward for a round, a floor, a comparison or a conversion to whole numbers."
        )
        kind = "lost gradient"
    return Finding(kind, sentence, severity, seen.name, (*names, *fluxes), figure=max(jumps.values()))


def path_of(seen: Seen, name: str) -> list[Tensor]:
    """Values along which an input is moved: a parameter through its range, others as far as they usually vary."""
    values, declared = seen.inputs[name], seen.process.of(Parameter).get(name)
    shares = torch.linspace(0, 1, N_POINTS, dtype=values.dtype)
    if declared is not None:
        low, high = declared.range
        return [torch.full_like(values, float(low + (high - low) * share)) for share in shares]
    width = float(values.std()) if values.numel() > 1 else 0.0
    width = width or 0.5 * float(values.abs().mean()) or 1.0
    return [values + 2 * width * (share - 0.5) for share in shares]


def _without_gradient(seen: Seen) -> dict[str, list[str]]:
    """By flux, the inputs to which its gradient is zero at every place."""
    found = {}
    for flux, values in seen.outputs.items():
        slopes = gradients(seen, {flux: torch.ones_like(values)}, seen.inputs)
        found[flux] = [name for name, slope in slopes.items() if not bool(slope.any())]
    return found


def _ever(examined: Examined, seen: Seen, name: str) -> bool:
    """Has any flux a gradient to an input at other places?"""
    weights = {flux: torch.ones_like(values) for flux, values in seen.outputs.items()}
    return bool(gradients(seen, weights, elsewhere(examined, seen))[name].any())


def elsewhere(examined: Examined, seen: Seen) -> dict[str, Tensor]:
    """What the process might see at other places: forcings and parameters in their ranges, other inputs far larger."""
    random, found = torch.Generator().manual_seed(3), {}
    declared = {**examined.processes.inputs, **examined.processes.of(Parameter)}
    for name, values in seen.inputs.items():
        share = torch.rand(values.shape, generator=random, dtype=values.dtype)
        low, high = declared[name].range if name in declared else (0.0, LARGE * max(float(values.abs().max()), 1.0))
        found[name] = low + (high - low) * share
    return found


def _jumps(seen: Seen, flux: str, name: str) -> int:
    """How many jumps a flux makes on the way of an input, most often; 0 if its gradient sees it anywhere on the way."""
    path = path_of(seen, name)
    with torch.no_grad():
        few = [seen.give({name: values})[flux] for values in path[:: N_POINTS // 4]]
        if all(torch.equal(few[0], other) for other in few):
            return 0
        out = torch.stack([seen.give({name: values})[flux] for values in path])
    steps = out.diff(dim=0).abs()
    moved = (steps > SAME * out.abs().max()) & steps.isfinite()
    if not bool(moved.any()):
        return 0
    for values in path:
        slope = gradients(seen, {flux: torch.ones_like(out[0])}, seen.inputs | {name: values})[name]
        if bool(slope.any()):
            return 0
    counts = moved.sum(0)
    return int(counts[counts > 0].double().median())


def _fewer(seen: Seen) -> Seen:
    """Some rows of a record."""
    n_rows = len(next(iter(seen.outputs.values())))
    if not seen.by_place or n_rows <= MOST_ROWS:
        return seen
    rows = slice(None, None, n_rows // MOST_ROWS)
    inputs, outputs = ({k: v[rows] for k, v in part.items()} for part in (seen.inputs, seen.outputs))
    return replace(seen, inputs=inputs, outputs=outputs)
