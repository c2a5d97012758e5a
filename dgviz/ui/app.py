"""The frame around the workspace, and the server."""

import gc
import logging
import traceback
import webbrowser
from pathlib import Path

import panel as pn
from bokeh.server.connection import ServerConnection
from tornado.websocket import WebSocketClosedError

from dgviz.datasets import DataError
from dgviz.experiment.config import ConfigError
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import runs_folder as default_runs_folder
from dgviz.experiment.sources import FIRST
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.instrument.bar import training_bar
from dgviz.ui.instrument.lenses import CHOICES, LENSES
from dgviz.ui.instrument.lesson import check_names, lesson_list, lesson_place
from dgviz.ui.instrument.room import room_button, take_part
from dgviz.ui.instrument.workspace import follow_lens, workspace
from dgviz.ui.lenses.view import text
from dgviz.ui.server import Access, make_server
from dgviz.ui.session import address
from dgviz.ui.session.live_learning import LiveLearning
from dgviz.ui.session.live_what_if import LiveWhatIf
from dgviz.ui.session.messages import lose_none
from dgviz.ui.session.room import Room
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.widgets.after_pause import AfterPause
from dgviz.ui.widgets.browser_address import BrowserAddress
from dgviz.ui.widgets.header import header, say_unreadable_runs
from dgviz.ui.widgets.help import HelpDialog
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.widgets.pictures import Pictures
from dgviz.ui.widgets.sidebar import sidebar
from dgviz.ui.words.markup import html

FOLLOW = 400  # ms between two looks at a training run
REST = 400  # ms after which a slider is thought to be left alone
EXPLAINED = (DataError, ConfigError, RunError)  # say all that there is to say, without a traceback
log = logging.getLogger(__name__)


def create_app(store: DataStore | None = None, visitor: str = "") -> pn.viewable.Viewable:
    """The dashboard of one session; a page that says what is wrong where it cannot be built.

    Its frame is sent at once, what is in it when the browser has opened its connection: a page that is only fetched
    costs little.
    """
    material.prepare()
    lose_none()
    page = material.page(
        title="dgviz",
        sx=theme.PAGE,
        dark_theme=b"dark" in pn.state.session_args.get("theme", ()),
        sidebar=[pn.Spacer(height=0)],
        sidebar_open=False,
        sidebar_width=280,
    )

    def fill():
        try:
            state = AppState(store or pn.state.as_cached("store", lambda: DataStore(default_runs_folder())), visitor)
            _fill(page, state, _read_address(state))
        except Exception as error:
            log.error("The session could not be built: %s", error, exc_info=not isinstance(error, EXPLAINED))
            page.main = [could_not_start(error)]

    pn.state.onload(fill)
    return page


def could_not_start(error: Exception) -> pn.viewable.Viewable:
    """What failed and what to do, in place of the dashboard."""
    return text(
        html(
            "<h2>The dashboard could not start</h2><p class='problem'>{}</p>"
            "<p>Correct this and reload the page. The terminal in which dgviz runs has the details.</p>",
            str(error) or type(error).__name__,
        ),
        margin=24,
    )


def _fill(page: pn.viewable.Viewable, state: AppState, problems: list[str]) -> None:
    said = pn.Column(sizing_mode="stretch_width", margin=0)  # what is seen at times only
    help_dialog = HelpDialog(said)
    bar = training_bar(state, lambda: page.param.update(sidebar_open=not page.sidebar_open))
    follow_lens(state)  # before the address, so that a lens and its colour are one step of the browser's history
    state.problem = " ".join(problems)
    _say(state, "problem", "warning", said)
    _say(state, "told", "info", said)
    say_unreadable_runs(state, said)
    take_part(state, said)
    page.param.update(
        dark_theme=state.dark,
        header=header(
            state,
            lambda: help_dialog.show_about(state.science.site, lower_first(state.target.long_name)),
            lambda: help_dialog.show("Lessons", *lesson_list(state, help_dialog.close)),
            room_button(state, said),
        ),
        main=[lesson_place(state), workspace(state, bar, said, _address(state), Pictures(state))],
    )
    page.link(state, dark_theme="dark", bidirectional=True)
    _fill_sidebar(page, state, help_dialog)
    _follow_training(state)
    LiveWhatIf(state)
    LiveLearning(state)


