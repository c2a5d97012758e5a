"""Exact derivatives against those of reruns."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from .. import theme
from ..text import units
from . import hover, plain_figure


def plot_check(exact: xr.DataArray, rerun: xr.DataArray, dark: bool, height: int = 330) -> figure:
    """A point for each day `(time,)`: on the line where both agree."""
    unit = units(exact.attrs["units"])
    fig = plain_figure(height, f"By rerunning, {unit}", f"Exact gradient, {unit}", tools="pan,wheel_zoom,reset,save",
                       active_scroll=None)  # fmt: skip
    ends = [float(f(np.concatenate([exact.values, rerun.values]))) for f in (np.min, np.max)]
    fig.line(ends, ends, line_color=theme.token("muted", dark), line_width=1)
    source = ColumnDataSource({"time": exact.time.values, "exact": exact.values, "rerun": rerun.values})
    points = fig.scatter("rerun", "exact", source=source, size=5, fill_color=theme.token("primary", dark),
                         fill_alpha=0.6, line_color=None)  # fmt: skip
    fig.xgrid.grid_line_color = None
    tips = [("", "@time{%e %b %Y}"), ("exact", "@exact{0.00000}"), ("rerun", "@rerun{0.00000}")]
    fig.add_tools(hover(tips, renderers=[points]))
    return fig
