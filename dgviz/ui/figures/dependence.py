"""A learned parameter along an attribute: a curve for each site, their mean, and where sites are."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look
from dgviz.ui.words.text import axis_label, label, units

HEIGHT = 330
RUG = 0.03  # of the height: a stroke for each site


def plot_dependence(curves: xr.Dataset, y_label: str, site: str, look: Look) -> figure:
    """Curves of one parameter, `individual (site, along)` and `dependence (along,)`, see `partial_dependence`.

    The picked site has a colour, a stroke at the foot stands for each site, a dot for the picked one.
    """
    along, each = curves.along.values, curves.individual
    axis = "log" if curves.along.attrs["spacing"] == "logarithmic" else "linear"
    low, high = float(each.min()), float(each.max())
    room = 0.05 * (high - low) or 1.0
    foot = low - room * (1 + RUG)
    x_range = (along[0], along[-1]) if along[-1] > along[0] else (along[0] - 1, along[0] + 1)
    options = dict(x_axis_type=axis, x_range=x_range, y_range=(foot, high + room), tools="save")
    fig = plain_figure(HEIGHT, axis_label(curves.along), y_label, **options)
    names = each.site.values.astype(str)
    lines = {"x": [along] * len(names), "y": [*each.values], "site": names}
    drawn = fig.multi_line("x", "y", source=ColumnDataSource(lines), line_color=look.token("muted"), line_alpha=0.25)
    mean = fig.line(along, curves.dependence.values, line_color=look.token("primary"), line_width=3)
    known = curves.observed.values[np.isfinite(curves.observed.values)]
    fig.segment(known, foot, known, foot + 2 * RUG * (high - low + room), line_color=look.token("text"), line_width=1)
    if site in names:
        ink, here = theme.colour("simulated", look.dark), each.sel(site=site)
        fig.line(along, here.values, line_color=ink, line_width=2)
        x = float(curves.observed.sel(site=site))
        fig.scatter([x], [float(np.interp(x, along, here.values))], size=9, fill_color=ink,
                    line_color=look.token("surface"))  # fmt: skip
    unit = units(curves.along.attrs["units"])
    fig.add_tools(
        hover([("", "@site")], renderers=[drawn]),
        hover([(label(curves.along), "$x{0.[00]}", unit), ("mean", "$y{0.[000]}")], renderers=[mean], mode="vline"),
    )
    return fig
