"""The frame's top: lenses, runs, link and help; and what else is said or chosen in one place of the frame."""

import panel as pn

from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.devices import backend_of
from dgviz.ui import theme
from dgviz.ui.instrument.lenses import LENSES, OF_ALL
from dgviz.ui.lenses.view import text
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.widgets.lens_tabs import LensTabs
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.run_names import run_names

COPY = "navigator.clipboard && navigator.clipboard.writeText(window.location.href)"


def header(state: AppState, show_help, show_lessons, show_room=None) -> list:
    """What stands in the page's header, from left to right: the lenses, the runs, the room, lessons, link and help."""
    share = material.icon_button("link", "Copy a link to this view", active_icon="check", toggle_duration=1500)
    share.js_on_click(code=COPY)
    ask = material.icon_button("help_outline", "Help", on_click=lambda _: show_help())
    learn = material.icon_button("school", "Lessons", on_click=lambda _: show_lessons())
    room = [material.icon_button("groups", "The room", on_click=lambda _: show_room())] if show_room else []
    row = [lens_tabs(state), *run_pickers(state, 200), *room, learn, share, ask]
    return [pn.Row(*row, align="center", sizing_mode="stretch_width", stylesheets=[theme.MAIN], margin=0)]


def lens_tabs(state: AppState) -> LensTabs:
    """The names of the lenses; that of the budget is the science's."""

    def names():
        labels = {"Budget": state.science.budget.capitalize()}
        return [(name, labels.get(name, name)) for name in LENSES if state.shows("lenses")]

    tabs = LensTabs(names=names(), active=state.page, of_all=OF_ALL, sizing_mode="stretch_width", margin=0)
    tabs.link(state, active="page", bidirectional=True)
    state.param.watch(lambda _: tabs.param.update(names=names()), ["dataset", "lesson"])
    return tabs


def run_pickers(state: AppState, width: int | None, **options) -> list:
    """Which run is shown, A, and which one it is compared with, B."""
    look = {
        "width": width,
        "size": "small",
        "margin": (0, 4),
        "align": "center",
        "stylesheets": [theme.WIDE_ONLY],
    } | options
    shown, compared = material.Select(label="A", **look), material.Select(label="B", **look)

    def offer(*_):
        names = run_names(state.finished(), state.store)
        others = {name: run_id for name, run_id in names.items() if run_id != state.run}
        shown.param.update(options={"None": ""} | names, value=state.run)
        compared.param.update(options={"None": ""} | others, value=state.baseline)

    def show(*_):
        for picker in (shown, compared):
            picker.visible = state.shows("runs")

    offer()
    show()
    state.param.watch(show, "lesson")
    state.param.watch(offer, ["runs", "run", "baseline", "config"])
    shown.param.watch(lambda e: e.new is not None and state.show(e.new), "value")
    compared.param.watch(lambda e: e.new is not None and state.compare_with(e.new), "value")
    return [shown, compared]


def presets(state: AppState, **options):
    """A picker of named configurations; it shows the one that the draft is, if any."""
    menu = material.Select(label="Preset", options=[], value="", size="small", **{"margin": (6, 0)} | options)

    def apply(event):
        if event.new:
            state.attempt(lambda: state.take_preset(event.new))

    def follow(*_):
        names = state.science.presets
        same = [name for name in names if _is_preset(state.config, name)]
        menu.param.update(options=["", *names], value=same[0] if same else "")

    follow()
    menu.param.watch(apply, "value")
    state.param.watch(follow, "config")
    return menu


def _is_preset(draft: RunConfig, name: str) -> bool:
    """Is a draft the model of a preset? Not where the preset does not go with what else was chosen, such as folds."""
    try:
        return not draft.differences(draft.preset(name)).keys() - NOT_THE_MODEL
    except ConfigError:
        return False


def backend_chip(state: AppState):
    """What would run the chosen processes, compiled kernels or the torch loop; the tooltip says why."""
    chip = material.Chip(size="small", variant="outlined", margin=(6, 0), description="")

    def follow(*_):
        backend, why = backend_of(state.config)
        label, icon = {"fused": ("Compiled", "bolt"), "torch": ("Not compiled", "hourglass_empty")}[backend]
        chip.param.update(label=label, icon=icon, description=f"What runs these processes: {why}.")

    follow()
    state.param.watch(follow, "config")
    return chip


def say_unreadable_runs(state: AppState, place: pn.Column) -> None:
    """Put which files of runs are damaged, and how, into a place; nothing where all can be read."""
    words = text(margin=(theme.GAP, 0, 0, 0))

    def say(*_):
        words.object = unreadable_text(state.unreadable)
        place.objects = [each for each in place if each is not words] + [words] * bool(state.unreadable)

    state.unreadable = state.store.unreadable()  # also what was found while the frame was built
    say()
    state.param.watch(say, "unreadable")


def unreadable_text(problems: list[str]) -> Markup:
    """What is wrong with files of runs and what to do, HTML."""
    count = "One file of a run is" if len(problems) == 1 else f"{len(problems)} files of runs are"
    lines = joined(html("<li>{}</li>", problem) for problem in problems)
    return html(
        "<details class='problem'><summary>{} damaged</summary><ul>{}</ul>A run without a configuration is "
        "left out, one with damaged results is shown without them. Correct the file, or move its folder away, and "
        "reload this page. All other runs are as they were.</details>",
        *(count, lines),
    )
