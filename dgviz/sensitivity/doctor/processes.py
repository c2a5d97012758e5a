"""The derivatives of each process by itself, on what it saw, against differences."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from dgviz.processes.declare import Parameter
from dgviz.sensitivity.doctor.differences import along, disagrees, in_words
from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, listed, number

FEW = 5e-4  # of all places: an oddity of some day is no wrong derivative
FACTORS = (2.0**-20, 2.0**20)  # about a millionth and a million; powers of two scale without rounding
LOOK = "a derivative of its own, a detach, or an iteration without its last step of Newton"


def process_derivatives(examined: Examined, left_out: Collection[str] = ()) -> Iterator[Finding]:
    """A process whose derivative to what it reads, or to its weights, is not what it computes; one finding each.

    Those `left_out` by name are not asked, as what they give is not a function of what they see.
    """
    for seen in (seen for seen in examined.seen if seen.name not in left_out):
        wrong = _wrong(apart_from_kinks(seen))
        if wrong:
            fluxes = [*dict.fromkeys(flux for of_input in wrong.values() for flux in of_input[0])]
            words, rows = next(iter(wrong.values()))[1], [row for _, _, row, _ in wrong.values() if row is not None]
            yield Finding(
                "wrong derivative",
                f"The derivative of {listed(fluxes)} to {listed([*wrong])} {words}. "
                f"Look at {seen.name}.forward for {LOOK}.",
                process=seen.name,
                quantities=(*wrong, *fluxes),
                day=examined.day(seen.day_of(min(rows))) if rows else None,
                figure=max(share for *_, share in wrong.values()),
            )
        yield from _of_weights(seen)


def changed_gradients(examined: Examined, left_out: Collection[str] = ()) -> Iterator[Finding]:
    """Processes that pass on small or large gradients in another measure than others: clipped, or set to zero.

    A backward pass is linear: of c times a gradient it makes c times what it makes of that.
    """
    for seen in (seen for seen in examined.seen if seen.name not in left_out):
        ones = {k: torch.ones_like(v) for k, v in seen.outputs.items()}
        usual = gradients(seen, ones, seen.inputs)
        changed: dict[str, float] = {}
        for factor in FACTORS:
            found = gradients(seen, {k: factor * v for k, v in ones.items()}, seen.inputs)
            for name, gradient in usual.items():
                size = float(gradient.abs().nan_to_num(posinf=0.0).max())
                if not torch.allclose(found[name] / factor, gradient, 1e-6, 1e-12 * size, equal_nan=True):
                    changed.setdefault(name, factor)
        if changed:
            which = "large" if max(changed.values()) > 1 else "small"
            yield Finding(
                "changed gradient",
                f"The backward pass of {seen.name} changes {which} gradients to {listed([*changed])}: what it makes of "
                f"{max(changed.values()):g} times a gradient is not as many times what it makes of that. Look for a "
                "clamp, a threshold or a replaced NaN in a derivative of its own, or in a hook.",
                process=seen.name,
                quantities=tuple(changed),
                figure=max(changed.values()),
            )


def gradients(seen: Seen, cotangents: Mapping[str, Tensor], inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The gradient of the sum of outputs times cotangents to each input, zero where there is none."""
    leaves = {k: v.detach().clone().requires_grad_() for k, v in inputs.items()}
    with torch.enable_grad():
        given = seen.run(leaves)
        parts = [(given[k] * c).sum() for k, c in cotangents.items() if given[k].requires_grad]
        if not parts or not leaves:
            return {k: torch.zeros_like(v) for k, v in inputs.items()}
        found = torch.autograd.grad(torch.stack(parts).sum(), list(leaves.values()), materialize_grads=True)
    return dict(zip(inputs, found, strict=True))


def scale_of(seen: Seen, name: str) -> Tensor:
    """The scale by which an input is moved, in its shape: its own size, or a part of what it usually is."""
    values = seen.inputs[name]
    finite = values[values.isfinite()]
    usual = float(finite.abs().mean()) if finite.numel() else 1.0
    declared = seen.process.of(Parameter).get(name)
    if declared is not None:
        usual = declared.range[1] - declared.range[0]
    return values.abs().clamp(min=0.01 * usual if usual else 1.0)


def apart_from_kinks(seen: Seen) -> Seen:
    """The same with inputs moved a little, each its own way.

    Dry days and empty stores lie on kinks of several functions at once, where no derivative is the right one.
    """
    random = torch.Generator().manual_seed(1)
    moved = {}
    for name, values in seen.inputs.items():
        share = 1e-3 * (1 + torch.rand(values.shape, generator=random, dtype=values.dtype))
        moved[name] = values + share * scale_of(seen, name)
    with torch.no_grad():
        return replace(seen, inputs=moved, outputs=replace(seen, inputs=moved).give())


