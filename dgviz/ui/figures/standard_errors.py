"""How well parameters are known: two bars for each, below its name."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, FactorRange, Range1d
from bokeh.plotting import figure
from bokeh.transform import dodge

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look
from dgviz.ui.words.text import number, units

ROW = 34  # px: a name and two bars below it
WHOLE = 100.0  # % of a range; a bar ends there


def plot_standard_errors(found: xr.Dataset, words: Mapping[str, str], look: Look) -> figure:
    """The standard error of each parameter, the largest on top, and the spread of its members, % of its range.

    `found` is that of `identifiability`, `words` the names of the parameters.
    """
    order = found.parameter.values[np.argsort(found.standard_error.values)].tolist()  # drawn from the bottom
    chosen = found.sel(parameter=order)
    source = ColumnDataSource(
        {
            "name": order,
            "error": np.minimum(chosen.standard_error.values, WHOLE),
            "spread": np.minimum(chosen.spread.values, WHOLE),
            "label": [
                f"{words[name]} ({name}): {_percent(error)}"
                for name, error in zip(order, chosen.standard_error.values, strict=True)
            ],
            "in_units": [_in_units(chosen.sel(parameter=name)) for name in order],
            "spread_label": [f"{number(spread, 1)} %" for spread in chosen.spread.values],
        }
    )
    names = FactorRange(factors=order)
    longest = max(float(np.max(source.data[column])) for column in ("error", "spread"))
    options = dict(x_range=Range1d(0, 1.04 * longest), y_range=names, min_border_left=8, tools="save")
    fig = plain_figure(ROW * len(order) + 52, "% of the range", **options)
    fig.left, fig.center = [], []
    same = dict(y=0, height=0.2, source=source, line_color=None)
    error = fig.hbar(**same | {"y": dodge("name", -0.1, names)}, right="error", fill_color=look.token("primary"))
    spread = fig.hbar(**same | {"y": dodge("name", -0.32, names)}, right="spread", fill_color=look.token("missing"))
    fig.text(0, dodge("name", 0.22, names), "label", source=source, text_color=look.token("text"), x_offset=2,
             text_font=value(theme.FONT), text_font_size="12px", text_baseline="middle")  # fmt: skip
    tips = {error: ("standard error", "@in_units"), spread: ("spread of members", "@spread_label")}
    fig.add_tools(*(hover([("", "@label"), tip], renderers=[bars]) for bars, tip in tips.items()))
    return fig


def _percent(error: float) -> str:
    """A standard error in percent; one beyond the range is as good as unknown."""
    return f"\u00b1 {number(error, 1)} %" if error <= WHOLE else "not determined"


def _in_units(found: xr.Dataset) -> str:
    return f"\u00b1 {number(float(found.standard_error_in_units), 3)} {units(found.unit.item())}".strip()
