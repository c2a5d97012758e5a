"""All runs, and which two are compared."""

from dgviz.experiment.physics import physics_of
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import trained_on
from dgviz.ui.lenses.view import View
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.form_table import FormTable, choice
from dgviz.ui.words.differences import describe_differences
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.run_names import epochs_trained, name_without_score, trained_at
from dgviz.ui.words.text import date, duration, number, score_label

BEFORE = ("A", "B", "Overlay", "Run")
AFTER = ("Differs from A", "Epochs", "Time", "When", "Data", "Status")
LEFT = {"Run", "When", "Data", "Differs from A"}
CAPTION = (
    "A is the run that is shown, B the one it is compared with: B is drawn dashed, and differences are A minus B.\n"
    "Overlay: further runs in the distribution of scores. Scores are medians over the {site}s, or those trained on. "
    "Physics: how many of the checks that apply passed at all of up to ten {site}s after training; point at it for "
    "those that failed."
)


def run_table(state: AppState) -> Markup:
    """One line per run of the science: what it is, how it differs from A and how well it does, HTML."""
    shown = state.store.run(state.run).config if state.run else None
    columns, titles = _columns(state), {name: words for words, name in state.known_data().items()}
    head = joined(html("<th class='{}'>{}</th>", "left" * (name in LEFT), name) for name in columns)
    body = joined(_line(run, state, shown, columns, titles) for run in comparable(state))
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def comparable(state: AppState) -> list[Run]:
    """The runs of the science in view: those of another have other parameters, targets and scores."""
    return [run for run in state.seen_runs() if run.config.domain == state.config.domain]


def _scores(state: AppState) -> dict[str, tuple[str, str]]:
    """The scores in the table by heading: the first of the target in both periods, the second in the test period."""
    first, *others = state.target.scores
    shown = [(first, "train"), (first, "test"), *((name, "test") for name in others[:1])]
    return {f"{score_label(name)} {period}": (name, period) for name, period in shown}


def _columns(state: AppState) -> tuple[str, ...]:
    """Data and status are left out where they are the same for all."""
    runs = comparable(state)
    data = {run.config.data for run in runs} | {state.config.data}
    # One value stands for none at all.
    asked = {physics_of(run) is None for run in runs} | {True}
    alike = {"Data": data, "Status": {run.status for run in runs} | {"done"}, "Physics": asked}
    every = (*BEFORE, *_scores(state), "Physics", *AFTER)
    return tuple(name for name in every if len(alike.get(name, ())) != 1)


def _line(run: Run, state: AppState, shown, columns: tuple[str, ...], titles: dict[str, str]) -> Markup:
    same_data = run.config.data == state.config.data
    there = same_data or run.config.data in titles or state.store.has_data(run.config.data)
    finished = run.status in FINISHED
    shown_runs = (state.run, state.baseline)
    differs = describe_differences(run.config, shown) or ("is A" if run.id == state.run else "nothing") if shown else ""
    cells = {
        "A": _input("radio", "A", run, run.id == state.run, finished and there),
        "B": _input("checkbox", "B", run, run.id == state.baseline, finished and same_data and run.id != state.run),
        "Overlay": _input(
            "checkbox", "Overlay", run, run.id in state.others, finished and same_data and run.id not in shown_runs
        ),
        "Run": html("<span title='{}'>{}</span>", run.id, name_without_score(run)),
        "When": when(run),
        "Data": titles.get(run.config.data, run.config.data) if there else "data removed",
        "Differs from A": differs,
        "Epochs": epochs_trained(run),
        "Time": duration(run.record["seconds"]) if "seconds" in run.record else "",
        **_medians(run, state, finished),
        "Physics": _physics(run) if finished else "",
        "Status": run.status,
    }
    kind = dict.fromkeys(LEFT, "left") | {"Differs from A": "left wrap"}
    row = joined(html("<td class='{}'>{}</td>", kind.get(name, ""), cells[name]) for name in columns)
    return html("<tr>{}</tr>", row)


def _input(kind: str, column: str, run: Run, checked: bool, offered: bool) -> Markup:
    return choice(kind, column, run.id, checked) if offered else Markup("")


def _medians(run: Run, state: AppState, finished: bool) -> dict[str, Markup | str]:
    medians = state.store.medians(run.id) if finished else {}
    return {
        label: html("{}{}", number(float(medians[score].sel(period=period))), _of_sites(run, state, score, period))
        if score in medians
        else ""
        for label, (score, period) in _scores(state).items()
    }


def _physics(run: Run) -> Markup | str:
    """How many physics checks passed after training, with those that failed to be pointed at."""
    found = physics_of(run)
    if found is None or not found.applied():
        return ""
    passed, applied = found.counts
    return html("<span title='{}'>{} of {}</span>", found.failed_words(), passed, applied)


def _of_sites(run: Run, state: AppState, score: str, period: str) -> Markup:
    """How many of the sites have the score, where not all do."""
    values = trained_on(run.config, state.store.scores(run.id)[score].sel(period=period))
    n_known = int(values.notnull().sum())
    return html(" <span class='muted'>({} of {})</span>", n_known, values.size) * (n_known < values.size)


def when(run: Run) -> str:
    """When a run was trained, as people write it; nothing where nobody knows."""
    moment = trained_at(run)
    return "" if moment is None else f"{date(moment)}, {moment:%H:%M}"


class RunTable(View):
    """Runs."""

    empty = "There is no run yet. Press Train; when two have been trained they can be compared."

    def body(self, *, dataset):
        """The table, to be filled."""
        self.table = FormTable(self._choose, sizing_mode="stretch_width", margin=0)
        return self.table if self.state.runs else None

    def refresh(self, *, runs, run, baseline, others, status):
        """Lines for the runs there are now."""
        self.table.content = run_table(self.state)
        self.caption = CAPTION.format(site=self.state.science.site)
        if left_out := len(self.state.seen_runs()) - len(comparable(self.state)):
            self.caption += f" Runs of other sciences are not listed: {left_out}. Choose their data set to see them."

    def _choose(self, column, run_id, checked):
        if column == "B":
            self.state.compare_with(run_id if checked else "")
        elif column == "Overlay":
            self.state.draw_also(run_id, checked)
        else:
            self.state.attempt(lambda: self._show(run_id))

    def _show(self, run_id):
        """Show a run, on its own data set."""
        if (data := self.state.store.run(run_id).config.data) != self.state.config.data:
            self.state.edit(data=data)
        self.state.show(run_id)
