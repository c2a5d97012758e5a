"""Look at the loaded data set in any way."""

import hvplot.pandas  # noqa: F401
import panel as pn
from hvplot.ui import hvDataFrameExplorer

from ...datasets import attribute_names
from . import View


def site_table(dataset):
    """One row per site: position, attributes and means of the series, as a pandas frame."""
    means = dataset[[n for n in dataset if dataset[n].dims == ("time", "site")]].mean("time")
    frame = dataset[attribute_names(dataset)].reset_coords(["lat", "lon", "name"]).to_dataframe()
    columns = ["name", "lat", "lon", *attribute_names(dataset)]
    return frame[columns].join(means.to_dataframe().add_prefix("mean_")[[f"mean_{n}" for n in means]]).reset_index()


class Explorer(View):
    """Data explorer."""

    caption = "One row per basin: its attributes and the means of its series."

    def body(self, *, dataset):
        """hvPlot's explorer on the table of sites."""
        explorer = hvDataFrameExplorer(site_table(dataset), kind="scatter", x="elevation", y="mean_streamflow")
        return pn.Column(explorer, sizing_mode="stretch_width")
