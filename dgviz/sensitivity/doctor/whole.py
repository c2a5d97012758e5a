"""The derivatives of the whole model at a site: one reverse pass, against reruns of copies that stand side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import torch
from torch import Tensor

from dgviz.learn.tensors import Tensors
from dgviz.sensitivity.doctor.differences import STEPS, disagrees, in_words
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number

SMALL = 1e-3  # of the range or the usual size of an input: to stand apart from kinks
KINKS = 1e-3  # of a derivative: what the kinks of many days and members may take of a rerun
LAST = 5  # steps at the end, whose mean is asked how far back it remembers
MOST_JOINED = 120  # steps, where sites are joined and cannot stand side by side

Inputs = dict[str, Tensor]


class Whole:
    """The target of a model as a function of its parameters, forcings and initial stores.

    Forcings are moved a little, each its own way: dry days lie on kinks.
    """

    def __init__(self, examined: Examined):
        self.examined = examined
        self.joined = examined.n_sites > 1
        self.tensors = examined.tensors.part(slice(0, MOST_JOINED)) if self.joined else examined.tensors
        self.n_steps = len(self.tensors.target)
        random = torch.Generator().manual_seed(2)
        self.inputs: Inputs = {}
        self.scales: dict[str, float] = {}
        for name, values in examined.learned.items():
            low, high = examined.declared[name].range
            # At the end of a range a function may have a kink too.
            inside = ((values - low) / (high - low)).clamp(SMALL, 1 - SMALL)
            self.inputs[name] = low + (high - low) * inside[: self.n_steps]
            self.scales[name] = high - low
        for name in examined.varying:
            values = self.tensors.forcings[name]
            self.scales[name] = float(values.std()) or float(values.abs().mean()) or 1.0
            apart = torch.rand(values.shape, generator=random, dtype=values.dtype) + 1
            self.inputs[name] = values + SMALL * self.scales[name] * apart
        for name, values in examined.stores.items():
            self.scales[name] = max(float(values.abs().mean()), 1.0)
            self.inputs[name] = values + SMALL * self.scales[name]
        self.directions = {
            name: self.scales[name] * (0.5 + torch.rand(values.shape, generator=random, dtype=torch.float64))
            for name, values in self.inputs.items()
        }
        self.weights = 0.5 + torch.rand(self.n_steps, 1, generator=random, dtype=torch.float64)

    @cached_property
    def target(self) -> Tensor:
        """The target `(time, site)` of the model as it is."""
        return self._derived[0]

    @cached_property
    def gradients(self) -> Inputs:
        """The gradient of the weighted sum of the target over all steps, and zero where there is none."""
        return self._derived[1]

    @cached_property
    def gradients_of_end(self) -> Inputs:
        """The gradient of the mean over the last steps."""
        return self._derived[2]

    @cached_property
    def _derived(self) -> tuple[Tensor, Inputs, Inputs]:
        leaves = {k: v.detach().clone().requires_grad_() for k, v in self.inputs.items()}
        with torch.enable_grad():
            target = self.respond(leaves)
            if not target.requires_grad:
                zeros = {k: torch.zeros_like(v) for k, v in leaves.items()}
                return target, zeros, zeros
            of_all, of_end = (
                torch.autograd.grad(of, list(leaves.values()), materialize_grads=True, retain_graph=True)
                for of in ((target * self.weights).sum(), target[-LAST:].sum(1).mean())
            )
        return target.detach(), dict(zip(leaves, of_all, strict=True)), dict(zip(leaves, of_end, strict=True))

    def respond(self, inputs: Mapping[str, Tensor], copies: int = 1) -> Tensor:
        """The target `(time, copy)` under some inputs, which may hold a copy of the site each."""
        examined, n = self.examined, self.examined.n_sites * copies
        parameters = {k: inputs[k] for k in examined.learned}
        forcings = {k: inputs.get(k, v) for k, v in self.tensors.forcings.items()}
        initial = {**(self.tensors.initial or {}), **{k: inputs[k] for k in examined.stores}}
        tensors = replace(self.tensors, forcings=forcings, initial=initial or None)
        return examined.model.respond(_repeated(tensors, n), parameters, [examined.target])[examined.target]

    def moved(self, cases: Sequence[tuple[str, Tensor]]) -> Tensor:
        """The target `(time, case)`, summed over joined sites, with one input moved in each case."""
        with torch.no_grad():
            if self.joined:
                runs = [self.respond(self.inputs | {name: self.inputs[name] + d}).sum(1) for name, d in cases]
                return torch.stack(runs, -1)
            # A copy of the site for each case, all side by side.
            copies = {k: v.repeat(1, len(cases), 1) for k, v in self.inputs.items()}
            for number_of, (name, direction) in enumerate(cases):
                copies[name][:, number_of] += direction[:, 0]
            return self.respond(copies, len(cases))

    @cached_property
    def compared(self) -> list[tuple[str, float, float, bool]]:
        """Each input with the exact derivative along its direction, what reruns give, and whether they disagree."""
        size, shares = float((self.target.abs() * self.weights).sum()), (0.0, *STEPS, *(-step for step in STEPS))
        cases = [(name, share * direction) for name, direction in self.directions.items() for share in shares]
        sums = (self.moved(cases) * self.weights).sum(0).reshape(-1, len(shares))
        return [
            self._judged(name, dict(zip(shares, of, strict=True)), size)
            for name, of in zip(self.inputs, sums, strict=True)
        ]

    def _judged(self, name: str, moved: Mapping[float, Tensor], size: float) -> tuple[str, float, float, bool]:
        exact = (self.gradients[name] * self.directions[name]).sum()[None]
        wrong, rerun = disagrees(exact, lambda share: moved[share][None], size, KINKS)
        # A response to all of the range that is a millionth of the target is none.
        matters = max(abs(float(exact)), abs(float(rerun))) > 1e-6 * size
        return name, float(exact), float(rerun), bool(wrong) and matters

    @cached_property
    def by_lag(self) -> dict[str, list[tuple[int, float, float]]]:
        """Per forcing and span of steps before the end: its least lag, the exact response to it, and that of reruns."""
        spans, n, step = _spans(self.n_steps), self.n_steps, STEPS[1]
        names = self.examined.varying
        parts = {}
        for name in names:
            for first, stop in spans:
                part = torch.zeros_like(self.directions[name])
                part[n - stop : n - first] = self.directions[name][n - stop : n - first]
                parts[name, first] = part
        cases = [(name, sign * step * part) for (name, _), part in parts.items() for sign in (1, -1)]
        ends = self.moved(cases)[-LAST:].mean(0).reshape(-1, 2) if cases else torch.zeros(0, 2)
        found: dict[str, list[tuple[int, float, float]]] = {name: [] for name in names}
        for ((name, first), part), (above, below) in zip(parts.items(), ends.tolist(), strict=True):
            exact = float((self.gradients_of_end[name] * part).sum())
            found[name].append((first, exact, (above - below) / (2 * step)))
        return found


def whole_derivatives(whole: Whole) -> Iterator[Finding]:
    """Parameters, forcings or stores to which the gradient of the whole model is not what reruns give."""
    wrong = {name: (exact, rerun) for name, exact, rerun, is_wrong in whole.compared if is_wrong}
    if not wrong:
        return
    exact, rerun = torch.tensor([*wrong.values()], dtype=torch.float64).T
    target, first = whole.examined.target, next(iter(wrong))
    figures = f"{number(wrong[first][0])} against {number(wrong[first][1])}, of {first}"
    yield Finding(
        "wrong derivative",
        f"The derivative of {target} to {listed([*wrong])} {in_words(exact, rerun)} ({figures}), while each process by "
        "itself is right. Look at what lies between the processes: what runs them through time, and how stores are "
        "handed on.",
        quantities=(*wrong, target),
        figure=wrong[first][0],
    )


def _spans(n_steps: int) -> list[tuple[int, int]]:
    """Spans of lags that double: 0, 1, 2 to 3, 4 to 7 ..."""
    edges = [0, 1]
    while edges[-1] < n_steps:
        edges.append(min(2 * edges[-1], n_steps))
    return list(zip(edges[:-1], edges[1:], strict=True))


def _repeated(tensors: Tensors, n: int) -> Tensors:
    """Tensors of one site as if it were several, where inputs hold several."""
    if tensors.target.shape[1] == n:
        return tensors
    initial = {k: v.expand(*v.shape[:-2], n, -1) for k, v in (tensors.initial or {}).items()}
    return replace(
        tensors,
        attributes=tensors.attributes.expand(n, -1),
        target=tensors.target.expand(-1, n),
        sites=None if tensors.sites is None else tensors.sites.expand(n),
        initial=initial or None,
    )
