"""Scores of the picked site in the window."""

import html

import pandas as pd
import xarray as xr

from ... import metrics
from ..figures.series import periods
from ..text import number, period, signed, units
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


def window_scores(observed: xr.DataArray, runs: list[xr.DataArray], window: tuple[str, str]) -> xr.Dataset:
    """Every score in a window, one value per run `(run)`, from series `(time)`."""
    inside = observed.sel(time=slice(*window))
    simulated = xr.concat([run.reindex_like(inside) for run in runs], "run", coords="minimal", compat="override")
    return metrics.scores(simulated, inside)


def score_table(scores: xr.Dataset) -> str:
    """The scores as an HTML table: A, and B with the difference where two runs are given."""
    compared = scores.sizes["run"] > 1
    rows = []
    for name, words in SHOWN.items():
        values = scores[name].values
        unit = units(scores[name].attrs["units"])
        digits = 2 if unit in ("", units("mm d-1")) else 1
        cells = [number(v, digits) for v in values] + ([signed(values[0] - values[1], digits)] if compared else [])
        title = metrics.METRICS[name].__doc__.splitlines()[0]
        rows.append(
            f"<tr><td title='{title}'>{words}{', ' + unit if unit else ''}</td>"
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    head = "<th></th><th>A</th>" + ("<th>B</th><th>A \u2212 B</th>" if compared else "")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def days_of(window: tuple[str, str], spans: dict[str, tuple]) -> str:
    """Which days a window has, given the first and last day of each period: "training and test days"."""
    first, last = map(pd.Timestamp, window)
    names = [name for name, (start, stop) in spans.items() if start <= last and first <= stop]
    return f"{' and '.join(names)} days" if names else "days of neither training nor test"


class WindowScores(View):
    """Scores in the window."""

    patience = 300  # the hydrograph of a click, and of the next one, comes first
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see how well it does."

    def body(self, *, run, dataset):
        """An empty table, to be filled."""
        self.table = text()
        return self.table if self.state.results(run) is not None else None

    def refresh(self, *, site, run, baseline, window):
        """Scores of the picked site between the first and the last day of the window."""
        results = [self.state.results(r) for r in (run, baseline) if r]
        if not all(site in r.indexes["site"] for r in results):
            self.table.object = "<div class='empty'>This basin was not part of the run.</div>"
            return
        observed = self.state.dataset.streamflow.sel(site=site)
        flows = [r.streamflow.sel(site=site) for r in results]
        config = self.state.store.run(run).config
        days = days_of(window, periods(self.state.dataset, config.train_period, config.test_period))
        self.caption = f"{html.escape(self.state.name_of(site))}, {period(*window)}: {days}"
        self.table.object = score_table(window_scores(observed, flows, window))
