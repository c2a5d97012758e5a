"""A network of sites as lines on a map, and those that are observed as dots."""

import numpy as np
import xarray as xr
from bokeh.models import ColorMapper, ColumnDataSource, GlyphRenderer
from bokeh.plotting import figure

from dgviz.datasets.site_network import downstream_positions, upstream_area
from dgviz.ui import theme

LINE_WIDTHS = 1.5, 9.0  # px, of the smallest and the largest reach


def line_widths(area: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """The widths of lines, px, by the root of the land that drains through; `ends` are the least and the greatest."""
    return ends[0] + (ends[1] - ends[0]) * np.sqrt(area / area.max())


class NetworkLines:
    """A line from the middle of each reach to that of the next one downstream, wider where more land drains through.

    `columns` are for the source of the map; `x` and `y` are the middles of the reaches.
    """

    def __init__(self, dataset: xr.Dataset, x: np.ndarray, y: np.ndarray, target: str):
        below = downstream_positions(dataset)
        to = np.where(below >= 0, below, np.arange(len(x)))
        self.observed = dataset[target].notnull().any("time").values
        width = line_widths(upstream_area(dataset), LINE_WIDTHS)
        empty = self.painted(np.full(len(x), np.nan))
        self.columns = {"x_below": x[to], "y_below": y[to], "width": width, **empty}

    def painted(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Colours of the lines and sizes of the dots; where only sites observed have a value, their dots show it."""
        of_gauges = not np.isfinite(values[~self.observed]).any()
        return {
            "line": np.full(len(values), np.nan) if of_gauges else values,
            "size": np.where(self.observed & of_gauges, float(theme.POINT), 0.0),
        }

    def draw(self, fig: figure, source: ColumnDataSource, mapper: ColorMapper, ink: str) -> GlyphRenderer:
        """Draw the lines, coloured by `mapper`; `ink` is the colour of one that is pointed at."""
        return fig.segment(
            "x",
            "y",
            "x_below",
            "y_below",
            source=source,
            line_color={"field": "line", "transform": mapper},
            line_width="width",
            line_cap="round",
            nonselection_line_alpha=0.25,
            hover_line_color=ink,
        )
