import subprocess
import sys

import pytest

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.state import AppState
from tests.ui.conftest import SITES, make_results


def test_the_state_imports_no_panel():
    code = "import sys, dgviz.ui.session.state; assert not {'panel', 'bokeh', 'holoviews'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_begins_with_the_run_nearest_to_the_defaults(state):
    assert state.run == "default" and state.baseline == "" and state.stale() == {}


def test_without_a_run_it_begins_with_the_data(empty_store):
    state = AppState(empty_store)
    assert state.run == "" and state.site == SITES[0] and state.results("") is None and state.stale() == {}


def test_another_data_set_changes_all_that_belongs_to_it_at_once(state):
    state.select(["b2"])
    seen = []
    state.param.watch(
        lambda *events: seen.append({e.name for e in events}), ["config", "dataset", "selected", "window", "run"]
    )
    state.edit(data="other")
    assert seen == [{"config", "dataset", "selected", "window", "run"}]
    assert state.selected == [] and state.run == "" and state.window == ("1998-10-01", "2001-09-30")


def test_an_edit_that_is_not_valid_changes_nothing(state):
    before = state.config
    with pytest.raises(ConfigError, match="NoSnow"):
        state.edit(snow="NoSno")
    assert state.config is before


def test_switching_a_process_off_makes_its_parameters_static_again(state):
    state.edit(dynamic=("cfmax", "beta"))
    state.edit(snow="NoSnow")
    assert state.config.dynamic == ("beta",)


def test_results_are_stale_once_the_model_changes_and_not_for_the_number_of_epochs(state):
    state.edit(epochs=3)
    assert state.stale() == {}
    state.edit(snow="NoSnow")
    assert state.stale() == {"snow": ("DegreeDaySnow", "NoSnow")}
    state.restore(state.run)
    assert state.stale() == {}


def test_selecting_all_is_selecting_none(state):
    state.select(["c3", "a1", "nowhere"])
    assert state.selected == ["a1", "c3"]
    state.select(SITES)
    assert state.selected == []


def test_only_sites_of_the_data_set_can_be_picked(state):
    with pytest.raises(KeyError, match="no basin 'zz'"):
        state.pick("zz")


def test_a_run_is_never_compared_with_itself(state):
    state.compare_with("default")
    assert state.baseline == ""
    state.compare_with("no-snow")
    state.show("no-snow")
    assert (state.run, state.baseline) == ("no-snow", "")


def test_training_takes_the_selected_sites_and_is_followed_to_its_end(state, store):
    state.select(["b2", "c3"])
    run = store.run(state.start_training())
    assert (
        run.config.trained_sites == ("b2", "c3")
        and run.config.sites == ()
        and state.training == run.id
        and state.runs[0] == run.id
    )
    run.status, run.progress = "training", [{"epoch": 1, "epochs": 2, "loss": 1.0, "seconds": 2.0}]
    state.follow()
    assert (state.status, len(state.progress)) == ("training", 1)
    state.request("stop")
    assert run.asked == ["stop"]
    run.status, run.stored = "stopped", store.run("default").stored
    state.follow()
    assert (state.training, state.run, state.baseline) == ("", run.id, "default")


def test_what_names_sites_that_are_not_there_is_refused_before_a_run_is_made(state, store):
    state.edit(holdout="sites", held_sites=("x",))
    with pytest.raises(ConfigError, match="held_sites: the run has no site 'x'"):
        state.start_training()
    with pytest.raises(ConfigError, match="held_sites: the run has no site 'x'"):
        state.try_it()
    assert len(store.made) == 2


def test_time_is_estimated_from_runs_on_the_same_data(state, store):
    assert state.estimate() is None
    store.run("default").progress = [{"seconds": 5.0}, {"seconds": 10.0}]
    state.edit(epochs=30)
    assert state.estimate() == pytest.approx(150)
    state.select(["a1"])
    assert state.estimate() == pytest.approx(150)  # one site takes as long as all five: both are one batch
    state.edit(batch_size=2)
    state.select([])
    assert state.estimate() == pytest.approx(3 * 150)  # the last batch holds the fifth site alone
    state.edit(batch_size=1)
    assert state.estimate() == pytest.approx(5 * 150)
    state.edit(holdout="folds", folds=3, seeds=2)
    assert state.estimate() == pytest.approx(6 * 5 * 150)
    store.run("no-snow").progress = [{"seconds": 1.0}]  # less like the draft, though newer
    assert state.estimate() == pytest.approx(6 * 5 * 150)


def test_a_run_that_was_trained_on_shows_its_new_results(state, store):
    run, before = store.run("default"), Simulation.of(state).key
    old = store.results("default")
    assert store.results("default") is old
    run.stored = old.assign(nse=old.nse - 1)
    (run.folder / "results.zarr").mkdir()
    assert store.results("default") is run.stored
    assert float(store.medians("default").nse[0]) == pytest.approx(float(run.stored.nse[0].median()))
    assert Simulation.of(state).key != before


def test_the_run_compared_with_stays_when_a_training_ends(state, store):
    state.compare_with("no-snow")
    run = store.run(state.start_training())
    run.status, run.stored = "done", store.run("default").stored
    state.follow()
    assert (state.run, state.baseline) == (run.id, "no-snow")


def test_a_session_on_a_run_of_some_sites_begins_with_a_draft_for_all(empty_store, dataset):
    config = RunConfig(domain="hydrology", data="made-up").edited(trained_sites=("b2", "c3"), snow="NoSnow")
    empty_store.add("some", config, make_results(dataset, config, 0.1))
    state = AppState(empty_store)
    assert state.run == "some" and state.config.trained_sites == () and state.config.processes["snow"] == "NoSnow"
    for name in state.science.presets:
        assert state.config.preset(name)
