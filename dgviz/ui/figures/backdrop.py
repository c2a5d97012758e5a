"""What is drawn above the target: bars that hang from the top, and lines."""

import xarray as xr
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.figures import time_figure
from dgviz.ui.figures.series import bars_of, limits_of, lines_of
from dgviz.ui.look import Look
from dgviz.ui.words.text import axis_label, label, units

HEIGHT = 48  # px of a panel


class Backdrop:
    """Panels over a source with the columns of `series.backdrop_columns`; `series` says which there are.

    `panels` are the bars and the lines, as far as there are any; `fit` fits them to a part of the record.
    """

    def __init__(self, series: xr.Dataset, source: ColumnDataSource, x_range: Range1d, look: Look):
        self.source, self.look, self.series = source, look, series
        self.bars, self.lines = bars_of(series), lines_of(series)
        self.x_range = x_range
        self.bar_range, self.line_range = Range1d(10, 0), Range1d(0, 1)
        self.panels: list[figure] = []
        if self.bars:
            self.panels.append(self._bar_panel())
        if self.lines:
            self.panels.append(self._line_panel())

    @property
    def columns(self) -> list[str]:
        """The names of all columns."""
        return [*self.bars, *self.lines, *(f"top_{name}" for name in self.bars)]

    @property
    def tips(self) -> list[tuple[str, str]]:
        """The lines of a hover."""
        return [(label(self.series[name], name), f"@{name}{{0.0}}") for name in (*self.bars, *self.lines)]

    def fit(self, inside: slice) -> None:
        """Fit the axes to what is drawn within a slice."""
        if self.bars:
            highest = limits_of(self.source.data, [f"top_{self.bars[-1]}"], inside, 0.0)[1]
            self.bar_range.start = max(highest, 1) * 1.1
        if self.lines:
            low, high = limits_of(self.source.data, self.lines, inside, None)
            room = 0.1 * (high - low)
            self.line_range.update(start=low - room, end=high + 3 * room)  # room for the legend

    def _bar_panel(self) -> figure:
        fig = self._panel(self.bars, self.bar_range)
        below = 0
        for name in self.bars:
            fig.varea_step("time", below, f"top_{name}", source=self.source, step_mode="center",
                           fill_color=self.look.ink(name))  # fmt: skip
            below = f"top_{name}"
        return fig

    def _line_panel(self) -> figure:
        fig = self._panel(self.lines, self.line_range)
        for name in self.lines:
            fig.line("time", name, source=self.source, line_color=self.look.ink(name), line_width=theme.LINE)
        return fig

    def _panel(self, names: list[str], y_range: Range1d) -> figure:
        unit = self.series[names[0]].attrs.get("units", "")
        symbol = self.series.attrs.get("symbol", "")
        y_label = symbol or units(unit)  # a whole name is longer than the panel is high; the key has it
        fig = time_figure(HEIGHT, y_label, self.x_range, y_range, tools="xwheel_zoom")
        fig.below = []
        fig.yaxis.ticker.desired_num_ticks = 2
        fig.toolbar_location = None
        fig.min_border_top = fig.min_border_bottom = 6  # numbers reach beyond their ticks
        return fig

    @property
    def key(self) -> list[tuple[str, str, str]]:
        """The name of each series with its units, for which its axis is too short, its colour, and "area" or "line"."""
        every = {name: self.series[name] for name in (*self.bars, *self.lines)}
        kinds = {name: "area" if name in self.bars else "line" for name in every}
        return [(lower_first(axis_label(v)), self.look.ink(name), kinds[name]) for name, v in every.items()]
