"""Folds and seeds are one job: it stops and goes on anywhere, and every site is predicted by what has not seen it."""

import itertools

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.experiment import data as inputs
from dgviz.experiment.config import ConfigError
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import folds_of

JOBS = {
    "folds": dict(holdout="folds", folds=2),
    "regions of a network": dict(holdout="regions", folds=2, predictor="network", dropout=0.3),
    "sites held out": dict(holdout="sites", held_sites=("01413500",), attributes_as="shuffled", climate="training"),
    "seeds of tables": dict(seeds=2, parameters="sites", dynamic=("k2",), dynamic_dropout=0.5),
    "folds and seeds": dict(
        holdout="folds", folds=2, seeds=2, predictor="corrected", parameters="shared", validation="period"
    ),
    "fixed": dict(parameters="fixed"),
}
DAYS = ("1979-01-01", "1979-05-30")


def trained(config, folder, stop_at=()):
    """A run, stopped after these numbers of epochs in all, and gone on with each time."""
    run = Run.create(config, folder)
    for number in stop_at:
        until(run, number)
    carry_out(run)
    return run


def until(run, number):
    """Train a run until it has so many epochs in all."""
    carry_out(run, lambda record: run.request("stop") if len(run.progress) == number else None)
    assert run.status == "stopped" and len(run.progress) == number
    return run


@pytest.fixture(scope="module", autouse=True)
def _read_once(delaware):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(inputs, "open_dataset", lambda name: delaware)
        yield


@pytest.fixture(scope="module", params=JOBS, ids=JOBS)
def jobs(request, small, tmp_path_factory):
    """The same run trained at once, and stopped between two parts and within the second, or within its only part."""
    config, folder = small.edited(**JOBS[request.param]), tmp_path_factory.mktemp("parts")
    whole = trained(config, folder)
    return whole, trained(config, folder, {0: (), 2: (1,)}.get(len(whole.progress), (2, 3)))


@pytest.fixture
def whole(jobs):
    return jobs[0]


def test_parts_report_in_turn(whole):
    config = whole.config
    n_folds = config.folds if config.holdout in ("folds", "regions") else 1
    n_parts = n_folds * config.seeds
    expected = [] if config.parameters == "fixed" else [(p + 1, e + 1) for p in range(n_parts) for e in range(2)]
    assert [(r["part"], r["epoch"]) for r in whole.progress] == expected
    assert {r["parts"] for r in whole.progress} <= {n_parts}
    names = [r["part_name"] for r in whole.progress]
    assert ("fold" in "".join(names)) == (n_folds > 1) and ("seed" in "".join(names)) == (config.seeds > 1)
    assert not expected or whole.progress[-1]["eta"] == 0 < whole.progress[0]["eta"]


def test_stopping_and_going_on_changes_no_bit(jobs):
    whole, parts = jobs
    first, second = (torch.load(run.folder / "weights.pt", weights_only=True) for run in jobs)
    assert [len(fold) for fold in first] == [len(fold) for fold in second]
    for one, other in zip(itertools.chain(*first), itertools.chain(*second), strict=True):
        assert all(one[name].equal(other[name]) for name in one)
    xr.testing.assert_identical(whole.results().load(), parts.results().load())
    assert [r["loss"] for r in whole.progress] == [r["loss"] for r in parts.progress]


def test_a_simulation_at_a_site_equals_its_results(whole, delaware):
    results = whole.results()
    for site in results.site.values:
        flow = whole.simulate(delaware, site, *DAYS).streamflow
        np.testing.assert_allclose(flow, results.streamflow.sel(site=site), rtol=1e-4, atol=1e-5, err_msg=site)


def test_every_site_is_predicted_by_the_model_that_has_not_seen_it(whole):
    results, config = whole.results(), whole.config
    folds = folds_of(config, whole.dataset())
    if config.holdout == "none":
        assert "fold" not in results
        return
    for number, fold in enumerate(folds):
        assert (results.fold.values[list(fold.held)] == number).all() and results.held_out[list(fold.held)].all()
    assert int(results.held_out.sum()) == sum(len(fold.held) for fold in folds)


def test_seeds_are_averaged_and_their_spread_is_kept(whole):
    results = whole.results()
    if whole.config.seeds == 1:
        assert "streamflow_low" not in results
        return
    low, mean, high = (results[f"streamflow{end}"].load() for end in ("_low", "", "_high"))
    assert (low <= mean).all() and (mean <= high).all() and float((high - low).max()) > 1e-3
    assert low.attrs["units"] == "mm d-1"
    assert all(results.sizes["member"] == 4 for name in results if "member" in results[name].dims)


def test_an_ensemble_is_the_mean_of_runs_from_its_seeds(small, tmp_path):
    both = trained(small.edited(seeds=2, seed=3), tmp_path).results()
    flows = xr.concat([trained(small.edited(seed=s), tmp_path).results().streamflow for s in (3, 4)], "seed")
    np.testing.assert_allclose(both.streamflow, flows.mean("seed"), rtol=1e-5)
    np.testing.assert_array_equal(both.streamflow_low, flows.min("seed"))
    np.testing.assert_array_equal(both.streamflow_high, flows.max("seed"))


