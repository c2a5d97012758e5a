"""The workspace: one map and one series for every lens, which comes after a skeleton and brings its colour."""

import re
from urllib.parse import parse_qsl

import panel as pn
import pytest
from bokeh.document import Document

from dgviz.ui.app import _address, create_app
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.instrument import workspace as module
from dgviz.ui.instrument.drawer import VIEWS
from dgviz.ui.instrument.drawer import drawer as make_drawer
from dgviz.ui.instrument.lenses import LENSES, Lens
from dgviz.ui.instrument.workspace import SKELETON, follow_lens, workspace
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets.islands import HIDDEN, STYLE, Island


def islands(right, kind):
    """Those in sight of a kind: whole, series, lens, beside."""
    found = [island for island in right if isinstance(island, Island) and kind in island.css_classes]
    return [island for island in found if HIDDEN not in island.css_classes]


def texts(viewable):
    return " ".join(str(pane.object) for pane in viewable.select(pn.pane.HTML))


@pytest.fixture
def later(monkeypatch):
    """What is put off until the browser has been told: call `go` to do it."""
    put_off = []

    def execute(action, schedule=None):
        put_off.append(action)

    def go():
        while put_off:
            put_off.pop(0)()

    monkeypatch.setattr(module.pn.state, "execute", execute, raising=False)
    return go


def test_the_first_lens_stands_beside_one_map_and_one_series(store):
    document = Document()
    create_app(store).server_doc(document)
    panes = [model for model in document.models if type(model).__name__ == "_Pane"]
    lens = [pane for pane in panes if "lens" in pane.css_classes and HIDDEN not in pane.css_classes]
    assert len(lens) == 1 and lens[0].elements
    titles = [figure.tags for figure in document.models if type(figure).__name__ == "Figure"]
    assert len(titles) < 12


def test_every_lens_is_made_when_it_is_first_opened_and_then_kept(state, later):
    place = workspace(state)
    right = place[1]
    later()
    made = {state.page: islands(right, "lens")[0]}
    for name in LENSES:
        if name not in made:
            state.page = name
            later()
            (made[name],) = islands(right, "lens")
    assert len({id(island) for island in made.values()}) == len(LENSES)
    count = len(right)
    for name, island in made.items():
        state.page = name
        later()
        assert islands(right, "lens") == [island]
        assert bool(islands(right, "series")) == LENSES[name].of_site
        assert bool(islands(right, "beside")) == bool(LENSES[name].beside) == ("two" in right.css_classes)
    assert len(right) == count


def test_the_map_is_the_same_in_every_lens(state, later):
    place = workspace(state)
    site_map, right = place
    (series,) = islands(right, "series")
    before = site_map[0], series[0]
    for name in LENSES:
        state.page = name
        later()
    assert (place[0][0], series[0]) == before


def test_a_skeleton_stands_in_the_place_of_a_lens_that_is_on_its_way(state, later):
    right = workspace(state)[1]
    later()
    (before,) = islands(right, "lens")
    state.page = "Checks"
    (shown,) = islands(right, "lens")
    assert shown is not before and SKELETON in texts(shown)  # nothing old under the new title
    later()
    (shown,) = islands(right, "lens")
    assert SKELETON not in texts(shown) and shown is not before
    state.page = "Budget"
    assert islands(right, "lens") == [before]  # at once, it is there already


def test_a_lens_that_cannot_be_made_says_so_and_the_others_live_on(state, later, monkeypatch, caplog):
    class Broken(View):
        """Broken."""

        def __init__(self, **_):
            raise ValueError("no <luck>")

    monkeypatch.setitem(module.LENSES, "Checks", Lens(((((Broken,), 12),),), "score"))
    right = workspace(state)[1]
    later()
    state.page = "Checks"
    later()
    (shown,) = islands(right, "lens")
    assert "Checks could not be opened: no &lt;luck&gt;" in texts(shown)
    assert "could not be made" in caplog.text
    state.page = "Scores"
    assert texts(*islands(right, "lens")) == SKELETON
    later()
    (shown,) = islands(right, "lens")
    assert "could not be opened" not in texts(shown) and "Scores over the window" in texts(shown)


