"""The presets from physics to learning: what each is, how well it does, and what is still to be trained."""

import xarray as xr

from dgviz.experiment.presets import HOLDOUTS, Place, Places, Scores, missing, n_weights
from dgviz.ui.lenses.view import View
from dgviz.ui.session.preset_runs import colour, places, travelling
from dgviz.ui.session.served import now_and_then
from dgviz.ui.session.state import AppState
from dgviz.ui.session.trainings import first_line
from dgviz.ui.widgets import material
from dgviz.ui.widgets.form_table import FormTable, choice
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.progress import progress_words
from dgviz.ui.words.text import PERIODS, duration, number, score_label, sentence

NO_LIMIT = ".scroll { max-height: none; } td { vertical-align: top; }"


def dial_table(there: Places, known: Scores, weights: dict[str, int], state: AppState) -> Markup:
    """A row for each preset with its median scores, with buttons that train it, HTML."""
    site = state.config.science.site
    groups = [*(sentence(PERIODS[name]) for name in ("train", "test")), f"{sentence(site)}s held out"]
    groups += ["Regions held out"] * _in_regions(there)
    above = joined(html("<th colspan={}>{}</th>", len(two_scores(state)), words) for words in groups)
    below = joined(html("<th>{}</th>", score_label(name)) for _ in groups for name in two_scores(state))
    head = html(
        "<tr><th rowspan=2>A</th><th rowspan=2>B</th><th rowspan=2 class='left'>Preset</th><th rowspan=2>Weights</th>"
        "{}<th rowspan=2>Time</th></tr><tr>{}</tr>",
        *(above, below),
    )
    regions = ["regions"] * _in_regions(there)
    body = joined(_row(name, there[name], ["folds", *regions], known, weights[name], state) for name in there)
    return html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, body)


def two_scores(state: AppState) -> tuple[str, ...]:
    """The first two scores of the target."""
    return state.target.scores[:2]


def _in_regions(there: Places) -> bool:
    """Does any claim ask for regions held out?"""
    return any("regions" in of_preset for of_preset in there.values())


def _row(
    name: str, there: dict[str, Place], holdouts: list[str], known: Scores, weights: int, state: AppState
) -> Markup:
    science, place = state.config.science, there["none"]
    line = "dashed" if name in science.controls else "solid"
    swatch = html(
        "<span style='display:inline-block;width:18px;vertical-align:middle;margin-right:8px;"
        "border-top:3px {} {}'></span>",
        *(line, colour(name, state.config, state.dark)),
    )
    about = science.presets[name].about
    cells = [
        html("<td>{}</td>", _input("radio", "A", place, state.run, state)),
        html("<td>{}</td>", _input("checkbox", "B", place, state.baseline, state)),
        html("<td class='left wrap'>{}<b>{}</b><div class='caption'>{}</div></td>", swatch, name, about),
        html("<td>{}</td>", number(weights, 0)),
        _scores(name, "none", place, ("train", "test"), known, state),
        *(_scores(name, holdout, there.get(holdout), ("test",), known, state) for holdout in holdouts),
        html(
            "<td>{}</td>",
            joined((_seconds(there[held]) for held in HOLDOUTS if held in there and there[held].run), "<br>"),
        ),
    ]
    return html("<tr>{}</tr>", joined(cells))


def _input(kind: str, column: str, place: Place, chosen: str, state: AppState) -> Markup:
    if not place.run or (column == "B" and place.run.id == state.run):
        return Markup("")
    return choice(kind, column, place.run.id, place.run.id == chosen)


