"""All lessons, played as a novice would: a wrong answer, the right one, on to the next."""

import pytest

from dgviz.lessons import read_lessons
from tests.lessons.expected import EXPECTED

LESSONS = read_lessons()
NAMES = [*LESSONS]


def give(dashboard, lesson, answer):
    """Type a number or choose, and press Check."""
    if isinstance(answer, str):
        dashboard.page.get_by_role("radio", name=answer, exact=True).check()
    else:
        dashboard.page.get_by_role("textbox", name="Your answer").fill(f"{answer:.4f}")
    dashboard.press("Check")


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_played(dashboard, name):
    lesson, right = LESSONS[name], EXPECTED[name]()
    dashboard.open(lesson=name)
    dashboard.sees(f"Lesson {NAMES.index(name) + 1} of {len(NAMES)}: {lesson.title}")
    dashboard.wait_for(page=lesson.show["page"], run=lesson.show["run"], site=lesson.show["site"])
    if isinstance(right, str):
        wrong = next(words for words in lesson.question.choices if words != right)
    else:
        wrong = right + 10 * lesson.question.within
    verdict = dashboard.page.locator(".lesson[role=status]")
    give(dashboard, lesson, wrong)
    verdict.filter(has_text="Not yet").wait_for()
    assert lesson.question.hint.split()[-1].replace("*", "") in verdict.inner_text()
    give(dashboard, lesson, right)
    verdict.filter(has_text="Right.").wait_for()
    dashboard.wait_until_drawn_in_lesson()
    assert dashboard.page.get_by_text("could not be drawn").count() == 0
    following = NAMES[NAMES.index(name) + 1 :]
    if following:
        dashboard.press(f"Next: {LESSONS[following[0]].title}")
        dashboard.wait_for(lesson=following[0], page=LESSONS[following[0]].show["page"])
        dashboard.sees(f"Lesson {NAMES.index(name) + 2} of {len(NAMES)}: {LESSONS[following[0]].title}")


def test_what_a_lesson_hides_comes_back_when_it_is_left(dashboard):
    page = dashboard.page
    dashboard.open(lesson="snow")
    dashboard.sees("Lesson 3 of 10: What does snow do to a river?")
    hidden = [
        page.get_by_role("tab", name="Sensitivity"),
        page.get_by_role("button", name="Train", exact=True),
        page.get_by_label("Find a basin by name or number"),
    ]
    for part in hidden:
        part.locator("visible=true").wait_for(state="hidden")
    dashboard.press("Leave lesson")
    dashboard.wait_for(lesson="")
    for part in hidden:
        part.locator("visible=true").first.wait_for()
    assert dashboard.query["site"] == LESSONS["snow"].show["site"]  # what was looked at stays
    page.go_back()
    dashboard.wait_for(lesson="snow")
    dashboard.sees("Lesson 3 of 10: What does snow do to a river?")


def test_a_lesson_is_chosen_from_the_list(dashboard):
    dashboard.open()
    dashboard.press("Lessons")
    dashboard.press("7. Does more water mean cleaner water?")
    dashboard.wait_for(lesson="dilution", data="thames", page="Scores")
    dashboard.sees("River Cherwell at Hampton Poyle")
    dashboard.sees("What happens to the chloride when the discharge rises?")