@pytest.mark.parametrize("other", ["run", "dataset"])
def test_the_colours_of_lenses_are_forgotten_with_another_run_or_data_set(state, other):
    follow_lens(state)
    state.colour = ColourChoice("score", "kge_2012", "train")
    state.page = "Data"
    state.page = "Scores"
    first = state.colour_of("score", "")
    state.colour = ColourChoice("score", "kge_2012", "train")
    state.page = "Data"
    state.param.update(**{other: "no-snow" if other == "run" else state.dataset.copy()})
    state.page = "Scores"
    assert state.colour == first


def test_what_holds_the_drawer_knows_how_to_hide_it(state):
    (bar,) = islands(workspace(state)[1], "whole")
    assert STYLE in bar.stylesheets  # a style sheet reaches what lies in the same shadow


def test_the_drawer_is_made_when_it_is_first_opened(state):
    place = make_drawer(state)
    assert not place.objects and HIDDEN in place.css_classes
    state.drawer = True
    assert len(place[0]) == len(VIEWS) and HIDDEN not in place.css_classes
    inside = place[0]
    state.drawer = False
    assert HIDDEN in place.css_classes
    state.drawer = True
    assert place[0] is inside


# --- what the map shows with a lens


@pytest.fixture
def following(state):
    """A session whose map follows the lens, with the parameter fc."""
    follow_lens(state)
    state.parameter = "fc"
    return state


def test_the_map_shows_what_the_lens_is_about(following):
    kinds = {}
    for name in LENSES:
        following.page = name
        kinds[name] = following.colour.kind
    wanted = {name: lens.colour for name, lens in LENSES.items()} | {"Compare": "score"}  # there is no second run
    del wanted[following.page], kinds[following.page]
    assert {name: kinds[name] for name in wanted if name != "Budget"} == {
        name: kind for name, kind in wanted.items() if name != "Budget"
    }


def test_a_colour_chosen_in_a_lens_comes_back_with_it(following):
    following.page = "Scores"
    following.colour = ColourChoice("attribute", "area")
    following.page = "Sensitivity"
    assert following.colour == ColourChoice("sensitivity", "fc")
    following.page = "Scores"
    assert following.colour == ColourChoice("attribute", "area")


def test_the_first_run_colours_the_map_by_what_the_lens_is_about(following):
    following.page = "Scores"
    run, following.run = following.run, ""
    following.colour = ColourChoice("attribute", "area")  # all that there was
    following.run = run
    assert following.colour.kind == "score"


def test_a_lens_and_its_colour_are_one_step_and_come_back_from_the_address(following, store):
    written = []
    address = _address(following)
    address.param.watch(lambda event: written.append(event.new), "search")
    following.page = "Sensitivity"
    following.colour = ColourChoice("attribute", "area")
    following.page = "Data"
    assert [dict(parse_qsl(search[1:]))["page"] for search in written] == ["Sensitivity", "Sensitivity", "Data"]
    assert following.colour != ColourChoice("sensitivity", "fc")
    address._handle_msg({"search": written[0], "turns": 1})
    assert (following.page, following.colour) == ("Sensitivity", ColourChoice("sensitivity", "fc"))
    assert address.search == written[0]


def test_the_difference_is_shown_where_two_runs_are_compared(following):
    following.compare_with("no-snow")
    following.page = "Compare"
    assert following.colour == ColourChoice("difference", "nse", "test")


def test_parameter_and_colour_follow_each_other(following):
    following.colour = ColourChoice("sensitivity", "beta")
    assert following.parameter == "beta"
    following.parameter = "k1"
    assert following.colour == ColourChoice("sensitivity", "k1")
    following.colour = ColourChoice("score", "nse", "test")
    following.parameter = "k2"
    assert following.colour == ColourChoice("score", "nse", "test")


def test_what_cannot_be_shown_of_a_run_gives_way_to_its_score(state, store):
    state.show("")
    assert state.colour_of("sensitivity", "") == ColourChoice("score", "nse", "test")
    assert state.colour_of("attribute", "") == ColourChoice("attribute", "area")


VIEWS_OF_ALL = sorted({view for lens in LENSES.values() for view in lens.views}, key=lambda view: view.__name__)


@pytest.mark.parametrize("view", VIEWS_OF_ALL, ids=lambda view: view.__name__)
def test_a_card_has_its_heading_and_what_can_be_taken_of_it_above(state, view):
    card = view(state=state)
    above = re.sub("<.*?>", "", card.__panel__()[0][0].object)
    heading = re.sub("<.*?>", "", card.heading)
    assert heading and above.startswith(heading)
    assert ("PNG, 300 dpi" in above) == bool(card.to_take and card.has_body) == (above != heading)
