"""How long the pictures of a sensitivity take from a click on: library and loading of the site, once warm."""

import pytest

from dgviz.experiment.runs import list_runs
from dgviz.processes.balance import substances
from dgviz.sensitivity import identifiability
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.steps import STEPS
from tests.benchmarks.timing import median_time

SITE = "01439500"
# What is asked, and the seconds within which it is to be there on two cores.
LIMITS = {
    "what matters": 0.1,
    "gradient hydrograph": 0.1,
    "fate of one unit": 0.1,
    "parameters through time": 0.1,
    "the account of a parameter": 0.1,
    "why this high": 0.3,
    "identifiability": 0.3,
    "triangle": 0.3,
}


@pytest.fixture(scope="module")
def asked():
    """What can be asked of the shipped run at a gauge over its two years."""
    run = {run.id: run for run in list_runs("data/runs")}["delaware-hbv"]
    dataset = run.dataset()
    simulation = Simulation(run, dataset, SITE, "1979-01-01", "1980-12-31")
    moment = STEPS["day"].stamp("1979-03-05")
    units = next(iter(substances(run.config.build())))
    return {
        "what matters": lambda: simulation.what_matters("mean", moment),
        "gradient hydrograph": lambda: simulation.forcing_response("prcp", moment),
        "fate of one unit": lambda: simulation.fate("prcp", moment, units),
        "parameters through time": simulation.parameter_response,
        "the account of a parameter": lambda: simulation.conservation("fc", units),
        "why this high": lambda: simulation.why(moment, ["rainfall", "snow_outflow"]),
        "identifiability": lambda: identifiability(simulation.site_model()),
        "triangle": lambda: simulation.triangle("prcp"),
    }


@pytest.mark.benchmark
@pytest.mark.parametrize("what", LIMITS)
def test_an_answer_is_there_soon_after_the_click(asked, what):
    seconds = median_time(asked[what])
    print(f"{what}: {1000 * seconds:.0f} ms (to be within {1000 * LIMITS[what]:.0f} ms)")
    assert seconds <= LIMITS[what]
