"""The target at the picked site, in sight beside every lens about one: time series, duration curve or regime."""

import numpy as np
import pandas as pd
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource

from dgviz.scores import metrics
from dgviz.ui.figures import show_lines
from dgviz.ui.figures.duration import duration_columns, plot_duration, plot_regime, regime_bars, regime_columns
from dgviz.ui.figures.series import (
    at_all_times,
    backdrop_columns,
    in_window,
    periods,
    spread_of,
    target_columns,
)
from dgviz.ui.figures.time_series import TimeSeries
from dgviz.ui.lenses.view import View
from dgviz.ui.session.simulation import moment_in_view
from dgviz.ui.session.what_if import what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import Markup, html, joined, key_of
from dgviz.ui.words.summaries import of_series
from dgviz.ui.words.text import number, score_digits, score_label, units

CHARTS = {"Series": "series", "Duration": "duration", "Regime": "regime"}
AXES = {"Linear": False, "Log": True}
LIVE = {"window", "moment", "what_if", "learning"}  # what changes while the rest stays
CHART = 240  # px of the other charts: about as high as the panels of the series
MOST = 4  # scores that the title has room for


def score_words(scores: xr.Dataset) -> Markup:
    """The scores by name in a line, HTML; one that says that the mean would do better is marked."""
    shown = []
    for name, score in scores.items():
        unit = units(score.attrs["units"])
        below = "below" if score.attrs.get("best") == 1 and float(score) < 0 else ""
        value = f"{number(float(score), score_digits(unit))} {unit}".strip()
        shown.append(html("<span>{} <b class='{}'>{}</b></span>", score_label(str(name)), below, value))
    return html("<span class='scores'>{}</span>", joined(shown))


class TargetCharts(View):
    """The target at the picked site."""

    control = "series"
    to_take = "series target site window periods a b"
    empty = "Pick a site on the map to see its series."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time, not a curve."""
        return not state.science.curves

    def tools(self):
        """Which chart, and its axis where that can be logarithmic."""
        chart = material.RadioButtonGroup(options=CHARTS, value=self.state.chart, size="small", margin=0)
        log = material.RadioButtonGroup(options=AXES, value=self.state.log_axis, size="small", margin=(0, 8))
        # The regime has a linear axis always.
        shown = lambda _, chart: self.state.target.logarithmic and chart != "regime"  # noqa: E731
        log.visible = pn.bind(shown, self.state.param.dataset, self.state.param.chart)
        chart.link(self.state, value="chart", bidirectional=True)
        log.link(self.state, value="log_axis", bidirectional=True)
        return [pn.Row(log, chart, margin=0)]  # in one line, whatever the title takes

    def body(self, *, dataset, chart, log_axis, dark):
        """The figures, made anew for another data set, chart, axis or theme."""
        state = self.state
        log, look, self.weather = state.logarithmic, state.look, self._weather()
        if chart == "series":
            self.chart = TimeSeries(look, self.weather, log)
            self.chart.limit(dataset.indexes["time"])
            follow_range(self.chart.x_range, state)
            for panel in self.chart.panels:
                panel.on_event("tap", lambda event: self._tap(event.x))
            self.figure = self.chart.layout
        else:
            self.source = ColumnDataSource()
            regime = chart == "regime"
            make = plot_regime if regime else plot_duration
            self.figure = make(self.source, look, self.weather if regime else log, CHART)
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, run, baseline, window, moment, what_if, learning):
        """The series of the picked site in the window, the day looked at, and what follows from changed parameters."""
        state, target = self.state, self.state.config.target
        name = state.name_of(site)
        supposed = what_if.simulated if what_if else None
        if self.changed - LIVE:
            results, others = state.results(run), state.results(baseline)
            self.columns = backdrop_columns(self._weather())
            self.columns |= target_columns(target, state.dataset, site, results, others, supposed, learning)
        else:
            simulated = {"what_if": supposed, "learning": learning}
            for name in simulated.keys() & self.changed:
                of_name = simulated[name]
                self.columns[name] = at_all_times(None if of_name is None else of_name[target], state.dataset)
        self.heading = self._heading(what_if)
        self.summary = of_series(name, self.columns, window, state.look)
        if state.chart == "series":
            self._show_series(bool(baseline), window)
        else:
            show_lines(self.figure, self._shown_lines())
            self.source.data = self._summed_up(in_window(state.dataset.indexes["time"], window))
        flag = html("<span class='flag'>\u25a0 {}</span>", state.flag) if state.flag else Markup("")
        self.caption = (key_of(self.chart.key) if state.chart == "series" else Markup("")) + flag

    def _summed_up(self, inside):
        """The columns of the duration curve or the regime."""
        if self.state.chart == "duration":
            return duration_columns(self.columns, inside)
        return regime_columns(self.columns, inside, regime_bars(self.weather, self.state.look))

    def _weather(self):
        """The backdrop of the picked site."""
        return self.state.science.drawn_above(self.state.dataset.sel(site=self.state.site))

    def _shown_lines(self):
        state = self.state
        has_run = state.results(state.run) is not None
        return {"simulated": has_run, "baseline": bool(state.baseline), "what_if": state.what_if is not None}

    def _show_series(self, with_baseline, window):
        state = self.state
        if self.changed - LIVE:
            self.chart.update(self.columns, with_baseline)
            seeds = state.store.run(state.run).config.seeds if state.run else 1
            self.chart.show_spread(spread_of(state.results(state.run), state.config.target, state.site), seeds)
        else:
            for name in {"what_if", "learning"} & self.changed:
                self.chart.replace(name, self.columns[name])
        if "run" in self.changed:
            config = state.shown_config
            self.chart.mark(periods(state.dataset, config.train_period, config.test_period))
        self.chart.show_window(window)
        self.chart.moment.location = self._moment()

    def _moment(self) -> pd.Timestamp | None:
        """The chosen moment, else that of the highest target of the run; None without a run."""
        series = pd.Series(self.columns["simulated"], pd.DatetimeIndex(self.columns["time"], name="time")).dropna()
        return pd.Timestamp(moment_in_view(self.state, series.to_xarray())) if len(series) else None

    def _tap(self, x: float) -> None:
        if moment := self.state.step.nearest(self.state.dataset.indexes["time"], x):
            self.state.moment = moment

    def _heading(self, what_if) -> Markup:
        """Name, number and size of the site, and the scores of run A, or of the what-if, in the window."""
        state, site = self.state, self.state.site
        name, area = state.name_of(site), self._area()
        about = " \u00b7 ".join(words for words in (site if site != name else "", area) if words)
        series = self.columns["what_if" if what_if else "simulated" if state.learning is None else "learning"]
        inside = in_window(state.dataset.indexes["time"], state.window)
        observed = state.dataset[state.config.target].sel(site=site)[inside]
        simulated = observed.copy(data=series[inside])
        known = bool(np.isfinite(series).any())  # of a run, or of a model in training
        scores = metrics.scores(simulated, observed, state.target.scores[:MOST]) if known else xr.Dataset()
        words = "{} <span class='about'>{}</span>{}{}"
        return html(words, name, about, score_words(scores), what_if_badge(what_if))

    def _area(self):
        """The size of the site, where the data tell it."""
        area = self.state.dataset.get("area")
        if area is None:
            return ""
        return f"{number(float(area.sel(site=self.state.site)), 0)} {units(area.attrs.get('units', 'km2'))}"
