"""How fast many simulations and derivatives of one site are.

`pytest -m benchmark -s tests/benchmarks/test_sample_times.py`.
"""

import statistics
import time

import pytest
import torch

from dgviz.cli.engine_times import Workload
from dgviz.datasets import open_dataset
from dgviz.experiment.runs import list_runs
from dgviz.learn.losses import nse
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import forcing_triangle, hessian, parameter_response
from dgviz.sensitivity.pathways import in_double

pytestmark = pytest.mark.benchmark
N_SAMPLE = 1024


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def site():
    """A trained model at a gauge, two years and a year of warm-up, 16 members."""
    run = {run.id: run for run in list_runs("data/runs")}["delaware-hbv"]
    return run.at(open_dataset("delaware"), "01439500", "1979-01-01", "1980-12-31")


def milliseconds(work, n=9):
    """The median and the best time, after a first one that compiles."""
    work()
    taken = []
    for _ in range(n):
        begun = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(taken), min(taken)


def test_a_thousand_parameter_sets_take_thirty_milliseconds():
    workload = Workload(1, 1096, 1)
    model, target = workload.model(), workload.target
    random = torch.Generator().manual_seed(0)
    samples = {}
    for name, parameter in model.of(Parameter).items():
        low, high = parameter.range
        samples[name] = low + (high - low) * torch.rand(1, 1, N_SAMPLE, 1, generator=random)
    copies = {name: values[:, 0] for name, values in samples.items()}
    forcings = {name: values.expand(-1, N_SAMPLE, -1).contiguous() for name, values in workload.forcings.items()}
    with torch.no_grad():
        as_sites = milliseconds(lambda: model.mean(forcings, copies, [target]))
        as_samples = milliseconds(lambda: model.map(workload.forcings, samples, [target]))
    print(f"\n1024 x 1096 x 1, median and best in ms: as samples {as_samples}, as sites {as_sites}")
    assert as_samples[0] < 30


def test_derivatives_of_one_site(site):
    target = site.tensors.target[site.tensors.warmup :]
    found = {
        "parameters through time": milliseconds(lambda: parameter_response(site)),
        "triangle": milliseconds(lambda: forcing_triangle(site, "prcp"), 5),
        "triangle, double": milliseconds(lambda: forcing_triangle(in_double(site), "prcp"), 5),
        "Hessian, double": milliseconds(
            lambda: hessian(in_double(site), list(site.learned), lambda flow: nse(flow, target.to(flow))), 5
        ),
    }
    print("\n731 days, 16 members, median and best in ms")
    for name, taken in found.items():
        print(f"{name}: {taken[0]:.0f} {taken[1]:.0f}")
    assert found["parameters through time"][0] < 100 and found["triangle"][0] < 300
