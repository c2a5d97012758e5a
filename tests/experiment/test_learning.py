"""A run in training is simulated with what it has learned so far."""

import pytest
import xarray as xr

from dgviz.experiment.job import carry_out
from dgviz.experiment.learning import Learning
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run

DAYS = "1979-04-01", "1979-05-30"


def simulations_of(config, folder, delaware):
    """What `Learning` simulates after each epoch of a run, and the run."""
    run, seen = Run.create(config, folder), []
    learning = Learning(run, delaware, config.sites[1], *DAYS)
    with pytest.raises(RunError, match="has finished no epoch yet; it is waiting"):
        learning.site_model()
    carry_out(run, lambda _: seen.append(learning.site_model().simulate()))
    return seen, run


@pytest.mark.parametrize(
    "options", [{}, dict(parameters="sites"), dict(dynamic=("beta",)), dict(predictor="corrected")], ids=str
)
def test_the_hydrograph_moves_with_every_epoch_and_ends_as_that_of_the_run(options, small, delaware, tmp_path):
    (first, last), run = simulations_of(small.edited(**options), tmp_path, delaware)
    assert abs(first.streamflow - last.streamflow).max() > 1e-6
    xr.testing.assert_allclose(last, run.simulate(delaware, run.sites[1], *DAYS), rtol=1e-5)


def test_of_several_parts_it_is_the_one_in_training(small, delaware, tmp_path):
    seen, run = simulations_of(small.edited(seeds=2, epochs=1), tmp_path, delaware)
    weights = run.weights()[0]
    assert len(seen) == len(weights) == 2 and not seen[0].streamflow.equals(seen[1].streamflow)


def test_a_run_that_starts_from_another_begins_with_its_hydrograph(small, delaware, tmp_path):
    done = Run.create(small, tmp_path)
    carry_out(done)
    config = small.edited(start_from=done.id, epochs=1, learning_rate=1e-6)
    (begun,), _ = simulations_of(config, tmp_path, delaware)
    expected = done.simulate(delaware, small.sites[1], *DAYS)
    xr.testing.assert_allclose(begun.streamflow, expected.streamflow, rtol=1e-3)


def test_days_that_are_not_on_record_are_refused(done_run, delaware):
    with pytest.raises(RunError, match="There is no day from 1990-01-01"):
        Learning(done_run, delaware, done_run.sites[0], "1990-01-01", "1990-02-01").site_model()
