"""Figures that several views use: pure functions and small classes, data in, Bokeh out. They know no state."""

import math
import textwrap
from collections.abc import Sequence

from bokeh.layouts import column
from bokeh.models import (
    BasicTickFormatter,
    CDSView,
    Column,
    ColumnDataSource,
    CustomJSTickFormatter,
    FixedTicker,
    GlyphRenderer,
    HoverTool,
    NoOverlap,
    NumeralTickFormatter,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.look import Look
from dgviz.ui.words.markup import escape, html, joined, literal

LETTER, AROUND = 6, 50  # px: the width of a letter of a label; above and below the axis that it stands beside
NO_BREAK = "\u00a0"
FEWEST = 24  # letters on a line of such a label
LEFT = 66  # px left of every time axis, so that stacked panels line up
TICK = """
const largest = Math.max(...ticks.map(Math.abs))
if (Math.abs(tick) <= 1e-9 * largest) return "0"
const [digits, power] = Number(tick.toPrecision(3)).toExponential().replace("+", "").split("e")
const signs = "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
const raised = [...power].map(c => signs["-0123456789".indexOf(c)]).join("")
const plain = Number(tick.toPrecision(6)).toLocaleString("en", {maximumFractionDigits: 6, useGrouping: largest >= 1e4})
const text = largest < 1e-3 ? `${digits} \u00d7 10${raised}` : plain.replaceAll(",", "\u202f")
return text.replace("-", "\u2212")
"""  # 0.5, 12 000, 5 x 10 to the power of -4


def plain_figure(height: int, x_label: str = "", y_label: str = "", tools: str = "", **options) -> figure:
    """A figure that fills its card: light horizontal grid, no title, tools only on hover."""
    options = {"sizing_mode": "stretch_width", "min_border_left": LEFT, "min_border_right": 12} | options
    fig = plain(figure(height=height, tools=tools, toolbar_location="right", **options))
    fig.xaxis.axis_label, fig.yaxis.axis_label = x_label or None, upright(y_label, height) or None
    fig.min_border_top, fig.min_border_bottom = 6, 6
    if "title" not in options:
        fig.title = None
    selects = "select" in tools or "tap" in tools
    views: dict[str, CDSView] = {}
    fig.on_change("renderers", lambda attr, old, new: _make_lean(new[-1], selects, views))
    return fig


def upright(label: str, height: int) -> str:
    """The label of a vertical axis, with units whole, on as many lines as it takes beside so many pixels."""
    letters = max((height - AROUND) // LETTER, FEWEST)
    name, comma, unit = label.rpartition(", ")
    whole = f"{name}{comma}{unit.replace(' ', NO_BREAK)}" if name else label
    lines = textwrap.wrap(whole, letters, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(NO_BREAK, " ")


def high_enough(least: int, y_label: str) -> int:
    """The height in px of a panel whose label stays on one line: `least`, or more where that takes it."""
    return max(least, LETTER * len(y_label) + AROUND)


def plain(fig: figure) -> figure:
    """A figure without what is not read: tools but on hover, vertical grid, frame; numbers as people write them."""
    fig.toolbar.logo, fig.toolbar.autohide = None, True
    fig.toolbar.active_scroll = None  # the wheel scrolls the page
    fig.xaxis.major_label_policy = NoOverlap()
    fig.center = [item for item in fig.center if item not in fig.xgrid]
    fig.stylesheets = [":host { font-size: 13px; }"]  # labels are in em
    fig.outline_line_color = None
    for axis in fig.axis:
        if isinstance(axis.formatter, BasicTickFormatter):
            axis.formatter = CustomJSTickFormatter(code=TICK)
    return fig


def time_figure(height: int, y_label: str, x_range: Range1d, y_range: Range1d, **options) -> figure:
    """A figure over an axis of time that is moved and zoomed along it."""
    options = {"tools": "xpan,xbox_zoom,xwheel_zoom,reset,save"} | options
    return plain_figure(height, y_label=y_label, x_axis_type="datetime", x_range=x_range, y_range=y_range, **options)


def without_axes(fig: figure) -> None:
    """Take away axes and grids that would only be hidden."""
    fig.left, fig.below, fig.center = [], [], []


def _make_lean(renderer, selects: bool, views: dict[str, CDSView]) -> None:
    """Leave out what Bokeh makes for each glyph and nobody sees: every model is sent, and costs the browser time.

    These are its looks when muted and, in a figure without tools that select, when selected or not; glyphs of one
    source share the view of all of its rows.
    """
    if not isinstance(renderer, GlyphRenderer):
        return
    renderer.muted_glyph = None
    if not selects:
        renderer.nonselection_glyph = renderer.selection_glyph = None
    renderer.view = views.setdefault(renderer.data_source.id, renderer.view)
    renderer.view.filter = next(iter(views.values())).filter


def stacked(panels: Sequence[figure]) -> Column:
    """Figures one below the other that share an axis of time, with its ticks; the lowest one shows it."""
    axes = [axis for panel in panels for axis in panel.xaxis]
    for axis in axes:
        axis.update(ticker=axes[0].ticker, formatter=axes[0].formatter, visible=axis is axes[-1])
    return column(*panels, sizing_mode="stretch_width", spacing=0)


def moment_line(panels: Sequence[figure], look: Look) -> Span:
    """A line through all panels at the moment that is looked at."""
    line = Span(dimension="height", line_color=look.token("text"), line_width=1, line_alpha=0.7)
    for panel in panels:
        panel.add_layout(line)
    return line


def zero_line(fig: figure, look: Look) -> None:
    """A line along zero."""
    fig.add_layout(Span(location=0, dimension="width", line_color=look.token("muted"), line_width=1))


def ring(fig: figure, size: float, ink: str, x: str = "x", y: str = "y") -> ColumnDataSource:
    """A ring around the picked site; the source of its place, which is empty at first."""
    place = ColumnDataSource({x: [], y: []})
    fig.scatter(x, y, source=place, size=size, fill_color=None, line_color=ink, line_width=2)
    return place


def hover_in_time(look: Look, rows: list[tuple[str, ...]] = (), **options) -> HoverTool:
    """A hover that follows the pointer along an axis of time and says the date first."""
    return hover([look.step.date_tip, *rows], mode="vline", point_policy="follow_mouse", **options)


def hover(tooltips: list[tuple[str, ...]], **options) -> HoverTool:
    """A hover that shows dates and numbers as people write them."""
    return HoverTool(tooltips=tip(tooltips), formatters={"@time": "datetime"}, **options)


def tip(rows: list[tuple[str, ...]]) -> str:
    """What a hover says: a line for each (label, place of the value, units); a label may be empty, units left out.

    Labels and units may come from data: they are shown as they are.
    """
    lines = []
    for label, place, *unit in rows:
        value = joined(filter(None, (escape(place), *map(literal, unit))), " ")
        lines.append(html("<div>{} <b>{}</b></div>", literal(label), value) if label else html("<div>{}</div>", value))
    style = f"font: 12px/1.5 {theme.FONT}; font-variant-numeric: tabular-nums"
    return str(html("<div style='{}'>{}</div>", style, joined(lines)))


def log_ticks(fig: figure) -> None:
    """Ticks at 1, 2 and 5 on a logarithmic axis, however few decades it spans."""
    fig.yaxis.ticker = FixedTicker(ticks=[m * 10.0**e for e in range(-4, 4) for m in (1, 2, 5)])
    fig.yaxis.formatter = NumeralTickFormatter(format="0.[0000]")


def show_lines(fig: figure, shown: dict[str, bool]) -> None:
    """Show or hide series by the name of their renderer, in the figure and in its legend."""
    for item in fig.legend[0].items:
        for renderer in item.renderers:
            renderer.visible = item.visible = shown.get(renderer.name, True)


def plain_legend(fig: figure) -> None:
    """One quiet line of labels above the frame, where it hides nothing; a click hides a series."""
    for legend in list(fig.legend):
        fig.center = [item for item in fig.center if item is not legend]
        fig.add_layout(legend, "above")
        legend.update(
            orientation="horizontal",
            location="right",
            click_policy="hide",
            padding=2,
            margin=2,
            border_line_alpha=0,
            background_fill_alpha=0,
            glyph_height=14,
            glyph_width=18,
            spacing=14,
            stylesheets=[":host { font-size: 13px; }"],
        )


def nothing_yet(*names: str) -> dict[str, list[float]]:
    """Columns with one missing value: Bokeh 3.9 never ends painting an area in steps that has none at all."""
    return {name: [math.nan] for name in names}