def _fill_sidebar(page: pn.viewable.Viewable, state: AppState, help_dialog: HelpDialog) -> None:
    """What is in the side bar is made when it is first opened; a lesson without the training has none."""
    made: list = []

    def open_sidebar(event):
        if event.new and not made:
            made.extend(sidebar(state, help_dialog))
            page.sidebar = made

    def follow_lesson(*_):
        shown = state.shows("training")
        page.param.update(sidebar=(made or [pn.Spacer(height=0)]) if shown else [], sidebar_open=False)

    page.param.watch(open_sidebar, "sidebar_open")
    state.param.watch(follow_lesson, "lesson")
    if state.lesson:
        follow_lesson()


def _say(state: AppState, name: str, severity: str, place: pn.Column) -> None:
    """Put the words of a parameter of the state into a place, until they are closed."""
    shown: list[material.Alert] = []

    def say(*_):
        place.objects = [each for each in place if each not in shown]
        shown.clear()
        if said := getattr(state, name):
            words = text(said)  # its own `object` would be HTML
            look = {"closeable": True, "margin": (theme.GAP, 0, 0, 0), "sizing_mode": "stretch_width"}
            shown.append(material.Alert(words, severity=severity, **look))
            shown[0].param.watch(lambda _: state.param.update({name: ""}), "closed")
            place.insert(0, shown[0])

    say()
    state.param.watch(say, name)


def _read_address(state: AppState) -> list[str]:
    query = {key: values[0].decode(errors="replace") for key, values in pn.state.session_args.items()}
    query = address.with_lesson(query, state)
    problems = address.from_query(query, state, tuple(LENSES), CHOICES) if query else []
    if "colour" not in query:
        state.colour = state.colour_of(LENSES[state.page].colour, chosen(state))
    return problems


def _address(state: AppState) -> BrowserAddress:
    """Keeps the browser's address and the state the same, in both directions."""

    def turn(search):
        state.problem = " ".join(address.turn_to(search, state, tuple(LENSES), CHOICES))
        write()

    shown = BrowserAddress(turn)

    def write(*_):
        if not state.playing:  # each write is a step of the browser's history
            shown.search = address.to_query(state)

    when_it_rests = AfterPause(write)
    state.param.watch(write, [name for name in address.WATCHED if name != "supposed"], precedence=1)
    state.param.watch(lambda _: when_it_rests(REST), "supposed")  # not at each step of a drag
    write()
    return shown


def _follow_training(state: AppState) -> None:
    """Read the progress of the session's training a few times a second, only while there is one."""

    def begin():
        ticking = pn.state.add_periodic_callback(state.follow, period=FOLLOW, start=bool(state.training))

        def switch(event):
            if event.new and not ticking.running:
                ticking.start()
            elif not event.new and ticking.running:
                ticking.stop()

        state.param.watch(switch, "training")

    pn.state.onload(begin)


def serve(
    port: int = 5006,
    show: bool = False,
    data: str = FIRST,
    runs_folder: Path | None = None,
    address: str = "127.0.0.1",
    access: Access | None = None,
    lessons_folder: Path | None = None,
) -> None:
    """Serve the dashboard until it is interrupted; the training process is warmed up meanwhile.

    Raises DataError before anything is served when the data cannot be read, LessonError for a lesson.
    """
    access = access or Access()
    access.check(address)
    folder = runs_folder or default_runs_folder()
    room = Room(folder) if access.workshop else None
    store = DataStore(folder, data, access.own_machine(address), lessons_folder, room)
    for lesson in store.lessons.values():
        check_names(lesson)
    store.dataset(data)
    for logger in ("asyncio", "tornado.application"):
        logging.getLogger(logger).addFilter(not_of_a_closed_page)
    gc.freeze()  # the garbage of a session is found without looking through all modules and data
    try:
        store.warm_up()
        server = make_server(lambda: create_app(store, access.visitor()), port, address, access)
        print(access.words(address, server.port), flush=True)
        server.start()
        if show:
            server.io_loop.add_callback(webbrowser.open, access.url(address, server.port))
        server.io_loop.start()
    finally:
        store.close()


def not_of_a_closed_page(record: logging.LogRecord) -> bool:
    """False for what is said of a page that was closed meanwhile: nobody waits for it any more.

    A message to it finds the connection closed. And where Bokeh's regular ping finds that first and lets the session
    go, Bokeh fails on its own assertion that there is one when it hears of the closing itself.
    """
    if not record.exc_info:
        return True
    error = record.exc_info[1]
    if isinstance(error, AssertionError):
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        return not frames or frames[-1].f_code is not ServerConnection.session.fget.__code__
    return not isinstance(error, WebSocketClosedError)
