"""The slim bar from which a model is trained: what would be trained, and how far a training is."""

import math

import panel as pn

from dgviz.datasets import DataError
from dgviz.experiment.estimate import n_parts
from dgviz.experiment.leakage import leaks
from dgviz.experiment.run_files import RunError
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.lenses.view import text
from dgviz.ui.session.state import AppState
from dgviz.ui.session.what_if import WhatIf
from dgviz.ui.widgets import material
from dgviz.ui.words.differences import phrases
from dgviz.ui.words.kinds import chips, the_others
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.progress import progress_words, share_done
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.text import duration, number, sentence

BUTTON = {"size": "small", "margin": (0, 6, 0, 0), "align": "center"}
ONE_RUN = ("Budget", "Sensitivity", "Checks")  # lenses without the baseline
AS_LEARNED = ("Sensitivity", "Checks")  # lenses without the what-if
STALE = ("run", "config", "training")  # what decides whether the draft is another model than run A
ORDER = ("model", "train", "try", "stop", "words", "meanwhile", "revert", "drawer")
LONG = 2  # runs before one that waits, from which on a trained one is offered meanwhile
WIDTH, HEIGHT = 100, 20  # px of the sparkline


def training_bar(state: AppState, open_model) -> pn.viewable.Viewable:
    """Model, Train, Try it and Stop, what is happening in words, and the handle of the drawer."""
    buttons = {
        "model": material.Button(label="Model", icon="tune", variant="outlined", **BUTTON),
        "train": material.Button(label="Train", icon="play_arrow", **BUTTON),
        "try": material.Button(label="Try it", icon="bolt", variant="outlined", **BUTTON),
        "stop": material.Button(label="Stop", icon="stop", variant="outlined", **BUTTON),
        "meanwhile": material.Button(label="Show it", variant="outlined", **BUTTON),
        "revert": material.Button(label="Revert settings", variant="text", **BUTTON),
        "drawer": material.Button(label="Details", icon="expand_more", variant="text", **BUTTON),
    }
    buttons["model"].on_click(lambda _: open_model())
    buttons["train"].on_click(lambda _: state.attempt(state.start_training))
    buttons["try"].on_click(lambda _: state.attempt(state.try_it))
    buttons["stop"].on_click(lambda _: state.attempt(lambda: state.request("stop")))
    buttons["stop"].disabled = state.param.training.rx() == ""
    buttons["meanwhile"].on_click(lambda _: state.attempt(lambda: state.show(state.nearest())))
    buttons["revert"].on_click(lambda _: state.restore(state.run))
    buttons["drawer"].icon = state.param.drawer.rx().rx.where("expand_less", "expand_more")
    buttons["drawer"].on_click(lambda _: state.param.update(drawer=not state.drawer))
    names = ("training", "status", "progress", "before", "config", "selected", "run", "page", "baseline", "what_if")
    words = text(
        pn.bind(lambda *_: bar_words(state), *(state.param[name] for name in names)),
        align="center",
        css_classes=["words"],
    )
    bar = pn.Row(stylesheets=[theme.CARD, theme.SLIM], css_classes=["card"], sizing_mode="stretch_width", margin=0)
    places = {**buttons, "words": words}

    def arrange(*_):
        stale = bool(state.stale()) and not state.training
        seen = {
            "try": stale and not state.hurries,  # there Train is as short
            "revert": stale,
            "meanwhile": meanwhile(state) not in ("", state.run),
        }
        wanted = [places[name] for name in ORDER if seen.get(name, True)]
        if [*bar] != wanted:
            bar.objects = wanted

    def show(*_):
        bar.visible = state.shows("training")

    arrange()
    show()
    state.param.watch(arrange, [*STALE, "before"])
    state.param.watch(show, "lesson")
    return bar


def bar_words(state: AppState) -> Markup:
    """How far the training is; else how the draft differs from run A, or what Train would do."""
    if state.training and state.before:
        return waiting_words(state)
    if state.training:
        return training_words(state.status, state.progress, state.left)
    marks = chips(state.store.run(state.run), state.store) if state.run else Markup("")
    only = shown_only(state.page, state.baseline, state.what_if)
    return html("<div class='now whole'>{}{}{}</div>", marks, stale_words(state) or plan_words(state), only)


def meanwhile(state: AppState) -> str:
    """The run that is shown or offered while a training waits behind several others; '' while it does not."""
    return state.nearest() if state.training and state.before >= LONG else ""


