"""How flow responds: to rain of earlier days above the hydrograph, to parameters below it, on one axis of days."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, HoverTool, Range1d, Span
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, nothing_yet, plain_figure, plain_legend, tip
from dgviz.ui.figures.series import in_window
from dgviz.ui.words.text import label, units

LEFT_OF_TWO_LINES = 86  # px, for an axis label of two lines
DATE = ("", "@time{%e %b %Y}")


class ResponseFigure:
    """Panels over sources of all days: rain, response to rain, flow, and one for each of up to `most` parameters."""

    def __init__(self, dark: bool = False, most: int = 3):
        self.dark = dark
        self.x_range = Range1d()
        self.flows = ColumnDataSource(nothing_yet("time", "rain", "snow", "snow_top", "observed", "simulated"))
        self.rain_response = ColumnDataSource({"time": [], "response": []})
        self.parameters = ColumnDataSource({"time": [], **{f"p{i}": [] for i in range(most)}})
        self.day = Span(dimension="height", line_color=theme.token("text", dark), line_width=1, line_alpha=0.7)
        self.rain, self.bars, self.flow = self._rain(), self._bars(), self._flow()
        self.lines = [self._line(f"p{i}") for i in range(most)]
        self.panels = [self.rain, self.bars, self.flow, *self.lines]
        for panel in self.panels:
            panel.add_layout(self.day)
        self.layout = column(*self.panels, sizing_mode="stretch_width", spacing=0)

    def show_flows(self, columns: dict[str, np.ndarray]) -> None:
        """Rain and flows of a site, see `series.flow_columns`."""
        self.flows.data = {name: columns[name] for name in self.flows.data}

    def show_rain_response(self, response: xr.DataArray, day: str) -> None:
        """The response of one day to the rain of each day, `(time,)`."""
        self.rain_response.data = {"time": response.time.values, "response": response.values}
        self.day.location = pd.Timestamp(day)

    def show_parameters(self, responses: Sequence[tuple[str, xr.DataArray]]) -> None:
        """One panel for each (name, response `(time,)`); the panels left over are hidden."""
        keep = {"time": responses[0][1].time.values} if responses else {"time": []}
        for i, panel in enumerate(self.lines):
            panel.visible = i < len(responses)
            name, response = responses[i] if panel.visible else ("", None)
            keep[f"p{i}"] = np.zeros(len(keep["time"])) if response is None else response.values
            if response is not None:
                unit = units(response.attrs["units"])
                panel.yaxis.axis_label = f"\u2202Q/\u2202{name}\n{unit}"
                panel.select_one(HoverTool).tooltips = tip([DATE, (label(response), f"@p{i}{{0.0000}} {unit}")])
        self.parameters.data = keep
        for panel in self.panels:
            panel.xaxis.visible = panel is [p for p in self.panels if p.visible][-1]

    def show_window(self, window: tuple[str, str]) -> None:
        """Fit all axes to the days of a window."""
        self.x_range.update(start=pd.Timestamp(window[0]), end=pd.Timestamp(window[1]) + pd.Timedelta(days=1))
        inside = _inside(self.flows, window)
        flows = np.concatenate([self.flows.data[k][inside] for k in ("observed", "simulated")] or [[0]])
        self.flow.y_range.update(start=0, end=max(float(np.nanmax(flows, initial=0)), 0.1) * 1.12)
        self.rain.y_range.update(
            start=max(float(np.nanmax(self.flows.data["snow_top"][inside], initial=1)), 1) * 1.1, end=0
        )
        self._fit(self.bars, self.rain_response, "response", window)
        for i, panel in enumerate(self.lines):
            self._fit(panel, self.parameters, f"p{i}", window)

    def _fit(self, panel: figure, source: ColumnDataSource, name: str, window: tuple[str, str]) -> None:
        """A little beyond what is drawn; zero stays in sight."""
        values = np.asarray(source.data[name])[_inside(source, window)]
        low, high = float(values.min(initial=0)), float(values.max(initial=0))
        margin = 0.08 * (high - low) or 1.0
        panel.y_range.update(start=low - margin if low < 0 else 0, end=high + margin if high > 0 else margin * 0.1)

    def _rain(self) -> figure:
        fig = self._panel(92, f"P, {units('mm d-1')}", Range1d(10, 0))
        for name, low, high in (("rain", 0, "rain"), ("snow", "rain", "snow_top")):
            fig.varea_step("time", low, high, source=self.flows, step_mode="center", legend_label=name,
                           fill_color=theme.colour(name, self.dark))  # fmt: skip
        plain_legend(fig, "bottom_right")
        fig.yaxis.ticker.desired_num_ticks = 3
        return fig

    def _bars(self) -> figure:
        fig = self._panel(110, f"\u2202Q/\u2202P\n{units('mm mm-1')}", Range1d(0, 1))
        bars = fig.vbar("time", top="response", width=0.9 * 86_400_000, source=self.rain_response, line_color=None,
                        fill_color=theme.colour("rain", self.dark))  # fmt: skip
        self._zero(fig)
        fig.add_tools(hover([DATE, ("response", "@response{0.0000}")], renderers=[bars], mode="vline"))
        fig.yaxis.ticker.desired_num_ticks = 3
        return fig

    def _flow(self) -> figure:
        fig = self._panel(220, f"Q, {units('mm d-1')}", Range1d(0, 1))
        for name, words in (("observed", "observed"), ("simulated", "simulated (A)")):
            line = fig.line("time", name, source=self.flows, line_color=theme.colour(name, self.dark),
                            line_width=theme.LINE, legend_label=words)  # fmt: skip
        tips = [DATE, ("Observed", "@observed{0.00}"), ("Simulated", "@simulated{0.00}"), ("Rain", "@rain{0.0}")]
        fig.add_tools(hover(tips, mode="vline", renderers=[line], point_policy="follow_mouse"))
        plain_legend(fig)
        return fig

    def _line(self, name: str) -> figure:
        fig = self._panel(130, " ", Range1d(0, 1))
        accent = theme.token("primary", self.dark)
        line = fig.line("time", name, source=self.parameters, line_color=accent, line_width=theme.LINE)
        fig.varea("time", 0, name, source=self.parameters, fill_color=accent, fill_alpha=0.18)
        self._zero(fig)
        fig.add_tools(hover([DATE], mode="vline", renderers=[line], point_policy="follow_mouse"))
        fig.yaxis.ticker.desired_num_ticks = 4
        return fig

    def _zero(self, fig: figure) -> None:
        fig.add_layout(Span(location=0, dimension="width", line_color=theme.token("muted", self.dark), line_width=1))

    def _panel(self, height: int, y_label: str, y_range: Range1d) -> figure:
        return plain_figure(
            height,
            y_label=y_label,
            x_axis_type="datetime",
            x_range=self.x_range,
            y_range=y_range,
            min_border_left=LEFT_OF_TWO_LINES,
            tools="xpan,xbox_zoom,xwheel_zoom,reset,save",
        )


def _inside(source: ColumnDataSource, window: tuple[str, str]) -> slice:
    return in_window(pd.DatetimeIndex(source.data["time"]), window)
