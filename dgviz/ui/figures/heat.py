"""A heat map over an axis of time: a row for each quantity, or for each time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from bokeh.models import ColorBar, ColumnDataSource, FixedTicker, LinearColorMapper, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, time_figure
from dgviz.ui.look import Look

ROW = 20  # px
AXIS = 64  # px of the axis of time and the bar of colours
PERCENTILE = 99  # of the magnitudes, at which the colours end


def limit_of(values: np.ndarray) -> float:
    """Where diverging colours end: a high percentile of the magnitudes, so that one peak does not fade the rest."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(np.percentile(sizes, PERCENTILE)) or float(sizes.max(initial=0.0)) or 1.0 if sizes.size else 1.0


class HeatMap:
    """Rows of colours, the first at the top, each with its name at the left; diverging around zero."""

    def __init__(self, look: Look, words: str):
        self.look, self.words = look, words
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        self.source = ColumnDataSource({"image": [np.zeros((1, 1))], "x": [0], "y": [0], "dw": [1], "dh": [1]})
        palette = theme.ON_DARK if look.dark else theme.DIVERGING
        self.mapper = LinearColorMapper(palette=list(palette), low=-1, high=1, nan_color=look.token("surface"))
        self.figure = self._figure()

    def show(self, rows: Mapping[str, np.ndarray], times: pd.DatetimeIndex) -> None:
        """Values `(time,)` by the name of their row."""
        values = np.stack(list(rows.values())) if rows else np.full((1, max(len(times), 1)), np.nan)
        half = limit_of(values)
        self.mapper.update(low=-half, high=half)
        self.figure.height = ROW * len(values) + AXIS
        self._label([*rows])
        first, width = extent(times)
        image = values[::-1].astype("float32")  # Bokeh draws the first row at the bottom
        self.source.data = {"image": [image], "x": [first], "y": [0], "dw": [width], "dh": [len(values)]}
        self.y_range.update(start=0, end=len(values))

    def _label(self, names: Sequence[str]) -> None:
        places = [len(names) - 0.5 - i for i in range(len(names))]
        self.figure.yaxis.ticker = FixedTicker(ticks=places)
        self.figure.yaxis.major_label_overrides = dict(zip(places, names, strict=True))

    def _figure(self) -> figure:
        fig = time_figure(160, " ", self.x_range, self.y_range)
        image = fig.image("image", "x", "y", "dw", "dh", source=self.source, color_mapper=self.mapper)
        fig.ygrid.visible = False
        fig.add_tools(hover([("", f"$x{{{self.look.step.tip}}}"), ("", "@image{0.0000}")], renderers=[image]))
        bar = ColorBar(color_mapper=self.mapper, height=8, title=self.words, title_text_font_style="normal",
                       title_text_font_size="11px", title_standoff=2, padding=4,
                       background_fill_alpha=0, title_text_color=self.look.token("muted"),
                       major_label_text_color=self.look.token("muted"))  # fmt: skip
        fig.add_layout(bar, "below")
        return fig


def extent(times: pd.DatetimeIndex) -> tuple[float, float]:
    """Where an image over these times begins and how wide it is, in ms: half a step beyond the first and the last."""
    ms = times.values.astype("datetime64[ms]").astype("float64")
    step = float(np.median(np.diff(ms))) if len(ms) > 1 else 86_400_000.0
    return ms[0] - step / 2, ms[-1] - ms[0] + step if len(ms) else step
