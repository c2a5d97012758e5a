"""Look at the loaded data set in any way."""

import hvplot.pandas  # noqa: F401
import pandas as pd
import panel as pn
import xarray as xr
from hvplot.ui import hvDataFrameExplorer

from dgviz.datasets import attribute_names
from dgviz.ui import theme
from dgviz.ui.lenses.view import View
from dgviz.ui.words.text import axis_label


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

    def body(self, *, dataset):
        """hvPlot's explorer on the table of sites."""
        table = site_table(dataset)
        self.caption = f"One row per {self.state.config.science.site}. The tab Code has the lines that make the plot."
        attribute = [name for name in table if table[name].dtype.kind == "f"]
        explorer = hvDataFrameExplorer(table, kind="scatter", x=attribute[3], y=attribute[-1])
        alert, _, _, (controls, plot) = explorer.__panel__()
        cells = []
        for part, span, height in ((plot, 8, 520), (controls, 4, 640)):  # stacked on a narrow screen
            part.param.update(sizing_mode="stretch_width", height=height)
            cells.append(pn.Column(part, css_classes=[f"span-{span}"], sizing_mode="stretch_width", margin=0))
        return pn.Column(alert, pn.Column(*cells, stylesheets=[theme.ROW], sizing_mode="stretch_width"))
