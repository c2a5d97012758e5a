"""What a network inside a process has learned along one of its inputs, beside other forms of the process."""

from collections.abc import Sequence

import xarray as xr
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.look import Look
from dgviz.ui.words.text import axis_label, label, units, with_units

HEIGHT = 330
DASHES = ("dashed", "dotted", "dotdash", "dashdot")  # of forms to compare with


def plot_learned(curves: Sequence[xr.DataArray], name: str, look: Look) -> figure:
    """Curves along one coordinate, all of the flux `name`: learned ones drawn through, the others dashed."""
    along = curves[0][curves[0].dims[0]]
    tools = "pan,wheel_zoom,box_zoom,reset,save"
    fig = plain_figure(HEIGHT, axis_label(along), with_units(name, curves[0].attrs["units"]), tools)
    dashes = iter(DASHES * len(curves))
    for curve in curves:
        learned = curve.attrs["learned"]
        style = dict(line_width=2.4, line_color=theme.colour("simulated", look.dark))
        others = dict(
            line_width=1.5, line_color=look.token("muted"), line_dash=next(dashes) if not learned else "solid"
        )
        line = fig.line(along.values, curve.values, legend_label=label(curve), **(style if learned else others))
        rows = [(label(along), "@x{0.[00]}", units(along.attrs["units"])), (label(curve), "@y{0.000}")]
        fig.add_tools(hover(rows, renderers=[line]))
    plain_legend(fig)
    return fig
