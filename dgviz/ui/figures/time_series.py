"""The target through time: what drives it above, observed and simulated below, the whole record at the bottom."""

from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import ColumnDataSource, Label, Range1d, RangeTool, Span
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import (
    hover_in_time,
    log_ticks,
    moment_line,
    nothing_yet,
    plain_figure,
    stacked,
    time_figure,
    tip,
    without_axes,
)
from dgviz.ui.figures.backdrop import Backdrop
from dgviz.ui.figures.series import days_in_sight, inside_of, is_sampled, limits_of, show_days, stretches
from dgviz.ui.figures.target_lines import NAMES, draw_lines, draw_samples, ink_of, line_tips
from dgviz.ui.look import Look

HEIGHT, RECORD = 140, 28  # px of the target, and of the whole record below it
LONGEST = 18  # letters of a name that fits beside the target; of a longer one only the units are said
SMALLEST = 0.01  # of the target's scale: the least value on a logarithmic axis


class TimeSeries:
    """Figures over one source that holds the whole record, so that zooming needs no server.

    `update` gives it another site's columns (see `series.target_columns` and `series.backdrop_columns`), `suppose` only
    the what-if, `show_window` fits the axes to a period; `x_range` is what a user moves. `weather` says which series
    the backdrop has.
    """

    def __init__(self, look: Look, weather: xr.Dataset, log: bool = False):
        self.look, self.log = look, log
        self.smallest = SMALLEST * (look.target.scale or 0.1)
        self.x_range = Range1d()
        self.source = ColumnDataSource()
        self.backdrop = Backdrop(weather, self.source, self.x_range, look)
        self.source.data = nothing_yet("time", *self.backdrop.columns, *NAMES, "samples")
        self.y_range = Range1d(self.smallest if log else 0, 1)
        self.shown: dict[str, bool] = {"observed": True, "spread": False}
        self.seeds = 1
        self.marks: list = []
        self.marked: dict[str, tuple] = {}
        self.main = self._main()
        self.panels = [*self.backdrop.panels, self.main]
        self.moment = moment_line(self.panels, look)
        self.layout = stacked([*self.panels, self._record()])

    def update(self, columns: dict[str, np.ndarray], with_baseline: bool) -> None:
        """Show another site: one change of one source, and the shaded gaps."""
        self.source.data = columns
        # Between samples nothing is missing.
        missing = np.isnan(columns["observed"]) & (not is_sampled(columns))
        start, end = stretches(missing, pd.DatetimeIndex(columns["time"]))
        if len(start) or "gaps" in self.lines:
            self._gaps.data = {"start": start, "end": end}
        low, high = limits_of(columns, ["observed"], slice(None), None)
        self.record.y_range.update(start=low, end=high + 0.8 * (high - low))  # the names of the periods stand above
        self.shown |= {"baseline": with_baseline, "gaps": len(start) > 0, "samples": True} | {
            name: not np.isnan(columns[name]).all() for name in ("simulated", "learning", "what_if")
        }
        self._show_lines()

    def replace(self, name: str, values: np.ndarray) -> None:
        """Another what-if, or model in training, at all times `(time)`: nothing else is sent to the browser."""
        self.source.data[name] = values
        self.shown[name] = not np.isnan(values).all()
        self._show_lines()

    def show_spread(self, columns: dict[str, np.ndarray] | None, seeds: int) -> None:
        """The least and greatest of an ensemble at each time; None for a single model."""
        if columns or "spread" in self.lines:
            self._spread.data = columns or nothing_yet("time", "low", "high")
        self.shown["spread"] = columns is not None
        self.seeds = seeds
        self._show_lines()

    @property
    def drawn(self) -> set[str]:
        """What is drawn: run A is dashed while a model learns, so B, which is dashed too, is not drawn then."""
        hidden = {"baseline"} if self.shown.get("learning") else set()
        return {name for name, shown in self.shown.items() if shown} - hidden

    @property
    def key(self) -> list[tuple[str, str, str]]:
        """What is drawn: its words, its colour, and "line", "dashes", "area" or "shade"."""
        lines = [(NAMES[name], ink_of(name, self.look), self._kind(name)) for name in NAMES if name in self.drawn]
        areas = {
            "spread": (f"spread of {self.seeds} seeds", self.look.ink("simulated")),
            "gaps": ("no observation", self.look.token("missing")),
        }
        drawn = [entry for name, entry in areas.items() if name in self.drawn]
        return [*lines, *((words, colour, "shade") for words, colour in drawn), *self.backdrop.key]

    def _kind(self, name: str) -> str:
        """While a model learns, what was there before is dashed beside it."""
        return "dashes" if name == "baseline" or (name == "simulated" and self.shown.get("learning")) else "line"

    def _show_lines(self) -> None:
        for name, line in self.lines.items():
            line.visible = name in self.drawn
        self.lines["simulated"].glyph.line_dash = list(theme.DASH) if self._kind("simulated") == "dashes" else []
        shown = ["simulated"] if self.shown["simulated"] else ["observed", "samples"]
        self.hover.renderers = [self.lines[name] for name in shown]
        rows = line_tips(name for name in NAMES if self.shown[name])
        self.hover.tooltips = tip([self.look.step.date_tip, *rows, *self.backdrop.tips])

    def show_window(self, window: tuple[str, str]) -> None:
        """Fit both axes to the days from the first to the last of the window."""
        if self.x_range.start is None or days_in_sight(self.x_range) != window:  # else it is the user who moves it
            show_days(self.x_range, window)
        inside = inside_of(self.source, window)
        low, high = limits_of(self.source.data, NAMES, inside, self.look.target.floor)
        room = 0.12 * (high - low)
        if self.log:
            values = np.concatenate([self.source.data[name][inside] for name in NAMES])
            least = np.nanmin(values[values > 0], initial=high if high > 0 else 1.0) / 1.5
            self.y_range.update(start=max(self.smallest, least), end=3 * max(high, self.smallest))
        else:
            self.y_range.update(start=low if self.look.target.floor is not None else low - room, end=high + room)
        self.backdrop.fit(inside)

    def mark(self, periods: dict[str, tuple]) -> None:
        """Say where the training and the test period begin."""
        if periods == self.marked:  # the browser is slow to take marks away
            return
        self.marked = periods
        muted, font = self.look.token("muted"), theme.FONT.split(",")[0]
        marks, words = [], []
        for name, (first, _) in periods.items():
            marks.append(Span(location=first, dimension="height", line_color=muted, line_dash=[2, 4]))
            label = Label(
                x=first,
                y=RECORD - 14,
                y_units="screen",
                x_offset=4,
                text=name,
                text_font=font,
                text_font_size="11px",
                text_color=muted,
            )
            words.append(label)
        for fig in (*self.backdrop.panels, self.main, self.record):
            rest = [item for item in fig.center if item not in self.marks]
            # Words stand in the record, where they hide nothing, and stay in sight in every window.
            fig.center = [*rest, *marks, *(words if fig is self.record else [])]
        self.marks = [*marks, *words]

    def limit(self, days: pd.DatetimeIndex) -> None:
        """Keep zooming and the overview within the record."""
        first, last = days[0], days[-1] + pd.Timedelta(days=1)
        self.x_range.bounds = (first, last)
        self.record.x_range.update(start=first, end=last)

    def _main(self) -> figure:
        kind = "log" if self.log else "linear"
        y_label = self.look.axis_label if len(self.look.axis_label) <= LONGEST else self.look.units
        fig = time_figure(HEIGHT, y_label, self.x_range, self.y_range, y_axis_type=kind)
        if self.log:
            log_ticks(fig)
        fig.min_border_top = fig.min_border_bottom = 2
        order = ("baseline", "observed", "simulated", "learning", "what_if")
        self.lines = draw_lines(fig, self.source, "time", order, self.look, theme.LINE, legend=False)
        self.lines["samples"] = draw_samples(fig, self.source, self.look.ink("observed"))
        self.lines["what_if"].glyph.line_width = theme.SUPPOSED
        self.hover = hover_in_time(self.look, renderers=[self.lines["observed"]])
        fig.add_tools(self.hover)
        return fig

    @cached_property
    def _gaps(self) -> ColumnDataSource:
        """Times without observation; most sites have none, so that their strips are made when they are needed."""
        source = ColumnDataSource({"start": [], "end": []})
        look = dict(fill_color=self.look.token("missing"), fill_alpha=0.25, line_color=None, level="underlay")
        self.lines["gaps"] = self.main.vstrip("start", "end", source=source, **look)
        return source

    @cached_property
    def _spread(self) -> ColumnDataSource:
        """The least and greatest of an ensemble; made when there is one."""
        source = ColumnDataSource(nothing_yet("time", "low", "high"))
        look = dict(fill_color=self.look.ink("simulated"), fill_alpha=0.25, level="underlay")
        self.lines["spread"] = self.main.varea("time", "low", "high", source=source, **look)
        return source

    def _record(self) -> figure:
        self.record = plain_figure(RECORD, x_axis_type="datetime", x_range=Range1d(), y_range=Range1d(), tools="")
        without_axes(self.record)
        self.record.min_border_top = self.record.min_border_bottom = 0
        self.record.toolbar_location = None
        self.record.line("time", "observed", source=self.source, line_color=self.look.token("muted"), line_width=0.8)
        draw_samples(self.record, self.source, self.look.token("muted"), size=1.5)
        tool = RangeTool(x_range=self.x_range)
        tool.overlay.update(fill_color=self.look.token("primary"), fill_alpha=0.14, line_color=None)
        self.record.add_tools(tool)
        return self.record
