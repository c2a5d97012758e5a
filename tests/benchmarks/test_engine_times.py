"""What the fused kernels gain over the torch loop. `pytest -m benchmark -s tests/benchmarks/test_engine_times.py`."""

import statistics

import pytest
import torch

from dgviz.cli.engine_times import Workload, time_backends
from dgviz.engine import n_threads

pytestmark = pytest.mark.benchmark


@pytest.fixture(autouse=True)
def all_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_the_kernels_are_fifty_times_faster_than_the_loop():
    times = time_backends(Workload(100, 730, 16), ["torch", "fused"])
    loop, fused = times["torch"], times["fused"]
    gain = loop["both_median"] / fused["both_median"]
    print(f"\n100 x 730 x 16 on {n_threads()} threads, {gain:.0f} times faster")
    for name, taken in times.items():
        print(name, {k: f"{v / 1e6:.1f} MB" if k == "peak_bytes" else f"{1e3 * v:.1f} ms" for k, v in taken.items()})
    assert gain > 50
    assert fused["compile"] < 1 and fused["cached"] < 0.1
    assert fused["peak_bytes"] < 40e6


@pytest.mark.parametrize("dynamic", [(), ("beta", "k0", "uzl")], ids=["static", "three dynamic"])
def test_one_basin_takes_two_milliseconds(dynamic):
    times = time_backends(Workload(1, 730, 16, dynamic), ["fused"])["fused"]
    print(f"\n1 x 730 x 16: {1e3 * times['both_median']:.2f} ms, best {1e3 * times['both_best']:.2f}")
    assert times["both_median"] < 2e-3


def test_the_cost_is_linear_in_sites_days_and_members():
    sizes = [(s, d, 16) for s in (1, 10, 100, 569) for d in (365, 730, 3653, 10957)]
    sizes += [(100, 730, m) for m in (1, 2, 5, 8, 32, 64, 256)]
    print("\nsites   days  members     ms   ns per site, day and member")
    costs = {}
    for size in sizes:
        workload = Workload(*size)
        model = workload.model()
        workload.time(model, "fused")
        both = statistics.median(sum(workload.time(model, "fused")) for _ in range(5))
        costs[size] = 1e9 * both / (size[0] * size[1] * size[2])
        print(f"{size[0]:5} {size[1]:6} {size[2]:8} {1e3 * both:8.2f} {costs[size]:8.2f}")
    usual = costs[100, 730, 16]
    assert all(cost < 1.5 * usual for (sites, _, members), cost in costs.items() if sites >= 100 and members >= 16)
