"""How much all sites together matter on each step, with the step that the map shows marked."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d, Span
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover_in_time, nothing_yet, time_figure, zero_line
from dgviz.ui.look import Look
from dgviz.ui.words.text import with_units

HEIGHT = 150


class RewoundFigure:
    """A bar for each step: the sum over the sites."""

    def __init__(self, look: Look):
        self.look = look
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        self.source = ColumnDataSource(nothing_yet("time", "total"))
        self.figure = self._figure()

    def show(self, totals: xr.DataArray, words: str) -> None:
        """Sums over the sites `(time,)`."""
        times, values = totals.indexes["time"], totals.values
        half = np.timedelta64(int(self.look.step.ms), "ms")
        self.x_range.update(start=times[0] - half, end=times[-1] + half)
        low, high = float(values.min(initial=0)), float(values.max(initial=0))
        self.y_range.update(start=1.06 * low, end=1.06 * high or 1.0)
        self.source.data = {"time": times.values, "total": values}
        self.figure.yaxis.axis_label = with_units(words, totals.attrs["units"])

    def mark(self, time) -> None:
        """The step that the map shows."""
        self.at.location = time

    def _figure(self) -> figure:
        fig = time_figure(HEIGHT, " ", self.x_range, self.y_range)
        bars = fig.vbar("time", top="total", width=0.86 * self.look.step.ms, source=self.source,
                        line_color=None, fill_color=self.look.token("primary"))  # fmt: skip
        self.at = Span(dimension="height", line_color=self.look.token("text"), line_width=theme.LINE)
        fig.add_layout(self.at)
        zero_line(fig, self.look)
        fig.add_tools(hover_in_time(self.look, [("all together", "@total{0.0000}")], renderers=[bars]))
        return fig
