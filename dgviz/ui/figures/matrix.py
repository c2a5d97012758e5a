"""A small matrix of colours: a row and a column for each name."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, FactorRange, LinearColorMapper
from bokeh.palettes import interp_palette
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look

ROW = 22  # px
LETTER = 6  # px
N_COLOURS = 200


class Matrix:
    """Values `(row, column)` as colours; some may be marked by a dot, and one is framed.

    `signed` values have diverging colours around zero, others those from the page's to its text's.
    """

    def __init__(self, look: Look, signed: bool, tools: str = "save"):
        self.look, self.signed = look, signed
        self.source = ColumnDataSource({name: [] for name in ("row", "column", "value", "dot", "edge", "tip")})
        self.rows, self.columns = FactorRange(), FactorRange()
        diverging = theme.ON_DARK if look.dark else theme.DIVERGING
        rising = interp_palette([look.token(ink) for ink in ("surface", "primary", "text")], N_COLOURS)
        palette = list(diverging if signed else rising)
        self.mapper = LinearColorMapper(palette=palette, low=0, high=1, nan_color=look.token("surface"))
        self.figure = self._figure(tools)

    def show(
        self,
        values: xr.DataArray,
        tips: Mapping[tuple[str, str], str],
        marked: Sequence[tuple[str, str]] = (),
        framed: tuple[str, str] | None = None,
    ) -> None:
        """Values of two dimensions; tips, marks and the frame by (row, column)."""
        rows, columns = (values[dim].values.astype(str).tolist() for dim in values.dims)
        most = float(np.nanmax(np.abs(values.values), initial=0.0)) or 1.0
        self.mapper.update(low=-most if self.signed else 0.0, high=most)
        self.rows.factors, self.columns.factors = rows[::-1], columns
        cells = [(row, column) for row in rows for column in columns]
        ink = self.look.token("text")
        self.source.data = {
            "row": [row for row, _ in cells],
            "column": [column for _, column in cells],
            "value": values.values.ravel(),
            "dot": [5.0 if cell in marked else 0.0 for cell in cells],
            "edge": [ink if cell == framed else None for cell in cells],
            "tip": [tips[cell] for cell in cells],
        }
        self.figure.height = ROW * len(rows) + 24 + LETTER * max(map(len, columns), default=0)

    def _figure(self, tools: str) -> figure:
        options = dict(x_range=self.columns, y_range=self.rows, tools=tools, min_border_left=8)
        fig = plain_figure(200, **options)
        colour = {"field": "value", "transform": self.mapper}
        cells = fig.rect("column", "row", 0.94, 0.88, source=self.source, fill_color=colour, line_color="edge",
                         line_width=2, nonselection_fill_alpha=1)  # fmt: skip
        fig.scatter("column", "row", size="dot", source=self.source, fill_color=self.look.token("surface"),
                    line_color=self.look.token("text"), nonselection_fill_alpha=1)  # fmt: skip
        fig.grid.visible = False
        fig.xaxis.major_label_orientation = "vertical"
        for axis in fig.axis:
            axis.update(axis_line_color=None, major_tick_line_color=None)
        fig.add_tools(hover([("", "@tip")], renderers=[cells]))
        return fig
