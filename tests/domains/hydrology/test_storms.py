"""Design storms fill the soil: the larger, the more of them runs off."""

import pytest

from dgviz.domains.hydrology.evaluation.storms import STORMS, runoff
from dgviz.experiment.runs import list_runs
from dgviz.paths import data_folder


@pytest.fixture(scope="module")
def site(delaware):
    """The shipped HBV at one gauge, in the test period."""
    run = {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]
    return run.at(delaware, "01439500", "1980-01-01", "1980-12-31")


def test_the_larger_the_storm_the_more_of_it_runs_off_as_the_soil_fills(site):
    shares = [runoff(site, storm) for storm in STORMS.values]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] <= 1
