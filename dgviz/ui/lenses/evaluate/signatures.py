"""Signatures of the simulated flow against those of the observed."""

import html
from functools import partial

import numpy as np
import panel as pn
import xarray as xr

from dgviz.domains.hydrology.evaluation.signatures import SIGNATURES, observed_and_simulated
from dgviz.scores.statistics import rank_correlation
from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import test_period
from dgviz.ui.session.store import results_written
from dgviz.ui.widgets import material
from dgviz.ui.widgets.brushing import choose_by, follow
from dgviz.ui.words.text import date, label, lower_first, number, signed, units, with_units

NAMES = {function.__doc__.splitlines()[0].rstrip("."): name for name, function in SIGNATURES.items()}


def signature_table(found: xr.Dataset, shown: str) -> str:
    """Every signature: the medians of both over the sites and how well their ranks agree, HTML."""
    rows = "".join(_row(found[name], name == shown) for name in found)
    heads = "".join(f"<th>{head}</th>" for head in ("", "Observed", "Simulated", "Rank corr."))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(values: xr.DataArray, shown: bool) -> str:
    digits = 0 if values.attrs["units"] == "d" else 2
    medians = [number(float(values.sel(of=of).median()), digits) for of in ("observed", "simulated")]
    agreement = number(rank_correlation(values.sel(of="observed"), values.sel(of="simulated")))
    words = with_units(html.escape(label(values)), values.attrs["units"])
    cells = "".join(f"<td>{cell}</td>" for cell in (*medians, agreement))
    return f"<tr><td>{f'<b>{words}</b>' if shown else words}</td>{cells}</tr>"


class Signatures(ComputingView):
    """Signatures of the flow."""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to compare its flow with the observed."

    def __init__(self, state, **params):
        self.choice = material.Select(label="Signature", options=NAMES, value="baseflow_index", size="small", width=210)
        super().__init__(state=state, **params)
        self.choice.param.watch(lambda event: self._note(), "value")

    def tools(self):
        """Which signature."""
        return [*super().tools(), self.choice]

    def body(self, *, run, dark):
        """The figure and the table, to be filled."""
        self.found = None
        if self.state.results(run) is None:
            return None
        self.scatter, self.table = SiteScatter(dark, height=360), text()
        self.scatter.draw_equality()
        choose_by(self.scatter, self.state)
        figure = pn.pane.Bokeh(self.scatter.figure, sizing_mode="stretch_width", margin=0)
        return pn.Column(figure, self.table, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, selected):
        """The points and the table; what they need is computed once for a run."""
        if self.found is not None:
            self._show(self.found)
            return
        state = self.state
        run, results, data = state.store.run(state.run), state.results(state.run), state.dataset
        days = slice(*test_period(state))
        work = partial(_compute, results.streamflow, data.streamflow, data.prcp, days)
        self.compute("signatures", (run.id, results_written(run), days.start, days.stop), work, self._show)

    def _show(self, found):
        self.found, name = found, self.choice.value
        values = found[name]
        columns = {axis: values.sel(of=of).values for axis, of in (("x", "observed"), ("y", "simulated"))}
        columns |= {"low": columns["y"], "high": columns["y"]}
        columns |= {"site": found.site.values.astype(str), "name": _names(self.state.dataset, found)}
        limits = _limits(values)
        unit = values.attrs["units"]
        self.scatter.show(columns, with_units("Observed", unit), with_units("Simulated, run A", unit), limits, limits)
        self.scatter.tell([("observed", "@x{0.00} " + units(unit)), ("simulated", "@y{0.00} " + units(unit))])
        follow(self.scatter, self.state)
        self.table.object = signature_table(found, name)
        one, other = (values.sel(of=of) for of in ("observed", "simulated"))
        first, last = (date(day) for day in test_period(self.state))
        self.caption = (
            f"<b>{label(values)}</b>: {html.escape(_explained(name))} Dashed: both are equal. Median difference "
            f"{' '.join(filter(None, [signed(float((other - one).median())), units(unit)]))}, rank correlation "
            f"{number(rank_correlation(one, other))}; {first} to {last}. The table has medians over the "
            f"{self.state.config.science.site}s."
        )
        self.summary = f"Scatter of the {lower_first(label(values))} of {values.sizes['site']} sites."


def _compute(simulated: xr.DataArray, observed: xr.DataArray, prcp: xr.DataArray, days: slice) -> xr.Dataset:
    return observed_and_simulated(*(series.sel(time=days) for series in (simulated, observed, prcp)))


def _names(dataset: xr.Dataset, found: xr.Dataset) -> np.ndarray:
    return dataset.name.sel(site=found.site).values.astype(str)


def _explained(name: str) -> str:
    """The formula of a signature: the second paragraph of its docstring."""
    return " ".join(SIGNATURES[name].__doc__.split("\n\n")[1].replace("`", "").split())


def _limits(values: xr.DataArray) -> tuple[float, float]:
    """Common limits of both axes; a few extreme sites may lie outside."""
    known = values.values[np.isfinite(values.values)]
    if not known.size:
        return 0.0, 1.0
    low, high = np.quantile(known, [0.01, 0.99])
    return float(low - 0.05 * (high - low)), float(high + 0.05 * (high - low))
