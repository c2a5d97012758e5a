"""How fast the backends run a domain's default model: forward, backward, both, compilation and memory."""

import platform
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from os import environ
from pathlib import Path
from unittest import mock

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from dgviz.engine import n_processors, n_threads
from dgviz.experiment.config import RunConfig
from dgviz.experiment.sources import open_dataset
from dgviz.learn.networks import scale
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.processes.model import Backend, ProcessModel

BACKENDS = ("torch", "fused")
SIZES = ((1, 730, 16), (10, 730, 16), (100, 730, 16))  # sites, days, members
PRINTED = ("forward_median", "backward_median", "both_median", "compile", "cached")  # in milliseconds
ROUNDS = 5
FUSED_IN_A_ROUND = 5  # the fused kernels are so fast that they can be timed more often

Times = dict[str, float]


class Workload:
    """Real weather of the Delaware repeated to a number of sites and days, and random parameters to be learned."""

    def __init__(self, sites: int, days: int, members: int, dynamic: Sequence[str] = (), device: str = "cpu"):
        self.config, self.device = RunConfig(dynamic=tuple(dynamic)), device
        self.target = self.config.target
        model, dataset = self.model(), open_dataset("delaware")
        record = Tensors.of(dataset, model.forcings, ["area"], self.target, device)
        n_days, n_sites = record.target.shape
        chosen = torch.arange(sites, device=device) % n_sites
        tensors = record.take((torch.arange(days, device=device) % n_days)[:, None].expand(-1, sites), chosen)
        self.forcings = tensors.forcings
        random = torch.Generator().manual_seed(0)
        self.parameters: dict[str, Tensor] = {}
        for name, parameter in model.of(Parameter).items():
            # (1 or time, site, 1 parameter, member)
            raw = torch.randn(days if name in dynamic else 1, sites, 1, members, generator=random).to(device)
            self.parameters |= {k: v.requires_grad_() for k, v in scale(raw, {name: parameter}).items()}

    def model(self) -> ProcessModel:
        """A model that has not run yet."""
        return self.config.build().to(self.device)

    def time(self, model: ProcessModel, backend: Backend) -> tuple[float, float]:
        """Seconds of one simulation of the target and of the gradients of all parameters."""
        begun = self._now()
        flow = model.mean(self.forcings, self.parameters, [self.target], backend=backend)[self.target]
        loss, simulated = flow.square().mean(), self._now()
        torch.autograd.grad(loss, list(self.parameters.values()))
        return simulated - begun, self._now() - simulated

    def _now(self) -> float:
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def peak_bytes(self, model: ProcessModel, backend: Backend) -> int:
        """The most memory that a simulation and its gradients take beside the inputs."""
        if self.device == "cuda":
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            self.time(model, backend)
            return torch.cuda.max_memory_allocated() - before
        environ.setdefault("KINETO_LOG_LEVEL", "99")  # else the profiler writes its own messages to the terminal
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
            self.time(model, backend)
        # The running sum of what was allocated and freed.
        now = peak = 0
        for event in profiled.profiler.kineto_results.events():
            if event.name() == "[memory]":
                now += event.nbytes()
                peak = max(peak, now)
        return peak


def time_backends(workload: Workload, backends: Sequence[Backend]) -> dict[str, Times]:
    """Times of each backend in seconds, taken in turn in this process, and peak memory in bytes.

    "compile" is what a first run takes longer than later ones when nothing is kept on disk, "cached" when it is.
    """
    models = {backend: workload.model() for backend in backends}
    starts = {backend: _starts(workload, backend) for backend in backends}
    taken: dict[Backend, list[tuple[float, float]]] = {backend: [] for backend in backends}
    for backend, model in models.items():
        workload.time(model, backend)
    # In turn, so that other work on the machine slows all of them alike.
    for _ in range(ROUNDS):
        for backend, model in models.items():
            for _ in range(FUSED_IN_A_ROUND if backend == "fused" else 1):
                taken[backend].append(workload.time(model, backend))
    return {
        backend: _summary(taken[backend], starts[backend]) | {"peak_bytes": workload.peak_bytes(model, backend)}
        for backend, model in models.items()
    }


def _starts(workload: Workload, backend: Backend) -> tuple[float, float]:
    """Seconds of the first run of a new model: with nothing on disk, and with what that left there."""
    if backend == "torch":
        return 0.0, 0.0
    with _empty_cache():
        first, second = (sum(workload.time(workload.model(), backend)) for _ in range(2))
        return first, second


@contextmanager
def _empty_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(environ, DGVIZ_CACHE=folder):
        yield


def _summary(taken: list[tuple[float, float]], starts: tuple[float, float]) -> Times:
    # [(forward, backward), ...] -> all forward times, all backward times
    forward, backward = zip(*taken, strict=True)
    both = [sum(one) for one in taken]
    usual = statistics.median(both)
    compiling, cached = (max(0.0, start - usual) for start in starts)
    return {
        "forward_median": statistics.median(forward),
        "backward_median": statistics.median(backward),
        "both_median": usual,
        "both_best": min(both),
        "compile": compiling,
        "cached": cached,
    }


def machine(device: str = "cpu") -> Mapping[str, str]:
    """What the times depend on."""
    return {
        "processor": _processor(),
        "threads": f"{n_threads()} of {n_processors()} processors",
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "python": platform.python_version(),
        **{name: version(name) for name in ("dgviz", "torch", "llvmlite")},
    }


def _processor() -> str:
    """The processor's name as the system has it."""
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].partition(":")[2].strip() if names else platform.processor() or platform.machine()
