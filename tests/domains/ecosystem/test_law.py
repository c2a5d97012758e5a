"""A run on the twin finds the law that made it, and the stress that no one told it."""

import numpy as np
import pytest

from dgviz import Run, RunConfig, carry_out, open_dataset
from dgviz.checks import check_physics


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The P-model with learned stress on the twin, whose stress is a parabola of soil moisture."""
    config = RunConfig(data="twin:ecosystem").preset("P-model, learned stress").edited(epochs=60, learning_rate=0.02)
    run = Run.create(config, tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


def test_the_law_is_found(trained):
    results, truth = trained.results(), open_dataset("twin:ecosystem")
    for name, least in (("yield_scale", 0.95), ("beta_cost", 0.65)):
        found = results[name].mean("member")
        assert np.corrcoef(found, truth[f"true_{name}"])[0, 1] > least, name
    assert float(results.yield_scale.mean()) == pytest.approx(float(truth.true_yield_scale.mean()), rel=0.1)
    assert float(results.nse.sel(period="test").median()) > 0.93


def test_the_stress_is_found_to_its_level(trained):
    """That of a tower on average, and that of every month at the tower with the driest soil."""
    results, truth = trained.results(), open_dataset("twin:ecosystem")
    mean = truth.true_stress.mean("time")
    assert np.corrcoef(results.mean_stress, mean)[0, 1] > 0.98
    assert float(abs(results.mean_stress - mean).max()) < 0.05
    driest = str(truth.site.values[int(mean.values.argmin())])
    first, last = truth.attrs["test_period"].split("/")
    simulated = trained.simulate(truth, driest, first, last)
    assert np.corrcoef(simulated.stress, truth.true_stress.sel(site=driest, time=slice(first, last)))[0, 1] > 0.95


def test_it_keeps_what_light_dry_air_and_warmth_ask_for(trained):
    truth = open_dataset("twin:ecosystem")
    coldest = str(truth.site.values[int(truth.t_mean.values.argmin())])
    period = truth.attrs["test_period"].split("/")
    outcomes = {
        r.check: r.outcome for r in check_physics(trained.at(truth, coldest, *period), trained.config.science.checks)
    }
    assert outcomes["no_light_no_carbon"] == outcomes["dry_air_closes_stomata"] == "passed"
    assert outcomes["warmer_spring_gains"] == "passed"
    assert outcomes["restart_is_one_run"] != "failed" and outcomes["no_response_to_the_future"] == "passed"
