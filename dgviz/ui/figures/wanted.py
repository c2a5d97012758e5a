"""The target that is wanted: points to be dragged over the simulated series; and a change that leads there, rerun."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, PointDrawTool, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover_in_time, nothing_yet, time_figure, zero_line
from dgviz.ui.figures.series import limits_of
from dgviz.ui.look import Look
from dgviz.ui.words.text import with_units

HEIGHT, SMALL = 190, 120  # px
HANDLE = 14  # px
SLIM = 40  # px left of the axis in a column of three


class Handles:
    """The simulated series around some steps, and a handle on each, of which any is dragged up or down.

    `dragged` is called with the position of a handle and the value to which it went.
    """

    def __init__(self, look: Look, dragged: Callable[[int, float], None]):
        self.look, self.dragged = look, dragged
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        self.series, self.handles = (ColumnDataSource(nothing_yet("time", "value")) for _ in range(2))
        self.placed = self.times = np.empty(0)
        self.figure = self._figure()
        self.handles.on_change("data", lambda attr, old, new: self._follow(new))

    def show(self, simulated: xr.DataArray, wanted: xr.DataArray, room: float) -> None:
        """The simulated series and what is wanted `(time,)`; the axis reaches to `room` times the highest."""
        self.series.data = {"time": simulated.time.values, "value": simulated.values}
        low, high = limits_of(self.series.data, ["value"], slice(None), self.look.target.floor)
        reach = (room - 1) * (high - low)
        self.y_range.update(start=low if self.look.target.floor is not None else low - reach, end=high + reach)
        self.x_range.update(start=simulated.time.values[0], end=simulated.time.values[-1])
        self.place(wanted)

    def place(self, wanted: xr.DataArray) -> None:
        """Put the handles at what is wanted `(time,)`."""
        self.placed, self.times = wanted.values.astype(float), wanted.time.values
        self.handles.data = {"time": self.times, "value": self.placed}

    def _follow(self, data) -> None:
        """Which handle went where; one that was taken away comes back."""
        if not self.placed.size:  # a browser says what it was sent
            return
        values = np.asarray(data["value"], float)
        if len(values) != len(self.placed):
            self.handles.data = {"time": self.times, "value": self.placed}
            return
        moved = np.abs(values - self.placed)
        if moved.size and moved.max() > 0:
            at = int(moved.argmax())
            self.dragged(at, float(values[at]))

    def _figure(self) -> figure:
        fig = time_figure(HEIGHT, self.look.axis_label, self.x_range, self.y_range, tools="save")
        line = fig.line("time", "value", source=self.series, line_color=self.look.ink("simulated"), line_width=1.6)
        ink = self.look.ink("what_if")
        handles = fig.scatter("time", "value", source=self.handles, size=HANDLE, fill_color=ink, fill_alpha=0.35,
                              line_color=ink, line_width=2)  # fmt: skip
        tool = PointDrawTool(renderers=[handles], add=False)
        fig.add_tools(tool, hover_in_time(self.look, [("Run A", "@value{0.00}")], renderers=[line]))
        fig.toolbar.active_drag = fig.toolbar.active_tap = tool
        return fig


class Rerun:
    """The target as simulated, and rerun with a change; the points that were wanted."""

    def __init__(self, look: Look):
        self.look = look
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        self.source = ColumnDataSource(nothing_yet("time", "simulated", "rerun", "wanted"))
        self.figure = time_figure(SMALL, look.units, self.x_range, self.y_range, tools="save", min_border_left=SLIM)
        lines = [
            self.figure.line("time", name, source=self.source, line_color=look.ink(ink), line_width=width)
            for name, ink, width in (("simulated", "simulated", 1.3), ("rerun", "what_if", theme.SUPPOSED))
        ]
        self.figure.scatter("time", "wanted", source=self.source, size=9, fill_color=None, line_width=2,
                            line_color=look.token("text"))  # fmt: skip
        rows = [("Run A", "@simulated{0.00}"), ("with the change", "@rerun{0.00}")]
        self.figure.add_tools(hover_in_time(look, rows, renderers=lines[:1]))
        self.figure.yaxis.ticker.desired_num_ticks = 4

    def show(self, found: xr.Dataset) -> None:
        """The series of `wanted`, in the steps that are in sight."""
        columns = {name: found[name].values for name in ("simulated", "rerun", "wanted")}
        self.source.data = {"time": found.time.values, **columns}
        low, high = limits_of(columns, [*columns], slice(None), self.look.target.floor)
        self.y_range.update(start=low, end=high + 0.08 * (high - low))
        self.x_range.update(start=found.time.values[0], end=found.time.values[-1])


class Steps:
    """The change of a forcing in each step, as bars."""

    def __init__(self, look: Look):
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        self.source = ColumnDataSource(nothing_yet("time", "before", "change"))
        self.look = look
        options = dict(tools="save", min_border_left=SLIM)
        self.figure = time_figure(SMALL + 30, " ", self.x_range, self.y_range, **options)
        self.bars = self.figure.vbar("time", top="change", width=0.86 * look.step.ms, source=self.source,
                                     fill_color=look.ink("what_if"), line_color=None)  # fmt: skip
        zero_line(self.figure, look)
        rows = [("was", "@before{0.00}"), ("change", "@change{+0.00}")]
        self.figure.add_tools(hover_in_time(look, rows, renderers=[self.bars]))

    def show(self, found: xr.Dataset) -> None:
        """The change along `cause`, the times."""
        change = found.change.values
        columns = {"time": found.cause.values, "before": found.before.values, "change": change}
        self.source.data = columns
        half = np.timedelta64(int(self.look.step.ms), "ms")
        self.x_range.update(start=found.cause.values[0] - half, end=found.cause.values[-1] + half)
        low, high = min(0.0, float(change.min())), max(0.0, float(change.max()))
        room = 0.08 * (high - low) or 1.0
        self.y_range.update(start=low - room * (low < 0), end=high + room * (high > 0))
        self.figure.yaxis.axis_label = with_units("Change", found.change.attrs["units"])
