"""Look at the sites of the loaded data set in any two of their attributes and means."""

import hvplot.pandas  # noqa: F401
import pandas as pd
import panel as pn
import xarray as xr

from dgviz.datasets import attribute_names
from dgviz.ui import theme
from dgviz.ui.lenses.view import View, text
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import axis_label

KINDS = {
    "Scatter": "scatter",
    "Histogram": "hist",
    "Density": "kde",
    "Box": "box",
    "Two-dimensional density": "bivariate",
}
OF_ONE = ("hist", "kde", "box")  # kinds that draw X alone
HEIGHT = 420  # px


def site_table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row per site: its place, attributes and the means of its series; columns say their units."""
    attributes = attribute_names(dataset)
    means = dataset[[name for name in dataset if dataset[name].dims == ("time", "site")]].mean("time", keep_attrs=True)
    frame = pd.DataFrame({"site": dataset.site.values, "name": dataset.name.values})
    for values in (dataset.lat, dataset.lon, *(dataset[name] for name in attributes)):
        frame[axis_label(values)] = values.values
    for name in means:
        frame[f"Mean of {axis_label(means[name])[:1].lower()}{axis_label(means[name])[1:]}"] = means[name].values
    return frame


class Explorer(View):
    """Explore the data set."""

    to_take = "data"
    choices = ("kind", "x", "y", "colour")

    def __init__(self, state, **params):
        look = {"size": "small", "sizing_mode": "stretch_width", "margin": (0, 8, 0, 0), "searchable": True}
        self.kind = material.Select(label="Plot", options=KINDS, value="scatter", **look)
        self.x, self.y, self.colour = (material.Select(label=name, options=[], **look) for name in ("X", "Y", "Colour"))
        super().__init__(state=state, **params)

    def body(self, *, dataset, dark):
        """Choices above, the plot, and the lines that make it."""
        self.table = site_table(dataset)
        columns = [name for name in self.table if self.table[name].dtype.kind == "f"]
        first = {"x": columns[min(3, len(columns) - 1)], "y": columns[-1], "colour": columns[0]}
        for name, column in first.items():
            self.chosen.offer(name, column, columns)
        self.plot, self.code = pn.pane.HoloViews(sizing_mode="stretch_width", height=HEIGHT, margin=0), text()
        widgets = (self.kind, self.x, self.y, self.colour)
        bar = pn.Row(*widgets, stylesheets=[theme.BAR], sizing_mode="stretch_width", margin=0)
        return pn.Column(bar, self.plot, self.code, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, kind, x, y, colour):
        """The plot as it is chosen."""
        state = self.state
        self.y.visible, self.colour.visible = kind not in OF_ONE, kind == "scatter"
        options = {"y": x} if kind in OF_ONE else {"x": x, "y": y}
        if kind == "scatter":
            options |= {"c": colour, "cmap": "viridis", "hover_cols": ["name", "site"], "size": 60, "clabel": colour}
        ink = theme.token("primary", state.dark)
        look = {"grid": True, "responsive": True, "height": HEIGHT, "fontscale": 1.0}
        single = {} if kind in ("scatter", "bivariate") else {"color": ink}
        self.plot.object = self.table.hvplot(kind=kind, **options, **single, **look)
        self.heading = f"{x}" if kind in OF_ONE else f"{y} against {x[:1].lower()}{x[1:]}"
        self.caption = f"One point for each {state.science.site}." if kind == "scatter" else ""
        lines = (
            "import hvplot.pandas\nfrom dgviz import open_dataset\n"
            "from dgviz.ui.lenses.data.explorer import site_table\n\n"
            f"table = site_table(open_dataset({state.config.data!r}))\n"
            f"table.hvplot(kind={kind!r}, {', '.join(f'{name}={value!r}' for name, value in options.items())})"
        )
        more = "<details class='more code'><summary aria-label='The same in Python'>i</summary><pre>{}</pre></details>"
        self.code.object = html(f"<p class='caption'>The same in Python{more}</p>", lines)
