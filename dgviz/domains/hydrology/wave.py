"""Water through a tree of river pieces, with exact gradients.

A wave runs over the pieces: at its k-th step, a piece of level l computes its own time step k - l. For that it needs
the outflow of the pieces above it, all of level l - 1, which they computed one wave step earlier. So all levels work at
the same time, and a series of n steps takes n + the number of levels, not their product.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from dgviz.domains.hydrology.reaches import Bed, Network

# The outflow of pieces in a step (m3 s-1) from its inflow and their depth coefficient, then inflow, outflow (m3 s-1)
# and storage (m3) of the step before, then the area (m2) and fall (m) of their beds, and the length of the step (s).
Scheme = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, float], Tensor]
AT_ONCE = 200_000  # numbers differentiated together: they fit into a processor's cache


def route(
    network: Network,
    scheme: Scheme,
    lateral: Tensor,
    depth: Tensor,
    bed: Bed,
    initial: tuple[Tensor, Tensor, Tensor],
    seconds: float,
    n_steps: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Inflow and outflow (m3 s-1, means of a step) and storage (m3, at its end) of each piece, `(step, piece)`.

    `lateral` is what enters each piece from the land (m3 s-1) and `depth` its depth coefficient, both `(time, piece)`
    and for `n_steps` steps of some `seconds` each; `initial` are inflow, outflow and storage `(piece,)` before all.
    """
    n_all = len(lateral) * n_steps
    wave = torch.arange(n_all + len(network.starts) - 2, device=lateral.device)[:, None]
    time = (wave - network.level).clamp(0, n_all - 1) // n_steps
    skewed = (values.gather(0, time) for values in (lateral, depth))
    outputs = _Route.apply(network, scheme, seconds, *skewed, *initial, bed.area, bed.fall)
    # Back from the order of the wave to time: a piece of level l is l steps late.
    step = torch.arange(n_all, device=lateral.device)[:, None] + network.level
    return tuple(values.gather(0, step) for values in outputs)


