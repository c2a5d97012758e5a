"""The flow-duration curve and the seasonal regime of one site in a window."""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from dgviz.domains.hydrology.evaluation.signatures import flow_duration, regime
from dgviz.ui import theme
from dgviz.ui.figures import hover, log_ticks, plain_figure, plain_legend

LINES = {"observed": "observed", "simulated": "run A", "baseline": "run B", "what_if": "what if"}
WEATHER = ("rain", "snow")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def duration_columns(columns: dict[str, np.ndarray], days: slice) -> dict[str, np.ndarray]:
    """Flows in falling order beside the share of days, in %, on which they are exceeded.

    Only days that all have count, so that all curves are of the same days.
    """
    curves = flow_duration(_series(columns, LINES, days)[_shared(columns, days)])
    return {"exceeded": curves.exceeded.values} | {k: curves.sel(of=k).values for k in LINES}


def regime_columns(columns: dict[str, np.ndarray], days: slice) -> dict[str, np.ndarray]:
    """The mean of every calendar month, in mm d-1; flows only of days that all have."""
    weather = regime(_series(columns, WEATHER, days))
    flows = regime(_series(columns, LINES, days)[_shared(columns, days)])
    months = {k: weather.sel(of=k).values for k in WEATHER} | {k: flows.sel(of=k).values for k in LINES}
    return {"month": np.arange(12) + 0.5, "name": np.array(MONTHS)} | months


def _series(columns: dict[str, np.ndarray], names: Iterable[str], days: slice) -> xr.DataArray:
    """Some of the columns, `(time, of)`."""
    coords = {"time": columns["time"][days], "of": list(names)}
    return xr.DataArray(np.stack([columns[k][days] for k in names], -1), coords)


def _shared(columns: dict[str, np.ndarray], days: slice) -> np.ndarray:
    """Is a day observed, and in the what-if where there is one?"""
    observed, what_if = (~np.isnan(columns[name][days]) for name in ("observed", "what_if"))
    return observed & what_if if what_if.any() else observed


def plot_duration(source: ColumnDataSource, log: bool, dark: bool, height: int = 400) -> figure:
    """How often a flow is exceeded, over a source of `duration_columns`."""
    fig = plain_figure(
        height,
        "Days on which the flow is exceeded, %",
        "Streamflow, mm d\u207b\u00b9",
        y_axis_type="log" if log else "linear",
        x_range=(0, 100),
        tools="pan,box_zoom,reset,save",
    )
    _draw_lines(fig, source, "exceeded", dark)
    if log:
        log_ticks(fig)
    fig.add_tools(
        hover([("exceeded on", "@exceeded{0.0} % of days"), *_tips()], mode="vline", renderers=fig.renderers[:1])
    )
    return fig


def plot_regime(source: ColumnDataSource, dark: bool, height: int = 400) -> figure:
    """The year in monthly means: precipitation as bars, flows as lines, over a source of `regime_columns`."""
    fig = plain_figure(height, "", "Monthly mean, mm d\u207b\u00b9", x_range=(0, 12), tools="save")
    fig.vbar_stack(
        ["rain", "snow"],
        x="month",
        width=0.62,
        source=source,
        fill_alpha=0.45,
        line_color=None,
        fill_color=[theme.colour("rain", dark), theme.colour("snow", dark)],
        legend_label=["rain", "snow"],
    )
    lines = _draw_lines(fig, source, "month", dark)
    fig.xaxis.ticker = FixedTicker(ticks=[i + 0.5 for i in range(12)])
    fig.xaxis.major_label_overrides = {i + 0.5: name for i, name in enumerate(MONTHS)}
    fig.y_range.start = 0
    tips = [("", "@name"), *_tips(), ("Rain", "@rain{0.00}"), ("Snow", "@snow{0.00}")]
    fig.add_tools(hover(tips, mode="vline", renderers=lines[:1]))
    return fig


def _draw_lines(fig: figure, source: ColumnDataSource, x: str, dark: bool) -> list:
    drawn = []
    for name, words in LINES.items():
        style = {"line_dash": theme.DASH} if name == "baseline" else {}
        colour = theme.colour("simulated" if name == "baseline" else name, dark)
        drawn.append(
            fig.line(x, name, source=source, line_color=colour, line_width=2, legend_label=words, name=name, **style)
        )
    plain_legend(fig)
    return drawn


def _tips() -> list[tuple[str, str]]:
    return [(words.capitalize(), f"@{name}{{0.00}}") for name, words in LINES.items()]
