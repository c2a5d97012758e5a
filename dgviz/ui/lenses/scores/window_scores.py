"""Scores of the picked site in the window."""

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from dgviz.scores import metrics
from dgviz.ui.figures.series import overlap, periods
from dgviz.ui.lenses.view import View, empty_html, text
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number, score_digits, score_label, score_meaning, signed, units

A, B, WHAT_IF = "A", "B", "what if"


def window_scores(
    observed: xr.DataArray, simulated: xr.DataArray, window: tuple[str, str], names: Sequence[str]
) -> xr.Dataset:
    """Scores of a simulated series `(time)` in a window, by name."""
    inside = slice(*window)
    return metrics.scores(simulated.sel(time=inside), observed.sel(time=inside), names)


def score_table(scores: dict[str, xr.Dataset]) -> Markup:
    """The scores of A, of the what-if and of B, as far as they are given, each with the difference: an HTML table."""
    rows = []
    for name in scores[A]:
        unit = units(scores[A][name].attrs["units"])
        cells = _cells({of: float(values[name]) for of, values in scores.items()}, score_digits(unit))
        label = html("<td title='{}'>{}</td>", score_meaning(name), f"{score_label(name)}{f', {unit}' if unit else ''}")
        numbers = joined(html("<td{}>{}</td>", _mark(head), cell) for head, cell in cells)
        rows.append(html("<tr>{}{}</tr>", label, numbers))
    heads = joined(html("<th{}>{}</th>", _mark(head), head) for head, _ in cells)
    return html("<table><thead><tr><th></th>{}</tr></thead><tbody>{}</tbody></table>", heads, joined(rows))


def _cells(values: dict[str, float], digits: int) -> list[tuple[str, str]]:
    """The columns of a row: heading and number."""
    cells = [(A, number(values[A], digits))]
    for name, (more, less) in {WHAT_IF: (WHAT_IF, A), B: (A, B)}.items():
        if name in values:
            difference = signed(values[more] - values[less], digits)
            cells += [(name, number(values[name], digits)), (f"{more} \u2212 {less}", difference)]
    return cells


def _mark(head: str) -> Markup:
    return Markup(" class='what-if'" if head.startswith(WHAT_IF) else "")


def kinds_of_days(window: tuple[str, str], spans: dict[str, tuple], steps: str = "days") -> str:
    """Which steps a window has, given the first and last day of each period: "training and test days"."""
    first, last = map(pd.Timestamp, window)
    names = [name for name, (start, stop) in spans.items() if start <= last and first <= stop]
    return f"{' and '.join(names)} {steps}" if names else f"{steps} of neither training nor test"


class WindowScores(View):
    """Scores over the window."""

    empty = "No run is shown. Press Train, or pick a run above, to see how well it does."

    @property
    def patience(self):
        """None while a parameter is dragged; else the series of a click, and of the next one, comes first."""
        return 0 if self.changed == {"what_if"} else 300

    def body(self, *, run, dataset):
        """An empty table, to be filled."""
        self.table, self.scored = text(), None
        return self.table if self.state.results(run) is not None else None

    def refresh(self, *, site, run, baseline, window, what_if):
        """Scores of the picked site between the first and the last day of the window."""
        state, target = self.state, self.state.config.target
        observed = state.dataset[target].sel(site=site)
        results = {name: state.results(r) for name, r in ((A, run), (B, baseline)) if r}
        if not all(site in r.indexes["site"] for r in results.values()):
            self.table.object = empty_html(f"This {state.science.site} was not part of the run.")
            return
        if what_if:
            window = overlap(window, what_if.simulated.indexes["time"])
        names = state.target.scores
        if self.scored != (scored := (site, run, baseline, window)):  # not at each step of a drag
            self.scored, series = scored, {name: r[target].sel(site=site) for name, r in results.items()}
            self.scores = {name: window_scores(observed, one, window, names) for name, one in series.items()}
        supposed = {WHAT_IF: window_scores(observed, what_if.simulated[target], window, names)} if what_if else {}
        self.table.object = score_table(self.scores | supposed)
        config = state.store.run(run).config
        self.heading = f"Scores over {state.step.shown}"
        days = kinds_of_days(window, periods(state.dataset, config.train_period, config.test_period), state.step.names)
        self.caption = f"{state.name_of(site)}, {state.step.period(*window)}: {days}"
        if flag := self.state.flag:
            self.caption += f". {state.target.long_name} altered by people: {flag}"
        if "held_out" in results[A] and bool(results[A].held_out.sel(site=site)):
            # The run that it began with may have seen it.
            unseen = "A was not trained on it" if config.start_from else "Held out: A has not seen it"
            self.caption += f". {unseen}"