def test_a_fold_is_the_run_that_holds_out_its_sites(small, tmp_path):
    folds = trained(small.edited(holdout="folds", folds=2), tmp_path)
    for fold in folds_of(folds.config, folds.dataset()):
        held = [small.sites[i] for i in fold.held]
        alone = trained(small.edited(holdout="sites", held_sites=tuple(held)), tmp_path)
        xr.testing.assert_equal(
            *(run.results()[["streamflow", "nse", "fc"]].sel(site=held).load() for run in (folds, alone))
        )


def stopped(config, folder, number):
    """A new run that was stopped after so many epochs in all."""
    return until(Run.create(config, folder), number)


@pytest.mark.parametrize("number", [2, 3], ids=["before the second fold", "within it"])
def test_a_run_stopped_between_folds_has_results_of_those_trained(number, small, delaware, tmp_path):
    config = small.edited(holdout="folds", folds=2)
    run, whole = stopped(config, tmp_path, number), trained(config, tmp_path)
    first, second = folds_of(config, run.dataset())
    results = run.results().load()
    # By site: over all sites together the one knows fewer.
    of_all, both = ["pooled_nse", "held_out_nse"], (results, whole.results().load())
    by_site = [each.drop_vars(of_all).isel(site=list(first.held)) for each in both]
    xr.testing.assert_equal(*by_site)
    missing = results.isel(site=list(second.held))
    for name in ("streamflow", "nse", "fc", "sensitivity_fc"):
        assert missing[name].isnull().all(), name
    assert results.fc.attrs["units"] == "mm" and results.fold.values.tolist() == whole.results().fold.values.tolist()
    site = small.sites[first.held[0]]
    assert run.simulate(delaware, site, *DAYS).streamflow.notnull().all()
    with pytest.raises(RunError, match="was stopped before the part that predicts"):
        run.simulate(delaware, small.sites[second.held[0]], *DAYS)


def test_a_run_stopped_within_a_seed_has_results_of_those_trained_whole(small, tmp_path):
    run = stopped(small.edited(seeds=2), tmp_path, 3)
    xr.testing.assert_identical(run.results().load(), trained(small, tmp_path).results().load())


def test_a_run_stopped_within_its_first_part_has_results_of_it(small, tmp_path):
    run = stopped(small.edited(holdout="folds", folds=2), tmp_path, 1)
    assert int(run.results().nse.sel(period="test").notnull().sum()) == 2


EXTENDED = {
    "one part": dict(dynamic=("k2",), dropout=0.3),
    "folds": dict(holdout="folds", folds=2, predictor="network"),
    "best so far": dict(validation="period", seeds=2, patience=2),
}


@pytest.mark.parametrize("options", EXTENDED.values(), ids=EXTENDED)
def test_an_extended_run_equals_a_long_one(options, small, tmp_path):
    short, long = (trained(small.edited(epochs=n, **options), tmp_path) for n in (2, 4))
    before = short.results().load()
    run = short.extended(4, tmp_path)
    assert run.status == "waiting" and run.config == long.config
    carry_out(run)
    xr.testing.assert_identical(run.results().load(), long.results().load())
    xr.testing.assert_identical(short.results().load(), before)
    parts = [(r["part"], r["epoch"]) for r in run.progress]
    assert sorted(parts) == [(r["part"], r["epoch"]) for r in long.progress]
    assert run.progress[-1]["eta"] == 0


@pytest.mark.parametrize("epochs", [2, 4], ids=["as planned", "more"])
def test_a_stopped_run_is_extended_from_where_it_stopped(epochs, small, tmp_path):
    config = small.edited(holdout="folds", folds=2)
    before = stopped(config, tmp_path, 3)
    with pytest.raises(RunError, match="was to have 2 epochs. Give at least as many"):
        before.extended(1, tmp_path)
    run = before.extended(epochs, tmp_path)
    carry_out(run)
    xr.testing.assert_identical(run.results().load(), trained(config.edited(epochs=epochs), tmp_path).results().load())


@pytest.mark.parametrize(
    "options, epochs, message",
    [
        (dict(), 2, "has 2 epochs already. Give more than that."),
        (dict(), "many", "epochs = 'many': Input should be a valid integer"),
        (dict(parameters="fixed"), 9, "keeps no checkpoint to continue from. Train a new run."),
        (
            dict(validation="sites", learning_rate=0.9, patience=1, epochs=30),
            90,
            "ended early: validation had not improved for 1 epochs. .* Train a new run with more patience.",
        ),
    ],
    ids=["epochs", "no number", "nothing learned", "patience"],
)
def test_what_cannot_be_extended_is_said(options, epochs, message, small, tmp_path):
    with pytest.raises((ConfigError, RunError), match=message):
        trained(small.edited(**options), tmp_path).extended(epochs, tmp_path)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_a_run_that_waits_is_not_extended(small, tmp_path):
    with pytest.raises(RunError, match="is waiting. Only a run with results can be trained further"):
        Run.create(small, tmp_path).extended(9, tmp_path)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(parameters="sites", holdout="folds"), "parameters 'sites' learns .* Choose parameters 'attributes'"),
        (dict(parameters="sites", validation="sites"), "parameters 'sites' learns .* Choose validation 'period'"),
        (dict(holdout="sites"), "needs held_sites: name the sites"),
        (dict(predictor="network", dynamic=("k2",)), "A network alone has no parameters"),
    ],
)
def test_options_that_exclude_each_other_are_refused(options, message, small):
    with pytest.raises(ConfigError, match=message):
        small.edited(**options)
