"""The last result of a process on whole series, given again while its inputs stay the same."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from dgviz.processes.declare import Process
from dgviz.processes.one_sided import has_direction

PLAIN = vars(torch.nn.Module()).keys()  # what every module has
Fluxes = dict[str, Tensor]


class _Result(NamedTuple):
    """What a `forward` gave for some inputs, and how often each tensor had been changed in place by then."""

    forward: Callable
    inputs: tuple[Tensor, ...]
    fluxes: Fluxes
    changes: tuple[int, ...]


class Remembered:
    """Runs a process anew only where an input is another tensor, or was changed in place.

    That is for processes that are a function of their inputs alone, hold nothing of their own, and are given what needs
    no derivative: potential evapotranspiration of the same weather under ever other parameters.
    """

    def __init__(self) -> None:
        self._last: dict[Process, _Result] = {}

    def __deepcopy__(self, memo):
        return Remembered()

    def __reduce__(self):
        return Remembered, ()

    def run(self, process: Process, inputs: Mapping[str, Tensor], compute: Callable[[], Fluxes]) -> Fluxes:
        """What `compute` gives, or gave for the same inputs."""
        if not _fixed(process, inputs):
            return compute()
        last = self._last.get(process)
        if last is None or not _holds(last, type(process).forward, tuple(inputs.values())):
            given, fluxes = tuple(inputs.values()), compute()
            last = _Result(type(process).forward, given, fluxes, _changes(given, fluxes))
            self._last[process] = last
        return dict(last.fluxes)


def _fixed(process: Process, inputs: Mapping[str, Tensor]) -> bool:
    """Do the fluxes depend on these inputs alone, and need no derivative?"""
    if vars(process).keys() != PLAIN or process._parameters or process._buffers or process._modules:
        return False
    # Tensors of inference mode do not count their changes, and those over memory of numpy do not see all of them.
    if torch.is_inference_mode_enabled():
        return False
    return not any(map(_changing, inputs.values()))


def _changing(values: Tensor) -> bool:
    """Does a tensor have a derivative, or may it change without counting that?"""
    if torch._C._functorch.is_functorch_wrapped_tensor(values):  # which has no memory that could be asked
        return True
    of_torch = values.untyped_storage().resizable() and not values.is_inference()
    return values.requires_grad or not of_torch or has_direction(values)


def _holds(last: _Result, forward: Callable, inputs: tuple[Tensor, ...]) -> bool:
    same = len(inputs) == len(last.inputs) and all(a is b for a, b in zip(inputs, last.inputs, strict=True))
    return same and forward is last.forward and _changes(inputs, last.fluxes) == last.changes


def _changes(inputs: tuple[Tensor, ...], fluxes: Fluxes) -> tuple[int, ...]:
    return tuple(tensor._version for tensor in (*inputs, *fluxes.values()))
