"""Look at the sites of the loaded data set in any two of their attributes and means."""

from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401
import pandas as pd
import panel as pn
import xarray as xr
from bokeh.models import ColorBar, CustomJSTickFormatter
from bokeh.plotting import figure

from dgviz.datasets import attribute_names
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.figures import LEFT, TICK, plain, upright
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.words.text import axis_label, label

KINDS = {
    "Scatter": "scatter",
    "Histogram": "hist",
    "Density": "kde",
    "Box": "box",
    "Two-dimensional density": "bivariate",
}
OF_ONE = ("hist", "kde", "box")  # kinds that draw X alone
HEIGHT = 420  # px
CHOICES = ":host { display: grid !important; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); }"


def site_table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row per site: its place, attributes and the means of its series; columns say their units, `attrs` not.

    Places that are not published leave no column.
    """
    places = [dataset[name] for name in ("lat", "lon") if dataset[name].notnull().any()]
    attributes = attribute_names(dataset)
    means = dataset[[name for name in dataset if dataset[name].dims == ("time", "site")]].mean("time", keep_attrs=True)
    frame = pd.DataFrame({"site": dataset.site.values, "name": dataset.name.values})
    for values in (*places, *(dataset[name] for name in attributes)):
        frame[axis_label(values)] = values.values
        frame.attrs[axis_label(values)] = label(values)
    for name in means:
        column = f"Mean of {lower_first(axis_label(means[name]))}"
        frame[column], frame.attrs[column] = means[name].values, f"Mean of {lower_first(label(means[name]))}"
    return frame


def look(kind: str, dark: bool) -> dict[str, Any]:
    """Colours of a kind of plot as the other figures have them."""
    scale = {"cmap": list(theme.SEQUENTIAL)}
    line = {"line_color": theme.token("text", dark), "line_alpha": 0.5, "line_width": 0.6}
    one = {"color": theme.token("primary", dark)}
    ends = {f"{part}_line_color": theme.token("text", dark) for part in ("box", "whisker", "outlier")}
    return {
        "scatter": {**scale, **line},
        "bivariate": {**scale, "colorbar": False},
        "box": {"box_fill_color": theme.token("primary", dark), "box_fill_alpha": 0.6, **ends},
        "hist": {**one, "line_color": theme.token("surface", dark)},
    }.get(kind, one)


def as_elsewhere(plot: hv.Element, dark: bool) -> figure:
    """A plot of hvPlot as a figure that looks like all others: fonts, ticks, borders, a toolbar only on hover."""
    fig = plain(hv.render(plot, backend="bokeh"))
    fig.update(title=None, min_border_left=LEFT, min_border_right=12, min_border_top=6, min_border_bottom=6)
    fig.yaxis.axis_label = upright(fig.yaxis[0].axis_label or "", HEIGHT)
    fig.ygrid.grid_line_color = theme.token("grid", dark)
    fig.grid.minor_grid_line_color = fig.axis.axis_line_color = fig.axis.minor_tick_line_color = None
    for bar in fig.select(ColorBar):  # what it is of stands in the caption
        bar.update(title=None, width=10, padding=4, bar_line_color=None, background_fill_alpha=0, border_line_alpha=0)
        bar.update(major_tick_line_color=None, formatter=CustomJSTickFormatter(code=TICK))
    return fig


class Explorer(View):
    """Explore the data set."""

    to_take = "data"
    choices = ("kind", "x", "y", "colour")

    def __init__(self, state, **params):
        look = {"size": "small", "sizing_mode": "stretch_width", "margin": (0, 8, 6, 0), "searchable": True}
        self.kind = material.Select(label="Plot", options=KINDS, value="scatter", **look)
        self.x, self.y, self.colour = (material.Select(label=name, options=[], **look) for name in ("X", "Y", "Colour"))
        super().__init__(state=state, **params)

    def body(self, *, dataset, dark):
        """Choices above the plot."""
        self.table = site_table(dataset)
        columns = [name for name in self.table if self.table[name].dtype.kind == "f"]
        first = {"x": columns[min(3, len(columns) - 1)], "y": columns[-1], "colour": columns[0]}
        for name, column in first.items():
            self.chosen.offer(name, column, columns)
        self.plot = pn.pane.Bokeh(sizing_mode="stretch_width", height=HEIGHT, margin=0)
        widgets = (self.kind, self.x, self.y, self.colour)
        bar = pn.Row(*widgets, stylesheets=[theme.BAR, CHOICES], sizing_mode="stretch_width", margin=0)
        return pn.Column(bar, self.plot, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, kind, x, y, colour):
        """The plot as it is chosen."""
        state = self.state
        self.y.visible, self.colour.visible = kind not in OF_ONE, kind == "scatter"
        options = {"y": x} if kind in OF_ONE else {"x": x, "y": y}
        if kind == "scatter":
            options |= {"c": colour, "hover_cols": ["name", "site"], "size": 70}
        if kind == "hist":
            options["ylabel"] = f"Number of {state.science.site}s"
        plot = self.table.hvplot(kind=kind, **options, **look(kind, state.dark), responsive=True, height=HEIGHT)
        self.plot.object = as_elsewhere(plot, state.dark)
        name_of_x, name_of_y = (self.table.attrs[name] for name in (x, y))
        self.heading = name_of_x if kind in OF_ONE else f"{name_of_y} against {lower_first(name_of_x)}"
        self.caption = (
            f"A point for each {state.science.site}; colours: {lower_first(colour)}." if kind == "scatter" else ""
        )
