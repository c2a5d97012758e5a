"""A map of sites without tiles: outlines and network lines from files, one circle per site."""

import math

import numpy as np
import xarray as xr
from bokeh.models import (
    ColorMapper,
    ColumnDataSource,
    DataRange1d,
    GlyphRenderer,
    LinearColorMapper,
    LogColorMapper,
    MetricLength,
    ScaleBar,
    Title,
)
from bokeh.plotting import figure

from dgviz.datasets.site_network import drained, has_network
from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, ring, tip, without_axes
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.network_lines import NetworkLines, line_widths
from dgviz.ui.figures.outlines import outlines
from dgviz.ui.words.markup import Markup

KM_PER_DEGREE = 111.19
DRAWN_WIDTHS = 0.6, 5.0  # px, of the smallest and the largest reach that is only drawn
LEAST_SPAN, ROOM = 200.0, 1.6  # km that a map shows, and of the span of close sites: one sees where on Earth they are
WIDE = 350.0  # km: sites that span more have the map to themselves
UNTRAINED = 0.6  # of the size of a site: one that was not trained on
UNPLACED = "No coordinates are published for these sites"
MARKERS = ("circle", "square")  # of a site, and of one whose target is not natural


def project(lon: np.ndarray, lat: np.ndarray, middle: float) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres east and north of 0 N 0 E on a plane that is true to scale at the latitude `middle`."""
    return np.asarray(lon) * KM_PER_DEGREE * math.cos(math.radians(middle)), np.asarray(lat) * KM_PER_DEGREE


def grid(n_sites: int) -> tuple[np.ndarray, np.ndarray]:
    """Places east and north for sites without coordinates: row by row, in the order of the data set."""
    n_columns = math.ceil(math.sqrt(n_sites))
    row, column = np.divmod(np.arange(n_sites), n_columns)
    return column.astype(float), -row.astype(float)


class SiteMap:
    """Sites as circles over borders and network lines; `paint` gives the values, `mark` the picked one.

    Where no site has coordinates they stand in a grid, which says so. Sites in `flagged` are squares.

    Along a network, sites at which `target` is observed are dots on its lines.
    """

    def __init__(self, dataset: xr.Dataset, dark: bool, target: str, flagged: np.ndarray):
        self.dark = dark
        self.placed = bool((dataset.lat.notnull() & dataset.lon.notnull()).any())
        self.middle = float(dataset.lat.mean())
        x, y = project(dataset.lon.values, dataset.lat.values, self.middle) if self.placed else grid(len(dataset.site))
        self.x, self.y = x, y
        missing = np.full(len(x), np.nan)
        self.network = NetworkLines(dataset, x, y, target) if has_network(dataset) else None
        self.source = ColumnDataSource(
            {
                "x": x,
                "y": y,
                "site": dataset.site.values.astype(str),
                "name": dataset.name.values.astype(str),
                "value": missing,
                "said": np.full(len(x), "", object),  # the words of its class
                "marker": np.where(flagged, *reversed(MARKERS)),
                "cross": np.zeros(len(x)),
                **(self.network.columns if self.network else {"size": np.full(len(x), float(theme.POINT))}),
            }
        )
        colours = {"palette": list(theme.SCORE), "nan_color": theme.token("missing", dark)}
        self.mapper, self.by_powers = LinearColorMapper(**colours), LogColorMapper(**colours)
        self.figure = self._figure()
        if self.placed:
            self._draw_land(dataset)
            self._draw_network(dataset)
        else:
            title = Title(text=UNPLACED, text_font_style="normal", text_color=theme.token("text", dark))
            self.figure.add_layout(title, "above")
        self._draw_sites()

    def paint(self, shown: Colouring, crossed: np.ndarray, untrained: np.ndarray) -> None:
        """Colour the sites by the values of a colouring; a hover says them.

        `crossed` and `untrained` `(site)` are flags: of sites that get a cross, and of small ones.
        """
        mapper = self.by_powers if shown.powers else self.mapper
        mapper.update(palette=list(shown.palette), low=shown.low, high=shown.high)
        self._colour_by(mapper)
        values, every = np.asarray(shown.values.values, "float64"), slice(0, len(self.x))
        self._tell(shown)
        size = np.where(untrained, UNTRAINED, 1.0)
        columns = {"value": values, "size": theme.POINT * size, "cross": np.where(crossed, theme.POINT - 4.0, 0) * size}
        columns |= self.network.painted(values) if self.network else {}
        if shown.classes:
            columns["said"] = np.array([shown.said(v) if np.isfinite(v) else "" for v in values], object)
        self.source.patch({name: [(every, column)] for name, column in columns.items()})

    def _tell(self, shown: Colouring) -> None:
        """What a hover says: the site and its value."""
        decimals = max(0, 2 - math.floor(math.log10(shown.high - shown.low)))
        digits = f"0.{'0' * decimals}" if decimals else "0"
        value = "@said" if shown.classes else f"@value{{{digits}}}"
        rows = [("", Markup("<b>@name</b>")), ("", "@site"), (shown.title.partition(",")[0], value, shown.units)]
        self.hover.tooltips = tip(rows)

    def _colour_by(self, mapper: ColorMapper) -> None:
        """Take colours from one of the two mappers."""
        self.sites.glyph.fill_color = {"field": "value", "transform": mapper}
        if self.network:
            self.reaches.glyph.line_color = {"field": "line", "transform": mapper}

    def mark(self, position: int | None) -> None:
        """Put the ring around a site."""
        at = [] if position is None else [position]
        self.picked.data = {"x": self.x[at], "y": self.y[at]}

    def nearest(self, x: float, y: float) -> int:
        """The position of the site nearest to a point of the map."""
        return int(np.argmin((self.x - x) ** 2 + (self.y - y) ** 2))

    def beside(self, position: int, east: int, north: int) -> int:
        """The position of the nearest site in a direction from another, which itself where there is none.

        What lies aside counts double, so that the way there and back is the same as often as can be.
        """
        dx, dy = self.x - self.x[position], self.y - self.y[position]
        ahead, aside = dx * east + dy * north, abs(dx * north) + abs(dy * east)
        distance = np.where(ahead > 0, np.hypot(ahead, 2 * aside), np.inf)
        return int(distance.argmin()) if np.isfinite(distance).any() else position

    def _figure(self) -> figure:
        ranges = {axis: DataRange1d(range_padding=0.06) for axis in ("x_range", "y_range")}
        tools = "pan,wheel_zoom,box_select,lasso_select,reset,save"
        whole = {"sizing_mode": "stretch_both", "match_aspect": True, "min_border_left": 0, "min_border_right": 0}
        fig = plain_figure(300, tools=tools, **whole, **ranges)
        without_axes(fig)
        return fig

    def _draw_land(self, dataset: xr.Dataset) -> None:
        if lines := outlines(dataset.lon.values, dataset.lat.values):
            xs, ys = zip(*(project(lon, lat, self.middle) for lon, lat in lines), strict=True)
            self.figure.multi_line(list(xs), list(ys), line_color=theme.token("outline", self.dark), line_width=1)

    def _draw_network(self, dataset: xr.Dataset) -> None:
        """Reaches as straight lines to the next one, thicker where more land drains through."""
        if "drawn_reach_below" not in dataset:
            return
        to = dataset.drawn_reach_below.values
        x, y = project(dataset.reach_lon.values, dataset.reach_lat.values, self.middle)
        there = to >= 0
        self.figure.segment(
            x[there],
            y[there],
            x[to[there]],
            y[to[there]],
            line_color=theme.token("network", self.dark),
            line_width=line_widths(drained(to, dataset.reach_area.values), DRAWN_WIDTHS)[there],
            line_cap="round",
        )

    def _draw_sites(self) -> None:
        ink = theme.token("text", self.dark)
        if self.network:
            self.reaches = self.network.draw(self.figure, self.source, self.mapper, ink)
        self.sites = self.figure.scatter(
            "x",
            "y",
            source=self.source,
            size="size",
            marker="marker",
            line_color=ink,
            line_alpha=0.55,
            line_width=0.7,
            fill_color={"field": "value", "transform": self.mapper},
            nonselection_fill_alpha=0.15,
            nonselection_line_alpha=0.3,
            hover_line_color=ink,
        )
        shown = [self.sites, *self._room()]
        for axis in (self.figure.x_range, self.figure.y_range):
            axis.renderers = shown
        self.picked = ring(self.figure, theme.POINT + 8, ink)
        self.figure.scatter("x", "y", source=self.source, size="cross", marker="x", line_color="white", line_width=1.6)
        self.hover = hover([], renderers=[self.reaches if self.network else self.sites])
        self.figure.add_tools(self.hover)
        if self.placed:
            self._draw_scales()

    def _room(self) -> list[GlyphRenderer]:
        """Unseen corners around sites that stand close together, or alone: a map of less has no land to tell by."""
        ends = [(np.nanmin(values), np.nanmax(values)) for values in (self.x, self.y)]
        span = max(high - low for low, high in ends)
        if not self.placed or span >= WIDE:
            return []
        half = max(LEAST_SPAN, min(WIDE, ROOM * span)) / 2
        middles = [(low + high) / 2 for low, high in ends]
        corners = [[middle - half, middle + half] for middle in middles]
        return [self.figure.scatter(*corners, size=1, fill_alpha=0, line_alpha=0)]

    def _draw_scales(self) -> None:
        """How long a kilometre is."""
        muted = theme.token("muted", self.dark)
        # A thousand kilometres stay kilometres: nobody reads megametres.
        length = MetricLength(include=["m", "km"], ticks=[*MetricLength().ticks, 1000, 1500, 2000, 2500, 5000])
        bar = ScaleBar(range=self.figure.x_range, unit="km", title="", bar_length=0.18, length_sizing="adaptive")
        bar.dimensional = length
        bar.update(background_fill_alpha=0, border_line_alpha=0, bar_line_color=muted, location="bottom_left")
        bar.update(label_text_color=muted, label_text_font_size="11px")
        self.figure.add_layout(bar)
