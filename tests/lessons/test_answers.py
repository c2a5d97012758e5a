"""What is said where an answer cannot be computed, on the data and a run that come with dgviz."""

import pytest

from dgviz import list_runs, open_dataset
from dgviz.lessons import LessonError, Shown, answer, read_lessons
from dgviz.paths import data_folder


@pytest.fixture(scope="module")
def runs():
    return {run.id: run for run in list_runs(data_folder() / "runs")}


def changed(name, show=None, **question):
    lesson = read_lessons()[name]
    asked = lesson.question.model_copy(update=question)
    return lesson.model_copy(update={"question": asked, "show": lesson.show | (show or {})})


def shown(lesson, runs):
    return Shown.of_lesson(lesson, open_dataset(lesson.show["data"]), runs)


def test_two_choices_that_are_equally_right_are_said(runs):
    lesson = changed("waiting", choices={"one": "1", "two": "0", "three": "1"})
    with pytest.raises(LessonError, match="question.choices: 'one' and 'three' both give 1, the most"):
        answer(lesson, shown(lesson, runs))


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ({"run": "delaware-hvb"}, "show.run = 'delaware-hvb' is not there. Did you mean 'delaware-hbv'?"),
        ({"baseline": "none"}, "show.baseline = 'none' is not there."),
        ({"site": "0143950"}, "show.site = '0143950' is not there. Did you mean '01439500'?"),
    ],
)
def test_a_run_or_site_that_is_not_there_is_said(runs, show, said):
    with pytest.raises(LessonError) as error:
        shown(changed("snow", show), runs)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("sum(prpc)", "there is no 'prpc'. Did you mean 'prcp'? There are"),
        ("mean(rival.nse)", "there is no rival. Give show.baseline, the id of a run"),
        ("here(run.nsee)", "there is no 'nsee'. Did you mean 'nse'?"),
        ("here(data.elevatoin)", "there is no 'elevatoin'. Did you mean 'elevation'?"),
        ("mean(truth.fc)", "there is no 'fc'. There are"),
        ("matters.prpc", "there is no 'prpc'. Did you mean 'prcp'?"),
        ("standard_error.fcc", "there is no 'fcc'. Did you mean 'fc'?"),
        ("mean(suppose(fcc=3))", "there is no 'fcc'. Did you mean 'fc'?"),
    ],
)
def test_a_name_that_is_not_known_is_said_with_the_nearest(runs, number, said):
    lesson = changed("bucket", number=number)
    with pytest.raises(LessonError) as error:
        answer(lesson, shown(lesson, runs))
    assert "01-bucket.toml: question: " in str(error.value) and said in str(error.value)


def test_the_value_of_the_site_is_taken(runs):
    lesson = changed("bucket", number="here(run.nse)")
    nse = runs["delaware-hbv"].results().nse.sel(period="test", site="01439500")
    assert answer(lesson, shown(lesson, runs)) == pytest.approx(float(nse))
