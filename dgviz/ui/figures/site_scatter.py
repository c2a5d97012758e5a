"""Two values of each site against each other."""

from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from .. import theme
from . import hover, plain_figure

EMPTY = {"x": [], "y": [], "low": [], "high": [], "site": [], "name": []}


class SiteScatter:
    """A point for each site, with a whisker from `low` to `high`; the picked one has a ring."""

    def __init__(self, dark: bool = False, height: int = 330):
        self.dark = dark
        self.source, self.picked = ColumnDataSource(dict(EMPTY)), ColumnDataSource({"x": [], "y": []})
        self.y_range = Range1d(0, 1)
        self.figure = self._figure(height)

    def show(self, columns: dict, x_label: str, y_label: str, limits: tuple[float, float]) -> None:
        """Other values; `limits` are those of the vertical axis."""
        self.source.data = columns
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x_label, y_label
        margin = 0.03 * (limits[1] - limits[0])
        self.y_range.update(start=limits[0] - margin, end=limits[1] + margin)

    def mark(self, site: str) -> None:
        """Put the ring around a site."""
        sites = list(self.source.data["site"])
        at = [sites.index(site)] if site in sites else []
        self.picked.data = {k: [self.source.data[k][i] for i in at] for k in ("x", "y")}

    def _figure(self, height: int) -> figure:
        fig = plain_figure(height, y_range=self.y_range, tools="pan,wheel_zoom,box_select,lasso_select,tap,reset,save",
                           active_scroll=None)  # fmt: skip
        accent, ink = theme.colour("simulated", self.dark), theme.token("text", self.dark)
        fig.segment("x", "low", "x", "high", source=self.source, line_color=accent, line_alpha=0.16,
                    line_width=1.5, nonselection_line_alpha=0.06)  # fmt: skip
        points = fig.scatter(
            "x",
            "y",
            source=self.source,
            size=7,
            fill_color=accent,
            line_color=theme.token("surface", self.dark),
            line_width=0.6,
            nonselection_fill_alpha=0.12,
            nonselection_line_alpha=0.2,
        )
        fig.scatter("x", "y", source=self.picked, size=15, fill_color=None, line_color=ink, line_width=2)
        fig.add_tools(hover([("", "<b>@name</b>"), ("", "@site"), ("", "@y{0.00} (@low{0.00} to @high{0.00})")],
                            renderers=[points]))  # fmt: skip
        return fig
