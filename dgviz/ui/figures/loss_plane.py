"""The loss on a plane through what was learned, with the way of training to it."""

import numpy as np
import xarray as xr
from bokeh.models import LinearColorMapper
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look

HEIGHT = 300
STEPS = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])  # of the loss above its least: where lines of equal loss run


def plot_loss(loss: xr.DataArray, path: xr.DataArray | None, look: Look) -> figure:
    """`loss (along, across)`, lines where it is so much above its least, what was learned, and `path (epoch, 2)`.

    The colours follow the logarithm of the loss.
    """
    along, across = loss.along.values, loss.across.values
    options = dict(x_range=(across[0], across[-1]), y_range=(along[0], along[-1]), tools="save")
    fig = plain_figure(HEIGHT, "Sloppiest direction, share of the ranges", "Stiffest", **options)
    palette = list(theme.SEQUENTIAL if look.dark else theme.SEQUENTIAL[::-1])
    image = np.log10(loss.values.astype(float))
    mapper = LinearColorMapper(palette=palette, low=float(image.min()), high=float(image.max()))
    place = dict(x=across[0], y=along[0], dw=across[-1] - across[0], dh=along[-1] - along[0])
    drawn = fig.image(image=[image], color_mapper=mapper, **place)
    rise = float(loss.max() - loss.min())
    levels = float(loss.min()) + STEPS[rise > STEPS]
    if len(levels):
        fig.contour(across, along, loss.values, levels.tolist(), line_color=look.token("surface"), line_width=1)
    if path is not None:
        ink = look.ink("simulated")
        fig.line(path.values[:, 1], path.values[:, 0], line_color=ink, line_width=2)
        fig.scatter(path.values[:1, 1], path.values[:1, 0], size=7, fill_color=None, line_color=ink, line_width=2)
    fig.scatter([0], [0], size=9, fill_color=look.ink("simulated"), line_color=look.token("surface"))
    fig.grid.visible = False
    fig.add_tools(hover([("log10 of the loss", "@image{0.00}")], renderers=[drawn]))
    return fig
