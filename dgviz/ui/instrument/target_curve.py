"""The target at the picked site as a curve, where the science varies something at a site instead of watching it."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.experiment.along import curves_of, simulate_along
from dgviz.experiment.run_folder import FINISHED
from dgviz.quantities import lower_first
from dgviz.scores import metrics
from dgviz.ui.figures.curve import CurveFigure
from dgviz.ui.figures.series import periods
from dgviz.ui.instrument.target_charts import MOST, score_words
from dgviz.ui.lenses.view import View
from dgviz.ui.session.what_if import what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html, key_of

MORE = (
    "\nBroad colours: what limits the curve of run A; dotted: what it would be if that alone limited it. Between the "
    "points the other drivers are interpolated."
)


class TargetCurve(View):
    """The target at the picked site."""

    control = "series"
    to_take = "target site a b"
    choices = ("curve",)
    empty = "Pick a curve on the map to see it."

    @classmethod
    def applies(cls, state):
        """Where a site is a curve."""
        return bool(state.science.curves)

    def tools(self):
        """What stands across."""
        return [self.curve]

    @cached_property
    def curve(self):
        """The forcing that stands across."""
        return material.RadioButtonGroup(options={}, size="small", margin=0)

    def body(self, *, dataset, site, run, dark, curve):
        """The figure, made anew for another axis."""
        state = self.state
        offered = curves_of(state.science, dataset, site)
        if not offered:
            return None
        self.chosen.offer("curve", offered[0].x, {each.title: each.x for each in offered})
        self.shown = next(each for each in offered if each.x == self.curve.value)
        declared = state.science.quantities()
        limits = {name: lower_first(declared[name].long_name) for name in self.shown.limits}
        self.figure = CurveFigure(state.look, dataset[self.shown.x], limits)
        return pn.pane.Bokeh(self.figure.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, run, baseline, what_if):
        """The points, and the curves of the runs and of what is supposed."""
        state, x, target = self.state, self.shown.x, self.state.config.target
        points = self._points(x, target)
        shifts = what_if.shifts if what_if else {}
        curves = {"simulated": self._along(run, {}), "baseline": self._along(baseline, {})}
        curves["what_if"] = self._along(run, shifts) if shifts else None
        self.figure.show_observed(points)
        self.figure.show_curves(curves, x, target)
        self.figure.fit(points, curves, target)
        self.heading = self._heading(what_if)
        self.summary = f"{state.target.long_name} of {state.name_of(state.site)} over {self.shown.title}."
        n = sum(np.isfinite(y).sum() for _, y in points.values())
        self.caption = html(
            "{} <span>{} points observed: filled for training, open for testing.</span>{}",
            *(key_of(self.figure.key(curves)), n, MORE * bool(self.shown.limits and run)),
        )

    def _points(self, x: str, target: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """What was observed, in the order of `x`, by period."""
        state = self.state
        config = state.shown_config
        here = state.dataset[[x, target]].sel(site=state.site)
        found = {}
        for name, (first, last) in periods(state.dataset, config.train_period, config.test_period).items():
            part = here.sel(time=slice(first, last)).dropna("time")
            order = np.argsort(part[x].values)
            found[name] = part[x].values[order], part[target].values[order]
        return found

    def _along(self, run_id: str, shifts: dict[str, float]) -> xr.Dataset | None:
        """Every flux of a run along the axis; None without one that is trained."""
        run = self.state.store.run(run_id) if run_id else None
        if run is None or run.status not in FINISHED or run.config.domain != self.state.config.domain:
            return None
        return simulate_along(run, self.state.dataset, self.state.site, self.shown.x, shifts)

    def _heading(self, what_if):
        """The name of the site, and the scores of run A over all of its points."""
        state = self.state
        results, scores = state.results(state.run), xr.Dataset()
        if results is not None and state.site in results.indexes["site"]:
            simulated = results[state.config.target].sel(site=state.site)
            observed = state.dataset[state.config.target].sel(site=state.site, time=simulated.time)
            scores = metrics.scores(simulated, observed, state.target.scores[:MOST])
        name = state.name_of(state.site)
        about = "" if name == state.site else state.site
        words = "{} <span class='about'>{}</span>{}{}"
        return html(words, name, about, score_words(scores), what_if_badge(what_if))
