"""A step run through time by kernels, with gradients."""

import inspect
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import is_dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from dgviz.engine.cpu import CpuKernel
from dgviz.engine.cpu.convolution import FusedConvolution
from dgviz.engine.function import Function, Launch
from dgviz.engine.gpu import GpuKernel, obstacle_to_triton
from dgviz.engine.plan import Plan
from dgviz.engine.sweep import FusedSweep
from dgviz.engine.trace import Program, Untraceable, network_weights, trace
from dgviz.processes.declare import Process
from dgviz.processes.samples import repeated
from dgviz.processes.step import Step

WORTH_THREADS = 1_000_000  # numbers in a series: waking torch's threads takes longer than an operation on fewer
PRECISIONS = (torch.float32, torch.float64)
Kernel = CpuKernel | GpuKernel
KERNELS: Mapping[str, type[Kernel]] = {"cpu": CpuKernel, "cuda": GpuKernel}  # by the device of the tensors
OWN = vars(torch.nn.Module()).keys() - {"training"}  # what torch keeps in a module beside its plain attributes


class Fused:
    """Runs a step as its `through_time` does, by kernels written for its processes; they are kept for later runs."""

    def __init__(self, step: Step, kernels: Mapping[str, type[Kernel]] = KERNELS):
        self.step, self.kernels = step, kernels
        self._programs: dict[tuple, Program | str] = {}
        self._kernels: dict[tuple, Kernel] = {}

    def __reduce__(self):
        return Fused, (self.step, self.kernels)  # machine code is neither copied nor saved

    def obstacle(self, device: str, dtype: torch.dtype, names: Collection[str]) -> str:
        """Why the kernels cannot run the step when given the inputs named, or nothing."""
        if device not in self.kernels:
            return f"there are no kernels for the device {device!r}"
        if device == "cuda" and (lacking := obstacle_to_triton()):
            return lacking
        if dtype not in PRECISIONS:
            return f"there are no kernels for {dtype}"
        program = self._program(tuple(names), dtype)
        return program if isinstance(program, str) else ""

    def through_time(
        self,
        known: Mapping[str, Tensor],
        stores: Mapping[str, Tensor],
        n_time: int,
        kept: Collection[str],
        means: Collection[str],
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The same as `Step.through_time`, by kernels."""
        like = next(iter(known.values()))
        dtype, kernel = like.dtype, partial(self._kernel, self.kernels[like.device.type])
        n_site, n_member = next(iter(stores.values())).shape
        shape = (n_time, n_site, n_member)
        # Inputs by how they vary: (site, member), (time, site) or (time, site, member). Those by site may be of fewer
        # sites than there are stores, each for equally many.
        by_site = {k: v.squeeze(-1) for k, v in known.items() if v.shape[0] > 1 and v.shape[2] == 1}
        others = {k: repeated(v, n_site) for k, v in known.items() if k not in by_site}
        constant = {k: v.squeeze(0).expand(shape[1:]) for k, v in others.items() if v.shape[0] == 1}
        by_cell = {k: v.expand(shape) for k, v in others.items() if v.shape[0] > 1}
        program, weights = self._program(tuple(known), dtype), network_weights(self.step)
        assert isinstance(program, Program), program
        plan = Plan(program, tuple(by_site), tuple(by_cell), tuple(constant), tuple(kept), tuple(means))
        inputs = {k: v.to(dtype) for k, v in (by_site | by_cell | constant).items()}
        tensors = [*inputs.values(), *stores.values(), *(w.to(dtype) for w in weights.values())]
        run = Launch(plan, kernel, shape, dtype, tuple(w.shape for w in weights.values()), torch.is_grad_enabled())
        results = Function.apply(run, *tensors)
        final, values = results[: len(stores)], results[len(stores) :]
        return dict(zip((*kept, *means), values, strict=True)), dict(zip(stores, final, strict=True))

    @staticmethod
    @contextmanager
    def on_series(processes: tuple[Process, ...], n_days: int, n_sites: int) -> Iterator[None]:
        """In force while processes run on whole series: kernels for some operations, small problems on one thread."""
        threads = torch.get_num_threads()
        # The number of threads is global to the process: only its main thread may change it for a moment.
        alone = n_days * n_sites < WORTH_THREADS and threading.current_thread() is threading.main_thread()
        try:
            if alone:
                torch.set_num_threads(1)
            convolves, sweeps = any(p.memory for p in processes), any(p.joins_sites for p in processes)
            with FusedConvolution() if convolves else nullcontext(), FusedSweep() if sweeps else nullcontext():
                yield
        finally:
            if alone:
                torch.set_num_threads(threads)

    def _kernel(self, kind: type[Kernel], plan: Plan, dtype: torch.dtype, n_member: int) -> Kernel:
        """The kernel for a plan, made once."""
        variant = kind.variant(n_member)
        key = kind, plan.key, dtype, variant
        if key not in self._kernels:
            self._kernels[key] = kind(plan, dtype, variant)
        return self._kernels[key]

    def _program(self, names: tuple[str, ...], dtype: torch.dtype) -> Program | str:
        """The program with the inputs named, or why there is none."""
        # A trace bakes plain attributes in, so a change of one asks for a new trace.
        key = (names, dtype, self._options())
        if key not in self._programs:
            try:
                self._programs[key] = trace(self.step, names, dtype)
            except Untraceable as obstacle:
                self._programs[key] = str(obstacle)
        return self._programs[key]

    def _options(self) -> tuple:
        """What a trace treats as constant: types and plain attributes of all modules, shapes of weights."""
        modules = [m for p in self.step.processes for m in p.modules()]
        plain = [(type(m), *((k, _held(v)) for k, v in vars(m).items() if k not in OWN)) for m in modules]
        return *plain, *((k, w.shape) for k, w in network_weights(self.step).items())


def _held(value):
    """The value of a plain attribute in a form that can be compared; for unknown objects only their type."""
    if isinstance(value, bool | int | float | str | None) or inspect.isroutine(value):
        return value
    if is_dataclass(value):
        return type(value), _held(vars(value))
    if isinstance(value, set | frozenset):
        return frozenset(map(_held, value))
    if isinstance(value, Mapping):
        return tuple((k, _held(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_held, value))
    if isinstance(value, Tensor | np.ndarray):
        array = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value)
        return array.shape, array.dtype, array.tobytes()
    return type(value)
