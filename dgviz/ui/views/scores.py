"""Scores of the picked site in the window."""

import html

import pandas as pd
import xarray as xr

from ... import metrics
from ...declare import title
from ..figures.series import overlap, periods
from ..text import number, period, signed, units
from ..what_if import badge
from . import View, text

SHOWN = {
    "nse": "NSE",
    "kge_2012": "KGE (2012)",
    "log_nse": "NSE of log flow",
    "correlation": "Correlation",
    "pbias": "Bias",
    "fhv": "Bias of high flows",
    "flv": "Bias of low flows",
    "rmse": "RMSE",
}


A, B, WHAT_IF = "A", "B", "what if"


def window_scores(observed: xr.DataArray, flows: dict[str, xr.DataArray], window: tuple[str, str]) -> xr.Dataset:
    """Every score in a window, one value per flow `(run)`, from series `(time)`."""
    inside = observed.sel(time=slice(*window))
    simulated = [flow.reindex_like(inside) for flow in flows.values()]
    simulated = xr.concat(simulated, "run", coords="minimal", compat="override").assign_coords(run=list(flows))
    return metrics.scores(simulated, inside)


def score_table(scores: xr.Dataset) -> str:
    """The scores `(run)` as an HTML table: A, then the what-if and B, each with the difference."""
    rows = []
    for name, words in SHOWN.items():
        unit = units(scores[name].attrs["units"])
        digits = 2 if unit in ("", units("mm d-1")) else 1
        cells = _cells(dict(zip(scores.run.values, scores[name].values, strict=True)), digits)
        meaning = metrics.METRICS[name].__doc__.splitlines()[0]
        rows.append(
            f"<tr><td title='{meaning}'>{words}{', ' + unit if unit else ''}</td>"
            + "".join(f"<td{_mark(head)}>{cell}</td>" for head, cell in cells)
            + "</tr>"
        )
    heads = "".join(f"<th{_mark(head)}>{head}</th>" for head, _ in cells)
    return f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cells(values: dict[str, float], digits: int) -> list[tuple[str, str]]:
    """The columns of a row: heading and number."""
    cells = [(A, number(values[A], digits))]
    for name, (more, less) in {WHAT_IF: (WHAT_IF, A), B: (A, B)}.items():
        if name in values:
            difference = signed(values[more] - values[less], digits)
            cells += [(name, number(values[name], digits)), (f"{more} \u2212 {less}", difference)]
    return cells


def _mark(head: str) -> str:
    return " class='what-if'" if head.startswith(WHAT_IF) else ""


def days_of(window: tuple[str, str], spans: dict[str, tuple]) -> str:
    """Which days a window has, given the first and last day of each period: "training and test days"."""
    first, last = map(pd.Timestamp, window)
    names = [name for name, (start, stop) in spans.items() if start <= last and first <= stop]
    return f"{' and '.join(names)} days" if names else "days of neither training nor test"


class WindowScores(View):
    """Scores in the window."""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see how well it does."

    @property
    def patience(self):
        """None while a parameter is dragged; else the hydrograph of a click, and of the next one, comes first."""
        return 0 if self.changed == {"what_if"} else 300

    def body(self, *, run, dataset):
        """An empty table, to be filled."""
        self.table = text()
        return self.table if self.state.results(run) is not None else None

    def refresh(self, *, site, run, baseline, window, what_if):
        """Scores of the picked site between the first and the last day of the window."""
        state = self.state
        results = {name: state.results(r) for name, r in ((A, run), (B, baseline)) if r}
        if not all(site in r.indexes["site"] for r in results.values()):
            self.table.object = "<div class='empty'>This basin was not part of the run.</div>"
            return
        flows = {name: r.streamflow.sel(site=site) for name, r in results.items()}
        if what_if:
            flows[WHAT_IF] = what_if.simulated.streamflow
            window = overlap(window, what_if.simulated.indexes["time"])
        config = state.store.run(run).config
        days = days_of(window, periods(state.dataset, config.train_period, config.test_period))
        self.heading = f"{title(type(self))}{badge(what_if)}"
        self.caption = f"{html.escape(state.name_of(site))}, {period(*window)}: {days}"
        self.table.object = score_table(window_scores(state.dataset.streamflow.sel(site=site), flows, window))
