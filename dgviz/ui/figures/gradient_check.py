"""Exact derivatives against those of reruns."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.figures.equality import line_of_equality
from dgviz.ui.look import Look
from dgviz.ui.words.text import with_units

ROOM = 0.05  # of the axes, beyond the points


def plot_check(exact: xr.DataArray, small: xr.DataArray, large: xr.DataArray, look: Look) -> figure:
    """A point for each time `(time,)` and each of two steps: on the line where gradient and rerun agree."""
    labels = (with_units(words, exact.attrs["units"]) for words in ("By rerunning", "Exact gradient"))
    axes = dict(x_range=Range1d(), y_range=Range1d(), tools="pan,wheel_zoom,reset,save")
    fig = plain_figure(250, *labels, **axes)
    every = np.concatenate([exact.values, small.values, large.values])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    room = ROOM * (high - low) or 0.5
    line_of_equality(fig, look.token("muted")).update(start=low - room, end=high + room)
    for rerun, words, colour in ((large, "large step", "warning"), (small, "small step", "primary")):
        source = ColumnDataSource({"time": exact.time.values, "exact": exact.values, "rerun": rerun.values})
        ink = look.token(colour)
        style = {"fill_color": None, "line_color": ink} if rerun is large else {"fill_color": ink, "line_color": None}
        points = fig.scatter("rerun", "exact", source=source, size=5, legend_label=words, **style)
        tips = [look.step.date_tip, ("exact", "@exact{0.00000}"), (words, "@rerun{0.00000}")]
        fig.add_tools(hover(tips, renderers=[points]))
    plain_legend(fig)
    return fig
