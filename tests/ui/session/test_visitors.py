"""A visitor stops and continues only runs of their own; who runs the server may do all."""

import pytest

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.ui.lenses.training.queue import TrainingQueue
from dgviz.ui.lenses.training.training import TrainingControl
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material


@pytest.fixture
def three(store):
    """The owner, who has put a run in the queue, and two visitors; the first of them has one too."""
    owner, visitor, other = AppState(store), AppState(store, "one"), AppState(store, "two")
    return owner, visitor, other, owner.start_training(), visitor.start_training()


def labels(state):
    return [button.label for button in TrainingQueue(state=state).__panel__().select(material.Button)]


def test_visitors_stop_only_their_own_runs(three, store):
    owner, visitor, other, by_owner, by_visitor = three
    for state, run in ((visitor, by_owner), (other, by_owner), (other, by_visitor)):
        with pytest.raises(RunError, match="started by somebody else"):
            state.ask(run, "stop")
        state.look_at(run)
        with pytest.raises(RunError, match="started by somebody else"):
            state.request("stop")
        with pytest.raises(RunError, match="started by somebody else"):
            state.kill_training(run)
    assert store.run(by_owner).asked == store.run(by_visitor).asked == []
    visitor.ask(by_visitor, "stop")
    owner.ask(by_visitor, "pause")
    owner.ask(by_owner, "stop")
    assert store.run(by_visitor).asked == ["stop", "pause"] and store.run(by_owner).asked == ["stop"]


def test_a_draft_starts_only_from_runs_that_the_visitor_may_see(store, monkeypatch):
    owner, visitor = AppState(store), AppState(store, "one")
    monkeypatch.setattr("dgviz.ui.session.state.may_see", lambda data, who: not who or data != "made-up")
    store.add("public", RunConfig(domain="hydrology", data="other"))
    for start in ("default", "nothing"):  # a run on what another has sent, and one that there is not
        with pytest.raises(ConfigError, match="there is no run") as refused:
            visitor.edit(start_from=start)
        assert str(refused.value).endswith("Runs: public.") and str(store.runs_folder) not in str(refused.value)
    visitor.edit(start_from="public")
    owner.edit(start_from="default")
    assert (visitor.config.start_from, owner.config.start_from) == ("public", "default")


def test_a_start_that_was_removed_keeps_nobody_from_changing_the_rest(store):
    state = AppState(store)
    state.edit(start_from="no-snow")
    store.made.remove(store.run("no-snow"))
    state.edit(snow="NoSnow")
    assert state.config.processes["snow"] == "NoSnow"


def test_a_visitor_comes_back_to_their_run_in_another_session(three, store):
    assert AppState(store, "one").may_change(three[4])


def test_only_buttons_that_may_be_pressed_are_offered(three):
    owner, visitor, other, by_owner, by_visitor = three
    assert [labels(state).count("Cancel") for state in (owner, visitor, other)] == [2, 1, 0]
    control = TrainingControl(state=other)
    other.look_at(by_visitor)
    assert not control.buttons["cancel"].visible
