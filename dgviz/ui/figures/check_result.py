"""What a physics check compared: what falls on top, then a panel for each quantity, on one axis of time."""

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.checks import CheckResult
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.figures import high_enough, hover_in_time, moment_line, plain_legend, stacked, time_figure, upright
from dgviz.ui.look import Look
from dgviz.ui.words.text import has_no_zero, units, with_units

BEFORE, AFTER = 45, 180  # time steps in sight around the one at which cases part
FINEST = 1e-6  # what stays below this is drawn as zero
LEFT_OF_TWO_LINES = 86  # px, for an axis label of two lines


def plot_check_result(verdict: CheckResult, look: Look):
    """Panels over the time of a verdict that has something to draw."""
    series = verdict.series
    x_range = Range1d(*_in_sight(verdict))
    inside = series.sel(time=slice(x_range.start, x_range.end))
    panels = [_panel(name, series[name], inside[name], x_range, look) for name in series]
    if verdict.day is not None:
        moment_line(panels, look).update(
            location=pd.Timestamp(verdict.day), line_color=look.token("muted"), line_alpha=1.0, line_dash="dotted"
        )
    return stacked(panels)


def _in_sight(verdict: CheckResult) -> tuple[pd.Timestamp, pd.Timestamp]:
    time = verdict.series.indexes["time"]
    if verdict.day is None:
        return time[0], time[-1]
    at = time.get_indexer([pd.Timestamp(verdict.day)], method="nearest")[0]
    return time[max(0, at - BEFORE)], time[min(len(time) - 1, at + AFTER)]


