"""The card of a lesson, what it hides, and what is said of names that there are not."""

from urllib.parse import parse_qsl

import panel as pn
import pytest

from dgviz.lessons import LessonError, read_lesson
from dgviz.ui.instrument.lenses import CHOICES, LENSES
from dgviz.ui.instrument.lesson import LessonCard, check_names, go_to, lesson_list, lesson_place
from dgviz.ui.instrument.workspace import workspace
from dgviz.ui.lenses.scores.window_scores import WindowScores
from dgviz.ui.session.address import from_query, to_query, with_lesson
from dgviz.ui.session.lessons import leave_lesson
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.widgets.islands import HIDDEN

FIRST = """
title = "How many <b>good</b> ones?"
text = "Count them.\\n\\n- one\\n- two"
controls = ["series", "WindowScores"]
[show]
page = "Scores"
data = "made-up"
run = "default"
site = "c3"
from = "2000-01-01"
to = "2000-12-31"
[question]
ask = "How many have an NSE above -100?"
number = "count(run.nse > -100)"
within = 0.5
hint = "Look at the map."
then = "All of them."
"""
SECOND = """
title = "Which is larger?"
text = "Guess."
controls = ["map"]
[show]
page = "Data"
data = "made-up"
run = "default"
site = "a1"
from = "2000-01-01"
to = "2000-12-31"
[question]
ask = "Larger?"
hint = "Neither that."
then = "Indeed."
[question.choices]
"one" = "1"
"two" = "mean(in_months(prcp, 1)) - mean(in_months(prcp, 1)) + 2"
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "lessons"
    place.mkdir()
    (place / "1-first.toml").write_text(FIRST)
    (place / "2-second.toml").write_text(SECOND)
    return place


@pytest.fixture
def state(store, folder):
    store._lessons_folder = folder
    return AppState(store)


def texts(card):
    return " ".join(str(pane.object) for pane in card.__panel__().select(pn.pane.HTML))


def check(card):
    button(card, "Check").param.trigger("clicks")


def button(card, words):
    shown = card.__panel__() if isinstance(card, LessonCard) else card
    return next(each for each in shown.select(material.Button) if each.label.startswith(words))


def test_a_wrong_answer_is_told_with_a_hint_and_the_right_one_what_it_means(state):
    go_to(state, "first")
    card = LessonCard(state=state)
    assert "Lesson 1 of 2: How many &lt;b&gt;good&lt;/b&gt; ones?" in texts(card)  # what a file says is no HTML
    assert "<li>one</li><li>two</li>" in texts(card)
    card.field.value_input = "2"
    check(card)
    assert "too low. Look at the map." in texts(card)
    card.field.value_input = "5"
    check(card)
    assert "Right.</b> All of them." in texts(card)
    button(card, "Next: Which is larger?").param.trigger("clicks")
    assert state.lesson == "second" and state.page == "Data" and state.site == "a1"


def test_of_choices_none_is_chosen_at_first(state):
    go_to(state, "second")
    card = LessonCard(state=state)
    assert card.field.value is None
    check(card)
    assert "Give an answer first." in texts(card)
    card.field.value = "one"
    check(card)
    assert "Not yet. Neither that." in texts(card)
    card.field.value = "two"
    check(card)
    assert "Right.</b> Indeed." in texts(card)
    assert not [each for each in card.__panel__().select(material.Button) if each.label.startswith("Next")]


def test_a_lesson_opens_from_the_address_and_what_the_address_says_itself_comes_first(state, store):
    query = with_lesson({"lesson": "first", "site": "d4"}, state)
    assert from_query(query, state, LENSES, CHOICES) == []
    assert (state.lesson, state.page, state.site, state.window) == (
        "first",
        "Scores",
        "d4",
        ("2000-01-01", "2000-12-31"),
    )
    again = AppState(store)
    assert from_query(dict(parse_qsl(to_query(state)[1:], keep_blank_values=True)), again, LENSES, CHOICES) == []
    assert to_query(again) == to_query(state)
    assert from_query({"lesson": "frist"}, again, LENSES) == [
        "The address has lesson='frist'. Did you mean 'first'? Lessons: first, second."
    ]


def test_what_a_lesson_does_not_name_is_hidden_until_it_is_left(state):
    card, place = WindowScores(state=state, page="Scores"), workspace(state)
    site_map = place[0]
    assert card.relevant and HIDDEN not in site_map.css_classes
    go_to(state, "second")
    assert not card.relevant and HIDDEN not in site_map.css_classes
    go_to(state, "first")
    assert card.relevant and HIDDEN in site_map.css_classes and place.css_classes == ["alone"]
    leave_lesson(state)
    assert card.relevant and HIDDEN not in site_map.css_classes and place.css_classes == []


def test_a_lesson_begins_as_at_the_beginning(state):
    state.param.update(chart="regime", log_axis=True, baseline="no-snow", run="default")
    state.suppose({"k1": 0.12})
    go_to(state, "first")
    assert (state.chart, state.log_axis, state.baseline, state.supposed) == ("series", False, "", {})


def test_the_card_is_there_while_a_lesson_is_open(state):
    place = lesson_place(state)
    assert not place.visible and not place.objects
    closed = []
    lines = lesson_list(state, lambda: closed.append(True))
    assert [line.label for line in lines] == ["1. How many <b>good</b> ones?", "2. Which is larger?"]
    lines[1].param.trigger("clicks")
    assert closed and state.lesson == "second" and place.visible
    button(place[0], "Leave lesson").param.trigger("clicks")
    assert not state.lesson and not place.visible


def test_an_answer_that_cannot_be_computed_is_said_with_the_file(state, folder):
    (folder / "1-first.toml").write_text(FIRST.replace("run.nse", "run.nsee"))
    go_to(state, "first")
    said = texts(LessonCard(state=state))
    assert "cannot be computed" in said and "1-first.toml: question" in said and "Did you mean &#39;nse&#39;?" in said


def test_what_a_lesson_shows_and_is_not_there_is_said_with_the_file(state, folder):
    (folder / "1-first.toml").write_text(FIRST.replace('"c3"', '"c33"'))
    go_to(state, "first")
    assert "1-first.toml: The address has site='c33': there is no basin 'c33' in this data set." in state.problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("WindowScores", "WindowScore", "controls: there is no control on this page 'WindowScore'. Did you mean"),
        (
            'from = "2000',
            'form = "1"\nfrom = "2000',
            "show: there is no name of the address 'form'. Did you mean 'from'?",
        ),
        ('page = "Scores"', 'page = "Score"', "show.page: there is no page 'Score'. Did you mean 'Scores'?"),
    ],
)
def test_names_that_there_are_not_are_said_when_the_server_starts(folder, old, new, said):
    file = folder / "1-first.toml"
    file.write_text(FIRST.replace(old, new))
    with pytest.raises(LessonError) as error:
        check_names(read_lesson(file))
    assert str(error.value).startswith(f"{file}: {said}") and "Known: " in str(error.value)
