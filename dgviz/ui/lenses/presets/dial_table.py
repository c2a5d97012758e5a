"""The presets from physics to learning: what each is, how well it does, and what is still to be trained."""

import html

import panel as pn

from dgviz.experiment.presets import n_weights
from dgviz.experiment.runs import RunError
from dgviz.ui.lenses.view import View
from dgviz.ui.session.preset_runs import Place, Places, colour, missing, places
from dgviz.ui.session.state import AppState, first_line
from dgviz.ui.widgets import material
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.words.progress import progress_words
from dgviz.ui.words.text import PERIODS, duration, number, score_label, sentence

CASES = (("none", "train"), ("none", "test"), ("folds", "test"))
LOOK = 2000  # ms between two looks at the folder, only while the page is open
NO_LIMIT = ".scroll { max-height: none; } td { vertical-align: top; }"


def dial_table(there: Places, weights: dict[str, int], state: AppState) -> str:
    """A row for each preset with its median scores, or with buttons that train it, HTML."""
    site = state.config.science.site
    groups = (*(sentence(PERIODS[name]) for name in ("train", "test")), f"{sentence(site)}s held out")
    head = "<th rowspan=2>A</th><th rowspan=2>B</th><th rowspan=2 class='left'>Preset</th><th rowspan=2>Weights</th>"
    head += (
        "".join(f"<th colspan={len(two_scores(state))}>{words}</th>" for words in groups)
        + "<th rowspan=2>Time</th></tr><tr>"
    )
    head += "".join(f"<th>{score_label(name)}</th>" for _ in groups for name in two_scores(state))
    body = "".join(_row(name, of_preset, weights[name], state) for name, of_preset in there.items())
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def two_scores(state: AppState) -> tuple[str, ...]:
    """The first two scores of the target."""
    return state.target.scores[:2]


