"""A shipped run at one site, in the precision in which derivatives can be judged."""

from pathlib import Path

import pytest

import dgviz
from dgviz.sensitivity.pathways import in_double

RUNS = Path(dgviz.__file__).parents[1] / "data" / "runs"


def shipped(run_id, site="", start="", stop=""):
    """A run that comes with the data, at a site (the first), over these days (all), in double precision."""
    run = {run.id: run for run in dgviz.list_runs(RUNS)}[run_id]
    dataset = run.dataset()
    days = dataset.indexes["time"]
    site = site or str(dataset.site.values[0])
    return in_double(run.at(dataset, site, start or f"{days[0]:%Y-%m-%d}", stop or f"{days[-1]:%Y-%m-%d}"))


@pytest.fixture(scope="session")
def gauge():
    """HBV at the East Branch Delaware, a winter with snow to the end of the next."""
    return shipped("delaware-hbv", "01439500", "1979-01-01", "1980-06-30")
