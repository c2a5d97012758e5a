"""How long maps of all sites take. `pytest -m benchmark -n 0 -s tests/benchmarks/test_map_times.py`."""

import time

import pytest

from dgviz.datasets import DataError, camels_us
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run, list_runs
from dgviz.sensitivity import mean_response, mechanisms, memory_of_sites
from dgviz.ui.session.simulation import Simulation
from tests.benchmarks.timing import median_time

pytestmark = pytest.mark.benchmark
WAYS = ["rainfall", "snow_outflow"]
N_BASINS, TEN_YEARS = 368, "1985-10-01/1995-09-30"
AT_ONCE = 32  # basins of which all peaks are asked together


def test_maps_of_the_delaware_take_a_second():
    run = {run.id: run for run in list_runs("data/runs")}["delaware-hbv"]
    simulation = Simulation(run, run.dataset(), "01439500", "1979-01-01", "1980-12-31")
    maps = {
        "elasticities": lambda: simulation.elasticity_of_all("prcp"),
        "memory": lambda: simulation.memory_of_all("prcp"),
    }
    for name, make in maps.items():
        seconds = median_time(make)
        print(f"\n{name} of 94 gauges over two years: {1000 * seconds:.0f} ms")
        assert seconds < 1


@pytest.fixture(scope="module")
def camels(tmp_path_factory):
    """A run of one epoch at all prepared basins."""
    try:
        camels_us.file_of()
    except DataError as error:
        pytest.skip(str(error))
    options = dict(data="camels_us", epochs=1, train_period="1981-10-01/1985-09-30", test_period=TEN_YEARS)
    run = Run.create(RunConfig(domain="hydrology").edited(**options), tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


@pytest.mark.parametrize("name", ["mean response", "memory", "all peaks"])
def test_maps_of_camels_take_half_a_minute(camels, name):
    dataset = camels.dataset()
    sites = [str(site) for site in camels.results().site.values[:N_BASINS]]
    began = time.perf_counter()
    if name == "all peaks":
        groups = [sites[i : i + AT_ONCE] for i in range(0, len(sites), AT_ONCE)]
        parts = [part for group in groups for part in camels.at_all(dataset, group, *TEN_YEARS.split("/"))]
        n_peaks = sum(mechanisms(part, WAYS).sizes["peak"] for part in parts)
        name = f"{n_peaks} peaks"
    else:
        (part,) = camels.at_all(dataset, sites, *TEN_YEARS.split("/"))
        mean_response(part) if name == "mean response" else memory_of_sites(part, "prcp")
    seconds = time.perf_counter() - began
    print(f"\n{name} of {len(sites)} basins over ten years: {seconds:.1f} s")
    assert seconds < 30
