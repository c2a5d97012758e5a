"""Lines of several presets, each the mean over its seeds in a band from the lowest to the highest of them."""

import xarray as xr
from bokeh.models import FixedTicker
from bokeh.plotting import figure

from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.words.markup import Markup


def plot_seed_lines(values: xr.DataArray, colours: dict[str, str], x_label: str, y_label: str) -> figure:
    """`values (preset, seed, x)` over the positive numbers `x`, on a logarithmic axis with a tick at each."""
    fig = plain_figure(300, x_label, y_label, x_axis_type="log", tools="save", min_border_left=50)
    fig.xaxis.ticker = FixedTicker(ticks=values.x.values.tolist())
    for name in map(str, values.preset.values):
        of_preset = values.sel(preset=name).dropna("x", how="all").dropna("seed", how="all")
        x, look = of_preset.x.values.tolist(), {"legend_label": name}
        low, high = (edge("seed").values.tolist() for edge in (of_preset.min, of_preset.max))
        fig.varea(x, low, high, fill_color=colours[name], fill_alpha=0.15, **look)
        means = of_preset.mean("seed").values.tolist()
        fig.line(x, means, line_color=colours[name], line_width=2.2, **look)
        dots = fig.scatter(
            "x",
            "y",
            source={"x": x, "y": means, "preset": [name] * len(x)},
            size=6,
            color=colours[name],
            **look,
        )
        shown = [("", Markup("<b>@preset</b>")), ("", "@x: @y{0.00}")]
        fig.add_tools(hover(shown, renderers=[dots]))
    plain_legend(fig)
    return fig
