"""Pages, the frame around them, and the server."""

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
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks
from dgviz.ui.lenses.compare.comparison import MedianScores, OptionDifferences
from dgviz.ui.lenses.compare.difference_maps import ParameterDifference, ScoreDifference
from dgviz.ui.lenses.compare.run_table import RunTable
from dgviz.ui.lenses.data.explorer import Explorer
from dgviz.ui.lenses.data.how_it_was_read import HowItWasRead
from dgviz.ui.lenses.data.own_data import OwnData
from dgviz.ui.lenses.evaluate.evaluation import EvaluationCard, SecondEvaluationCard
from dgviz.ui.lenses.evaluate.ranked import RankedTimeSeries
from dgviz.ui.lenses.explore.distribution import LargeScoreDistribution, ScoreDistribution
from dgviz.ui.lenses.explore.site_map import SiteMap
from dgviz.ui.lenses.explore.target_charts import TargetCharts
from dgviz.ui.lenses.explore.what_if import ParameterSliders
from dgviz.ui.lenses.explore.window_scores import WindowScores
from dgviz.ui.lenses.presets.claims import Claims
from dgviz.ui.lenses.presets.dial_curves import DialCurves
from dgviz.ui.lenses.presets.dial_table import DialTable
from dgviz.ui.lenses.results.attribute_scatter import AttributeScatter
from dgviz.ui.lenses.results.balance import Balance
from dgviz.ui.lenses.results.buckets import Buckets
from dgviz.ui.lenses.results.learned_map import LearnedMap
from dgviz.ui.lenses.results.stores import Stores
from dgviz.ui.lenses.sensitivity.gradient_check import GradientCheck
from dgviz.ui.lenses.sensitivity.responses import Responses
from dgviz.ui.lenses.sensitivity.sensitivity_map import SensitivityMap
from dgviz.ui.lenses.train.learning import LossCurves
from dgviz.ui.lenses.train.learning_map import LearningMap
from dgviz.ui.lenses.train.queue import TrainingQueue
from dgviz.ui.lenses.train.training import TrainingControl
from dgviz.ui.lenses.view import View, text
from dgviz.ui.server import Access, make_server
from dgviz.ui.session import address
from dgviz.ui.session.live_what_if import LiveWhatIf
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.widgets.after_pause import AfterPause
from dgviz.ui.widgets.browser_address import BrowserAddress
from dgviz.ui.widgets.header import context_bar, header, unreadable_runs
from dgviz.ui.widgets.help import HelpDialog
from dgviz.ui.widgets.islands import STYLE, Island, Sea
from dgviz.ui.widgets.sidebar import sidebar
from dgviz.ui.words.markup import html