def _row(name: str, there: dict[str, Place], weights: int, state: AppState) -> str:
    science, place = state.config.science, there["none"]
    line = "dashed" if name in science.controls else "solid"
    swatch = "<span style='display:inline-block;width:18px;vertical-align:middle;margin-right:8px;"
    swatch += f"border-top:3px {line} {colour(name, state.config, state.dark)}'></span>"
    about = html.escape(science.presets[name].about)
    cells = [
        f"<td>{_input('radio', 'A', place, state.run, state)}</td>",
        f"<td>{_input('checkbox', 'B', place, state.baseline, state)}</td>",
        f"<td class='left wrap'>{swatch}<b>{html.escape(name)}</b><div class='caption'>{about}</div></td>",
        f"<td>{number(weights, 0)}</td>",
        _temporal(name, place, state),
        _held_out(name, there.get("folds"), state),
        f"<td>{'<br>'.join(_seconds(p) for p in there.values() if p.run)}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _input(kind: str, column: str, place: Place, chosen: str, state: AppState) -> str:
    if not place.run or (column == "B" and place.run.id == state.run):
        return ""
    value = html.escape(place.run.id, quote=True)
    checked = " checked" * (place.run.id == chosen)
    return f"<input type='{kind}' name='{column}' value='{value}' aria-label='{column}: {value}'{checked}>"


def _temporal(name: str, place: Place, state: AppState) -> str:
    if place.run is None:
        return f"<td colspan={2 * len(two_scores(state))}>{_to_train(name, 'none', place, state)}</td>"
    return _medians(place, "train", state) + _medians(place, "test", state)


def _held_out(name: str, place: Place | None, state: AppState) -> str:
    if place is None:
        why = f"Its parameters were learned for each {state.config.science.site}: it has none for another."
        return f"<td colspan={len(two_scores(state))} class='muted' title='{html.escape(why)}'>not possible</td>"
    if place.run is None:
        return f"<td colspan={len(two_scores(state))}>{_to_train(name, 'folds', place, state)}</td>"
    return _medians(place, "test", state)


def _medians(place: Place, period: str, state: AppState) -> str:
    medians = state.store.medians(place.run.id)
    medians = medians.sel(period=period) if medians else {}  # empty where they are damaged
    note = f"<div class='caption'>{_on_its_way(place.later, state)}</div>" if place.later else ""
    values = [number(float(medians[name])) if name in medians else "" for name in two_scores(state)]
    cells = [f"<td>{value}{note if place == 0 else ''}</td>" for place, value in enumerate(values)]
    return "".join(cells)


def _to_train(name: str, holdout: str, place: Place, state: AppState) -> str:
    """What is happening to a run without results, or a button that makes one."""
    failed = place.later is not None and place.later.status == "failed"
    if place.later is not None and not failed:
        return f"<span class='muted'>{_on_its_way(place.later, state)}</span>"
    value = html.escape(f"{name}|{holdout}", quote=True)
    words = {"none": "Train", "folds": f"Train in {place.config.folds} folds"}[holdout]
    button = f"<button name='train' value='{value}' aria-label='{words}: {html.escape(name)}'>{words}</button>"
    why = f"<div class='caption'>failed: {html.escape(first_line(place.later.error))}</div>" if failed else ""
    return button + why


def _on_its_way(run, state: AppState) -> str:
    """How far a run is: "waiting", "epoch 3 of 60, fold 2 of 5"."""
    if run.id == state.followed and state.progress and run.status != "waiting":
        return html.escape(progress_words(state.progress[-1]))
    return run.status


def _seconds(place: Place) -> str:
    return duration(place.run.record["seconds"]) if "seconds" in place.run.record else ""


class DialTable(View):
    """From physics to learning."""

    empty = "This domain has no presets that lead from physics to learning."

    def __init__(self, state, **params):
        self.weights: tuple = ((), {})
        self.train_all = material.Button(label="Train all", icon="play_arrow", size="small", margin=0)
        self.train_all.on_click(lambda _: self._train(missing(self.there)))
        super().__init__(state=state, **params)
        pn.state.onload(self._look_now_and_then)

    def tools(self):
        """Train what is missing."""
        return [self.train_all]

    def body(self, *, dataset):
        """The table, to be filled."""
        self.table = FormTable(self._use, sizing_mode="stretch_width", margin=0, stylesheets=[NO_LIMIT])
        return self.table if self.state.config.science.dial else None

    def refresh(self, *, runs, ended, followed, status, progress, run, baseline, selected, config, dark):
        """The rows as they are now."""
        state = self.state
        if self.changed - {"progress", "dark"} or not self.table.content:
            self.there = places(state)
        self.table.content = dial_table(self.there, self._n_weights(), state)
        to_train = missing(self.there)
        self.train_all.param.update(label=f"Train all {len(to_train)} missing", visible=bool(to_train))
        count = f"the {len(selected)} selected" if selected else f"all {len(state.sites)}"
        self.caption = (
            f"Trained and scored on {count} {config.science.site}s; scores are medians over them. "
            f"Held out: every {config.science.site} is predicted, in the test period, by a model that has not seen it. "
            "Another data set, selection or period has runs of its own."
        )

    def _n_weights(self):
        """The number of weights of each preset; it is counted once for a data set and selection."""
        key = self.state.config.data, tuple(self.state.selected)
        if self.weights[0] != key:
            counts = {k: n_weights(of["none"].config, self.state.dataset) for k, of in self.there.items()}
            self.weights = key, counts
        return self.weights[1]

    def _use(self, name, value, checked):
        if name == "train":
            preset, _, holdout = value.partition("|")
            self._train([self.there[preset][holdout].config])
        elif name == "B":
            self.state.compare_with(value if checked else "")
        else:
            self.state.show(value)

    def _train(self, configs):
        try:
            self.state.train_all(configs)
        except (RunError, OSError) as error:
            self.state.problem = str(error)

    def _look_now_and_then(self):
        """See runs that other sessions and terminals have made or ended."""
        if pn.state.curdoc is not None and pn.state.curdoc.session_context:
            look = self.state.refresh_runs
            pn.state.add_periodic_callback(lambda: self.page == self.state.page and look(), period=LOOK)
