"""A sweep down a tree by kernels: its step traced to a program, and its gradients and tangents."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from dgviz.engine.cpu.sweep import SweepKernel
from dgviz.engine.function import has_direction, once, refuse_second
from dgviz.engine.graph import Graph
from dgviz.engine.plan import Plan
from dgviz.engine.tangent import MARK, tangent
from dgviz.engine.trace import Program, Symbol, Untraceable
from dgviz.processes.sweep import Tree, sweep

ENTERING, LEAVING = "entering", "leaving"


class FusedSweep(TorchFunctionMode):
    """While it is entered, `sweep` runs by kernels where it can; where it cannot, that is logged."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is not sweep:
            return function(*args, **(kwargs or {}))
        obstacle = _obstacle(*args)
        if not obstacle:
            try:
                return _fused(*args)
            except Untraceable as error:
                obstacle = str(error)
        _say(getattr(args[0], "__qualname__", "a sweep"), obstacle)
        return function(*args)


@cache
def _say(step: str, obstacle: str) -> None:
    """Once for each reason: a model is run thousands of times."""
    logging.getLogger(__name__).info("%s goes down its tree in torch: %s", step, obstacle)


def _obstacle(step, tree, n_steps, entering, states, inputs) -> str:
    """Why the kernels cannot run a sweep on these tensors, or nothing."""
    for values in (entering, *states, *inputs):
        if values.device.type != "cpu":
            return f"there are no kernels of it for the device {values.device.type!r}"
        if values.dtype != torch.float64:
            return f"there are no kernels of it for {values.dtype}"
    return ""


def _fused(step, tree, n_steps, entering, states, inputs) -> tuple[Tensor, ...]:
    """The same as `sweep`."""
    constant = tuple(i for i, values in enumerate(inputs) if len(values) == 1)
    kernels = _kernels(Task(trace_step(step, len(states), len(inputs)), constant))
    total, *after = _Sweep.apply(kernels, tree, n_steps, entering, *inputs, *states)
    return total / n_steps, *after


def trace_step(step: Callable[..., tuple], n_states: int, n_inputs: int) -> Program:
    """The program of a step in double precision. Raises Untraceable saying what it does."""
    graph = Graph(torch.float64)
    inputs = {k: graph.add("input", label=k) for k in (ENTERING, *(f"input {i}" for i in range(n_inputs)))}
    stores = {k: graph.add("store", label=k) for k in (f"state {i}" for i in range(n_states))}
    entering, *others = (Symbol(graph, np.array(i)) for i in inputs.values())
    states = [Symbol(graph, np.array(i)) for i in stores.values()]
    random = torch.random.get_rng_state()
    try:
        with torch.enable_grad():
            leaving, *after = (value.nodes.item() for value in step(entering, *states, *others))
    except Exception as error:  # whatever a step does with a symbol as if it were a tensor
        raise Untraceable(str(error)) from error
    if not torch.random.get_rng_state().equal(random):
        raise Untraceable("it draws random numbers")
    return Program(graph, inputs, stores, {}, {LEAVING: leaving}, dict(zip(stores, after, strict=True)))


@dataclass(frozen=True, eq=False)
class Task:
    """A step, and the numbers of those of its inputs that are constant. Equal for steps that compute the same."""

    program: Program
    constant: tuple[int, ...]

    def __eq__(self, other):
        return self.plan.description == other.plan.description

    def __hash__(self):
        return hash(self.plan.description)

    @cached_property
    def plan(self) -> Plan:
        """The task of the forward kernel."""
        return self._plan(self.program, ("",))

    @cached_property
    def plan_along(self) -> Plan:
        """The task of the forward kernel that takes a derivative along."""
        derivative = tangent(self.program, tuple(self.program.inputs))
        values = self.program.values | {MARK + k: index for k, index in derivative.values.items()}
        return self._plan(replace(derivative, values=values), ("", MARK))

    def _plan(self, program: Program, marks: tuple[str, ...]) -> Plan:
        constant = [f"{mark}input {i}" for mark in marks for i in self.constant]
        varying = tuple(k for k in program.inputs if k not in constant)
        return Plan(program, varying, (), tuple(constant), tuple(program.values), ())


@lru_cache(maxsize=16)
def _kernels(task: Task) -> "Kernels":
    return Kernels(task)


