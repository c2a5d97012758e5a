import pytest

from dgviz import list_runs, open_dataset
from dgviz.lessons import Shown, answer, judge, read_lessons
from dgviz.paths import data_folder
from dgviz.ui.instrument.lesson import check_names
from tests.lessons.expected import EXPECTED

LESSONS = read_lessons()


def test_there_are_ten_in_order():
    assert [*LESSONS] == [*EXPECTED]


@pytest.mark.parametrize("name", LESSONS)
def test_the_answer_is_what_the_library_says(name):
    lesson, expected = LESSONS[name], EXPECTED[name]()
    check_names(lesson)
    runs = {run.id: run for run in list_runs(data_folder() / "runs")}
    found = answer(lesson, Shown.of_lesson(lesson, open_dataset(lesson.show["data"]), runs))
    if isinstance(expected, str):
        assert found == expected
    else:
        assert found == pytest.approx(expected, abs=lesson.question.within / 10)
    assert judge(lesson.question, found, f"{expected}").right


@pytest.mark.parametrize("name", LESSONS)
def test_it_takes_minutes_to_read(name):
    lesson = LESSONS[name]
    words = f"{lesson.text} {lesson.question.ask} {lesson.question.hint} {lesson.question.then}".split()
    assert 90 < len(words) < 260
