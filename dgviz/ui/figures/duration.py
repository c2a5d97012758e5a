"""The duration curve and the seasonal regime of one site in a window."""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from dgviz.quantities import lower_first
from dgviz.scores.series import duration_curve, monthly_means
from dgviz.ui.figures import hover, log_ticks, plain_figure, plain_legend
from dgviz.ui.figures.series import bars_of
from dgviz.ui.figures.target_lines import draw_lines, line_tips
from dgviz.ui.look import Look
from dgviz.ui.words.text import label

LINES = ("observed", "simulated", "baseline", "what_if")  # the later ones over the earlier
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def duration_columns(columns: dict[str, np.ndarray], inside: slice) -> dict[str, np.ndarray]:
    """Values in falling order beside the share of the time, in %, in which they are exceeded.

    Only times that all have count, so that all curves are of the same times.
    """
    curves = duration_curve(_series(columns, LINES, inside)[_shared(columns, inside)])
    return {"exceeded": curves.exceeded.values} | {k: curves.sel(of=k).values for k in LINES}


def regime_columns(columns: dict[str, np.ndarray], inside: slice, bars: list[str]) -> dict[str, np.ndarray]:
    """The mean of every calendar month; the target's only of times that all have, and the bars of the backdrop."""
    lines = monthly_means(_series(columns, LINES, inside)[_shared(columns, inside)])
    months = {k: lines.sel(of=k).values for k in LINES}
    if bars:
        weather = monthly_means(_series(columns, bars, inside))
        months |= {k: weather.sel(of=k).values for k in bars}
    return {"month": np.arange(12) + 0.5, "name": np.array(MONTHS)} | months


def _series(columns: dict[str, np.ndarray], names: Iterable[str], inside: slice) -> xr.DataArray:
    """Some of the columns, `(time, of)`."""
    coords = {"time": columns["time"][inside], "of": list(names)}
    return xr.DataArray(np.stack([columns[k][inside] for k in names], -1), coords)


def _shared(columns: dict[str, np.ndarray], inside: slice) -> np.ndarray:
    """Is a time observed, and in the what-if where there is one?"""
    observed, what_if = (~np.isnan(columns[name][inside]) for name in ("observed", "what_if"))
    return observed & what_if if what_if.any() else observed


def plot_duration(source: ColumnDataSource, look: Look, log: bool, height: int) -> figure:
    """How often a value is exceeded, over a source of `duration_columns`."""
    fig = plain_figure(
        height,
        f"Share of {look.step.names} on which it is exceeded, %",
        look.axis_label,
        y_axis_type="log" if log else "linear",
        x_range=(0, 100),
        tools="pan,box_zoom,reset,save",
    )
    draw_lines(fig, source, "exceeded", LINES, look, 2)
    plain_legend(fig)
    if log:
        log_ticks(fig)
    exceeded = ("exceeded on", f"@exceeded{{0.0}} % of {look.step.names}")
    fig.add_tools(hover([exceeded, *line_tips(LINES)], mode="vline", renderers=fig.renderers[:1]))
    return fig


def plot_regime(source: ColumnDataSource, look: Look, weather: xr.Dataset, height: int) -> figure:
    """The year in monthly means: what hangs from the top as bars, the target as lines; see `regime_columns`.

    Bars are drawn only where they have the units of the target.
    """
    fig = plain_figure(height, "", f"Monthly mean, {look.units}", x_range=(0, 12), tools="save")
    bars = regime_bars(weather, look)
    if bars:
        fig.vbar_stack(
            bars,
            x="month",
            width=0.62,
            source=source,
            fill_alpha=0.45,
            line_color=None,
            fill_color=[look.ink(name) for name in bars],
            legend_label=[lower_first(label(weather[name], name)) for name in bars],
        )
    lines = draw_lines(fig, source, "month", LINES, look, 2)
    plain_legend(fig)
    fig.xaxis.ticker = FixedTicker(ticks=[i + 0.5 for i in range(12)])
    fig.xaxis.major_label_overrides = {i + 0.5: name for i, name in enumerate(MONTHS)}
    if look.target.floor is not None:
        fig.y_range.start = look.target.floor
    tips = [("", "@name"), *line_tips(LINES), *((label(weather[name], name), f"@{name}{{0.00}}") for name in bars)]
    fig.add_tools(hover(tips, mode="vline", renderers=[lines["observed"]]))
    return fig


def regime_bars(weather: xr.Dataset, look: Look) -> list[str]:
    """The bars of a backdrop that can stand on the axis of the target."""
    return [name for name in bars_of(weather) if weather[name].attrs.get("units") == look.target.units]
