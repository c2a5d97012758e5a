"""How long what was learned takes to ask. `pytest -m benchmark -n 0 -s tests/benchmarks/test_learned_times.py`."""

import numpy as np
import pytest

from dgviz.experiment.runs import list_runs
from dgviz.paths import data_folder
from dgviz.sensitivity import (
    attribute_contributions,
    attribute_response,
    global_target_sensitivity,
    identifiability,
    loss_slice,
    partial_dependence,
)
from dgviz.sensitivity.target_statistics import TargetStatistics
from dgviz.sensitivity.unit_cube import UnitCube
from tests.benchmarks.timing import median_time

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def run():
    return {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]


@pytest.fixture(scope="module")
def site(run, delaware):
    """Two years of one site with 16 members."""
    return run.at(delaware, "01439500", "1979-01-01", "1980-12-31")


def timed(what, work, rounds=5) -> float:
    """The median of several calls, in seconds, after a first that compiles."""
    seconds = median_time(work, rounds)
    print(f"\n{what}: median {seconds:.3f} s")
    return seconds


def test_identifiability_of_a_site_takes_three_tenths_of_a_second(site):
    def work():
        found = identifiability(site)
        loss_slice(site, found.eigenvector.isel(direction=[0, -1]))

    assert timed("identifiability with a loss slice", work) < 0.3


def test_simulations_of_sobol(site):
    statistics_of_site = TargetStatistics(site)
    cube = UnitCube(statistics_of_site.parameters)
    places = np.random.default_rng(0).random((14 * 1024, 14))
    timed("14 x 1024 simulations", lambda: cube.run(statistics_of_site, places))
    timed("Morris, Sobol and derivatives", lambda: global_target_sensitivity(site), 2)


def test_what_the_network_learned(run, delaware):
    model, seen = run.model(delaware), run.seen(delaware)
    for what in (attribute_response, attribute_contributions):
        timed(what.__name__, lambda what=what: what(model, seen, run.config.target))
    timed("partial_dependence", lambda: partial_dependence(model, seen, run.config.target, "area"))