def waiting_words(state: AppState) -> Markup:
    """How many trainings come before, about how long they take, and which trained run is like it."""
    many = f"{state.before} training{'s' * (state.before > 1)} before yours"
    about = f", about {duration(state.wait)}" if state.wait else ""
    if not (run_id := meanwhile(state)):
        return html("<div class='now whole' role='status'><b>{}{}</b></div>", many, about)
    name = name_without_score(state.store.run(run_id))
    said = "Meanwhile you see" if run_id == state.run else "Meanwhile, trained already:"
    here = f"{said} {name}{', which was trained before' * (run_id == state.run)}."
    return html("<div class='now whole' role='status'><b>{}{}</b><span>{}</span></div>", many, about, here)


def training_words(status: str, progress: list[dict], seconds: float | None) -> Markup:
    """Status, epoch, the loss as a small line, its figure, the time that is left, and a bar."""
    last = progress[-1] if progress else {}
    if not last:
        return html(
            "<div class='now' role='status'><b>{}</b></div>", "Starting" if status == "training" else sentence(status)
        )
    left = f", about {duration(seconds)} left" if seconds and status == "training" else ""
    return html(
        "<div class='now'><b>{}</b><progress max='1' value='{}' aria-label='Share that is done'></progress>"
        "<span class='muted'>{}{}</span>{}<span class='muted'>loss <b>{}</b>, median NSE <b>{}</b></span></div>",
        *(sentence(status), f"{share_done(last):.3f}", progress_words(last), left),
        *(sparkline([record["loss"] for record in progress]), number(last["loss"]), number(last["median_nse"])),
    )


def sparkline(losses: list[float]) -> Markup:
    """The losses by their logarithm, SVG; nothing of fewer than two."""
    logs = [math.log(max(loss, 1e-9)) for loss in losses if math.isfinite(loss)]
    if len(logs) < 2:
        return Markup("")
    low, high = min(logs), max(logs)
    heights = [(value - low) / ((high - low) or 1) for value in logs]
    points = " ".join(
        f"{i / (len(logs) - 1) * WIDTH:.1f},{HEIGHT - 2 - (HEIGHT - 4) * y:.1f}" for i, y in enumerate(heights)
    )
    return html("<svg width='{}' height='{}' aria-hidden='true'><polyline points='{}'/></svg>", WIDTH, HEIGHT, points)


def plan_words(state: AppState) -> Markup:
    """What would be trained and about how long it takes, and what it would see of the test."""
    config, site = state.to_train(), state.science.site
    count, seconds = len(state.selected) or len(state.sites), state.estimate()
    about = f", about {duration(seconds)}" if seconds else ""
    parts = f" in each of {n_parts(config)} parts" if n_parts(config) > 1 else ""
    who = f"{number(count, 0)} {site}{'s' * (count != 1)}"
    who += f" selected ({the_others(config)})" * bool(state.selected)
    start = (
        f" from the weights of {name_without_score(state.store.run(config.start_from))}" if config.start_from else ""
    )
    plan = f"Train: {who}, {config.epochs} epochs{start}{parts}{about}."
    try:
        warnings = leaks(config, state.dataset)
    except (ValueError, DataError, RunError):  # it cannot be trained at all, which Train says
        warnings = []
    said = html("<span class='muted'>{}</span>", plan)
    return said + joined(
        html("<details><summary>Test data known in training</summary>{}</details>", line) for line in warnings
    )


def stale_words(state: AppState) -> Markup:
    """Where the model in the side bar differs from the one that was trained, in words; nothing where it does not."""
    changed = state.stale()
    if not changed:
        return Markup("")
    configs = state.store.run(state.run).config, state.config
    trained, draft = (", ".join(map(lower_first, phrases(changed, config))) for config in configs)
    if not trained or not draft:  # what differs has no effect
        return Markup("")
    said = f"These results were trained with {trained}; the settings now have {draft}."
    return html("<span class='stale'>{}</span>", said)


def shown_only(page: str, baseline: str, what_if: WhatIf | None = None) -> Markup:
    """Said on the lenses that draw one run where a second one is chosen, or where a what-if is not drawn, HTML."""
    if what_if and page in AS_LEARNED:
        return Markup("<span class='muted'>This lens shows run A as it was learned, without the what-if.</span>")
    return Markup("<span class='muted'>This lens shows run A only.</span>") * bool(baseline and page in ONE_RUN)
