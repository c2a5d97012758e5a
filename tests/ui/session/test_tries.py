"""Training on some of the sites, and trying a change for some seconds from the weights of a run."""

import numpy as np
import pytest

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.ui.instrument.bar import bar_words, stale_words
from dgviz.ui.lenses.compare.run_table import run_table
from dgviz.ui.session.preset_runs import places
from dgviz.ui.session.state import AppState
from dgviz.ui.session.trainings import LONGEST_TRY
from dgviz.ui.words.kinds import chips, notes
from dgviz.ui.words.run_names import name_without_score, run_name
from dgviz.ui.words.summaries import of_selection
from tests.ui.conftest import epoch, make_results


def finished(state, run_id, noise=0.2):
    """The run, done, with results."""
    run = state.store.run(run_id)
    run.status, run.stored = "done", make_results(state.dataset, run.config, noise)
    state.follow()
    return run


@pytest.fixture
def some_trained(state):
    """A run that was trained on two of the five sites and predicts all; it is shown."""
    state.select(["b2", "d4"])
    return finished(state, state.start_training())


# --- some of the sites


def test_the_sites_that_are_not_selected_are_predicted_too(state):
    state.select(["b2", "d4"])
    config = state.store.run(state.start_training()).config
    assert (config.trained_sites, config.sites, config.holdout) == (("b2", "d4"), (), "none")
    state.select([])
    config = state.store.run(state.start_training()).config
    assert config.trained_sites == config.sites == ()


@pytest.mark.parametrize("options", [dict(parameters="sites"), dict(holdout="folds", folds=2)], ids=str)
def test_where_nothing_is_learned_for_others_the_selected_alone_are_simulated(options, state):
    state.edit(**options)
    state.select(["b2", "d4"])
    config = state.store.run(state.start_training()).config
    assert (config.trained_sites, config.sites) == ((), ("b2", "d4"))


def test_such_a_run_is_not_stale_and_says_what_it_was_trained_on(some_trained, state):
    assert state.run == some_trained.id and state.stale() == {} and stale_words(state) == ""
    assert "trained on 2 of 5 basins" in notes(some_trained, state.store)
    assert "trained on 2 of 5 basins" in chips(some_trained, state.store)
    assert name_without_score(some_trained).startswith("HBV; trained on 2 basins, ")


def test_medians_are_over_the_sites_trained_on(some_trained, state):
    nse = state.results(state.run).nse
    nse.loc[{"site": ["a1", "c3", "e5"]}] = -9.0
    trained = nse.sel(period="test", site=["b2", "d4"])
    assert float(state.store.medians(state.run).nse.sel(period="test")) == pytest.approx(float(trained.median()))
    assert run_name(some_trained, state.store).startswith(f"NSE {float(trained.median()):.2f}: ")
    assert f"{float(trained.median()):.2f}" in run_table(state)
    state.select([])
    assert "<b>5</b> basins" in of_selection(state) and "(of the 2 trained on, test)" in of_selection(state)
    assert f"<b>{float(trained.median()):.2f}</b>" in of_selection(state)
    state.select(["a1", "c3"])
    assert "trained on" not in of_selection(state) and "9.00" in of_selection(state)


def test_how_many_sites_have_a_score_is_counted_among_those_trained_on(some_trained, state):
    nse = state.results(state.run).nse
    nse.loc[{"site": ["a1", "c3"]}] = np.nan
    assert "of 5)" not in run_table(state) and "of 2)" not in run_table(state)
    nse.loc[{"site": "b2"}] = np.nan
    assert "(1 of 2)" in run_table(state)


def test_restoring_a_run_selects_the_sites_that_it_was_trained_on(some_trained, state):
    state.select(["a1"])
    state.edit(snow="NoSnow")
    state.restore(some_trained.id)
    assert state.selected == ["b2", "d4"] and state.config.trained_sites == state.config.sites == ()
    assert state.stale() == {}
    state.restore("default")
    assert state.selected == []


def test_a_session_begins_with_a_run_on_all_sites_and_a_draft_without_any(some_trained, store):
    state = AppState(store)
    assert state.run == "default" and state.selected == []
    assert state.config.trained_sites == state.config.sites == ()


def test_the_dial_is_of_runs_on_all_sites(some_trained, state):
    state.select([])
    place = places(state)["HBV"]["none"]
    assert place.run.id == "default"


def test_the_time_of_a_batch_counts_the_sites_trained_on(some_trained, state):
    some_trained.progress = [{"seconds": 50.0}, {"seconds": 60.0}]
    state.edit(epochs=3, batch_size=1)
    some_trained.config = some_trained.config.edited(batch_size=1, epochs=3)
    state.select([])
    assert state.estimate() == pytest.approx(3 * 10.0 / 2 * 5)  # of two batches, for five


