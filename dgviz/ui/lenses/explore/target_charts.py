"""The target at the picked site: time series, duration curve or seasonal regime."""

import panel as pn
from bokeh.models import ColumnDataSource

from dgviz.ui.figures import show_lines
from dgviz.ui.figures.duration import duration_columns, plot_duration, plot_regime, regime_bars, regime_columns
from dgviz.ui.figures.series import (
    at_all_times,
    backdrop_columns,
    backdrop_of,
    in_window,
    periods,
    spread_of,
    target_columns,
)
from dgviz.ui.figures.time_series import TimeSeries
from dgviz.ui.lenses.view import View
from dgviz.ui.session.what_if import what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.widgets.export_menu import ExportMenu
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import html
from dgviz.ui.words.summaries import of_series
from dgviz.ui.words.text import number, units

CHARTS = {"Time series": "series", "Duration curve": "duration", "Regime": "regime"}
AXES = {"Linear": False, "Log": True}


class TargetCharts(View):
    """The target at the picked site."""

    empty = "Pick a site on the map to see its series."

    def tools(self):
        """Which chart, its axis where that can be logarithmic, and what to take away."""
        chart = material.RadioButtonGroup(options=CHARTS, value=self.state.chart, size="small", margin=0)
        log = material.RadioButtonGroup(options=AXES, value=self.state.log_axis, size="small", margin=(0, 8))
        log.visible = pn.bind(lambda _: self.state.target.logarithmic, self.state.param.dataset)
        chart.link(self.state, value="chart", bidirectional=True)
        log.link(self.state, value="log_axis", bidirectional=True)
        return [ExportMenu(self.state, lambda: self.figure.id), log, chart]

    def body(self, *, dataset, chart, log_axis, dark):
        """The figures, made anew for another data set, chart, axis or theme."""
        state = self.state
        log, look, self.weather = state.logarithmic, state.look, self._weather()
        if chart == "series":
            self.chart = TimeSeries(look, self.weather, log)
            self.chart.limit(dataset.indexes["time"])
            follow_range(self.chart.x_range, state)
            self.figure = self.chart.layout
        else:
            self.source = ColumnDataSource()
            regime = chart == "regime"
            make = plot_regime if regime else plot_duration
            self.figure = make(self.source, look, self.weather if regime else log)
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, run, baseline, window, what_if):
        """The series of the picked site in the window, and what follows from changed parameters."""
        state, target = self.state, self.state.config.target
        name = state.name_of(site)
        about = ", ".join(words for words in (site if site != name else "", self._area()) if words)
        self.heading = html("{} <span class='muted'>{}</span>{}", name, about, what_if_badge(what_if))
        supposed = what_if.simulated if what_if else None
        if self.changed - {"window", "what_if"}:
            results, others = state.results(run), state.results(baseline)
            self.columns = backdrop_columns(self._weather())
            self.columns |= target_columns(target, state.dataset, site, results, others, supposed)
        elif "what_if" in self.changed:
            self.columns["what_if"] = at_all_times(supposed[target] if what_if else None, state.dataset)
        self.summary = of_series(name, self.columns, window, state.look)
        if state.chart == "series":
            self._show_series(bool(baseline), window)
        else:
            show_lines(self.figure, self._shown_lines())
            self.source.data = self._summed_up(in_window(state.dataset.indexes["time"], window))

    def _summed_up(self, inside):
        """The columns of the duration curve or the regime."""
        if self.state.chart == "duration":
            return duration_columns(self.columns, inside)
        return regime_columns(self.columns, inside, regime_bars(self.weather, self.state.look))

    def _weather(self):
        """The backdrop of the picked site."""
        return backdrop_of(self.state.science, self.state.dataset, self.state.site)

    def _shown_lines(self):
        state = self.state
        has_run = state.results(state.run) is not None
        return {"simulated": has_run, "baseline": bool(state.baseline), "what_if": state.what_if is not None}

    def _show_series(self, with_baseline, window):
        state = self.state
        if self.changed - {"window", "what_if"}:
            self.chart.update(self.columns, with_baseline)
            seeds = state.store.run(state.run).config.seeds if state.run else 1
            self.chart.show_spread(spread_of(state.results(state.run), state.config.target, state.site), seeds)
        elif "what_if" in self.changed:
            self.chart.suppose(self.columns["what_if"])
        if "run" in self.changed:
            config = state.store.run(state.run).config if state.run else state.config
            self.chart.mark(periods(state.dataset, config.train_period, config.test_period))
        self.chart.show_window(window)

    def _area(self):
        """The size of the site, where the data tell it."""
        area = self.state.dataset.get("area")
        if area is None:
            return ""
        return f"{number(float(area.sel(site=self.state.site)), 0)} {units(area.attrs.get('units', 'km2'))}"
