"""Opening and leaving lessons in a session, and the answer to the question of one."""

from collections.abc import Collection
from urllib.parse import urlencode

from dgviz.lessons import Lesson, Shown, answer
from dgviz.ui.session.address import turn_to
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore, results_written


def open_lesson(state: AppState, name: str, pages: Collection[str], choices: Collection[str]) -> None:
    """Show what a lesson shows, all else as at the beginning; what of it cannot be used is said."""
    state.param.update(chart="series", log_axis=False, fitted=False, drawer=False, parameter="", baseline="")
    problems = turn_to("?" + urlencode({"lesson": name}), state, pages, choices)
    if problems:
        state.problem = f"{state.store.lessons[name].file}: {' '.join(problems)}"


def leave_lesson(state: AppState) -> None:
    """Show all parts of the page again; what was looked at stays."""
    state.lesson = ""


def next_lesson(state: AppState) -> str:
    """The name of the lesson after the open one; '' after the last."""
    names = list(state.store.lessons)
    return next(iter(names[names.index(state.lesson) + 1 :]), "")


def answer_of(lesson: Lesson, store: DataStore) -> float | str:
    """The right answer. Raises LessonError where it cannot be computed."""
    runs = {run.id: run for run in store.runs()}
    return answer(lesson, Shown.of_lesson(lesson, store.dataset(lesson.show["data"]), runs))


def key_of_answer(lesson: Lesson, store: DataStore) -> tuple:
    """What makes two answers the same: the lesson, and when its runs were trained."""
    runs = [lesson.show["run"], lesson.show.get("baseline", "")]
    known = {run.id: run for run in store.runs()}
    return lesson.file, lesson.question.model_dump_json(), *(results_written(known[r]) for r in runs if r in known)
