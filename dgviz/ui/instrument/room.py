"""A workshop on the page: a visitor's name, what the instructor shows to all, and the instructor's view of the room."""

from collections.abc import Callable
from functools import cached_property

import panel as pn

from dgviz.ui import theme
from dgviz.ui.figures.room_scores import plot_room_scores
from dgviz.ui.instrument.lesson import go_to
from dgviz.ui.lenses.view import empty_words, text
from dgviz.ui.session.room import Shown
from dgviz.ui.session.room_scores import room_scores, shipped_run, shipped_score
from dgviz.ui.session.served import now_and_then, to_session
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.room import places_table
from dgviz.ui.words.run_names import name_without_score

WHERE = {"page": "lens", "lesson": "lesson", "site": "site", "run": "run"}  # of the state: what it is in the room
ACTS = [*WHERE, "selected", "window", "moment", "config", "colour", "supposed", "training"]
WIDE = {"sizing_mode": "stretch_width", "margin": 0}
SMALL = {"size": "small", "margin": (4, 8, 4, 0)}
NO_SCORES = "No visitor has trained a run on these data yet. Their scores are drawn here as soon as one has."


def take_part(state: AppState, place: pn.Column) -> None:
    """Let a visitor's page be seen in the room, follow what the instructor shows, and ask for a name once."""
    room, visitor = state.store.room, state.visitor
    if room is None or not visitor:
        return

    def note(*_):
        room.note(visitor, data=state.config.data, **{name: getattr(state, key) for key, name in WHERE.items()})

    hand_over = to_session()
    leave = room.enter(visitor, lambda shown: hand_over(lambda: take_up(state, shown)))
    pn.state.on_session_destroyed(lambda _: leave())
    note()
    state.param.watch(note, ACTS)
    if not room.name_of(visitor):
        _ask_for_name(state, place)


def _ask_for_name(state: AppState, place: pn.Column) -> None:
    """A dialog that stays until a name was given."""
    field = material.TextInput(label="Your name", placeholder="as the others know you", sizing_mode="stretch_width")
    go, problem = material.Button(label="Come in", margin=(8, 0)), text()

    def give(_):
        try:
            state.store.room.call(state.visitor, field.value_input or field.value)
            dialog.open = False
        except ValueError as error:
            problem.object = html("<div class='problem'>{}</div>", str(error))

    go.on_click(give)
    field.param.watch(give, "enter_pressed")
    said = text("The instructor sees it, with your scores and what you look at, and the others beside your trainings.")
    dialog = material.Dialog(
        said, field, problem, go, open=True, title="What are you called?", width_option="xs", close_on_click=False
    )
    place.append(dialog)


def take_up(state: AppState, shown: Shown) -> None:
    """Turn to what the instructor shows to all, and say so."""
    if shown.lesson:
        go_to(state, shown.lesson)
        state.told = f"The instructor has opened this lesson for all: {state.store.lessons[shown.lesson].title}"
        return

    def turn():
        if shown.data != state.config.data:
            state.edit(data=shown.data)
        state.pick(shown.site)

    state.attempt(turn)
    state.told = f"The instructor shows this {state.science.site} to all: {state.name_of(shown.site)} ({shown.site})"


class RoomDialog:
    """What the instructor sees: who is where, everybody's score, and buttons that show something to all."""

    def __init__(self, state: AppState, place: pn.Column):
        self.state, self._place = state, place
        now_and_then(lambda: self._is_open and self.update())
        self._drawn: tuple = ()

    def open(self) -> None:
        """Open it, as it is now."""
        self.update()
        self._dialog.open = True

    def update(self) -> None:
        """Bring lines and bars up to date."""
        state = self.state
        places, scores = state.store.room.places(), room_scores(state)
        known = dict(zip(scores.visitor.values.tolist(), scores.values.tolist(), strict=True))
        self.table.object = places_table(state, places, known)
        here = sum(place.pages > 0 for place in places)
        self.count.object = html("<b>{} here</b>, {} left", here, len(places) - here)
        if self._drawn != (drawn := (tuple(known.items()), state.config.data, state.dark)):
            self._drawn = drawn
            self._draw(scores)

    def _draw(self, scores) -> None:
        state, came = self.state, shipped_run(self.state)
        if not scores.size:
            self.scores.objects = [empty_words(NO_SCORES)]
            return
        fig = plot_room_scores(scores, shipped_score(state), state.dark)
        line = f" The line is {name_without_score(came)}, which came trained." if came else ""
        data, many = state.dataset.attrs.get("title", state.config.data), "s" * (scores.size != 1)
        said = f"Of {scores.size} visitor{many} the newest run on {data}.{line}"
        caption = html("<p class='caption'>{}</p>", said)
        self.scores.objects = [pn.pane.Bokeh(fig, **WIDE), text(caption)]

    def show_lesson(self) -> None:
        """Open the chosen lesson on all pages."""
        self._show_all(Shown(lesson=self.lessons.value), self.state.store.lessons[self.lessons.value].title)

    def show_site(self) -> None:
        """Let all pages show the site that is picked here."""
        state = self.state
        self._show_all(Shown(data=state.config.data, site=state.site), state.name_of(state.site))

    def _show_all(self, shown: Shown, what: str) -> None:
        count = self.state.store.room.show_all(shown)
        words = f"{what} is shown on {count} page{'s' * (count != 1)}." if count else "No page of a visitor is open."
        self.said.object = html("<span role='status'>{}</span>", words)

    @property
    def _is_open(self) -> bool:
        return "_dialog" in vars(self) and self._dialog.open

    @cached_property
    def _dialog(self) -> material.Dialog:
        # Made open: a browser that is busy could miss that it opens before it is drawn.
        state = self.state
        self.said, scroll = text(), pn.Column(self.table, styles={"overflow-x": "auto"}, **WIDE)
        parts = [self._buttons(), self.said, self.count, self.scores, scroll]
        dialog = material.Dialog(
            *parts, open=True, title="The room", width_option="lg", show_close_button=True, close_on_click=True,
            scroll="paper",
        )  # fmt: skip
        state.param.watch(lambda _: self._is_open and self.update(), ["dark", "dataset"])
        self._place.append(dialog)
        return dialog

    @cached_property
    def table(self):
        """Who is where."""
        return text()

    @cached_property
    def count(self):
        """How many are here."""
        return text(margin=(8, 0))

    @cached_property
    def scores(self) -> pn.Column:
        """Everybody's score."""
        return pn.Column(**WIDE)

    @cached_property
    def lessons(self):
        """Which lesson."""
        names = {lesson.title: name for name, lesson in self.state.store.lessons.items()}
        return material.Select(label="Lesson", options=names, width=260, **SMALL)

    def _buttons(self) -> pn.Row:
        lesson = material.Button(label="Open it for all", icon="school", **SMALL)
        site = material.Button(label="Show my site to all", icon="place", variant="outlined", **SMALL)
        lesson.on_click(lambda _: self.show_lesson())
        site.on_click(lambda _: self.show_site())
        return pn.Row(self.lessons, lesson, site, stylesheets=[theme.BAR], **WIDE)


def room_button(state: AppState, place: pn.Column) -> Callable[[], None] | None:
    """What opens the instructor's view of the room; None outside a workshop, and for visitors."""
    if state.store.room is None or state.visitor:
        return None
    return RoomDialog(state, place).open
