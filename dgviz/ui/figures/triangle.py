"""The triangle of responses: a row for each time of the target, a column for each time of what it responds to."""

import numpy as np
import xarray as xr
from bokeh.models import ColorBar, ColumnDataSource, LinearColorMapper, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.figures.heat import extent, limit_of
from dgviz.ui.look import Look

HEIGHT = 420
FINEST = 400  # rows and columns that are drawn: beyond them, neighbours are averaged


class TriangleFigure:
    """An image over two axes of time; blue lowers and red raises the target, and what is to come is blank."""

    def __init__(self, look: Look, x_label: str, y_label: str, words: str):
        self.look = look
        self.x_range, self.y_range = Range1d(), Range1d()
        self.source = ColumnDataSource({"image": [np.zeros((1, 1))], "x": [0], "y": [0], "dw": [1], "dh": [1]})
        palette = theme.ON_DARK if look.dark else theme.DIVERGING
        self.mapper = LinearColorMapper(palette=list(palette), low=-1, high=1, nan_color=look.token("surface"))
        self.figure = self._figure(x_label, y_label, words)

    def show(self, found: xr.DataArray) -> None:
        """Responses `(time, cause)`."""
        future = found.cause > found.time
        seen = found.where(~future.transpose("time", "cause"))
        for name in seen.dims:
            width = -(-seen.sizes[name] // FINEST)
            seen = seen.coarsen({name: width}, boundary="pad").mean() if width > 1 else seen
        half = limit_of(seen.values)
        self.mapper.update(low=-half, high=half)
        x, width = extent(seen.indexes["cause"])
        y, height = extent(seen.indexes["time"])
        self.source.data = {
            "image": [seen.values.astype("float32")], "x": [x], "y": [y], "dw": [width], "dh": [height],
        }  # fmt: skip
        self.x_range.update(start=x, end=x + width)
        self.y_range.update(start=y + height, end=y)  # time runs down, as one reads

    def _figure(self, x_label: str, y_label: str, words: str) -> figure:
        fig = plain_figure(HEIGHT, x_label, y_label, tools="pan,box_zoom,wheel_zoom,reset,save",
                           x_axis_type="datetime", y_axis_type="datetime", x_range=self.x_range,
                           y_range=self.y_range)  # fmt: skip
        image = fig.image("image", "x", "y", "dw", "dh", source=self.source, color_mapper=self.mapper)
        step = self.look.step
        rows = [(y_label, f"$y{{{step.tip}}}"), (x_label, f"$x{{{step.tip}}}"), ("", "@image{0.0000}")]
        fig.add_tools(hover(rows, renderers=[image]))
        bar = ColorBar(color_mapper=self.mapper, width=8, title=words, title_text_font_style="normal",
                       title_text_font_size="11px", title_text_color=self.look.token("muted"),
                       major_label_text_color=self.look.token("muted"), background_fill_alpha=0)  # fmt: skip
        fig.add_layout(bar, "right")
        return fig
