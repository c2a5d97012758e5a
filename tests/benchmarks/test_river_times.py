"""A river by kernels and by the torch loop. `pytest -m benchmark -s tests/benchmarks/test_river_times.py`."""

import statistics
import time
from contextlib import nullcontext

import pytest
import torch

from dgviz import open_dataset
from dgviz.domains import discover
from dgviz.engine.sweep import FusedSweep
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Attribute

pytestmark = pytest.mark.benchmark
DAYS, MEMBERS = 731 + 365, 4
BEFORE = 8  # steps a day, when the river ran in torch only


@pytest.fixture(scope="module")
def model():
    return discover()["hydrology"].build(routing="MuskingumCunge")


@pytest.fixture(scope="module")
def delaware(model):
    """What the model reads of all 456 reaches, the two years of data and one of them again before."""
    record = Tensors.of(open_dataset("delaware_river"), model.forcings, ["area"], "streamflow", "cpu")
    n_days, n_sites = record.target.shape
    days = (torch.arange(DAYS) % n_days)[:, None].expand(-1, n_sites)
    return record.take(days, torch.arange(n_sites)).forcings


def timed(work):
    """A result and the processor time (s) it took: other work on the machine does not count."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def routed(process, given, fused):
    """Seconds of one run of the river alone and of its gradients."""
    with FusedSweep() if fused else nullcontext():
        flow, forward = timed(lambda: process(**given)["streamflow"])
    _, backward = timed(lambda: torch.autograd.grad(flow.square().mean(), [given["baseflow"], given["manning_n"]]))
    return forward, backward


def test_the_river_is_ten_times_faster_than_in_torch(model, delaware):
    process = model.processes[-1]
    n_sites = delaware["reach"].shape[1]
    random = torch.Generator().manual_seed(0)
    given = {
        k: v.double() for k, v in delaware.items() if k in process.reads and isinstance(model.inputs[k], Attribute)
    }
    given["baseflow"] = (20 * torch.rand(DAYS, n_sites, 1, generator=random).double() ** 6 + 0.2).requires_grad_()
    given["manning_n"] = torch.full((1, n_sites, 1), 0.05, dtype=torch.float64).requires_grad_()
    gains = {}
    for n_steps in (BEFORE, process.n_steps):
        process.n_steps = n_steps
        routed(process, given, fused=True)  # compiles
        # In the loop a round takes half a minute with all steps.
        rounds = 3 if n_steps == BEFORE else 1
        times = [[routed(process, given, fused) for fused in (True, False)] for _ in range(rounds)]
        kernel, loop = (torch.tensor([t[i] for t in times]).median(0).values.tolist() for i in range(2))
        print(
            f"\n{DAYS} days of {n_steps} steps, seconds forward and backward:", *(f"{v:.2f}" for v in (*kernel, *loop))
        )
        gains[n_steps] = sum(loop) / sum(kernel)
        print(f"{gains[n_steps]:.0f} times faster")
    assert min(gains.values()) > 10


def test_the_adjoint_of_a_day_at_the_mouth_takes_two_seconds(model, delaware):
    """Of the flow at the reach with most land above it, to rain on all reaches on all days before."""
    outlet = int(open_dataset("delaware_river").area.values.argmax())
    parameters = {k: v.expand(1, delaware["reach"].shape[1], MEMBERS) for k, v in model.defaults().items()}
    rain = delaware["prcp"].clone().requires_grad_()

    def adjoint():
        flow = model.mean(delaware | {"prcp": rain}, parameters, ["streamflow"], backend="fused")["streamflow"]
        return torch.autograd.grad(flow[-1, outlet], rain)[0]

    adjoint()
    results = [timed(adjoint) for _ in range(5)]
    seconds = statistics.median(t for _, t in results)
    print(f"\n{seconds:.2f} s; by {int((results[0][0] != 0).any(-1).any(0).sum())} reaches")
    assert seconds < 2
