"""How a score is distributed over the sites: a cumulative curve for each of several models."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, GlyphRenderer, Range1d, Title
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, ring
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number

OF_OTHERS = ("solid", (6, 2), (2, 2), (8, 2, 2, 2), (1, 3))  # published models share one grey


@dataclass(frozen=True)
class Line:
    """One model: its scores `(site,)` and how they are drawn. `title` says more about it."""

    label: str
    values: xr.DataArray
    colour: str
    dash: str | tuple[int, ...] = "solid"
    width: float = 1.6
    title: str = ""


def cdf_columns(values: xr.DataArray) -> dict[str, np.ndarray]:
    """Values `(site)` in rising order beside the share of sites at or below, in %."""
    values = values.dropna("site")
    order = np.argsort(values.values)
    names = values.coords.get("name", values.site)
    return {
        "value": values.values[order],
        "share": (np.arange(len(order)) + 1) / max(len(order), 1) * 100,
        "site": values.site.values[order].astype(str),
        "name": names.values[order].astype(str),
    }


class Distribution:
    """Curves over fixed limits, with a tick at each median; the first line is run A, whose points can be selected.

    A triangle marks where a curve leaves the axis; how many `sites` of A and B lie beyond it stands above the frame.
    """

    def __init__(self, lines: list[Line], x_label: str, sites: str = "sites", dark: bool = False, height: int = 240):
        self.dark, self.limits = dark, axis_limits(lines[0].values)
        y_label = f"Cumulative share of {sites}, %"
        self.shown = ColumnDataSource(cdf_columns(lines[0].values))
        x_range, y_range = Range1d(*self.limits), Range1d(-3, 104)
        self.figure = plain_figure(
            height, x_label, y_label, x_range=x_range, y_range=y_range, tools="xbox_select,save", min_border_left=50
        )
        for line in reversed(lines[1:]):  # what matters most is drawn last
            self._draw(line, ColumnDataSource(cdf_columns(line.values)))
        self._draw(lines[0], self.shown)
        self._draw_points(lines[0])
        if said := beyond_words(lines, self.limits, sites):
            self.figure.add_layout(Title(text=said, text_font_size="12px", text_font_style="normal"), "above")

    def mark(self, site: str) -> None:
        """Put the ring around a site."""
        at = np.flatnonzero(self.shown.data["site"] == site)
        self.picked.data = {key: self.shown.data[key][at] for key in ("value", "share")}

    def _draw(self, line: Line, source: ColumnDataSource) -> None:
        style = {"line_color": line.colour, "line_width": line.width, "line_dash": line.dash}
        self.figure.step("value", "share", source=source, mode="after", nonselection_line_alpha=0.5, **style)
        median = float(line.values.median())
        dash = value(line.dash)  # an older bokeh would take the numbers for a column
        self.figure.segment([median], [0], [median], [5], line_color=line.colour, line_width=2, line_dash=dash)
        mark_ends(self.figure, line.values, self.limits, line.colour)

    def _draw_points(self, line: Line) -> None:
        points = self.figure.scatter(
            "value", "share", source=self.shown, size=5, fill_color=line.colour, line_color=None,
            nonselection_fill_alpha=0.08,
        )  # fmt: skip
        self.picked = ring(self.figure, 13, theme.token("text", self.dark), "value", "share")
        self.figure.add_tools(hover([("", Markup("<b>@name</b>")), (line.label, "@value{0.00}")], renderers=[points]))


def axis_limits(values: xr.DataArray) -> tuple[float, float]:
    """The limits of a score with some room where values beyond are common; wider where most values lie beyond."""
    low, high = values.attrs["limits"]
    room, best = 0.2 * (high - low), values.attrs["best"]
    low, high = low - room * (best != low), high + room * (best != high)  # nothing lies beyond the best
    if sum(beyond(values, (low, high))) <= 0.5 * int(values.count()):
        return low, high
    # As of a short training: fixed limits would show next to nothing.
    most = values.quantile([0.05, 0.95])
    return min(low, float(most[0])), max(high, float(most[1]))


def beyond(values: xr.DataArray, limits: tuple[float, float]) -> tuple[int, int]:
    """How many values lie below and above an axis."""
    return int((values < limits[0]).sum()), int((values > limits[1]).sum())


def mark_ends(fig: figure, values: xr.DataArray, limits: tuple[float, float], colour: str) -> GlyphRenderer | None:
    """Triangles where the curve of values leaves the axis; None where it does not."""
    (low, high), room = limits, 0.008 * (limits[1] - limits[0])
    (below, above), known = beyond(values, limits), int(values.count())
    ends = [(low + room, below, 90)] * bool(below) + [(high - room, known - above, -90)] * bool(above)
    if not ends:
        return None
    x, passed, angle = map(list, zip(*ends, strict=True))
    look = dict(marker="triangle", size=9, angle_units="deg", fill_color=colour, line_color=None)
    return fig.scatter(x, [100 * count / known for count in passed], angle=angle, **look)


def beyond_words(lines: list[Line], limits: tuple[float, float], sites: str) -> str:
    """How many sites lie below and above an axis, with arrows to either end; nothing where all lie within.

    Of several lines those of A and B are counted, which their labels begin with; the others have triangles alone.
    """
    several = len(lines) > 1
    counted = [line for line in lines if line is lines[0] or line.label.startswith("B: ")]
    said = []
    for place, (arrow, where) in enumerate((("\u25c2 {}", "below"), ("{} \u25b8", "above"))):
        counts = [(f"{line.label[0]}: " * several, beyond(line.values, limits)[place]) for line in counted]
        if any(count for _, count in counts):
            words = ", ".join(f"{letter}{count} {sites}" for letter, count in counts)
            said.append(arrow.format(f"{words} {where} {number(limits[place])}"))
    return "     ".join(said)


def legend_table(lines: list[Line]) -> Markup:
    """Each line with its median, HTML."""
    rows = (
        html(
            "<tr><td class='left' style='width:34px'>{}</td><td class='left' title='{}'>{}</td><td>{}</td></tr>",
            *(swatch(line), line.title, line.label, number(float(line.values.median()))),
        )
        for line in lines
    )
    head = Markup("<tr><th></th><th></th><th>Median</th></tr>")
    return html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, joined(rows))


def swatch(line: Line) -> Markup:
    """A piece of the line, SVG."""
    dash = "none" if isinstance(line.dash, str) else " ".join(map(str, line.dash))
    return html(
        "<svg width='28' height='8' aria-hidden='true'><line x1='0' y1='4' x2='28' y2='4' "
        "stroke='{}' stroke-width='{}' stroke-dasharray='{}'/></svg>",
        *(line.colour, line.width, dash),
    )