# Page -> rows of (views one above the other, columns out of twelve). A page is built when it is first opened.
PAGES: dict[str, tuple[tuple[tuple[tuple[type[View], ...], int], ...], ...]] = {
    "Explore": (
        (((SiteMap,), 7), ((WindowScores, ScoreDistribution), 5)),
        (((TargetCharts,), 12),),
        (((ParameterSliders,), 12),),
    ),
    "Train": ((((TrainingControl,), 12),), (((LossCurves,), 6), ((LearningMap,), 6)), (((TrainingQueue,), 12),)),
    "Dial": ((((DialTable,), 12),), (((DialCurves,), 6), ((Claims,), 6))),
    "Results": (
        (((LearnedMap,), 5), ((Buckets,), 7)),
        (((ParameterSliders,), 12),),
        (((Stores,), 12),),
        (((AttributeScatter,), 7), ((Balance,), 5)),
    ),
    "Evaluate": (
        (((LargeScoreDistribution,), 6), ((SiteMap,), 6)),
        (((EvaluationCard,), 6), ((SecondEvaluationCard,), 6)),
        (((RankedTimeSeries,), 12),),
    ),
    "Sensitivity": ((((Responses,), 12),), (((SensitivityMap,), 6), ((GradientCheck,), 6))),
    "Checks": ((((PhysicsChecks,), 12),),),
    "Compare": (
        (((RunTable,), 12),),
        (((LargeScoreDistribution,), 7), ((OptionDifferences, MedianScores), 5)),
        (((ScoreDifference,), 6), ((ParameterDifference,), 6)),
        (((TargetCharts,), 12),),
    ),
    "Data": ((((OwnData,), 12),), (((HowItWasRead,), 12),), (((Explorer,), 12),)),
}
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
    page = material.page(
        title="dgviz",
        sx=theme.PAGE,
        dark_theme=b"dark" in pn.state.session_args.get("theme", ()),
        sidebar=[pn.Spacer(height=0)],
        sidebar_width=300,
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
    help_dialog = HelpDialog()
    page.param.update(
        dark_theme=state.dark,
        header=header(state, lambda: help_dialog.show_about(state.science.site, lower_first(state.target.long_name))),
        sidebar=sidebar(state, help_dialog),
        main=[
            Sea(
                _navigation(state),
                context_bar(state),
                unreadable_runs(state),
                _problems(state, problems),
                *_pages(state),
                help_dialog,
                _address(state),
                material.CloseWhereNarrow(width=theme.NARROW, margin=0),
                stylesheets=[theme.MAIN, STYLE],
                sizing_mode="stretch_width",
                margin=(0, 14, 14, 14),
            )
        ],
    )
    page.link(state, dark_theme="dark", bidirectional=True)
    _follow_training(state)
    LiveWhatIf(state)


def _navigation(state: AppState):
    """The names of the pages. The pages themselves stay where they are, so that their figures are drawn once."""
    names = list(PAGES)
    tabs = material.Tabs(
        *((name, pn.Spacer(height=0)) for name in names),
        active=names.index(state.page),
        sizing_mode="stretch_width",
        margin=0,
    )
    tabs.param.watch(lambda event: state.param.update(page=names[event.new]), "active")
    state.param.watch(lambda event: tabs.param.update(active=names.index(event.new)), "page")
    return tabs


def _pages(state: AppState) -> list[Island]:
    places = {name: Island() for name in PAGES}

    def turn(*_):
        for name, place in places.items():
            place.show(name == state.page)
        if not places[state.page].objects:
            rows = [_row(state, row) for row in PAGES[state.page]]
            page = pn.Column(*rows, stylesheets=[theme.MAIN], sizing_mode="stretch_width", margin=0)
            places[state.page].objects = [page]

    turn()
    state.param.watch(turn, "page")
    return list(places.values())


def _row(state: AppState, row) -> pn.Column:
    cells = [
        pn.Column(
            *(view(state=state, page=state.page) for view in views),
            css_classes=[f"span-{span}"],
            margin=0,
            stylesheets=[theme.STACK],
            sizing_mode="stretch_width",
        )
        for views, span in row
    ]
    return pn.Column(*cells, stylesheets=[theme.ROW], sizing_mode="stretch_width", margin=(0, 0, theme.GAP, 0))


def _problems(state: AppState, problems: list[str]):
    """The last thing that went wrong, until it is closed."""
    state.problem = " ".join(problems)
    said = material.Alert(
        text(state.param.problem),  # its own `object` would be HTML
        severity="warning",
        closeable=True,
        margin=(0, 0, 8, 0),
        sizing_mode="stretch_width",
        visible=state.param.problem.rx.bool(),
    )

    def forget(event):
        if event.new:  # so that the next one is seen again
            state.problem, said.closed = "", False

    said.param.watch(forget, "closed")
    return said


def _read_address(state: AppState) -> list[str]:
    query = {key: values[0].decode(errors="replace") for key, values in pn.state.session_args.items()}
    return address.from_query(query, state, tuple(PAGES)) if query else []


def _address(state: AppState) -> BrowserAddress:
    """Keeps the browser's address and the state the same, in both directions."""

    def turn(search):
        state.problem = " ".join(address.turn_to(search, state, tuple(PAGES)))
        write()

    shown = BrowserAddress(turn)

    def write(*_):
        if not state.playing:  # each write is a step of the browser's history
            shown.search = address.to_query(state)

    when_it_rests = AfterPause(write)
    state.param.watch(write, [name for name in address.WATCHED if name != "supposed"])
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
    data: str = "delaware",
    runs_folder: Path | None = None,
    address: str = "127.0.0.1",
    access: Access | None = None,
) -> None:
    """Serve the dashboard until it is interrupted; the training process is warmed up meanwhile.

    Raises DataError before anything is served when the data cannot be read.
    """
    access = access or Access()
    store = DataStore(runs_folder or default_runs_folder(), data, access.own_machine(address))
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
