"""Derivatives in a direction where an operation of torch has a kink.

At a tie, torch's own tangents are those of a sub-gradient: half of each for `minimum(a, b)` where a = b, none for
`relu` at 0. What a change in that direction does is one-sided: the minimum of both tangents, and the positive part.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.overrides import TorchFunctionMode


def has_direction(values: Any) -> bool:
    """Does a tensor carry a derivative in a direction, as forward-mode differentiation adds it?"""
    if forward_ad._current_level < 0 or not isinstance(values, Tensor):
        return False
    return forward_ad.unpack_dual(values).tangent is not None


def along(values: Tensor) -> Tensor:
    """The derivative that values carry; zero where they depend on nothing that has one."""
    tangent = forward_ad.unpack_dual(values).tangent
    return torch.zeros_like(values) if tangent is None else tangent


def one_sided() -> AbstractContextManager:
    """In force while a model runs: one-sided derivatives where forward-mode differentiation is at work."""
    return _OneSided() if forward_ad._current_level >= 0 else nullcontext()


class _OneSided(TorchFunctionMode):
    """While it is entered, operations with a kink choose by the tangents of their arguments where these tie."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        rule = _RULES.get(function.__name__)
        if rule is None or not any(map(has_direction, (*args, *kwargs.values()))):
            return function(*args, **kwargs)
        return rule(function, *args, **kwargs)


def _minimum(a: Tensor, b: Tensor | float) -> Tensor:
    b = b if isinstance(b, Tensor) else torch.as_tensor(b, dtype=a.dtype, device=a.device)
    return torch.where((a < b) | a.isnan() | (a == b) & (along(a) <= along(b)), a, b)


def _maximum(a: Tensor, b: Tensor | float) -> Tensor:
    b = b if isinstance(b, Tensor) else torch.as_tensor(b, dtype=a.dtype, device=a.device)
    return torch.where((a > b) | a.isnan() | (a == b) & (along(a) >= along(b)), a, b)


def _clamp(_, values: Tensor, min: Tensor | float | None = None, max: Tensor | float | None = None) -> Tensor:
    raised = values if min is None else _maximum(values, min)
    return raised if max is None else _minimum(raised, max)


def _absolute(_, values: Tensor) -> Tensor:
    negative = (values < 0) | (values == 0) & (along(values) < 0)
    return torch.where(negative, -values, values)


def _softmax(function, values: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype=None) -> Tensor:
    """As torch has it, whose own tangent cannot be differentiated again."""
    if dim is None:
        return function(values, dim, _stacklevel, dtype)
    values = values if dtype is None else values.to(dtype)
    powers = (values - values.detach().amax(dim, keepdim=True)).exp()
    return powers / powers.sum(dim, keepdim=True)


def _of_two(rule: Callable) -> Callable:
    """The rule of `min` or `max`, which torch also has for one tensor."""

    def of_two(function, values, *others, **options):
        if options or len(others) != 1 or not isinstance(others[0], Tensor):
            return function(values, *others, **options)
        return rule(values, *others)

    return of_two


_RULES: dict[str, Callable] = {
    "minimum": lambda _, a, b: _minimum(a, b),
    "maximum": lambda _, a, b: _maximum(a, b),
    "min": _of_two(_minimum),
    "max": _of_two(_maximum),
    "relu": lambda _, values, inplace=False: _maximum(values, 0.0),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": lambda _, values, min: _clamp(_, values, min=min),
    "clamp_max": lambda _, values, max: _clamp(_, values, max=max),
    "abs": _absolute,
    "absolute": _absolute,
    "__abs__": _absolute,
    "softmax": _softmax,
}
