"""The card of a lesson above everything else: text, question, answer field, verdict, and the way on."""

from collections.abc import Callable
from functools import partial

import panel as pn

from dgviz.lessons import Lesson, LessonError, Verdict, judge
from dgviz.suggestions import suggest
from dgviz.ui import theme
from dgviz.ui.instrument.lenses import CHOICES, LENSES
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.address import known_names
from dgviz.ui.session.lessons import answer_of, key_of_answer, leave_lesson, next_lesson, open_lesson
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.words.lessons import question_html, text_html, verdict_html

PARTS = ("map", "series", "lenses", "runs", "training")  # of the page, beside the cards of the open lens
LOOK = {"size": "small", "margin": 0}


def check_names(lesson: Lesson) -> None:
    """Raises LessonError for a control, or a name of the address, that there is not."""
    cards = [view.__name__ for view in LENSES[lesson.show["page"]].views] if lesson.show["page"] in LENSES else []
    for given, known, key, what in (
        ([lesson.show["page"]], [*LENSES], "show.page", "page"),
        (lesson.show, known_names(CHOICES), "show", "name of the address"),
        (lesson.controls, [*PARTS, *cards], "controls", "control on this page"),
    ):
        for name in given:
            if name not in known:
                raise LessonError(f"{lesson.file}: {key}: there is no {what} {name!r}.{suggest(name, known)} "
                                  f"Known: {', '.join(known)}.")  # fmt: skip


def go_to(state: AppState, name: str) -> None:
    """Open a lesson of the workspace."""
    open_lesson(state, name, tuple(LENSES), CHOICES)


def lesson_place(state: AppState) -> pn.Column:
    """Where the card stands while a lesson is open; it is made with the first."""
    place = pn.Column(stylesheets=[theme.LESSON_PLACE], sizing_mode="stretch_width", margin=0, visible=False)

    def follow(*_):
        if state.lesson and not place.objects:
            place.objects = [LessonCard(state=state)]
        place.visible = bool(state.lesson)

    follow()
    state.param.watch(follow, "lesson")
    return place


def lesson_list(state: AppState, close: Callable[[], None]) -> list:
    """A line for each lesson, to open it."""

    def opens(name: str, _) -> None:
        close()
        go_to(state, name)

    made = []
    for number, (name, lesson) in enumerate(state.store.lessons.items(), 1):
        label = f"{number}. {lesson.title}"
        look = {"variant": "outlined" if name == state.lesson else "text", "sx": theme.LEFT_ALIGNED}
        button = material.Button(label=label, sizing_mode="stretch_width", **look, **LOOK)
        button.on_click(partial(opens, name))
        made.append(button)
    return made


class LessonCard(ComputingView):
    """Lesson."""

    control = ""
    has_data = False
    empty = "This lesson was left."

    def tools(self):
        """Leave."""
        leave = material.Button(label="Leave lesson", icon="close", variant="text", **LOOK)
        leave.on_click(lambda _: leave_lesson(self.state))
        return [*super().tools(), leave]

    def body(self, *, lesson):
        """The text beside the question."""
        if not lesson:
            return None
        shown, names = self.state.store.lessons[lesson], list(self.state.store.lessons)
        self.right, self.given, self.problem = None, "", ""
        self.heading = f"Lesson {names.index(lesson) + 1} of {len(names)}: {shown.title}"
        self.verdict = text()
        store = self.state.store
        self.compute("the answer", key_of_answer(shown, store), partial(_answer, shown, store), self._know)
        look = {"sizing_mode": "stretch_width", "margin": 0, "stylesheets": [theme.STACK]}
        told = pn.Column(text(text_html(shown.text)), css_classes=["span-7"], **look)
        asked = pn.Column(*self._asked_parts(shown), css_classes=["span-5"], **look)
        return pn.Column(told, asked, stylesheets=[theme.row(640)], sizing_mode="stretch_width", margin=0)

    def _asked_parts(self, lesson: Lesson) -> list:
        """Question, answer, verdict and the way on."""
        question = lesson.question
        if question.choices:
            self.field = material.Unanswered(options=[*question.choices], label="", **LOOK)
        else:
            label = f"Your answer, {question.units}" if question.units else "Your answer"
            self.field = material.TextInput(label=label, width=170, **LOOK)
            self.field.param.watch(lambda _: self._check(), "enter_pressed")
        check = material.Button(label="Check", **LOOK)
        check.on_click(lambda _: self._check())
        buttons = [check]
        if name := next_lesson(self.state):
            title = self.state.store.lessons[name].title
            look = LOOK | {"variant": "text", "icon": "arrow_forward", "margin": (0, 8)}
            onward = material.Button(label=f"Next: {title}", **look)
            onward.on_click(lambda _: go_to(self.state, name))
            buttons.append(onward)
        row = pn.Row(*buttons, stylesheets=[theme.BAR], sizing_mode="stretch_width", margin=(8, 0, 0, 0))
        return [text(question_html(question.ask)), self.field, row, self.verdict]

    def _check(self) -> None:
        """Judge what was given, now or when the right answer is known."""
        given = self.field.value_input if isinstance(self.field, material.TextInput) else self.field.value
        self.given = given or " "
        self._say()

    def _know(self, found: tuple[float | str | None, str]) -> None:
        self.right, self.problem = found
        self._say()

    def _say(self) -> None:
        if self.problem:
            verdict = Verdict(False, f"The right answer cannot be computed. {self.problem}")
        elif not self.given:
            return
        elif self.right is None:
            verdict = Verdict(False, "The right answer is still being computed.")
        else:
            verdict = judge(self.state.store.lessons[self.state.lesson].question, self.right, self.given)
        self.verdict.object = verdict_html(verdict)


def _answer(lesson: Lesson, store: DataStore) -> tuple[float | str | None, str]:
    """The right answer, or why there is none."""
    try:
        return answer_of(lesson, store), ""
    except (ValueError, OSError) as error:
        return None, str(error)
