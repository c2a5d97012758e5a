"""The frame's top: presets, what is selected, runs, link, help; and the line that says which run is shown."""

import panel as pn

from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.devices import backend_of
from dgviz.processes.declare import title
from dgviz.ui import theme
from dgviz.ui.lenses.view import text
from dgviz.ui.session.state import AppState
from dgviz.ui.session.what_if import WhatIf
from dgviz.ui.widgets import material
from dgviz.ui.words.kinds import chips
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.progress import progress_words
from dgviz.ui.words.run_names import run_names
from dgviz.ui.words.text import number, score_label, sentence, units

ONE_RUN = ("Results", "Sensitivity", "Checks")  # pages without the baseline
AS_LEARNED = ("Sensitivity", "Checks")  # pages without the what-if
SMALL = {"align": "center", "sizing_mode": None}
COPY = "navigator.clipboard && navigator.clipboard.writeText(window.location.href)"


def header(state: AppState, show_help) -> list:
    """What stands in the page's header, from left to right."""
    share = material.icon_button("link", "Copy a link to this view", active_icon="check", toggle_duration=1500)
    share.js_on_click(code=COPY)
    ask = material.icon_button("help_outline", "Help", on_click=lambda _: show_help())
    return [
        pn.Row(
            presets(state, width=210, margin=(6, 12), stylesheets=[theme.WIDE_ONLY]),
            _selection(state),
            pn.HSpacer(),
            backend_chip(state),
            _runs(state),
            share,
            ask,
            align="center",
            sizing_mode="stretch_width",
            css_classes=["bar"],
            margin=(0, 8),
        )
    ]


def presets(state: AppState, **options):
    """A picker of named configurations; it shows the one that the draft is, if any."""
    menu = material.Select(label="Preset", options=[], value="", size="small", **{"margin": (6, 0)} | options)

    def apply(event):
        if event.new:
            try:
                state.take_preset(event.new)
            except ConfigError as error:
                state.problem = str(error)

    def follow(*_):
        names = state.science.presets
        same = [name for name in names if _is_preset(state.config, name)]
        menu.param.update(options=["", *names], value=same[0] if same else "")

    follow()
    menu.param.watch(apply, "value")
    state.param.watch(follow, "config")
    return menu


def _is_preset(draft: RunConfig, name: str) -> bool:
    """Is a draft the model of a preset? Not where that does not go with what else was chosen, such as folds."""
    try:
        return not draft.differences(draft.preset(name)).keys() - NOT_THE_MODEL
    except ConfigError:
        return False


def _selection(state: AppState):
    clear = material.icon_button("close", "Clear the selection", on_click=lambda _: state.select([]))
    clear.visible = state.param.selected.rx.bool()
    words = pn.bind(lambda *_: selection_text(state), state.param.selected, state.param.run, state.param.dataset)
    return pn.Row(
        text(words, sizing_mode=None, align="center", css_classes=["selection"]), clear, align="center", margin=(0, 4)
    )


def selection_text(state: AppState) -> Markup:
    """How many sites are selected, and how well the shown run does on them."""
    total, chosen = len(state.sites), state.selected
    plural = f"{state.config.science.site}s"
    words = (
        html("<b>{}</b> of {} {} selected", len(chosen), total, plural)
        if chosen
        else html("<b>{}</b> {}", total, plural)
    )
    results, score = state.results(state.run), state.target.scores[0]
    if results is None or score not in results:
        return words
    values = results[score].sel(period="test")
    values = values.sel(site=[s for s in chosen if s in results.indexes["site"]]) if chosen else values
    median = f"{number(float(values.median()))} {units(values.attrs['units'])}".strip()
    return words + html("<span class='wide'>, median {} <b>{}</b> (test)</span>", score_label(score), median)


def backend_chip(state: AppState):
    """What would run the chosen processes, compiled kernels or the torch loop; the tooltip says why."""
    chip = material.Chip(
        stylesheets=[theme.WIDE_ONLY], size="small", variant="outlined", margin=(0, 6), align="center", description=""
    )

    def follow(*_):
        backend, why = backend_of(state.config)
        label, icon = {"fused": ("Fused kernels", "bolt"), "torch": ("Torch loop", "hourglass_empty")}[backend]
        chip.param.update(label=label, icon=icon, description=f"What runs these processes: {why}.")

    follow()
    state.param.watch(follow, "config")
    return chip