# --- tries


def test_a_change_is_tried_from_the_weights_of_the_run_that_is_shown(state, store):
    store.run("default").progress = [{"seconds": 10.0}, {"seconds": 10.75}]
    state.edit(snow="NoSnow", epochs=60)
    draft = state.config
    run = store.run(state.try_it())
    assert run.config.start_from == "default" and run.config.processes["snow"] == "NoSnow"
    assert run.config.epochs == 8 and run.config.schedule == "cosine"
    assert state.config is draft
    assert state.training == run.id
    finished(state, run.id)
    assert (state.run, state.baseline) == (run.id, "default")
    assert state.stale() == {}


def test_how_long_a_try_takes_ends_with_its_limit(state, store):
    run = store.run(state.try_it())
    run.status, run.progress = "training", [epoch(1) | {"seconds": LONGEST_TRY - 5.0, "eta": 49.0}]
    state.follow()
    assert state.left == 5.0 and "about 5 s left" in bar_words(state)
    other = store.run(state.start_training())
    other.status, other.progress = "training", [epoch(1) | {"seconds": 7.0, "eta": 49.0}]
    state.look_at(other.id)
    assert state.left == 49.0


def test_time_is_estimated_from_runs_of_this_machine_first(state, store):
    here, elsewhere = store.run("no-snow"), store.run("default")
    here.progress, elsewhere.progress = [{"seconds": 1.0}, {"seconds": 3.0}], [{"seconds": 1.0}, {"seconds": 1.5}]
    elsewhere.folder = store.runs_folder.parent / "shipped" / "default"
    assert state.estimate() == 2.0 * state.config.epochs  # though the other is more like the draft
    here.progress = []
    assert state.estimate() == 0.5 * state.config.epochs


@pytest.mark.parametrize(
    ("seconds", "epochs", "tried"), [(0.01, 60, 60), (2.0, 60, 5), (2.0, 3, 3), (100.0, 60, 2), (100.0, 1, 1)]
)
def test_a_try_takes_some_seconds_and_no_more_epochs_than_the_draft(seconds, epochs, tried, state, store):
    store.run("default").progress = [{"seconds": 1.0}, {"seconds": 1.0 + seconds}]
    state.edit(epochs=epochs)
    assert store.run(state.try_it()).config.epochs == tried


def test_a_try_where_no_time_is_known_is_short(state, store):
    assert store.run(state.try_it()).config.epochs == 5


def test_a_try_is_compared_with_what_it_started_from_whatever_was_compared_before(state, store):
    state.compare_with("no-snow")
    run = finished(state, state.try_it())
    assert (state.run, state.baseline) == (run.id, "default")


def test_a_try_takes_the_selected_sites(state, store):
    state.select(["c3"])
    assert store.run(state.try_it()).config.trained_sites == ("c3",)


def test_without_a_run_there_is_nothing_to_try_from(empty_store):
    with pytest.raises(ConfigError, match="No run is shown"):
        AppState(empty_store).try_it()


def test_a_short_run_is_said_to_be_short(state, store):
    run = finished(state, state.try_it())
    (said,) = [text for text in notes(run, store) if "epochs" in text]
    assert said == "5 epochs from HBV, 3 Feb 04:05"
    assert "longer" in notes(run, store)[said] and said in chips(run, store)
    assert ": HBV, 5 epochs, " in run_name(run, store)
    assert not any("epochs" in text for text in notes(store.run("default"), store))


def test_a_run_that_was_stopped_is_as_short_as_it_became(state, store):
    run = store.run("default")
    run.status, run.record = "stopped", run.record | {"ended": "stopped", "epochs": 1}
    assert "1 epoch" in notes(run, store) and ", 1 epoch, " in name_without_score(run)
    run.record["epochs"] = 59
    assert notes(run, store) == {}


def test_a_long_training_from_another_is_not_called_short(state, store):
    config = RunConfig(domain="hydrology", data="made-up", start_from="gone", epochs=60)
    run = store.run(store.add("long", config, make_results(state.dataset, config, 0.1)))
    assert notes(run, store) == {"60 epochs from gone": "It began with what gone had learned."}
    assert name_without_score(run) == "HBV, 3 Feb 04:05"


def test_a_try_leaves_no_trace_in_a_restored_draft_and_no_session_begins_with_it(state, store):
    run = finished(state, state.try_it())
    state.edit(epochs=33)
    state.restore(run.id)
    draft = state.config
    assert (draft.start_from, draft.epochs, draft.schedule) == ("", 33, "constant")
    assert AppState(store).run == "default"


def test_a_try_does_not_stand_for_its_preset(state, store):
    finished(state, state.try_it())
    assert places(state)["HBV"]["none"].run.id == "default"
