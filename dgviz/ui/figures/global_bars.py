"""Measures of sensitivity over the whole ranges of parameters, beside local ones."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, FactorRange, Whisker
from bokeh.plotting import figure
from bokeh.transform import dodge

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.look import Look
from dgviz.ui.words.text import number, with_units

ROW = 36  # px: a name and a bar below it
MOST = 1.25  # of the axis of shares: bounds beyond it are cut


def plot_shares(found: xr.Dataset, words: Mapping[str, str], look: Look) -> figure:
    """Of one output: the total share of each parameter as a bar with its interval, the largest on top.

    A dot is the share of the parameter alone, a stroke the bound by derivatives, which no total exceeds.
    """
    order = found.parameter.values[np.argsort(found.total.values)].tolist()
    chosen = found.sel(parameter=order)
    total, half = chosen.total.values, chosen.total_interval.values
    columns = {name: chosen[name].values for name in ("first_order", "first_order_interval", "total_interval")}
    columns |= {
        "name": order,
        "total": total,
        "low": np.maximum(total - half, 0),
        "high": total + half,
        "bound": np.where(chosen.derivative_bound.values <= MOST, chosen.derivative_bound.values, np.nan),
        "bound_said": [number(v) for v in chosen.derivative_bound.values],
        "label": [f"{words[name]} ({name}): {number(share)}" for name, share in zip(order, total, strict=True)],
    }
    source, names = ColumnDataSource(columns), FactorRange(factors=order)
    end = min(MOST, 1.05 * float(np.nanmax([*columns["high"], *columns["bound"], 0.05])))
    fig = _frame(names, "Share of the variance", (0.0, end))
    place = dodge("name", -0.22, names)
    bars = fig.hbar(place, right="total", height=0.3, source=source, fill_color=look.token("primary"), line_color=None)
    whisker = Whisker(base=place, lower="low", upper="high", dimension="width", source=source, level="overlay",
                      line_color=look.token("text"))  # fmt: skip
    for head in (whisker.lower_head, whisker.upper_head):
        head.update(size=6, line_color=look.token("text"))
    fig.add_layout(whisker)
    fig.scatter("first_order", place, source=source, size=7, fill_color=look.token("surface"),
                line_color=look.token("text"))  # fmt: skip
    fig.scatter("bound", place, source=source, marker="dash", angle=np.pi / 2, size=16, line_width=2,
                line_color=look.ink("what_if"))  # fmt: skip
    _label(fig, names, source, look)
    tips = [("", "@label"), ("interval", "\u00b1 @total_interval{0.00}"), ("alone", "@first_order{0.00}")]
    fig.add_tools(hover([*tips, ("bound by derivatives", "@bound_said")], renderers=[bars]))
    return fig


def plot_effects(found: xr.Dataset, units: str, look: Look) -> figure:
    """Of one output: Morris's mean effect of each parameter over all ranges, and the derivative where the model stands.

    Both for a whole range; rows are those of `plot_shares`.
    """
    order = found.parameter.values[np.argsort(found.total.values)].tolist()
    chosen = found.sel(parameter=order)
    columns = {name: chosen[name].values for name in ("elementary_effect", "elementary_effect_interval", "local")}
    source, names = ColumnDataSource(columns | {"name": order}), FactorRange(factors=order)
    longest = max(float(columns[name].max()) for name in ("elementary_effect", "local")) or 1.0
    fig = _frame(names, with_units("Change over a range", units), (0.0, 1.05 * longest))
    bars = []
    for column, offset, ink in (("elementary_effect", -0.12, "primary"), ("local", -0.34, "warning")):
        place = dodge("name", offset, names)
        bars.append(
            fig.hbar(place, right=column, height=0.19, source=source, fill_color=look.token(ink), line_color=None)
        )
    columns_said = {"over all ranges": "@elementary_effect{0.000} \u00b1 @elementary_effect_interval{0.000}"}
    columns_said |= {"where it stands": "@local{0.000}"}
    fig.add_tools(hover([("", "@name"), *columns_said.items()], renderers=bars))
    fig.text(0, dodge("name", 0.2, names), "name", source=source, text_color=look.token("muted"), x_offset=2,
             text_font=value(theme.FONT), text_font_size="12px", text_baseline="middle")  # fmt: skip
    return fig


def _frame(names: FactorRange, x_label: str, ends: tuple[float, float]) -> figure:
    height = ROW * len(names.factors) + 52
    fig = plain_figure(height, x_label, x_range=ends, y_range=names, min_border_left=8, tools="save")
    fig.left, fig.center = [], []
    return fig


def _label(fig: figure, names: FactorRange, source: ColumnDataSource, look: Look) -> None:
    """The name of each parameter above its bar."""
    fig.text(0, dodge("name", 0.2, names), "label", source=source, text_color=look.token("text"), x_offset=2,
             text_font=value(theme.FONT), text_font_size="12px", text_baseline="middle")  # fmt: skip
