"""Training on some of the sites of a run, while all are predicted."""

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.config import ConfigError
from dgviz.experiment.job import carry_out
from dgviz.experiment.leakage import leaks
from dgviz.experiment.learnable import remarks_of
from dgviz.experiment.predict import predict
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import folds_of, trained_on

SOME = ("01411500", "01413500")


def trained(config, folder):
    run = Run.create(config, folder)
    carry_out(run)
    return run


@pytest.fixture(scope="module")
def run(small, tmp_path_factory):
    """A run on two of four sites."""
    return trained(small.edited(trained_sites=SOME), tmp_path_factory.mktemp("some"))


def test_all_sites_have_results_and_those_not_trained_on_are_marked(run, small):
    results = run.results()
    assert tuple(results.site.values) == small.sites
    assert results.nse.notnull().all() and results.streamflow.notnull().all()
    assert results.site.values[results.held_out.values].tolist() == [s for s in small.sites if s not in SOME]


@pytest.mark.parametrize("options", [{}, dict(dynamic=("beta",)), dict(predictor="corrected")], ids=str)
def test_what_is_learned_is_what_a_run_on_those_sites_alone_learns(options, small, tmp_path):
    one = trained(small.edited(trained_sites=SOME, **options), tmp_path)
    other = trained(small.edited(sites=SOME, **options), tmp_path)
    assert [r["loss"] for r in one.progress] == pytest.approx([r["loss"] for r in other.progress], rel=1e-5)
    mine = one.results().sel(site=list(SOME))
    xr.testing.assert_allclose(mine.streamflow, other.results().streamflow, rtol=1e-4)
    assert one.inputs.ranges == other.inputs.ranges


def test_the_other_sites_are_never_trained_on(small, delaware, tmp_path, monkeypatch):
    def scrambled(config):
        dataset = original(config)
        others = ~np.isin(dataset.site.values, SOME)
        flow = dataset.streamflow.copy()
        flow[:, others] = flow[:, others].values[::-1] + 5
        return dataset.assign(streamflow=flow)

    first = trained(small.edited(trained_sites=SOME), tmp_path)
    original = Run.dataset.__globals__["dataset_of"]
    monkeypatch.setattr("dgviz.experiment.runs.dataset_of", scrambled)
    second = trained(small.edited(trained_sites=SOME), tmp_path)
    weights, others = first.weights()[0][0], second.weights()[0][0]
    assert all(weights[name].equal(others[name]) for name in weights)
    assert not first.results().nse.equals(second.results().nse)


def test_states_and_simulations_follow_at_every_site(run, small, delaware):
    days = "1979-04-01", "1979-05-30"
    for site in small.sites:
        simulated = run.simulate(delaware, site, *days).streamflow
        np.testing.assert_allclose(simulated, run.results().streamflow.sel(site=site, time=slice(*days)), rtol=1e-4)


def test_it_is_counted_over_the_sites_trained_on(run):
    results = run.results()
    assert tuple(trained_on(run.config, results).site.values) == SOME
    assert trained_on(run.config.edited(trained_sites=()), results) is results


def test_predictions_elsewhere_are_compared_with_what_was_trained_on(run, delaware):
    inside = run.inputs.ranges["area"]
    areas = delaware.area.sel(site=list(SOME)).values
    assert inside == pytest.approx([areas.min(), areas.max()])
    assert predict(run, delaware, [run.sites[1]]).streamflow.notnull().all()


def test_sites_that_share_water_are_trained_on_all_the_same_and_it_is_said(delaware, small):
    config = small.edited(sites=(), trained_sites=tuple(delaware.site.values[20:40]))
    (fold,) = folds_of(config, delaware)
    assert fold.trained == tuple(range(20, 40)) and len(fold.held) == len(delaware.site) - 20
    (leak,) = [leak for leak in leaks(config, delaware) if "not trained on" in leak]
    assert "share water" in leak and "holdout='sites'" in leak
    assert not any("not trained on" in leak for leak in leaks(config.edited(trained_sites=()), delaware))


def test_remarks_on_what_is_learned_are_of_the_sites_trained_on(small, delaware):
    dataset = delaware.sel(site=list(small.sites)).copy()
    dataset.streamflow[:90, 1] = np.nan
    said = [remark.about for remark in remarks_of(small, dataset) if "not trained on" in remark.text]
    assert said == [small.sites[1]]
    assert not any("not trained on" in r.text for r in remarks_of(small.edited(trained_sites=SOME), dataset))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(holdout="folds"), "trained_sites names the sites to train on, and holdout 'folds' those not to"),
        (dict(parameters="sites"), "parameters 'sites' learns a set for every site trained on, and has none"),
    ],
)
def test_what_cannot_go_together_is_refused(options, message, small):
    with pytest.raises(ConfigError, match=message):
        small.edited(trained_sites=SOME, **options)


def test_a_site_that_is_not_of_the_run_is_named(small, tmp_path):
    run = Run.create(small.edited(trained_sites=("01411501",)), tmp_path)
    with pytest.raises(ConfigError, match="trained_sites: the run has no site '01411501'.*Did you mean"):
        carry_out(run)
