"""Down a tree of places: in each step, a place takes in what those above it give off, and changes its states.

This is the plain loop of torch. A wave runs over the places: at its k-th step, a place of level l computes its own step
k - l. For that it needs what the places above it give off, all of level l - 1, which they computed one wave step
earlier. So all levels work at the same time, and n steps take n + the number of levels, not their product.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.overrides import wrap_torch_function

# (entering, *states before, *inputs) -> (leaving, *states after), of one step in places that do not touch each other
Step = Callable[..., tuple[Tensor, ...]]
AT_ONCE = 200_000  # numbers differentiated together: they fit into a processor's cache


@dataclass(frozen=True)
class Tree:
    """Places in the order in which a wave reaches them: all of one level, then all of the next.

    For each place `(place,)`: the position `below` of the place that takes what it gives off (the number of places
    where there is none), always of the next `level`. `starts` is the first place of each level and, at the end, the
    number of places.
    """

    below: Tensor
    level: Tensor
    starts: tuple[int, ...]


def _tensors(step, tree, n_steps, entering, states, inputs):
    return entering, *states, *inputs


@wrap_torch_function(_tensors)
def sweep(
    step: Step, tree: Tree, n_steps: int, entering: Tensor, states: Sequence[Tensor], inputs: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """What leaves each place, as the mean over the `n_steps` of a time, and its states at the end, `(time, place)`.

    `entering` is what comes from outside `(time, place)`, the same in all steps of a time; `states` are those before
    the first step `(place,)`; `inputs` are `(time, place)` or, where constant, `(1, place)`.
    """
    n_all = len(entering) * n_steps
    wave = torch.arange(n_all + len(tree.starts) - 2, device=entering.device)[:, None]
    time = (wave - tree.level).clamp(0, n_all - 1) // n_steps
    skewed = [v.gather(0, time) if len(v) > 1 else v for v in inputs]
    leaving, *after = _Sweep.apply(step, tree, len(wave), len(states), entering.gather(0, time), *skewed, *states)
    # Back from the order of the wave to time: a place of level l is l steps late.
    each = torch.arange(n_all, device=entering.device)[:, None] + tree.level
    ends = each[n_steps - 1 :: n_steps]
    return leaving.gather(0, each).unflatten(0, (-1, n_steps)).mean(1), *(v.gather(0, ends) for v in after)


class _Sweep(torch.autograd.Function):
    """What leaves and the states after, in the order of the wave `(wave step, place)`.

    Forwards it only computes. The derivatives of the step are then taken for many wave steps at once, as all its inputs
    are known; what is left is a linear wave: of tangents down the tree, or of gradients up it and back in time.
    """

    @staticmethod
    def forward(ctx, step, tree, n_waves, n_states, entering, *tensors):
        inputs, initial = tensors[:-n_states], tensors[-n_states:]
        taken, leaving, states = _begin(tree, n_waves, entering, initial)
        for k, here in _waves(tree, n_waves):
            now = [_at(v, k)[here] for v in inputs]
            leaving[k, here], *after = step(taken[k, here], *(s[k, here] for s in states), *now)
            taken[k + 1].index_add_(0, tree.below[here], leaving[k, here])
            for state, value in zip(states, after, strict=True):
                state[k + 1, here] = value
        saved = taken[:-1, :-1], *states, *inputs
        ctx.step, ctx.tree, ctx.n_states = step, tree, n_states
        ctx.save_for_backward(*saved)
        ctx.save_for_forward(*saved)
        return leaving, *(s[1:].clone() for s in states)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, to_leaving, *to_states):
        tree, n_waves, n_states = ctx.tree, len(to_leaving), ctx.n_states
        inputs = ctx.saved_tensors[1 + n_states :]
        to_entering, *to_inputs = (torch.zeros_like(v) for v in (to_leaving, *inputs))
        held = [torch.zeros_like(to_leaving[0]) for _ in to_states]  # the gradients of the states of the step before
        above = to_leaving.new_zeros(to_leaving.shape[1] + 1)
        jacobian, first = None, n_waves
        for k, here in reversed(_waves(tree, n_waves)):
            if k < first:
                first = max(0, k + 1 - max(1, AT_ONCE // to_leaving.shape[1]))
                jacobian = _jacobian(ctx, first, k + 1)
            # The same recurrence backwards: what leaves is taken in below, the states by the next step.
            reached = [to_leaving[k, here] + above[tree.below[here]]]
            reached += [g[k, here] + h[here] for g, h in zip(to_states, held, strict=True)]
            parts = [[d[k - first, here] * r for d in row] for row, r in zip(jacobian, reached, strict=True)]
            by = [sum(of_one) for of_one in zip(*parts, strict=True)]
            to_entering[k, here] = above[here] = by[0]
            for h, g in zip(held, by[1 : 1 + n_states], strict=True):
                h[here] = g
            for to_input, g in zip(to_inputs, by[1 + n_states :], strict=True):
                _at(to_input, k)[here] += g
        return None, None, None, None, to_entering, *to_inputs, *held

    @staticmethod
    def jvp(ctx, _step, _tree, _n_waves, _n_states, entering, *tensors):
        tree, saved = ctx.tree, ctx.saved_tensors
        inputs, initial = tensors[: -ctx.n_states], tensors[-ctx.n_states :]
        entering = torch.zeros_like(saved[0]) if entering is None else entering
        initial = [torch.zeros_like(saved[0][0]) if v is None else v for v in initial]
        taken, leaving, states = _begin(tree, len(saved[0]), entering, initial)
        jacobian, first, end = None, 0, 0
        for k, here in _waves(tree, len(leaving)):
            if k >= end:
                first, end = k, min(len(leaving), k + max(1, AT_ONCE // leaving.shape[1]))
                jacobian = _jacobian(ctx, first, end)
            known = [taken[k, here], *(s[k, here] for s in states)]
            known += [0.0 if v is None else _at(v, k)[here] for v in inputs]
            leaving[k, here], *after = (
                sum(d[k - first, here] * v for d, v in zip(row, known, strict=True)) for row in jacobian
            )
            taken[k + 1].index_add_(0, tree.below[here], leaving[k, here])
            for state, value in zip(states, after, strict=True):
                state[k + 1, here] = value
        return leaving, *(s[1:].clone() for s in states)


def _begin(tree: Tree, n_waves: int, entering: Tensor, initial: Sequence[Tensor]):
    """What is taken in, what leaves and the states to be computed `(wave step, place)`.

    What is taken in begins with what enters from outside, and has one row and place more for what nobody needs. The
    states have a row before all, so that each place finds its own just before the wave reaches it.
    """
    n_places = entering.shape[1]
    taken = entering.new_zeros(n_waves + 1, n_places + 1)
    taken[:-1, :-1] = entering
    states = [entering.new_zeros(n_waves + 1, n_places) for _ in initial]
    place = torch.arange(n_places, device=entering.device)
    for state, start in zip(states, initial, strict=True):
        state[tree.level, place] = start
    return taken, entering.new_zeros(n_waves, n_places), states


def _waves(tree: Tree, n_waves: int) -> list[tuple[int, slice]]:
    """The steps of the wave, and the places that compute in each."""
    starts, n_levels = tree.starts, len(tree.starts) - 1
    n_steps = n_waves - n_levels + 1
    return [(k, slice(starts[max(0, k - n_steps + 1)], starts[min(k + 1, n_levels)])) for k in range(n_waves)]


def _at(values: Tensor, k: int) -> Tensor:
    """A row of what varies, or the only one."""
    return values[k if len(values) > 1 else 0]


def _jacobian(ctx, first: int, end: int) -> list[tuple[Tensor, ...]]:
    """For what leaves and each state after: the derivatives by what enters, states before and inputs, at wave steps."""
    taken, *others = ctx.saved_tensors
    states, inputs = others[: ctx.n_states], others[ctx.n_states :]
    known = taken[first:end], *(s[first:end] for s in states), *(v[first:end] if len(v) > 1 else v for v in inputs)
    leaves = [v.detach().expand(end - first, -1).clone().requires_grad_() for v in known]
    with torch.enable_grad():
        results = ctx.step(*leaves)
        return [torch.autograd.grad(r.sum(), leaves, retain_graph=True, materialize_grads=True) for r in results]