class Kernels:
    """The kernels of a step, each made when it is first needed."""

    def __init__(self, task: Task):
        self.task = task
        self._backward: dict[frozenset[str], SweepKernel] = {}

    @cached_property
    def forward(self) -> SweepKernel:
        return SweepKernel(self.task.plan, {ENTERING: LEAVING})

    def backward(self, wanted: frozenset[str]) -> SweepKernel:
        """The kernel that gives the gradients of the inputs wanted."""
        if wanted not in self._backward:
            plan = self.task.plan.reverse({LEAVING}, set(wanted), learned=False)
            self._backward[wanted] = SweepKernel(plan, {ENTERING: LEAVING})
        return self._backward[wanted]

    @cached_property
    def along(self) -> SweepKernel:
        return SweepKernel(self.task.plan_along, {ENTERING: LEAVING, MARK + ENTERING: MARK + LEAVING})


class _Sweep(torch.autograd.Function):
    """What leaves each place, summed over the steps of a time, and its states at the end, `(time, place)`."""

    @staticmethod
    def forward(ctx, kernels: Kernels, tree: Tree, n_steps: int, *tensors: Tensor):
        arrays = dict(zip(_given(kernels), (v.contiguous() for v in tensors), strict=True))
        results = _results(kernels.forward, arrays, tree, n_steps)
        ctx.kernels, ctx.tree, ctx.n_steps = kernels, tree, n_steps
        ctx.save_for_backward(*arrays.values(), *results[1:])
        ctx.save_for_forward(*tensors)
        ctx.set_materialize_grads(False)
        return results

    @staticmethod
    def backward(ctx, *gradients: Tensor | None):
        refuse_second(torch.is_grad_enabled() or any(map(has_direction, (*gradients, *ctx.saved_tensors))))
        keys = _given(ctx.kernels)
        stores = [name for kind, name in keys if kind == "initial"]
        arrays = dict(zip((*keys, *(("after", k) for k in stores)), ctx.saved_tensors, strict=True))
        reaching = [("from_value", LEAVING), *(("from_store", k) for k in stores)]
        # A gradient may be left out, or be zeros without memory behind them, which a sum gives memory.
        nothing = torch.zeros_like(arrays["input", ENTERING])
        arrays |= zip(reaching, (nothing if g is None else (g + nothing).contiguous() for g in gradients), strict=True)
        needed = zip(keys, ctx.needs_input_grad[3:], strict=True)
        wanted = frozenset(name for (kind, name), needs in needed if needs and kind == "input") | {ENTERING}
        given = [key for key in keys if key[0] == "initial" or key[1] in wanted]
        found = {_gradient_of(key): torch.empty_like(arrays[key]) for key in given}
        ctx.kernels.backward(wanted).launch(arrays | found, ctx.tree, ctx.n_steps)
        return None, None, None, *(found.get(_gradient_of(key)) for key in keys)

    @staticmethod
    def jvp(ctx, _kernels, _tree, _n_steps, *directions: Tensor | None):
        arrays = {}
        for (kind, name), values, direction in zip(_given(ctx.kernels), ctx.saved_tensors, directions, strict=True):
            arrays[kind, name] = values.contiguous()
            arrays[kind, MARK + name] = torch.zeros_like(values) if direction is None else direction.contiguous()
        # What leaves and its derivative, then the states and theirs.
        _, of_leaving, *states = _results(ctx.kernels.along, arrays, ctx.tree, ctx.n_steps)
        return once((of_leaving, *states[len(states) // 2 :]), ctx.saved_tensors)


def _given(kernels: Kernels) -> list[tuple[str, str]]:
    """What is given to the kernels, in the order of the tensors."""
    program = kernels.task.program
    return [*(("input", k) for k in program.inputs), *(("initial", k) for k in program.stores)]


def _gradient_of(key: tuple[str, str]) -> tuple[str, str]:
    kind, name = key
    return ("to_input" if kind == "input" else "to_store"), name


def _results(kernel: SweepKernel, arrays: Mapping, tree: Tree, n_steps: int) -> tuple[Tensor, ...]:
    """What leaves in each channel, then the states, `(time, place)`."""
    keys = [("value", k) for k in kernel.plan.kept] + [("after", k) for k in kernel.plan.program.stores]
    made = {key: torch.empty_like(arrays["input", ENTERING]) for key in keys}
    kernel.launch({**arrays, **made}, tree, n_steps)
    return tuple(made.values())