def _scores(
    name: str, holdout: str, place: Place | None, periods: tuple[str, ...], known: Scores, state: AppState
) -> Markup:
    """The medians of a preset in some periods; a button that trains it, or why it cannot be."""
    columns = len(periods) * len(two_scores(state))
    if place is None and holdout == "regions":
        return html("<td colspan={} class='muted' title='No claim asks for it.'>\u2013</td>", columns)
    if place is None:
        why = f"Its parameters were learned for each {state.config.science.site}: it has none for another."
        return html("<td colspan={} class='muted' title='{}'>not possible</td>", columns, why)
    if place.run is not None:
        return joined(_medians(place, period, state) for period in periods)
    button = _to_train(name, holdout, place, state)
    of_seeds = [scores for key, scores in known.items() if key[:2] == (name, holdout)]
    if not of_seeds:
        return html("<td colspan={}>{}</td>", columns, button)
    cells = [cell for period in periods for cell in _shipped(of_seeds, period, state)]
    return joined(html("<td>{}<div>{}</div></td>", value, button * (at == 0)) for at, value in enumerate(cells))


def _shipped(of_seeds: list[xr.Dataset], period: str, state: AppState) -> list[str]:
    """The medians over the sites of the mean over the seeds that travel with dgviz."""
    means = {
        name: xr.concat([s[name].sel(period=period) for s in of_seeds], "seed").mean("seed")
        for name in two_scores(state)
        if name in of_seeds[0]
    }
    return [number(float(means[name].median())) if name in means else "" for name in two_scores(state)]


def _medians(place: Place, period: str, state: AppState) -> Markup:
    medians = state.store.medians(place.run.id)
    medians = medians.sel(period=period) if medians else {}  # empty where they are damaged
    note = html("<div class='caption'>{}</div>", _on_its_way(place.later, state)) if place.later else ""
    values = [number(float(medians[name])) if name in medians else "" for name in two_scores(state)]
    return joined(html("<td>{}{}</td>", value, "" if place else note) for place, value in enumerate(values))


def _to_train(name: str, holdout: str, place: Place, state: AppState) -> Markup:
    """What is happening to a run without results, or a button that makes one."""
    failed = place.later is not None and place.later.status == "failed"
    if place.later is not None and not failed:
        return html("<span class='muted'>{}</span>", _on_its_way(place.later, state))
    folds = place.config.folds
    words = {"none": "Train", "folds": f"Train in {folds} folds", "regions": f"Train in {folds} regions"}[holdout]
    button = html(
        "<button name='train' value='{}' aria-label='{}: {}'>{}</button>", f"{name}|{holdout}", words, name, words
    )
    why = html("<div class='caption'>failed: {}</div>", first_line(place.later.error)) if failed else ""
    return button + why


def _on_its_way(run, state: AppState) -> str:
    """How far a run is: "waiting", "epoch 3 of 60, fold 2 of 5"."""
    if run.id == state.followed and state.progress and run.status != "waiting":
        return progress_words(state.progress[-1])
    return run.status


def _seconds(place: Place) -> str:
    return duration(place.run.record["seconds"]) if "seconds" in place.run.record else ""


class DialTable(View):
    """Physics to ML."""

    empty = "This domain has no presets that lead from physics to learning."

    def __init__(self, state, **params):
        self.weights: tuple = ((), {})
        self.train_all = material.Button(label="Train all", icon="play_arrow", size="small", margin=0)
        self.train_all.on_click(lambda _: self._train(missing(self.there, self.known)))
        super().__init__(state=state, **params)
        now_and_then(lambda: self.page == self.state.page and self.state.refresh_runs())

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
            self.there, self.known = places(state), travelling(state)
        self.table.content = dial_table(self.there, self.known, self._n_weights(), state)
        to_train = missing(self.there, self.known)
        self.train_all.param.update(label=f"Train all {len(to_train)} missing", visible=bool(to_train))
        count = f"the {len(selected)} selected" if selected else f"all {len(state.sites)}"
        self.caption = (
            f"Trained and scored on {count} {config.science.site}s; scores are medians over them.\n"
            f"Held out: every {config.science.site} is predicted, in the test period, by a model that has not seen it. "
            "Another data set, selection or period has runs of its own."
            + " Without a run of yours, the mean over the seeds that travel with dgviz is shown."
            * bool(self.known)
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
        self.state.attempt(lambda: self.state.train_all(configs))
