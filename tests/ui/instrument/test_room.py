"""A workshop on the page: names, what the instructor shows to all, and the view of the room, which is theirs alone."""

import re

import panel as pn
import pytest
from bokeh.models import Quad, Span

from dgviz.experiment.config import RunConfig
from dgviz.experiment.turns import sign
from dgviz.ui.app import create_app
from dgviz.ui.figures.room_scores import N_BINS, plot_room_scores
from dgviz.ui.instrument.bar import bar_words, training_bar
from dgviz.ui.instrument.room import NO_SCORES, RoomDialog, room_button, take_part
from dgviz.ui.lenses.training.queue import TrainingQueue
from dgviz.ui.session.room import Room
from dgviz.ui.session.room_scores import room_scores, shipped_run, shipped_score
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from tests.ui.conftest import make_results

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def room(store):
    store.room = Room(store.runs_folder)
    return store.room


@pytest.fixture
def enter(store, room):
    """A visitor who comes in with a name: the session, and the place of dialogs on its page."""

    def come_in(visitor, name=""):
        state, place = AppState(store, visitor), pn.Column()
        if name:
            room.call(visitor, name)
        take_part(state, place)
        return state, place

    return come_in


@pytest.fixture
def instructor(store, room):
    state, place = AppState(store), pn.Column()
    dialog = RoomDialog(state, place)
    dialog.open()
    return dialog


def words(markup) -> str:
    return re.sub("<.*?>", " ", str(markup))


def trained(store, visitor, noise, **options):
    """A finished run of a visitor, the newest of all."""
    config = RunConfig(domain="hydrology", data="made-up").edited(**options)
    run_id = store.add(f"run-{len(store.made)}", config, make_results(store.dataset("made-up"), config, noise))
    sign(store.run(run_id).folder, visitor)
    return run_id


# --- names


def test_a_visitor_is_asked_for_a_name_once(enter, room):
    state, place = enter("1")
    (dialog,) = place
    field, button = (dialog.select(kind)[0] for kind in (material.TextInput, material.Button))
    field.value_input = " "
    button.clicks += 1
    assert dialog.open and "cannot be a name" in words(dialog.select(pn.pane.HTML)[1].object)
    field.value_input = "Ada"
    button.clicks += 1
    assert not dialog.open and room.name_of("1") == "Ada"
    assert not enter("1")[1].objects


def test_the_owner_and_who_is_in_no_workshop_are_not_asked(store, enter, room):
    assert not enter("")[1].objects
    store.room = None
    place = pn.Column()
    take_part(AppState(store, "1"), place)
    assert not place.objects


def test_a_name_is_shown_and_never_run(enter, instructor, store):
    state, _ = enter("1", EVIL)
    state.start_training()
    instructor.update()
    queue = TrainingQueue(state=state)
    for markup in (instructor.table.object, *(pane.object for pane in queue.__panel__().select(pn.pane.HTML))):
        assert "<script" not in str(markup)
    assert "&lt;script&gt;" in instructor.table.object
    assert any("by &lt;script&gt;" in str(pane.object) for pane in queue.__panel__().select(pn.pane.HTML))


# --- who is where


def test_only_who_sits_at_the_machine_sees_the_room(store, room):
    place = pn.Column()
    assert room_button(AppState(store), place) is not None
    assert room_button(AppState(store, "1"), place) is None
    for visitor, seen in (("", True), ("1", False)):
        shown = [icon.description for icon in _page(store, visitor).select(material.IconButton)]
        assert ("The room" in shown) == seen
    store.room = None
    assert room_button(AppState(store), place) is None


def _page(store, visitor):
    """The page of a session, with its frame filled."""
    page = create_app(store, visitor)
    return pn.Column(*page.header, *page.main)


def test_nobody_is_said_to_be_there_yet(instructor):
    assert "Nobody has come in yet" in instructor.table.object and "0 here" in words(instructor.count.object)
    assert NO_SCORES in str(instructor.scores[0].object)


def test_the_table_says_who_is_where(enter, instructor):
    state, _ = enter("1", "Ada")
    enter("2", "Bob")
    state.pick("c3")
    state.page = "Checks"
    instructor.update()
    ada, bob = re.findall("<tr>(<td.*?)</tr>", instructor.table.object)
    assert re.findall(">([^<]+)<", ada) == ["Ada", "Checks", "c3", "HBV, 3 Feb 04:05", "now"]
    assert "Bob" in bob and "2 here" in words(instructor.count.object)


# --- shown to all


def test_a_site_is_shown_to_all_with_a_word_of_whom(enter, instructor, store):
    ada, bob = enter("1", "Ada")[0], enter("2", "Bob")[0]
    bob.edit(data="other")
    instructor.state.pick("d4")
    instructor.show_site()
    for state in (ada, bob):
        assert (state.config.data, state.site) == ("made-up", "d4")
        assert state.told == "The instructor shows this basin to all: Dogwood Brook (d4)"
    assert instructor.state.told == "" and "Dogwood Brook is shown on 2 pages." in words(instructor.said.object)


def test_that_nobody_is_there_to_see_it_is_said(instructor):
    instructor.show_site()
    assert "No page of a visitor is open." in instructor.said.object