def _panel(name: str, values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    if "case" not in values.dims:
        return _alone(values, inside, x_range, look)
    if values.attrs.get("drawn") == "lines":
        return _lines(values, x_range, look)
    if values.sizes["case"] > 2:
        return _summed(values, x_range, look)
    falls = values.attrs.get("drawn") == "bars"
    return (_falling if falls else _compared)(values, inside, x_range, look)


def _falling(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    """Hanging from the top: what fell in both cases, what was added, and, pale, what was taken away; or in one case."""
    was, now = values.values[:, 0], values.values[:, -1]
    source = ColumnDataSource({"time": values.time.values, "was": was, "now": now, "both": np.minimum(was, now)})
    fig = _figure(110, values, x_range, Range1d(_top(inside), 0))
    areas = [(0, "both", values.name, lower_first(values.attrs["long_name"]), 1.0)]
    areas += [("both", "now", "what_if", "added", 1.0)] * bool((now > was).any())
    areas += [("both", "was", values.name, "taken away", 0.3)] * bool((now < was).any())
    for low, high, colour, words, alpha in areas:
        fig.varea_step("time", low, high, source=source, step_mode="center", legend_label=words,
                       fill_color=look.ink(colour), fill_alpha=alpha)  # fmt: skip
    fig.yaxis.ticker.desired_num_ticks = 3
    plain_legend(fig)
    return fig


def _compared(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    """The first case broad and pale, the second thin upon it: both are seen where they are equal; or one alone."""
    cases = [str(case) for case in values.case.values]
    source = ColumnDataSource({"time": values.time.values, **{f"c{i}": v for i, v in enumerate(values.values.T)}})
    fig = _figure(280, values, x_range, _range(inside))
    broad, thin = {"line_width": 5, "line_alpha": 0.35}, {"line_width": theme.LINE}
    styles = (("simulated", broad), ("what_if", thin)) if len(cases) > 1 else (("simulated", thin),)
    tips = []
    for i, (case, (colour, style)) in enumerate(zip(cases, styles, strict=True)):
        ink = look.ink(case if case in look.colours else colour)
        line = fig.line("time", f"c{i}", source=source, line_color=ink, legend_label=case, **style)
        tips.append((case, f"@c{i}{{0.00}}", units(values.attrs["units"])))
    fig.add_tools(hover_in_time(look, tips, renderers=[line]))
    plain_legend(fig)
    return fig


def _lines(values: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    """The first case as a broad line, those that are compared with it as thin ones."""
    cases = [str(case) for case in values.case.values]
    source = ColumnDataSource({"time": values.time.values, **{f"c{i}": v for i, v in enumerate(values.values.T)}})
    fig = _figure(300, values, x_range, _range(values, 1.2))
    for i, case in reversed([*enumerate(cases)]):
        ink, width = (look.token("text"), 3.0) if i == 0 else (look.ink(case), theme.LINE)
        words = case.replace("_", " ")
        line = fig.line("time", f"c{i}", source=source, line_color=ink, line_width=width, legend_label=words)
    tips = [(case.replace("_", " "), f"@c{i}{{0.00}}", units(values.attrs["units"])) for i, case in enumerate(cases)]
    fig.add_tools(hover_in_time(look, tips, renderers=[line]))
    plain_legend(fig)
    return fig


def _summed(values: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    """The first case as a line, the others one upon the other: what they leave below the line is missing."""
    whole, *parts = (str(case) for case in values.case.values)
    tops = np.cumsum(values.values[:, 1:], 1)
    columns = {f"top{i}": top for i, top in enumerate(tops.T)} | {"zero": np.zeros(len(tops)), "whole": values[:, 0]}
    source = ColumnDataSource({"time": values.time.values, **columns})
    fig = _figure(300, values, x_range, _range(values, 1.32))
    below = "zero"
    for i, part in enumerate(parts):
        ink = look.ink(part)
        fig.varea("time", below, f"top{i}", source=source, fill_color=ink, fill_alpha=0.75, legend_label=part)
        below = f"top{i}"
    ink = look.token("text")
    line = fig.line("time", "whole", source=source, line_color=ink, line_width=theme.LINE, legend_label=whole)
    tips = [(whole, "@whole{0}", units(values.attrs["units"]))]
    fig.add_tools(hover_in_time(look, tips, renderers=[line]))
    plain_legend(fig)
    fig.legend.update(ncols=2, spacing=8, label_height=14, padding=0)  # two fit on a narrow screen
    return fig


def _alone(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, look: Look) -> figure:
    """One series from zero."""
    source = ColumnDataSource({"time": values.time.values, "value": values.values})
    low, high = float(inside.min()), float(inside.max())
    span = max(high, -low, FINEST)
    margin = 1.15 * span
    fig = _figure(100, values, x_range, Range1d(-margin if low < 0 or high <= FINEST else 0, margin))
    ink = look.token("muted" if span <= FINEST else "primary")
    fig.varea("time", 0, "value", source=source, fill_color=ink, fill_alpha=0.18)
    line = fig.line("time", "value", source=source, line_color=ink, line_width=theme.LINE)
    tips = [(lower_first(values.attrs["long_name"]), "@value{0.000}", units(values.attrs["units"]))]
    fig.add_tools(hover_in_time(look, tips, renderers=[line]))
    if span <= FINEST:
        fig.yaxis.ticker = [0]
    fig.yaxis.ticker.desired_num_ticks = 3
    return fig


def _figure(height: int, values: xr.DataArray, x_range: Range1d, y_range: Range1d) -> figure:
    y_label = with_units(values.attrs["long_name"], values.attrs["units"])
    height = high_enough(height, max(upright(y_label, height).split("\n"), key=len))
    return time_figure(height, y_label, x_range, y_range, min_border_left=LEFT_OF_TWO_LINES)


def _top(inside: xr.DataArray) -> float:
    """Room for the legend above the highest value."""
    return 1.2 * float(inside.max()) or 1.0


def _range(inside: xr.DataArray, room: float = 1.2) -> Range1d:
    """From zero, or below it where there are such values, with room for the legend; of temperatures from the least."""
    low, high = float(inside.min()), float(inside.max())
    if not has_no_zero(inside.attrs["units"]):
        low = min(low, 0.0)
    return Range1d(low, low + room * (high - low) if high > low else low + 1.0)
