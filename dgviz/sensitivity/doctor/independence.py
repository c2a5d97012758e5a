"""Does a process give the same of the same, change nothing that it is given, and see only what it declares?"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, listed

SAME = 1e-9  # of the largest number: what rounding leaves between two ways to compute one thing


def undeclared(examined: Examined) -> Iterator[Finding]:
    """Processes that see the future, other sites or members, or that remember, beyond what they declare."""
    for seen in examined.seen:
        found = list(_in_place(seen)) or list(_again(seen)) or list(_of_others(seen)) or list(_recalled(examined, seen))
        yield from found


def _in_place(seen: Seen) -> Iterator[Finding]:
    if seen.changed:
        yield Finding(
            "changes its inputs",
            f"{seen.name} changes {listed(list(seen.changed))} in place, behind the back of the fluxes that it "
            f"declares. Look at {seen.name}.forward for what ends with an underscore or assigns to a part.",
            process=seen.name,
            quantities=seen.changed,
        )


def _again(seen: Seen) -> Iterator[Finding]:
    """Not the same of the same inputs."""
    with torch.no_grad():
        one, other = seen.give(), seen.give()
    yield from (_another(seen, flux) for flux in seen.outputs if bool(_differ(one[flux], other[flux]).any()))


def _recalled(examined: Examined, seen: Seen) -> Iterator[Finding]:
    """Not the same of the same inputs as when the model ran."""
    with torch.no_grad():
        now = seen.give()
    for flux, recorded in seen.outputs.items():
        wrong = _differ(now[flux], recorded)
        if bool(wrong.any()):
            day = examined.day(seen.day_of(int(wrong.nonzero()[0][0])))
            yield replace(_another(seen, flux), day=day, figure=float(wrong.double().mean()))


def _another(seen: Seen, flux: str) -> Finding:
    return Finding(
        "hidden state",
        f"{seen.name} gives another {flux} when it is run again on the same inputs: it draws random numbers, or "
        f"remembers something beside its stores. Look at {seen.name} for what it keeps from call to call.",
        process=seen.name,
        quantities=(flux,),
    )


def _of_others(seen: Seen) -> Iterator[Finding]:
    """Outputs that follow from inputs of another step, site or member."""
    shape = next(iter(seen.outputs.values())).shape
    for axis, part, words, fix in _axes(seen, shape):
        changed = _changed(seen, axis, part)
        with torch.no_grad():
            one, other = seen.give(), seen.give(changed)
        half = shape[axis] // 2
        kept = slice(0, half) if part == "later" else slice(half, None)
        for flux in (name for name in seen.outputs if name != seen.process.carries):  # that is of the last step
            wrong = _differ(one[flux], other[flux]).movedim(axis, 0)[kept]
            if bool(wrong.any()):
                yield Finding(
                    "leak",
                    f"{flux} of {seen.name} follows from {words}. Look at {seen.name}.forward for {fix}.",
                    process=seen.name,
                    quantities=(flux,),
                    figure=float(wrong.double().mean()),
                )
                break


def _axes(seen: Seen, shape: torch.Size) -> Iterator[tuple[int, str, str, str]]:
    """Along which axis, and of which part of it, a process must not know the rest; in words, and what to look for."""
    reduces = "a mean, a sum or a sort over all of them"
    if not seen.stepped and len(shape) == 3 and shape[0] > 1:
        yield 0, "later", "inputs of later steps: it sees the future", f"{reduces}, or a shift the wrong way"
        if seen.by_place:
            yield 0, "earlier", "inputs of earlier steps, and it declares no `memory`", f"{reduces}, or a shift"
    if seen.by_place and seen.stepped and shape[0] > 1:
        yield 0, "later", "inputs of other sites", reduces
    if seen.by_place and not seen.process.member_mean and shape[-1] > 1:
        yield len(shape) - 1, "later", "inputs of other members", reduces


def _changed(seen: Seen, axis: int, part: str) -> dict[str, Tensor]:
    """The inputs with those of one half along an axis exchanged for others that are as likely."""
    changed = {}
    for name, values in seen.inputs.items():
        size = values.shape[axis] if values.ndim > axis else 1
        if size < 2:
            continue
        half, values = size // 2, values.clone().movedim(axis, 0)
        if part == "later":
            values[half:] = values[half:].flip(0) * 1.01 + 1e-3 * values.abs().mean()
        else:
            values[:half] = values[:half].flip(0) * 1.01 + 1e-3 * values.abs().mean()
        changed[name] = values.movedim(0, axis)
    return changed


def _differ(one: Tensor, other: Tensor) -> Tensor:
    """Where two results are not the same; what is no number is judged elsewhere."""
    known = one.isfinite() & other.isfinite()
    size = float(one[known].abs().max()) if bool(known.any()) else 0.0
    return known & ((one - other).abs() > SAME * size)


def changing_in_place(examined: Examined) -> list[str]:
    """The names of processes that change what they are given."""
    found = []
    for seen in examined.seen:
        given = {name: values.clone() for name, values in seen.inputs.items()}
        before = {name: values._version for name, values in given.items()}
        with torch.no_grad():
            seen.process(**{**seen.places, **given})
        if any(values._version != before[name] for name, values in given.items()):
            found.append(seen.name)
    return found
