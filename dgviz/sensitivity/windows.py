"""The steps before some values, and the processes below a cut that make these values of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import State
from dgviz.processes.model import ProcessModel
from dgviz.sensitivity.cut import below, given_names, of_model

FEWEST, MOST = 8, 256  # intervals of the path
AT_ONCE = 1024  # windows that are simulated side by side: more take memory and no less time
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
        """Windows of `n_steps` from the steps `starts` of the sites `sites`, counted from 0.

        Raises ValueError where sites are joined, and where a window with a past is shorter than the model looks
        back.
        """
        if site.process_model.joins_sites:
            raise ValueError("Sites are joined here: take a run whose sites are simulated one by one.")
        looks_back = max(process.memory for process in site.process_model.processes)
        if n_steps <= looks_back and bool((starts > 0).any()):
            raise ValueError(f"{n_steps - 1} steps back are too few: the model itself looks back {looks_back}.")
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
        return self.model.mean(*of_model(self.model, known), [self.target], self.state or None)[self.target][-1]

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
    points: int  # on the path where there are most


def integrated(windows: Windows, baseline: str, complete: float = COMPLETE) -> Integrated:
    """Integrated gradients from a baseline b to the inputs x: (x - b) times the mean gradient on the straight path.

    The mean is by the trapezoid rule. For the windows that need it its intervals are halved, until the parts miss less
    than the share `complete` of the sum, or there are 256.
    """
    origin = windows.origin(baseline)
    value, at_baseline = windows.value(windows.inputs), windows.value(origin)
    difference = value - at_baseline
    ends = _along(windows, baseline, torch.tensor([0.0, 1.0]))
    parts = {name: found.clone() for name, found in ends.items()}
    todo, intervals = torch.arange(len(value)), 1
    while True:
        middles = _along(windows.part(todo), baseline, (torch.arange(intervals) + 0.5) / intervals)
        for name, found in middles.items():
            parts[name][:, todo] = (parts[name][:, todo] + found) / 2
        intervals *= 2
        missing = (difference - sum(found.sum(0) for found in parts.values())).abs()
        if intervals >= FEWEST:
            todo = torch.nonzero(missing > complete * difference.abs())[:, 0]
        if not len(todo) or intervals >= MOST:
            break
    completeness = torch.where(difference == 0, 0.0, missing / difference.abs())
    return Integrated(parts, value, at_baseline, completeness, intervals + 1)


def _along(windows: Windows, baseline: str, places: Tensor) -> dict[str, Tensor]:
    """(x - b) times the mean of the gradients at some places of the path, from 0 to 1, `(step, window)` by name."""
    origin, n_windows = windows.origin(baseline), len(next(iter(windows.inputs.values()))[0])
    total = {name: torch.zeros_like(values) for name, values in windows.inputs.items()}
    for chunk in places.split(max(AT_ONCE // n_windows, 1)):
        # Several places of the path stand side by side too: (step, place and window, member).
        beside = windows.part(torch.arange(n_windows).repeat(len(chunk))) if len(chunk) > 1 else windows
        share, start = chunk.repeat_interleave(n_windows)[:, None], beside.origin(baseline)
        leaves = {
            name: torch.lerp(start[name], values, share.to(values.dtype)).requires_grad_()
            for name, values in beside.inputs.items()
        }
        # Windows do not influence each other, so the gradient of their sum holds that of each.
        gradients = torch.autograd.grad(beside.value(leaves).sum(), list(leaves.values()), materialize_grads=True)
        for name, gradient in zip(leaves, gradients, strict=True):
            total[name] += gradient.unflatten(1, (len(chunk), n_windows)).sum(1)
    return {k: ((v - origin[k]) * total[k]).sum(-1) / len(places) for k, v in windows.inputs.items()}


def _windows(values: Tensor, sites: Tensor, steps: Tensor) -> Tensor:
    """Values `(time or 1, site or 1, member)` in `steps` `(step, window)` of the sites of the windows."""
    steps = steps if len(values) > 1 else torch.zeros_like(sites)[None]
    return values[steps, sites if values.shape[1] > 1 else torch.zeros_like(sites)]
