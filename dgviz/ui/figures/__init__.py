"""Figures that several views use: pure functions and small classes, data in, Bokeh out. They know no state."""

from bokeh.models import HoverTool, Range1d
from bokeh.plotting import figure

from .. import theme

LEFT = 58  # px left of every time axis, so that stacked panels line up


def plain_figure(height: int, x_label: str = "", y_label: str = "", tools: str = "", **options) -> figure:
    """A figure that fills its card: light horizontal grid, no title, tools only on hover."""
    options = {"sizing_mode": "stretch_width", "min_border_left": LEFT, "min_border_right": 12} | options
    fig = figure(height=height, tools=tools, toolbar_location="right", **options)
    fig.toolbar.logo, fig.toolbar.autohide = None, True
    fig.xaxis.axis_label, fig.yaxis.axis_label = x_label or None, y_label or None
    fig.xgrid.grid_line_color = None
    fig.stylesheets = [":host { font-size: 13px; }"]  # labels are in em
    fig.outline_line_color = None
    fig.min_border_top, fig.min_border_bottom = 6, 6
    return fig


def hover(tooltips: list[tuple[str, str]], **options) -> HoverTool:
    """A hover that shows dates and numbers as people write them."""
    return HoverTool(tooltips=tooltips, formatters={"@time": "datetime"}, **options)


def plain_legend(fig: figure, location: str = "top_right") -> None:
    """One quiet line of labels inside the figure; a click hides a series."""
    for legend in fig.legend:
        legend.update(
            orientation="horizontal",
            location=location,
            click_policy="hide",
            padding=2,
            margin=2,
            border_line_alpha=0,
            background_fill_alpha=0,
            glyph_height=14,
            glyph_width=18,
            spacing=14,
        )


def fit(axis: Range1d, top: float) -> None:
    """Let an axis from zero end a little above `top`."""
    axis.end = top * 1.08 if top > 0 else 1.0


__all__ = ["LEFT", "fit", "hover", "plain_figure", "plain_legend", "theme"]