def test_a_lesson_is_opened_for_all(enter, instructor, monkeypatch):
    state, _ = enter("1", "Ada")
    opened = []
    monkeypatch.setattr("dgviz.ui.instrument.room.go_to", lambda state, name: opened.append((state, name)))
    name = instructor.lessons.value
    instructor.show_lesson()
    assert opened == [(state, name)]
    assert state.told == f"The instructor has opened this lesson for all: {state.store.lessons[name].title}"


# --- scores


def test_everybody_counts_with_their_newest_run_on_these_data(enter, instructor, store):
    enter("1", "Ada"), enter("2", "Bob")
    for visitor, noise in (("1", 0.9), ("1", 0.2), ("2", 0.5), ("", 0.1)):
        newest = trained(store, visitor, noise)
        if visitor == "1":
            of_ada = newest
    instructor.update()
    scores = room_scores(instructor.state)
    assert sorted(scores.visitor.values) == ["1", "2"]
    expected = float(store.medians(of_ada).nse.sel(period="test"))
    assert float(scores.sel(visitor="1")) == expected and "long_name" in scores.attrs
    assert "Of 2 visitors the newest run on Made-up basins." in words(instructor.scores[1].object)
    assert f"{expected:.2f}" in words(instructor.table.object)


def test_the_bars_count_everybody_and_the_line_stands_at_what_came_trained(instructor, store):
    for number, noise in enumerate((0.1, 0.2, 5.0)):
        trained(store, f"{number}", noise)
    scores = room_scores(instructor.state)
    fig = plot_room_scores(scores, 0.5)
    (bars,) = (r for r in fig.renderers if isinstance(r.glyph, Quad))
    assert sum(bars.data_source.data["count"]) == 3 and len(bars.data_source.data["count"]) == N_BINS
    assert [span.location for span in fig.select({"type": Span})] == [0.5]
    assert not plot_room_scores(scores, None).select({"type": Span})
    assert shipped_score(instructor.state) is None  # none travels with these data


def test_the_line_is_the_most_usual_run_that_came_with_the_data(tmp_path):
    state = AppState(DataStore(tmp_path, room=Room(tmp_path)))
    assert shipped_run(state).id == "delaware-hbv"
    assert shipped_score(state) == float(state.store.medians("delaware-hbv").nse.sel(period="test"))


# --- trainings


def test_a_visitor_sees_their_own_runs_and_those_of_the_owner(enter, store):
    own, other = trained(store, "1", 0.2), trained(store, "2", 0.2)
    seen = {run.id for run in enter("1", "Ada")[0].seen_runs()}
    assert own in seen and other not in seen and {"default", "no-snow"} <= seen
    assert {own, other} <= {run.id for run in AppState(store).seen_runs()}
    store.room = None
    assert other in {run.id for run in AppState(store, "1").seen_runs()}


def test_what_needs_all_of_its_epochs_is_not_trained_for_a_visitor(enter, store):
    """A preset or a structure that was trained for ten epochs would stand for nothing."""
    (state, _), before = enter("1", "Ada"), len(store.made)
    state.attempt(lambda: state.train_all([state.config]))
    assert "need all of theirs" in state.problem and len(store.made) == before
    owner = AppState(store)
    owner.train_all([owner.config])
    assert len(store.made) == before + 1 and store.made[0].config == owner.config


def test_train_is_short_and_begins_with_what_is_shown(enter, store):
    state, _ = enter("1", "Ada")
    state.show("default")
    assert "10 epochs from the weights of HBV" in words(bar_words(state))
    config = store.run(state.start_training()).config
    assert (config.start_from, config.epochs) == ("default", 10)
    owner = AppState(store)
    config = store.run(owner.start_training()).config
    assert (config.start_from, config.epochs) == ("", config.default("epochs"))


def test_who_waits_long_is_told_how_long_and_shown_what_is_trained_already(enter, store, worker):
    state, _ = enter("1", "Ada")
    state.show("no-snow")
    for run_id in ("default", "no-snow"):
        store.run(run_id).record["seconds"] = 30.0
    for number in range(2, 6):
        enter(f"{number}", f"Visitor {number}")[0].start_training()
    bar = training_bar(state, lambda: None)
    state.edit(snow="DegreeDaySnow")
    state.start_training()
    assert (state.before, state.wait) == (4, 120.0)
    assert "4 trainings before yours, about 2 min" in words(bar_words(state))
    assert "Meanwhile, trained already: HBV" in words(bar_words(state))
    (button,) = (each for each in bar.select(material.Button) if each.label == "Show it")
    button.clicks += 1
    assert state.run == "default" and "which was trained before" in words(bar_words(state))
    assert "Show it" not in [each.label for each in bar.select(material.Button)]
    for run in store.active()[:4]:
        run.status = "done"
    state.follow()
    assert state.before == 0 and "Waiting" in words(bar_words(state))


def test_a_run_is_trained_longer_by_few_epochs_only(enter, store):
    state, _ = enter("1", "Ada")
    with pytest.raises(ValueError, match="at most 10 epochs more. Give up to 70."):
        state.train_longer("default", 71)
