"""A ranking: signed bars below their names, the largest first."""

from collections.abc import Sequence

from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, FactorRange, Range1d, Span
from bokeh.plotting import figure
from bokeh.transform import dodge

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look

ROW = 30  # px: a name and the bar below it
FALLS, RISES = 0.12, 0.88  # places on the diverging scale


class Ranking:
    """Bars to the left and right of zero, a row for each name."""

    def __init__(self, look: Look, x_label: str):
        self.look = look
        columns = ("name", "value", "colour", "label", "edge")
        self.source = ColumnDataSource({name: [] for name in columns})
        self.rows, self.x_range = FactorRange(), Range1d(-1, 1)
        self.figure = self._figure(x_label)

    def show(self, names: Sequence[str], values: Sequence[float], labels: Sequence[str]) -> None:
        """These names in this order from the top; a label stands above each bar."""
        self.rows.factors = list(names)[::-1]
        self.figure.height = ROW * max(len(names), 1) + 52
        low, high = min((0.0, *values)), max((0.0, *values))
        margin = 0.04 * (high - low) or 1.0
        start = low - margin * (low < 0)
        self.x_range.update(start=start, end=high + margin)
        palette = theme.ON_DARK if self.look.dark else theme.DIVERGING
        falls, rises = (palette[round(place * (len(palette) - 1))] for place in (FALLS, RISES))
        self.source.data = {
            "name": list(names),
            "value": list(values),
            "colour": [falls if v < 0 else rises for v in values],
            "label": list(labels),
            "edge": [start] * len(names),
        }

    def _figure(self, x_label: str) -> figure:
        options = dict(x_range=self.x_range, y_range=self.rows, tools="tap,save", min_border_left=8)
        fig = plain_figure(240, x_label, **options)
        fig.left, fig.center = [], []
        bars = fig.hbar(dodge("name", -0.22, self.rows), right="value", height=0.3, source=self.source,
                        fill_color="colour", line_color=None, nonselection_fill_alpha=1)  # fmt: skip
        fig.text("edge", dodge("name", 0.18, self.rows), "label", source=self.source, x_offset=2,
                 text_color=self.look.token("text"), text_font=value(theme.FONT), text_font_size="12px",
                 text_baseline="middle", background_fill_color=self.look.token("surface"),
                 background_fill_alpha=0.8)  # fmt: skip
        zero = Span(location=0, dimension="height", line_color=self.look.token("muted"), line_width=1, level="underlay")
        fig.add_layout(zero)
        fig.add_tools(hover([("", "@label")], renderers=[bars]))
        return fig
