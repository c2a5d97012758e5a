"""Counts of kinds in each month of the year: stacked bars."""

import calendar
from collections.abc import Mapping

import xarray as xr
from bokeh.models import ColumnDataSource, FactorRange, Range1d

from dgviz.ui.figures import hover, nothing_yet, plain_figure
from dgviz.ui.figures.stores import stack
from dgviz.ui.look import Look

MONTHS = list(calendar.month_abbr)[1:]
HEIGHT = 190


class ByMonth:
    """Bars by month; `kinds` by name, from below: words and colour."""

    def __init__(self, look: Look, kinds: Mapping[str, tuple[str, str]], words: str):
        self.kinds, self.y_range = kinds, Range1d(0, 1)
        columns = ["month", *kinds, *(f"{end}_{name}" for name in kinds for end in ("base", "top"))]
        self.source = ColumnDataSource(nothing_yet(*columns))
        self.figure = plain_figure(HEIGHT, "", words, x_range=FactorRange(*MONTHS), y_range=self.y_range)
        for name, (said, ink) in kinds.items():
            bar = self.figure.vbar("month", bottom=f"base_{name}", top=f"top_{name}", width=0.8, source=self.source,
                                   fill_color=ink, line_color=None)  # fmt: skip
            self.figure.add_tools(hover([("", "@month"), (said, f"@{name}")], renderers=[bar]))
        self.figure.xgrid.visible = False

    def show(self, counts: xr.DataArray) -> None:
        """Counts `(part_name, month)`."""
        values = {name: counts.sel(part_name=name).values for name in self.kinds}
        self.source.data = {"month": MONTHS, **values, **stack(values)}
        self.y_range.end = 1.06 * max(float(counts.sum("part_name").max()), 1.0)