class Comparison:
    """The derivatives of some outputs of a process, weighted and summed, against reruns.

    At every place by itself; of whole series the sum over all steps, or with `ends` the last step alone.
    """

    def __init__(self, seen: Seen, fluxes: Iterable[str], ends: bool = False):
        self.seen, random = seen, torch.Generator().manual_seed(0)
        self.weights = {}
        for flux in fluxes:
            gave = seen.outputs[flux]
            # One weight for all places, so that each is by itself; of series, one for each number.
            shape = (1,) * gave.ndim if seen.by_place else gave.shape
            weight = (0.5 + torch.rand(shape, generator=random, dtype=torch.float64)).expand(gave.shape).clone()
            if ends:
                weight[:-1] = 0
            self.weights[flux] = weight
        self.exact = gradients(seen, self.weights, seen.inputs)
        self.size = self._summed({k: v.abs() for k, v in seen.outputs.items()})

    def of(self, name: str) -> tuple[Tensor, Tensor, Tensor]:
        """The derivative to an input, what reruns give, and where they disagree."""
        values, scale = self.seen.inputs[name], scale_of(self.seen, name)

        def moved(share: float) -> Tensor:
            with torch.no_grad():
                return self._summed(self.seen.give({name: values + share * scale}))

        exact = self.exact[name] * scale
        exact = exact if self.seen.by_place else exact.sum()[None]
        wrong, rerun = disagrees(exact, moved, self.size)
        return exact, rerun, wrong

    def _summed(self, outputs: Mapping[str, Tensor]) -> Tensor:
        parts = [outputs[flux] * weight for flux, weight in self.weights.items()]
        return torch.stack(parts).sum(0) if self.seen.by_place else torch.stack([p.sum() for p in parts]).sum()[None]


def _wrong(seen: Seen) -> dict[str, tuple[list[str], str, int | None, float]]:
    """By input, where its derivative is wrong: the fluxes, how it is wrong, the first row, and the share of rows."""
    found: dict[str, tuple[list[str], str, int | None, float]] = {}
    for ends in (False,) if seen.by_place else (False, True):
        every = Comparison(seen, seen.outputs, ends)
        for name in (name for name in seen.inputs if name not in found):
            exact, rerun, wrong = every.of(name)
            share = float(wrong.double().mean())
            if share <= FEW:
                continue
            fluxes, words = _fluxes(seen, name, ends)
            row = int(wrong.nonzero()[0][0]) if seen.by_place else None
            found[name] = fluxes or [*seen.outputs], words or in_words(exact[wrong], rerun[wrong]), row, share
    return found


def _fluxes(seen: Seen, name: str, ends: bool) -> tuple[list[str], str]:
    """Which fluxes have a wrong derivative to an input, and how that of the first is wrong."""
    fluxes, words = [], ""
    for flux in seen.outputs:
        exact, rerun, wrong = Comparison(seen, [flux], ends).of(name)
        if float(wrong.double().mean()) > FEW:
            fluxes.append(flux)
            words = words or in_words(exact[wrong], rerun[wrong])
    return fluxes, words


def _of_weights(seen: Seen) -> Iterator[Finding]:
    """Weights inside a process to which its derivative is wrong."""

    def give() -> Tensor:
        return torch.stack([values.sum() for values in seen.run(seen.inputs).values()]).sum()[None]

    random, size = torch.Generator().manual_seed(0), float(sum(v.abs().sum() for v in seen.outputs.values()))
    for name, weight in seen.process.named_parameters():
        direction = torch.rand(weight.shape, generator=random, dtype=torch.float64) + 0.5
        with torch.enable_grad():
            total = give()
        gradient = torch.zeros_like(direction)
        if weight.requires_grad and total.requires_grad:
            gradient = torch.autograd.grad(total, weight, materialize_grads=True)[0]
        exact = (gradient * direction).sum()[None]
        wrong, rerun = disagrees(exact, along(weight, direction, give), size)
        if bool(wrong):
            figures = f"{number(float(exact))} against {number(float(rerun))}"
            yield Finding(
                "wrong derivative",
                f"The derivative of {seen.name} to its weights {name} {in_words(exact, rerun)} ({figures}). Look at "
                f"{seen.name} for {LOOK}, or for weights that are frozen.",
                process=seen.name,
                quantities=(name,),
                figure=float(exact),
            )
