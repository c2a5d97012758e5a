"""The least change with which a function takes given values, within bounds."""

from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]

SLACK = 1e-4  # of the mean square response: what is missing of the values in the end, as a share
ROUNDS, HALVINGS = 60, 8
SETTLED = 1e-6  # of the change, from round to round
NEAR = 1e-3  # of what is wanted: a misfit for which it is not searched beyond a bend


def least_change(function: Function, wanted: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """The least `u (n,)` between `low <= 0` and `high >= 0` at which a function f is as `wanted (m,)`.

    With its Jacobian J, and a slack s that is a small share of the mean diagonal of J J', this minimises

        |u|^2 / 2 + |wanted - f(u)|^2 / (2 s)

    by Gauss-Newton steps, each of which is shortened until it lowers this. Where none does, f jumps or bends: what it
    bends along most is held from there on, until the values are near to those wanted. Where the bounds forbid these, a
    misfit is left. It is a minimum near u = 0; there may be others further away.
    """
    change = torch.zeros_like(low)
    with torch.no_grad():
        near = NEAR * float((wanted - function(change)).norm())
    for _ in range(ROUNDS + len(low)):
        values, jacobian = _linearized(function, change)
        slack = SLACK * float(jacobian.square().sum()) / len(wanted)
        if not slack:  # nothing responds
            break
        aim = wanted - values + jacobian @ change
        step = _linear(jacobian, aim, low, high, slack) - change
        size = _shortened(function, change, step, wanted, slack)
        change = change + size * step
        if size * step.norm() > SETTLED * change.norm():
            continue
        if size or step.norm() <= SETTLED * change.norm() or (wanted - values).norm() <= near:
            break
        bend = _bends(function, change, step, values, jacobian)
        if not bend.any():
            break
        most = int(bend.argmax())
        low, high = low.clone(), high.clone()
        low[most] = high[most] = change[most]
    return change


def _linearized(function: Function, change: Tensor) -> tuple[Tensor, Tensor]:
    """The values, and their Jacobian: one reverse pass for each."""
    leaf = change.detach().requires_grad_()
    values = function(leaf)
    if not values.requires_grad:  # they depend on none of it
        return values, change.new_zeros(len(values), len(change))
    rows = [torch.autograd.grad(value, leaf, retain_graph=True, materialize_grads=True)[0] for value in values]
    return values.detach(), torch.stack(rows)


@torch.no_grad()
def _shortened(function: Function, change: Tensor, step: Tensor, wanted: Tensor, slack: float) -> float:
    """The share of a step, halved and halved again, that lowers what is minimised; 0 where none does."""

    def cost(u: Tensor) -> float:
        return float(u.square().sum() / 2 + (wanted - function(u)).square().sum() / (2 * slack))

    before = cost(change)
    sizes = (0.5**halving for halving in range(HALVINGS))
    return next((size for size in sizes if cost(change + size * step) < before), 0.0)


@torch.no_grad()
def _bends(function: Function, change: Tensor, step: Tensor, values: Tensor, jacobian: Tensor) -> Tensor:
    """By how much the shortest step along each unknown alone misses what its derivative says, `(n,)`."""
    shortest = 0.5**HALVINGS * step
    found = change.new_zeros(len(change))
    for i in torch.nonzero(shortest).flatten().tolist():
        alone = torch.zeros_like(change)
        alone[i] = shortest[i]
        found[i] = (function(change + alone) - values - jacobian @ alone).norm()
    return found


def _linear(jacobian: Tensor, wanted: Tensor, low: Tensor, high: Tensor, slack: float) -> Tensor:
    """The same for a linear function J u.

    The minimum is u = clip(J'y) with multipliers y `(m,)` for which J u + s y = wanted: m equations, piecewise linear,
    by Newton's method. They are the gradient of a convex function, which every step has to lower.
    """
    multiplier = torch.zeros_like(wanted)
    identity = torch.eye(len(wanted), dtype=wanted.dtype)

    def potential(multiplier: Tensor) -> float:
        along = jacobian.T @ multiplier
        u = along.clamp(low, high)
        held = u * along - u.square() / 2
        return float(held.sum() + slack / 2 * multiplier.square().sum() - wanted @ multiplier)

    for _ in range(ROUNDS):
        u = (jacobian.T @ multiplier).clamp(low, high)
        missing = wanted - jacobian @ u - slack * multiplier
        free = jacobian[:, (u > low) & (u < high)]
        step = torch.linalg.solve(free @ free.T + slack * identity, missing)
        before = potential(multiplier)
        sizes = (0.5**halving for halving in range(4 * HALVINGS))
        size = next((size for size in sizes if potential(multiplier + size * step) < before), 0.0)
        if not size:
            break
        multiplier = multiplier + size * step
    return (jacobian.T @ multiplier).clamp(low, high)
