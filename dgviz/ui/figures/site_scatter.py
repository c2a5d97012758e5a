"""Two values of each site against each other."""

from collections.abc import Sequence

import numpy as np
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, ring, tip, upright
from dgviz.ui.figures.equality import line_of_equality
from dgviz.ui.words.markup import Markup

EMPTY = {"x": [], "y": [], "low": [], "high": [], "site": [], "name": [], "value": [], "known": []}
TIPS = [("", Markup("<b>@name</b>")), ("", "@site"), ("", "@y{0.00} (@low{0.00} to @high{0.00})")]
ROOM = 0.03  # of an axis, beyond its limits


class SiteScatter:
    """A point for each site, with a whisker from `low` to `high`; the picked one has a ring.

    `coloured` gives the points a colour scale, which `paint` fills.
    """

    def __init__(self, dark: bool = False, height: int = 330, coloured: bool = False):
        self.dark, self.both = dark, None
        self.source = ColumnDataSource(dict(EMPTY))
        self.x_range, self.y_range = Range1d(0, 1), Range1d(0, 1)
        self.mapper = LinearColorMapper(palette=list(theme.SCORE), nan_color=theme.token("missing", dark))
        self.figure = self._figure(height, coloured)

    def show(
        self,
        columns: dict,
        x_label: str,
        y_label: str,
        limits: tuple[float, float],
        x_limits: tuple[float, float] | None = None,
    ) -> None:
        """Other values; `limits` are those of the vertical axis, the horizontal one fits the points without any.

        Where both have one scale the browser, which knows the size of the figure, sets them.
        """
        nothing = np.full(len(columns["x"]), np.nan)
        self.source.data = {"value": nothing, "known": nothing} | columns
        self.known.visible = bool(np.isfinite(self.source.data["known"]).any())
        self.figure.xaxis.axis_label = x_label
        self.figure.yaxis.axis_label = upright(y_label, self.figure.height)
        known = columns["x"][np.isfinite(columns["x"])]
        x_limits = x_limits or ((float(known.min()), float(known.max())) if known.size else (0.0, 1.0))
        separate = ((self.y_range, limits), (self.x_range, x_limits))
        for axis, (low, high) in ((self.both, limits),) if self.both else separate:
            room = ROOM * (high - low) or 0.5
            start, end = low - room, high + room
            axis.update(start=start, end=end, reset_start=start, reset_end=end)

    def draw(self, x: Sequence[float], y: Sequence[float], words: str, dash: str) -> None:
        """A curve to compare with, and its name in the legend."""
        style = dict(line_color=theme.token("muted", self.dark), line_dash=dash, line_width=1.3, level="underlay")
        self.figure.line(list(x), list(y), legend_label=words, **style)

    def draw_equality(self) -> None:
        """A dashed line where both axes have the same value, which then have one scale too."""
        self.both = line_of_equality(self.figure, theme.token("muted", self.dark))

    def paint(self, values: np.ndarray, palette: Sequence[str], low: float, high: float) -> None:
        """Colour the points by values in their order, between fixed limits."""
        self.mapper.update(palette=list(palette), low=low, high=high)
        self.source.data = dict(self.source.data) | {"value": np.asarray(values, "float64")}

    def tell(self, rows: list[tuple[str, str, str]]) -> None:
        """Other lines in the hover, as (label, place of the value, units)."""
        self.hover.tooltips = tip([*TIPS[:2], *rows])

    def mark(self, site: str) -> None:
        """Put the ring around a site."""
        sites = list(self.source.data["site"])
        at = [sites.index(site)] if site in sites else []
        self.picked.data = {k: [self.source.data[k][i] for i in at] for k in ("x", "y")}

    def _figure(self, height: int, coloured: bool) -> figure:
        tools = "pan,wheel_zoom,box_select,lasso_select,tap,reset,save"
        fig = plain_figure(height, x_range=self.x_range, y_range=self.y_range, tools=tools)
        accent, ink = theme.colour("simulated", self.dark), theme.token("text", self.dark)
        fig.segment("x", "low", "x", "high", source=self.source, line_color=accent, line_alpha=0.16,
                    line_width=1.5, nonselection_line_alpha=0.06)  # fmt: skip
        points = fig.scatter(
            "x",
            "y",
            source=self.source,
            size=7,
            fill_color={"field": "value", "transform": self.mapper} if coloured else accent,
            line_color=ink if coloured else theme.token("surface", self.dark),
            line_alpha=0.5 if coloured else 1.0,
            line_width=0.6,
            nonselection_fill_alpha=0.12,
            nonselection_line_alpha=0.2,
        )
        # What is known of the same, as in a world with a known law.
        self.known = fig.scatter("x", "known", source=self.source, marker="diamond", size=10, fill_color=None,
                                 line_color=ink, line_width=1.2, nonselection_line_alpha=0.2)  # fmt: skip
        self.picked = ring(fig, 15, ink)
        self.hover = hover(TIPS, renderers=[points])
        fig.add_tools(self.hover)
        return fig
