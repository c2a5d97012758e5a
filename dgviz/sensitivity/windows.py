"""The steps before some values, and the processes below a cut that make these values of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter, State
from dgviz.processes.model import ProcessModel
from dgviz.sensitivity.cut import below, given_names

FEWEST, MOST = 16, 256  # points on the path
COMPLETE = 5e-3  # of the difference to the baseline


@dataclass(frozen=True)
class Windows:
    """Windows of steps, each of which stands as a site of its own; the value is the target in the last step.

    `inputs` are the quantities at the cut, `known` the forcings and parameters besides, `(step or 1, window, member)`;
    `means` are those of the inputs over the whole record, and `state` the stores before each window.
    """

    model: ProcessModel
    target: str
    given: Mapping[str, str]  # under which names the model takes the inputs
    inputs: dict[str, Tensor]
    means: dict[str, Tensor]
    known: dict[str, Tensor]
    state: dict[str, Tensor]

    @classmethod
    def of(cls, site: SiteModel, through: Sequence[str], sites: Tensor, starts: Tensor, n_steps: int) -> "Windows":
        """Windows of `n_steps` from the steps `starts` of the sites `sites`, counted from 0."""
        model, tensors, learned = site.process_model, site.tensors, site.learned
        lower = below(model, through, site.target)
        stores = [*lower.of(State)]
        with torch.no_grad():
            whole = model(tensors.forcings, learned, [*through, *stores], of_processes(tensors.initial))
        first = {name: values for name, values in site.state_before(0).items() if name in stores}
        # The stores before a step are those at the end of the one before it.
        before = {name: torch.cat([values.expand_as(whole[name][:1]), whole[name]]) for name, values in first.items()}
        cut = partial(_windows, sites=sites, steps=starts + torch.arange(n_steps)[:, None])
        return cls(
            lower,
            site.target,
            given_names(model, through),
            {name: cut(whole[name]) for name in through},
            {name: cut(whole[name].mean(0, keepdim=True)) for name in through},
            {name: cut(values) for name, values in {**tensors.forcings, **learned}.items()},
            {name: _windows(values, sites, starts[None]) for name, values in before.items()},
        )

    def part(self, windows: Tensor) -> "Windows":
        """Some of the windows, by number."""

        def of(values: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {name: series[:, windows] for name, series in values.items()}

        return replace(self, inputs=of(self.inputs), means=of(self.means), known=of(self.known), state=of(self.state))

    def value(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """The target in the last step, `(window,)`."""
        known = {**self.known, **{self.given[name]: values for name, values in inputs.items()}}
        parameters = {name: known[name] for name in self.model.of(Parameter)}
        forcings = {name: known[name] for name in self.model.forcings}
        return self.model.mean(forcings, parameters, [self.target], self.state or None)[self.target][-1]

    def origin(self, baseline: str) -> dict[str, Tensor]:
        """The inputs at a baseline: "none" of them, or their "mean" over the record."""
        return {
            name: torch.zeros_like(values) if baseline == "none" else self.means[name].expand_as(values)
            for name, values in self.inputs.items()
        }


@dataclass(frozen=True)
class Integrated:
    """Contributions `(step, window)` by input, and values, those at the baseline and what is missing `(window,)`."""

    parts: dict[str, Tensor]
    value: Tensor
    at_baseline: Tensor
    completeness: Tensor  # the part of value - at_baseline that is missing
    points: int  # on the longest path


def integrated(windows: Windows, baseline: str) -> Integrated:
    """Integrated gradients from a baseline b to the inputs x: (x - b) times the mean gradient on the straight path.

    Points on the path are doubled, for the windows that need it, until 0.5 % are missing in the sum, or there are 256.
    """
    origin = windows.origin(baseline)
    value, at_baseline = windows.value(windows.inputs), windows.value(origin)
    difference = value - at_baseline
    parts = {name: torch.zeros_like(values[..., 0]) for name, values in windows.inputs.items()}
    missing = torch.full_like(value, torch.inf)
    todo, points = torch.arange(len(value)), FEWEST
    while True:
        for name, found in _along(windows.part(todo), baseline, points).items():
            parts[name][:, todo] = found
        missing = (difference - sum(found.sum(0) for found in parts.values())).abs()
        todo = torch.nonzero(missing >= COMPLETE * difference.abs())[:, 0]
        todo = todo[difference[todo] != 0]
        if not len(todo) or points >= MOST:
            break
        points *= 2
    completeness = torch.where(difference == 0, 0.0, missing / difference.abs())
    return Integrated(parts, value, at_baseline, completeness, points)


def _along(windows: Windows, baseline: str, points: int) -> dict[str, Tensor]:
    """Integrated gradients by the midpoint rule, `(step, window)` by name."""
    origin = windows.origin(baseline)
    total = {name: torch.zeros_like(values) for name, values in windows.inputs.items()}
    for i in range(points):
        share = (i + 0.5) / points
        leaves = {k: (origin[k] + share * (v - origin[k])).requires_grad_() for k, v in windows.inputs.items()}
        # Windows do not influence each other, so the gradient of their sum holds that of each.
        gradients = torch.autograd.grad(windows.value(leaves).sum(), list(leaves.values()), materialize_grads=True)
        for name, gradient in zip(leaves, gradients, strict=True):
            total[name] += gradient / points
    return {name: ((values - origin[name]) * total[name]).sum(-1) for name, values in windows.inputs.items()}


def _windows(values: Tensor, sites: Tensor, steps: Tensor) -> Tensor:
    """Values `(time or 1, site or 1, member)` in `steps` `(step, window)` of the sites of the windows."""
    steps = steps if len(values) > 1 else torch.zeros_like(sites)[None]
    return values[steps, sites if values.shape[1] > 1 else torch.zeros_like(sites)]
