"""Kernels as functions of torch: tensors in, results out, gradients and tangents back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from dgviz.engine.plan import Plan
from dgviz.engine.tangent import MARK, tangent
from dgviz.processes.one_sided import has_direction

Arrays = dict[tuple[str, str], Tensor | None]


@dataclass(frozen=True)
class Launch:
    """What the forward and the backward pass of one run share; `kernel(plan, dtype, n_member)` gives a kernel."""

    plan: Plan
    kernel: Callable
    shape: tuple[int, int, int]
    dtype: torch.dtype
    weights: tuple[torch.Size, ...]
    with_gradients: bool

    @property
    def stores(self) -> tuple[str, ...]:
        """The names of the stores."""
        return tuple(self.plan.program.stores)

    @property
    def values(self) -> tuple[str, ...]:
        """The names of the fluxes and stores that are kept."""
        return (*self.plan.kept, *self.plan.means)

    def size_of(self, name: str) -> tuple[int, ...]:
        """The shape of an input or of a value."""
        if name in self.plan.constant:
            return self.shape[1:]
        return self.shape[:2] if name in (*self.plan.by_site, *self.plan.means) else self.shape

    def split(self, tensors: tuple) -> tuple[dict, dict, tuple]:
        """What belongs to inputs and to stores, by name, and to weights."""
        n_inputs, n_stores = len(self.plan.inputs), len(self.stores)
        inputs = dict(zip(self.plan.inputs, tensors, strict=False))
        stores = dict(zip(self.stores, tensors[n_inputs:], strict=False))
        return inputs, stores, tensors[n_inputs + n_stores :]

    def forward(
        self, inputs: Mapping[str, Tensor], stores: Mapping[str, Tensor], weights: tuple, keeps: bool
    ) -> Arrays:
        """All arrays of the forward pass; with checkpoints if `keeps`."""
        kernel = self.kernel(self.plan, self.dtype, self.shape[2])
        like = next(iter(stores.values()))
        arrays = {("input", k): inputs[k].contiguous() for k in self.plan.inputs}
        # All weights in one array, in the order of `Plan.weights`.
        arrays["weights", ""] = torch.cat([w.reshape(-1) for w in weights]) if weights else None
        arrays["checkpoints", ""] = kernel.checkpoints(self.shape, like.device) if keeps else None
        arrays |= {("initial", k): stores[k].contiguous() for k in self.stores}
        arrays |= {("final", k): torch.empty_like(arrays["initial", k]) for k in self.stores}
        arrays |= {("value", k): like.new_empty(self.size_of(k), dtype=self.dtype) for k in self.values}
        kernel.launch(arrays, self.shape)
        return arrays

    def backward(self, saved: Arrays, final: Mapping, values: Mapping, wanted: set[str], learned: bool) -> Arrays:
        """All arrays of the backward pass; the gradient of a final store or of a value may be None."""
        plan = self.plan.reverse({k for k, g in values.items() if g is not None}, wanted, learned)
        kernel = self.kernel(plan, self.dtype, self.shape[2])
        # A gradient that torch leaves out is zero; the kernel wants an array.
        zeros = torch.zeros(self.shape[1:], dtype=self.dtype, device=saved["checkpoints", ""].device)
        arrays = dict(saved)
        for k in self.stores:
            arrays["from_store", k] = zeros if final[k] is None else final[k].to(self.dtype).contiguous()
            arrays["to_store", k] = torch.empty_like(zeros)
        arrays |= {("from_value", k): values[k].contiguous() for k in (*plan.kept, *plan.means)}
        arrays |= {("to_input", k): zeros.new_zeros(self.size_of(k)) for k in plan.wanted}
        n_weights = sum(shape.numel() for shape in self.weights)
        # A row for each block of sites, summed by the caller: blocks run at the same time.
        arrays["to_weights", ""] = zeros.new_zeros(kernel.n_blocks(self.shape), n_weights)
        kernel.launch(arrays, self.shape)
        return arrays

    def along(self, directions: Mapping[str, Tensor]) -> "Launch":
        """The run of the derivative in the direction of some inputs, which vary as the inputs do."""
        plan = self.plan

        def with_directions(names: tuple[str, ...]) -> tuple[str, ...]:
            return (*names, *(MARK + k for k in names if k in directions))

        varying: dict[str, Any] = {
            name: with_directions(getattr(plan, name)) for name in ("by_site", "by_cell", "constant")
        }
        return replace(self, plan=replace(plan, program=tangent(plan.program, tuple(directions)), **varying))


class Function(torch.autograd.Function):
    """Final stores, then the kept fluxes and stores, from inputs, initial stores and weights."""

    @staticmethod
    def forward(ctx, run: Launch, *tensors: Tensor):
        ctx.run = run
        ctx.set_materialize_grads(False)
        ctx.save_for_forward(*tensors)
        # Checkpoints cost memory: only where a backward pass can follow.
        keeps = run.with_gradients and any(ctx.needs_input_grad)
        arrays = run.forward(*run.split(tensors), keeps)
        if keeps:
            ctx.keys = [key for key in arrays if key[0] in ("input", "weights", "checkpoints")]
            ctx.save_for_backward(*(arrays[key] for key in ctx.keys))
        return _results(run, arrays)

    @staticmethod
    def backward(ctx, *gradients: Tensor | None):
        refuse(torch.is_grad_enabled() or any(map(has_direction, (*gradients, *ctx.saved_tensors))), gradients)
        run, n_stores = ctx.run, len(ctx.run.stores)
        needs = run.split(ctx.needs_input_grad[1:])
        arrays = run.backward(
            saved=dict(zip(ctx.keys, ctx.saved_tensors, strict=True)),
            final=dict(zip(run.stores, gradients, strict=False)),
            values=dict(zip(run.values, gradients[n_stores:], strict=True)),
            wanted={k for k, needed in needs[0].items() if needed},
            learned=any(needs[2]),
        )
        to_weights = arrays["to_weights", ""].sum(0).split([shape.numel() for shape in run.weights])
        return (
            None,
            *(_to_site(arrays.get(("to_input", k)), arrays["input", k]) for k in run.plan.inputs),
            *(arrays["to_store", k].double() if needs[1][k] else None for k in run.stores),
            *(g.view(shape) for g, shape in zip(to_weights, run.weights, strict=True)),
        )

    @staticmethod
    def jvp(ctx, _, *directions: Tensor | None):
        run = ctx.run
        inputs, stores, weights = run.split(ctx.saved_tensors)
        of_inputs, of_stores, of_weights = run.split(directions)
        if any(d is not None for d in of_weights):
            raise RuntimeError(
                "The fused kernels have no derivative in the direction of weights inside a process. Call the model "
                "with backend='torch'."
            )
        # Stores always carry a tangent along; inputs only where one was given.
        of_inputs = {k: d for k, d in of_inputs.items() if d is not None}
        inputs |= {MARK + k: d for k, d in of_inputs.items()}
        stores |= {MARK + k: torch.zeros_like(stores[k]) if d is None else d for k, d in of_stores.items()}
        along = run.along(of_inputs)
        # Another run of its own, which has gradients: second derivatives are those of a derivative in a direction.
        given = [inputs[k] for k in along.plan.inputs], [stores[k] for k in along.stores], weights
        return Function.apply(along, *chain(*given))[len(run.stores) :]


def _to_site(gradient: Tensor | None, values: Tensor) -> Tensor | None:
    """The gradient of an input: where several sites read one series of it, the sum of theirs."""
    if gradient is None or gradient.shape == values.shape:
        return gradient
    return gradient.unflatten(1, (values.shape[1], -1)).sum(-1)


def refuse(asked: bool, gradients: Iterable[Tensor | None]) -> None:
    """Raises RuntimeError where the derivative of a gradient is asked for, or many gradients in one pass."""
    if asked:
        raise RuntimeError(
            "The gradients of the fused kernels have no derivatives of their own (create_graph=True, or gradients "
            "inside forward_ad.dual_level). Take the gradient of a derivative in a direction, after the level has "
            "ended, or call the model with backend='torch'."
        )
    if any(g is not None and torch._C._functorch.is_legacy_batchedtensor(g) for g in gradients):
        raise RuntimeError(
            "The fused kernels give one gradient a pass (is_grads_batched=True). Give the model samples, as "
            "ProcessModel.map takes them, with a gradient for each, or call it with backend='torch'."
        )


def _results(run: Launch, arrays: Arrays) -> tuple[Tensor, ...]:
    """Stores at the end and values `(time, site, member)`."""
    values = [arrays["value", k] for k in run.values]
    return *(arrays["final", k] for k in run.stores), *(v if v.ndim == 3 else v[..., None] for v in values)