def _runs(state: AppState):
    def words(training, status, progress, runs):
        if training:
            return f"{sentence(status)}{f', {progress_words(progress[-1])}' if progress else ''}"
        return f"{len(runs)} runs" if len(runs) != 1 else "1 run"

    names = ("training", "status", "progress", "runs")
    label = pn.bind(words, *(state.param[name] for name in names))
    chip = material.Chip(
        stylesheets=[theme.WIDE_ONLY],
        label=label,
        icon="insights",
        size="small",
        variant="outlined",
        margin=(0, 6),
        align="center",
    )
    chip.on_click(lambda _: state.param.update(page="Train"))
    return chip


def context_bar(state: AppState):
    """Which run is shown, which one it is compared with, and whether the draft has moved on."""
    shown = material.Select(label="Run (A)", width=340, size="small", margin=(7, 8, 2, 0))
    compared = material.Select(label="Compare with (B)", width=340, size="small", margin=(7, 8, 2, 0))

    def offer(*_):
        names = run_names(state.finished(), state.store)
        others = {name: run_id for name, run_id in names.items() if run_id != state.run}
        shown.param.update(options={"None": ""} | names, value=state.run)
        compared.param.update(options={"None": ""} | others, value=state.baseline)

    offer()
    state.param.watch(offer, ["runs", "run", "baseline", "config"])
    shown.param.watch(lambda e: e.new is not None and state.show(e.new), "value")
    compared.param.watch(lambda e: e.new is not None and state.compare_with(e.new), "value")
    words = text(
        pn.bind(lambda *_: stale_text(state), state.param.run, state.param.config), align="center", sizing_mode=None
    )
    only = text(
        pn.bind(shown_only, state.param.page, state.param.baseline, state.param.what_if),
        align="center",
        sizing_mode=None,
    )
    restore = material.Button(
        label="Restore them",
        variant="text",
        size="small",
        align="center",
        margin=0,
        on_click=lambda _: state.restore(state.run),
    )
    restore.visible = pn.bind(lambda *_: bool(state.stale()), state.param.run, state.param.config)
    marks = text(pn.bind(lambda run: chips(state.store.run(run).config) if run else "", state.param.run), **SMALL)
    return pn.FlexBox(
        shown,
        compared,
        marks,
        only,
        words,
        restore,
        align_items="center",
        sizing_mode="stretch_width",
        margin=(8, 0, 8, 0),
    )


def shown_only(page: str, baseline: str, what_if: WhatIf | None = None) -> Markup:
    """Said on the pages that draw one run where a second one is chosen, or where a what-if is not drawn, HTML."""
    if what_if and page in AS_LEARNED:
        return Markup("<span class='muted'>This page shows run A as it was learned, without the what-if.</span>")
    return Markup("<span class='muted'>This page shows run A only.</span>") * bool(baseline and page in ONE_RUN)


def unreadable_runs(state: AppState):
    """Which files of runs are damaged and how; nothing where all can be read."""
    state.unreadable = state.store.unreadable()  # also what was found while the frame was built
    return text(
        pn.bind(unreadable_text, state.param.unreadable), visible=state.param.unreadable.rx.bool(), margin=(0, 0, 8, 0)
    )


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


def stale_text(state: AppState) -> Markup:
    """Where the model in the side bar differs from the one that was trained, in words; nothing where it does not."""
    changed = state.stale()
    if not changed:
        return Markup("")
    trained, draft = (", ".join(_phrase(name, values[i], state) for name, values in changed.items()) for i in range(2))
    said = f"These results were trained with {trained}; the draft has {draft}."
    return html("<span class='stale'>{}</span>", said)


def _phrase(name: str, value, state: AppState) -> str:
    """An option with its value, or the title of a process, as people say it: "16 members", "loss nse"."""
    slots, words = state.config.science.slots, sentence(name).lower()
    if name in slots:
        return title(state.config.science.option(name, value)).partition(":")[0].lower()
    if isinstance(value, int) and words.endswith("s"):
        return f"{value} {words}"
    return f"{words} {' and '.join(value) or 'none'}" if isinstance(value, tuple | list) else f"{words} {value}"
