"""Flow of the picked site: hydrograph, flow-duration curve or seasonal regime."""

import html

import panel as pn
from bokeh.models import ColumnDataSource

from dgviz.ui.figures import show_lines
from dgviz.ui.figures.duration import duration_columns, plot_duration, plot_regime, regime_columns
from dgviz.ui.figures.hydrograph import Hydrograph
from dgviz.ui.figures.series import flow_columns, in_window, on_all_days, periods, spread_of
from dgviz.ui.lenses.view import View
from dgviz.ui.session.what_if import what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.widgets.export_menu import ExportMenu
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.summaries import of_flow
from dgviz.ui.words.text import number

CHARTS = {"Hydrograph": "hydrograph", "Duration curve": "duration", "Regime": "regime"}


AXES = {"Linear": False, "Log": True}


class FlowCharts(View):
    """Streamflow."""

    empty = "Pick a basin on the map to see its flow."

    def tools(self):
        """Which chart, its flow axis, and what to take away."""
        chart = material.RadioButtonGroup(options=CHARTS, value=self.state.chart, size="small", margin=0)
        log = material.RadioButtonGroup(options=AXES, value=self.state.log_flow, size="small", margin=(0, 8))
        chart.link(self.state, value="chart", bidirectional=True)
        log.link(self.state, value="log_flow", bidirectional=True)
        return [ExportMenu(self.state, lambda: self.shown.id), log, chart]

    def body(self, *, dataset, chart, log_flow, dark):
        """The figures, made anew for another chart, axis or theme."""
        if chart == "hydrograph":
            self.chart = Hydrograph(log_flow, dark)
            self.chart.limit(dataset.indexes["time"])
            follow_range(self.chart.x_range, self.state)
            figure = self.chart.layout
        else:
            self.source = ColumnDataSource()
            regime = chart == "regime"
            figure = plot_regime(self.source, dark) if regime else plot_duration(self.source, log_flow, dark)
            self.figure = figure
        self.shown = figure
        return pn.pane.Bokeh(figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, run, baseline, window, what_if):
        """The series of the picked site in the window, and what follows from changed parameters."""
        state = self.state
        about = f"<span class='muted'>{site}{self._area()}</span>"
        self.heading = f"{html.escape(state.name_of(site))} {about}{what_if_badge(what_if)}"
        supposed = what_if.simulated if what_if else None
        if self.changed - {"window", "what_if"}:
            self.columns = flow_columns(state.dataset, site, state.results(run), state.results(baseline), supposed)
        elif "what_if" in self.changed:
            self.columns["what_if"] = on_all_days(supposed.streamflow if what_if else None, state.dataset)
        self.summary = of_flow(state.name_of(site), self.columns, window)
        if state.chart == "hydrograph":
            self._show_hydrograph(bool(baseline), window)
        else:
            columns_of = duration_columns if state.chart == "duration" else regime_columns
            show_lines(self.figure, self._shown_lines())
            self.source.data = columns_of(self.columns, in_window(state.dataset.indexes["time"], window))

    def _shown_lines(self):
        state = self.state
        has_run = state.results(state.run) is not None
        return {"simulated": has_run, "baseline": bool(state.baseline), "what_if": state.what_if is not None}

    def _show_hydrograph(self, compared, window):
        if self.changed - {"window", "what_if"}:
            self.chart.update(self.columns, compared)
            state = self.state
            seeds = state.store.run(state.run).config.seeds if state.run else 1
            self.chart.show_spread(spread_of(state.results(state.run), state.site), seeds)
        elif "what_if" in self.changed:
            self.chart.suppose(self.columns["what_if"])
        if "run" in self.changed:
            config = self.state.store.run(self.state.run).config if self.state.run else self.state.config
            self.chart.mark(periods(self.state.dataset, config.train_period, config.test_period))
        self.chart.show_window(window)

    def _area(self):
        area = self.state.dataset.get("area")
        return "" if area is None else f", {number(float(area.sel(site=self.state.site)), 0)} km\u00b2"
