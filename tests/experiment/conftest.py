"""What several tests of runs use."""

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run on a small world of known law, done: to be read and copied, not changed."""
    config = RunConfig(data="twin:hydrology,sites=3,years=3", members=2, hidden=4, epochs=2, warmup=30, window=60)
    run = Run.create(config, tmp_path_factory.mktemp("trained"))
    carry_out(run)
    return run
