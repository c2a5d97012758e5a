"""The scores of all in a room: a bar for each class, and a line at what came trained."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, Span
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.figures.distribution import axis_limits
from dgviz.ui.words.text import label, with_units

N_BINS = 20
HEIGHT = 200  # px


def plot_room_scores(scores: xr.DataArray, shipped: float | None, dark: bool = False) -> figure:
    """How many visitors `(visitor,)` have which score; what lies beyond the axis counts in the class at that end.

    A line stands at the score of the run that came trained, where there is one.
    """
    low, high = axis_limits(scores)
    counts, edges = np.histogram(np.clip(scores.values, low, high), N_BINS, (low, high))
    title = with_units(label(scores, str(scores.name)), scores.attrs.get("units", "1"))
    fig = plain_figure(HEIGHT, f"{title}, median", "Visitors", x_range=(low, high), min_border_left=50)
    source = ColumnDataSource({"left": edges[:-1], "right": edges[1:], "count": counts})
    bars = fig.quad(
        "left", "right", "count", 0, source=source, fill_color=theme.token("primary", dark), fill_alpha=0.7,
        line_color=theme.token("surface", dark),
    )  # fmt: skip
    fig.y_range.start = 0
    fig.yaxis.ticker.update(min_interval=1, num_minor_ticks=0)
    if shipped is not None:
        ink = theme.colour("observed", dark)
        fig.add_layout(Span(location=shipped, dimension="height", line_color=ink, line_width=2, line_dash=theme.DASH))
    fig.add_tools(hover([("from", "@left{0.00}"), ("to", "@right{0.00}"), ("visitors", "@count")], renderers=[bars]))
    return fig
