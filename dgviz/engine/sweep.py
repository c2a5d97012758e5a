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
from dgviz.engine.function import refuse
from dgviz.engine.graph import Graph
from dgviz.engine.plan import Plan
from dgviz.engine.tangent import MARK, tangent
from dgviz.engine.trace import Program, Symbol, Untraceable
from dgviz.processes.one_sided import has_direction
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
    constant = tuple(f"input {i}" for i, values in enumerate(inputs) if len(values) == 1)
    task = _once(Task.of(trace_step(step, len(states), len(inputs)), constant))
    total, *after = _Sweep.apply(task, tree, n_steps, entering, *inputs, *states)
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
    """A step to be swept down trees, and its kernels, each made when it is first needed.

    `channels` are what enters a place by what leaves one. Tasks are equal where they compute the same.
    """

    plan: Plan
    channels: Mapping[str, str]

    @classmethod
    def of(cls, program: Program, constant: tuple[str, ...]) -> "Task":
        """From the program of a step and the names of those of its inputs that do not vary in time."""
        varying = tuple(k for k in program.inputs if k not in constant)
        return cls(Plan(program, varying, (), constant, tuple(program.values), ()), {ENTERING: LEAVING})

    def __eq__(self, other):
        return self.plan.description == other.plan.description

    def __hash__(self):
        return hash(self.plan.description)

    @property
    def given(self) -> list[tuple[str, str]]:
        """What the kernels are given, in the order of the tensors."""
        program = self.plan.program
        return [*(("input", k) for k in program.inputs), *(("initial", k) for k in program.stores)]

    @cached_property
    def forward(self) -> SweepKernel:
        """The kernel that gives what leaves and the states."""
        return SweepKernel(self.plan, self.channels)

    @cached_property
    def _backward(self) -> dict[frozenset[str], SweepKernel]:
        return {}

    def backward(self, wanted: frozenset[str]) -> SweepKernel:
        """The kernel that gives the gradients of the inputs wanted."""
        if wanted not in self._backward:
            plan = self.plan.reverse(set(self.plan.kept), set(wanted), learned=False)
            self._backward[wanted] = SweepKernel(plan, self.channels)
        return self._backward[wanted]

    @cached_property
    def along(self) -> "Task":
        """The same step beside its derivative in the direction of all inputs and states."""
        program, plan = self.plan.program, self.plan
        derivative = tangent(program, tuple(program.inputs))
        program = replace(derivative, values=program.values | {MARK + k: v for k, v in derivative.values.items()})
        constant, varying = ((*names, *(MARK + k for k in names)) for names in (plan.constant, plan.by_site))
        plan = replace(plan, program=program, by_site=varying, constant=constant, kept=tuple(program.values))
        return Task(plan, {**self.channels, **{MARK + k: MARK + v for k, v in self.channels.items()}})


@lru_cache(maxsize=16)
def _once(task: Task) -> Task:
    """An equal task whose kernels may have been made before."""
    return task


class _Sweep(torch.autograd.Function):
    """What leaves each place, summed over the steps of a time, and its states at the end, `(time, place)`."""

    @staticmethod
    def forward(ctx, task: Task, tree: Tree, n_steps: int, *tensors: Tensor):
        arrays = dict(zip(task.given, (v.contiguous() for v in tensors), strict=True))
        keys = [("value", k) for k in task.plan.kept] + [("after", k) for k in task.plan.program.stores]
        results = {key: torch.empty_like(arrays["input", ENTERING]) for key in keys}
        task.forward.launch(arrays | results, tree, n_steps)
        ctx.task, ctx.tree, ctx.n_steps = task, tree, n_steps
        ctx.keys = [*arrays, *(key for key in keys if key[0] == "after")]
        ctx.save_for_backward(*((arrays | results)[key] for key in ctx.keys))
        ctx.save_for_forward(*tensors)
        ctx.set_materialize_grads(False)
        return tuple(results.values())

    @staticmethod
    def backward(ctx, *gradients: Tensor | None):
        refuse(torch.is_grad_enabled() or any(map(has_direction, (*gradients, *ctx.saved_tensors))), gradients)
        given, plan = ctx.task.given, ctx.task.plan
        arrays = dict(zip(ctx.keys, ctx.saved_tensors, strict=True))
        reaching = [("from_value", k) for k in plan.kept] + [("from_store", k) for k in plan.program.stores]
        # A gradient may be left out, or be zeros without memory behind them, which a sum gives memory.
        nothing = torch.zeros_like(arrays["input", ENTERING])
        arrays |= zip(reaching, (nothing if g is None else (g + nothing).contiguous() for g in gradients), strict=True)
        needed = zip(given, ctx.needs_input_grad[3:], strict=True)
        wanted = frozenset(k for (kind, k), needs in needed if needs and kind == "input") | {*ctx.task.channels}
        found = {
            _gradient_of(key): torch.empty_like(arrays[key]) for key in given if key[0] == "initial" or key[1] in wanted
        }
        ctx.task.backward(wanted).launch(arrays | found, ctx.tree, ctx.n_steps)
        return None, None, None, *(found.get(_gradient_of(key)) for key in given)

    @staticmethod
    def jvp(ctx, _task, _tree, _n_steps, *directions: Tensor | None):
        arrays = dict(zip(ctx.task.given, ctx.saved_tensors, strict=True))
        for (kind, name), direction in zip(ctx.task.given, directions, strict=True):
            arrays[kind, MARK + name] = torch.zeros_like(arrays[kind, name]) if direction is None else direction
        # Another sweep, which has gradients of its own: second derivatives are those of a derivative in a direction.
        along = ctx.task.along
        results = _Sweep.apply(along, ctx.tree, ctx.n_steps, *(arrays[key] for key in along.given))
        n_values = len(along.plan.kept)
        values, states = results[:n_values], results[n_values:]
        return *values[n_values // 2 :], *states[len(states) // 2 :]


def _gradient_of(key: tuple[str, str]) -> tuple[str, str]:
    kind, name = key
    return ("to_input" if kind == "input" else "to_store"), name