class _Route(torch.autograd.Function):
    """`route` with every series in the order of the wave `(wave step, piece)`.

    Forwards it only computes. The derivatives of the scheme are then taken for many steps at once, as all its inputs
    are known; what is left is a linear wave: of tangents down the river, or of gradients up it and back in time.
    """

    @staticmethod
    def forward(ctx, network, scheme, seconds, lateral, depth, inflow0, outflow0, storage0, *constants):
        ctx.network = network
        ctx.scheme = scheme
        ctx.seconds = seconds
        inflow, outflow, storage = _begin(network, lateral, (inflow0, outflow0, storage0))
        for k, here in _waves(network, len(lateral)):
            entering = inflow[k + 1, here]
            before = inflow[k, here], outflow[k, here], storage[k, here]
            leaving = scheme(entering, depth[k, here], *before, *(c[here] for c in constants), seconds)
            outflow[k + 1, here] = leaving
            # S(t) = S(t - 1) + dt (I - O)
            storage[k + 1, here] = before[2] + seconds * (entering - leaving)
            inflow[k + 2].index_add_(0, network.below[here], leaving)
        saved = depth, inflow, outflow, storage, *constants
        ctx.save_for_backward(*saved)
        ctx.save_for_forward(*saved)
        return inflow[1:-1, :-1].clone(), outflow[1:].clone(), storage[1:].clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, to_inflow, to_outflow, to_storage):
        network, seconds, n_waves = ctx.network, ctx.seconds, len(to_outflow)
        to_lateral, to_depth = torch.zeros_like(to_outflow), torch.zeros_like(to_outflow)
        inflow0, outflow0, storage0 = (torch.zeros_like(to_outflow[0]) for _ in range(3))  # of the step before
        below = to_outflow.new_zeros(to_outflow.shape[1] + 1)
        partials, first = None, n_waves
        for k, here in reversed(_waves(network, n_waves)):
            if k < first:
                first = max(0, k + 1 - max(1, AT_ONCE // to_outflow.shape[1]))
                partials = _partials(ctx, first, k + 1)
            by_inflow, by_depth, *by_before = (p[k - first, here] for p in partials)
            # The same recurrence backwards: first the gradient of the storage, then of O, then of I.
            kept = to_storage[k, here] + storage0[here]
            leaving = to_outflow[k, here] + outflow0[here] - seconds * kept + below[network.below[here]]
            entering = to_inflow[k, here] + inflow0[here] + seconds * kept + by_inflow * leaving
            to_lateral[k, here] = below[here] = entering
            to_depth[k, here] = by_depth * leaving
            for before, by in zip((inflow0, outflow0, storage0), by_before, strict=True):
                before[here] = by * leaving
            storage0[here] += kept
        n_constants = len(ctx.saved_tensors) - 4
        return None, None, None, to_lateral, to_depth, inflow0, outflow0, storage0, *[None] * n_constants

    @staticmethod
    def jvp(ctx, _network, _scheme, seconds, lateral, depth, inflow0, outflow0, storage0, *_constants):
        network, like = ctx.network, ctx.saved_tensors[0]
        lateral = torch.zeros_like(like) if lateral is None else lateral
        depth = torch.zeros_like(like) if depth is None else depth
        initial = (torch.zeros_like(like[0]) if v is None else v for v in (inflow0, outflow0, storage0))
        inflow, outflow, storage = _begin(network, lateral, tuple(initial))
        partials, first, end = None, 0, 0
        for k, here in _waves(network, len(lateral)):
            if k >= end:
                first, end = k, min(len(lateral), k + max(1, AT_ONCE // lateral.shape[1]))
                partials = _partials(ctx, first, end)
            known = inflow[k + 1, here], depth[k, here], inflow[k, here], outflow[k, here], storage[k, here]
            leaving = sum(p[k - first, here] * v for p, v in zip(partials, known, strict=True))
            outflow[k + 1, here] = leaving
            storage[k + 1, here] = storage[k, here] + ctx.seconds * (inflow[k + 1, here] - leaving)
            inflow[k + 2].index_add_(0, network.below[here], leaving)
        return inflow[1:-1, :-1].clone(), outflow[1:].clone(), storage[1:].clone()


def _begin(network: Network, lateral: Tensor, initial: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Inflow, outflow and storage to be computed `(wave step, piece)`: the first holds what comes from the land.

    One row more is at the beginning, so that each piece has its state before just before the wave reaches it; and one
    row and piece at the end of the inflow take what nobody needs.
    """
    n_waves, n_pieces = lateral.shape
    inflow = lateral.new_zeros(n_waves + 2, n_pieces + 1)
    inflow[1:-1, :-1] = lateral
    outflow, storage = lateral.new_zeros(n_waves + 1, n_pieces), lateral.new_zeros(n_waves + 1, n_pieces)
    piece = torch.arange(n_pieces, device=lateral.device)
    for series, start in zip((inflow, outflow, storage), initial, strict=True):
        series[network.level, piece] = start
    return inflow, outflow, storage


def _waves(network: Network, n_waves: int) -> list[tuple[int, slice]]:
    """The steps of the wave, and the pieces that compute in each."""
    starts, n_levels = network.starts, len(network.starts) - 1
    n_steps = n_waves - n_levels + 1
    return [(k, slice(starts[max(0, k - n_steps + 1)], starts[min(k + 1, n_levels)])) for k in range(n_waves)]


def _partials(ctx, first: int, end: int) -> tuple[Tensor, ...]:
    """Derivatives of the scheme by inflow, depth and the inflow, outflow and storage before, at some wave steps."""
    depth, inflow, outflow, storage, *constants = ctx.saved_tensors
    known = inflow[first + 1 : end + 1, :-1], depth[first:end], inflow[first:end, :-1]
    leaves = [v.detach().requires_grad_() for v in (*known, outflow[first:end], storage[first:end])]
    with torch.enable_grad():
        leaving = ctx.scheme(*leaves, *constants, ctx.seconds)
        return torch.autograd.grad(leaving.sum(), leaves, materialize_grads=True)
