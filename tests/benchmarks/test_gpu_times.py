"""How long the kernels for the GPU take. `pytest -m benchmark -s tests/benchmarks/test_gpu_times.py`."""

import statistics

import pytest
import torch

from dgviz.domains import discover
from dgviz.learn.networks import ParameterNetwork
from dgviz.processes.declare import Parameter
from tests.conftest import make_example

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]

N_TIME, N_MEMBER = 730, 16
ESTIMATES = {100: "0.5-0.8", 569: "0.5-0.8", 5000: "about 1"}  # ms, from code compiled for an H200


def times(work, n=20):
    """Milliseconds of some runs, after two that compile."""
    found = []
    for _ in range(n + 2):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        end.synchronize()
        found.append(begin.elapsed_time(end))
    return found[2:]


def time_of_kernels(work):
    """Milliseconds for which our kernels run on the GPU, without what Python needs to launch them."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        work()
        torch.cuda.synchronize()
    ours = [event for event in profile.key_averages() if event.key in ("forward", "backward")]
    return sum(event.device_time_total for event in ours) / 1000


def on_the_gpu(model, **sizes):
    """Forcings and parameters in single precision."""
    given = make_example(model, **sizes, dtype=torch.float32)
    return tuple({k: v.detach().cuda() for k, v in named.items()} for named in given)


@pytest.mark.parametrize("n_site", ESTIMATES)
def test_two_years_there_and_back(n_site):
    model = discover()["hydrology"].build(pet="GivenPet", routing="NoRouting").cuda()
    forcings, parameters = on_the_gpu(model, n_time=N_TIME, n_site=n_site, n_member=N_MEMBER)
    wanted = [v.requires_grad_() for v in parameters.values()]
    parts = {}

    def there():
        parts["flow"] = model(forcings, parameters, only=["streamflow"], backend="fused")["streamflow"]

    def there_and_back():
        there()
        parts["gradients"] = torch.autograd.grad(parts["flow"].sum(), wanted)

    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    forward, both = (statistics.median(times(work)) for work in (there, there_and_back))
    memory = (torch.cuda.max_memory_allocated() - before) / 1e6
    print(
        f"\n{n_site} sites x {N_MEMBER} members x {N_TIME} days on {torch.cuda.get_device_name()}: forward "
        f"{forward:.2f} ms, with backward {both:.2f} ms, of which kernels {time_of_kernels(there_and_back):.2f} ms "
        f"(estimate: {ESTIMATES[n_site]} ms), {memory:.0f} MB"
    )
    assert all(g.isfinite().all() for g in parts["gradients"])


def test_a_training_step_with_an_lstm_of_256():
    model = discover()["hydrology"].build().cuda()
    n_site, n_time, dynamic = 100, 365, ("beta", "k1")
    forcings, _ = on_the_gpu(model, n_time=n_time, n_site=n_site, n_member=N_MEMBER)
    series = torch.cat([v.expand(n_time, n_site, 1) for v in forcings.values()], -1)
    attributes, observed = torch.randn(n_site, 30).cuda(), torch.rand(n_time, n_site, 1).cuda()
    network = ParameterNetwork(
        model.of(Parameter), 30, members=N_MEMBER, hidden=256, dynamic=dynamic, n_series=series.shape[-1]
    ).cuda()
    optimizer = torch.optim.Adam(network.parameters())

    def step():
        optimizer.zero_grad()
        flow = model(forcings, network(attributes, series)[0], only=["streamflow"])["streamflow"]
        (flow.mean(-1, keepdim=True) - observed).square().mean().backward()
        optimizer.step()

    milliseconds = statistics.median(times(step))
    print(f"\ntraining step, {n_site} sites x {N_MEMBER} members x {n_time} days: {milliseconds:.1f} ms")
    assert all(p.isfinite().all() for p in network.parameters())
