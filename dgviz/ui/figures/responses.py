"""How the target responds to a forcing of earlier times and to parameters, on the axis of time of its own series."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import ColumnDataSource, HoverTool, Range1d, Title
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import high_enough, hover, hover_in_time, moment_line, stacked, time_figure, tip, zero_line
from dgviz.ui.figures.series import inside_of, show_days
from dgviz.ui.look import Look
from dgviz.ui.words.text import label, units

HEIGHT = 92  # px of a panel


class ResponseFigure:
    """Panels over sources of all times: the response to a forcing, and to up to `most` parameters.

    `forcing` is the one whose response is drawn.
    """

    def __init__(self, look: Look, forcing: str, most: int = 3):
        self.look = look
        self.x_range = Range1d()
        self.forcing_response = ColumnDataSource({"time": [], "response": []})
        self.parameters = ColumnDataSource({"time": [], **{f"p{i}": [] for i in range(most)}})
        self.bars = self._bars(forcing)
        self.lines = [self._line(f"p{i}") for i in range(most)]
        self.panels = [self.bars, *self.lines]
        self.moment = moment_line(self.panels, look)
        self.layout = stacked(self.panels)

    def show_forcing_response(self, response: xr.DataArray, moment: str) -> None:
        """The response at one time to the forcing of each time, `(time,)`."""
        self.forcing_response.data = {"time": response.time.values, "response": response.values}
        self.moment.location = pd.Timestamp(moment)
        _name(self.bars, response)

    def show_parameters(self, responses: Sequence[xr.DataArray]) -> None:
        """One panel for each response `(time,)`; the panels left over are hidden."""
        keep = {"time": responses[0].time.values} if responses else {"time": []}
        for i, panel in enumerate(self.lines):
            panel.visible = i < len(responses)
            response = responses[i] if panel.visible else None
            keep[f"p{i}"] = np.zeros(len(keep["time"])) if response is None else response.values
            if response is not None:
                unit = units(response.attrs["units"])
                _name(panel, response)
                panel.select_one(HoverTool).tooltips = tip(
                    [self.look.step.date_tip, (label(response), f"@p{i}{{0.0000}}", unit)]
                )
        self.parameters.data = keep
        for panel in self.panels:
            panel.xaxis.visible = panel is [p for p in self.panels if p.visible][-1]

    def show_window(self, window: tuple[str, str]) -> None:
        """Fit all axes to a window."""
        show_days(self.x_range, window)
        self._fit(self.bars, self.forcing_response, "response", window)
        for i, panel in enumerate(self.lines):
            self._fit(panel, self.parameters, f"p{i}", window)

    def _fit(self, panel: figure, source: ColumnDataSource, name: str, window: tuple[str, str]) -> None:
        """A little beyond what is drawn; zero stays in sight."""
        values = np.asarray(source.data[name])[inside_of(source, window)]
        low, high = float(values.min(initial=0)), float(values.max(initial=0))
        margin = 0.08 * (high - low) or 1.0
        panel.y_range.update(start=low - margin if low < 0 else 0, end=high + margin if high > 0 else margin * 0.1)

    def _bars(self, forcing: str) -> figure:
        fig = self._panel()
        bars = fig.vbar("time", top="response", width=0.9 * self.look.step.ms, source=self.forcing_response,
                        line_color=None, fill_color=self.look.ink(forcing))  # fmt: skip
        zero_line(fig, self.look)
        tips = [self.look.step.date_tip, ("response", "@response{0.0000}")]
        fig.add_tools(hover(tips, renderers=[bars], mode="vline"))
        return fig

    def _line(self, name: str) -> figure:
        fig = self._panel()
        accent = self.look.token("primary")
        line = fig.line("time", name, source=self.parameters, line_color=accent, line_width=theme.LINE)
        fig.varea("time", 0, name, source=self.parameters, fill_color=accent, fill_alpha=0.18)
        zero_line(fig, self.look)
        fig.add_tools(hover_in_time(self.look, renderers=[line]))
        return fig

    def _panel(self) -> figure:
        fig = time_figure(HEIGHT, " ", self.x_range, Range1d(0, 1))
        fig.yaxis.ticker.desired_num_ticks = 3
        fig.add_layout(Title(text_font_size="12px", text_font_style="normal", standoff=1), "above")
        fig.min_border_top, fig.min_border_bottom = 3, 7  # numbers reach below their ticks
        return fig


def _name(panel: figure, response: xr.DataArray) -> None:
    """Say above a panel what it shows, and its units at its axis."""
    to = label(response).partition(" to ")[2]
    panel.above[0].text, panel.yaxis.axis_label = f"To {to}", units(response.attrs["units"]) or " "
    panel.height = high_enough(HEIGHT, panel.yaxis[0].axis_label)
