"""What a physics check compared: precipitation on top, then a panel for each quantity, on one axis of days."""

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Range1d, Span
from bokeh.plotting import figure

from dgviz.checks import CheckResult
from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.words.text import lower_first, units

DATE = ("", "@time{%e %b %Y}")
BEFORE, AFTER = pd.Timedelta(days=45), pd.Timedelta(days=180)  # in sight around the day on which cases part
FINEST = 1e-6  # what stays below this is drawn as zero
COLOURS = {"stored": "soil_moisture", "potential": "pet", "actual": "evapotranspiration"}  # of cases
LEFT_OF_TWO_LINES = 86  # px, for an axis label of two lines


def plot_check_result(verdict: CheckResult, dark: bool):
    """Panels over the days of a verdict that has something to draw."""
    series = verdict.series
    x_range = Range1d(*_in_sight(verdict))
    inside = series.sel(time=slice(x_range.start, x_range.end))
    panels = [_panel(name, series[name], inside[name], x_range, dark) for name in series]
    for panel in panels:
        panel.xaxis.visible = panel is panels[-1]
        if verdict.day is not None:
            ink = theme.token("muted", dark)
            panel.add_layout(Span(location=pd.Timestamp(verdict.day), dimension="height", line_color=ink,
                                  line_dash="dotted"))  # fmt: skip
    return column(*panels, sizing_mode="stretch_width", spacing=0)


def _in_sight(verdict: CheckResult) -> tuple[pd.Timestamp, pd.Timestamp]:
    days = verdict.series.indexes["time"]
    if verdict.day is None:
        return days[0], days[-1]
    return max(days[0], verdict.day - BEFORE), min(days[-1], verdict.day + AFTER)


def _panel(name: str, values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, dark: bool) -> figure:
    if "case" not in values.dims:
        return _alone(values, inside, x_range, dark)
    if values.sizes["case"] > 2:
        return _summed(values, x_range, dark)
    falls = values.attrs.get("standard_name") == "lwe_precipitation_rate"
    return (_precipitation if falls else _compared)(values, inside, x_range, dark)


def _precipitation(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, dark: bool) -> figure:
    """Hanging from the top: what fell in both cases, what was added, and, pale, what was taken away."""
    was, now = values.values.T
    source = ColumnDataSource({"time": values.time.values, "was": was, "now": now, "both": np.minimum(was, now)})
    fig = _figure(110, values, x_range, Range1d(_top(inside), 0))
    areas = [(0, "both", "rain", "precipitation", 1.0)]
    areas += [("both", "now", "what_if", "added", 1.0)] * bool((now > was).any())
    areas += [("both", "was", "rain", "taken away", 0.3)] * bool((now < was).any())
    for low, high, colour, words, alpha in areas:
        fig.varea_step("time", low, high, source=source, step_mode="center", legend_label=words,
                       fill_color=theme.colour(colour, dark), fill_alpha=alpha)  # fmt: skip
    fig.yaxis.ticker.desired_num_ticks = 3
    plain_legend(fig, "bottom_right")
    return fig


def _compared(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, dark: bool) -> figure:
    """The first case broad and pale, the second thin upon it: both are seen where they are equal."""
    cases = [str(case) for case in values.case.values]
    source = ColumnDataSource({"time": values.time.values, **{f"c{i}": v for i, v in enumerate(values.values.T)}})
    fig = _figure(280, values, x_range, Range1d(0, _top(inside)))
    looks = (("simulated", {"line_width": 5, "line_alpha": 0.35}), ("what_if", {"line_width": theme.LINE}))
    for i, (case, (colour, look)) in enumerate(zip(cases, looks, strict=True)):
        ink = theme.colour(COLOURS.get(case, colour), dark)
        line = fig.line("time", f"c{i}", source=source, line_color=ink, legend_label=case, **look)
    tips = [DATE, *((case, f"@c{i}{{0.00}} {units(values.attrs['units'])}") for i, case in enumerate(cases))]
    fig.add_tools(hover(tips, mode="vline", renderers=[line], point_policy="follow_mouse"))
    plain_legend(fig, "top_right")
    return fig


def _summed(values: xr.DataArray, x_range: Range1d, dark: bool) -> figure:
    """The first case as a line, the others one upon the other: what they leave below the line is missing."""
    whole, *parts = (str(case) for case in values.case.values)
    tops = np.cumsum(values.values[:, 1:], 1)
    columns = {f"top{i}": top for i, top in enumerate(tops.T)} | {"zero": np.zeros(len(tops)), "whole": values[:, 0]}
    source = ColumnDataSource({"time": values.time.values, **columns})
    fig = _figure(300, values, x_range, Range1d(0, 1.1 * _top(values)))
    below = "zero"
    for i, part in enumerate(parts):
        ink = theme.colour(COLOURS.get(part, part), dark)
        fig.varea("time", below, f"top{i}", source=source, fill_color=ink, fill_alpha=0.75, legend_label=part)
        below = f"top{i}"
    ink = theme.token("text", dark)
    line = fig.line("time", "whole", source=source, line_color=ink, line_width=theme.LINE, legend_label=whole)
    unit = units(values.attrs["units"])
    fig.add_tools(hover([DATE, (whole, f"@whole{{0}} {unit}")], mode="vline", renderers=[line]))
    plain_legend(fig, "top_left")
    fig.legend.update(ncols=2, spacing=8, label_height=14, padding=0)  # two fit on a narrow screen
    return fig


def _alone(values: xr.DataArray, inside: xr.DataArray, x_range: Range1d, dark: bool) -> figure:
    """One series from zero."""
    source = ColumnDataSource({"time": values.time.values, "value": values.values})
    low, high = float(inside.min()), float(inside.max())
    span = max(high, -low, FINEST)
    margin = 1.15 * span
    fig = _figure(100, values, x_range, Range1d(-margin if low < 0 or high <= FINEST else 0, margin))
    ink = theme.token("muted" if span <= FINEST else "primary", dark)
    fig.varea("time", 0, "value", source=source, fill_color=ink, fill_alpha=0.18)
    line = fig.line("time", "value", source=source, line_color=ink, line_width=theme.LINE)
    tips = [DATE, (lower_first(values.attrs["long_name"]), f"@value{{0.000}} {units(values.attrs['units'])}")]
    fig.add_tools(hover(tips, mode="vline", renderers=[line], point_policy="follow_mouse"))
    if span <= FINEST:
        fig.yaxis.ticker = [0]
    fig.yaxis.ticker.desired_num_ticks = 3
    return fig


def _figure(height: int, values: xr.DataArray, x_range: Range1d, y_range: Range1d) -> figure:
    return plain_figure(
        height,
        y_label=f"{values.attrs['long_name']}\n{units(values.attrs['units'])}",
        x_axis_type="datetime",
        x_range=x_range,
        y_range=y_range,
        min_border_left=LEFT_OF_TWO_LINES,
        tools="xpan,xbox_zoom,xwheel_zoom,reset,save",
    )


def _top(inside: xr.DataArray) -> float:
    """Room for the legend above the highest value."""
    return 1.2 * float(inside.max()) or 1.0
