"""How a score is distributed over the sites."""

import numpy as np
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from .. import theme
from ..figures import hover, plain_figure, plain_legend
from ..summaries import of_distribution
from ..text import number, sentence
from . import View


def cdf_columns(values: xr.DataArray) -> dict[str, np.ndarray]:
    """Values `(site)` in rising order beside the share of sites at or below, in %."""
    values = values.dropna("site")
    order = np.argsort(values.values)
    share = (np.arange(len(order)) + 1) / max(len(order), 1) * 100
    names = values.coords.get("name", values.site)
    return {
        "value": values.values[order],
        "share": share,
        "site": values.site.values[order].astype(str),
        "name": names.values[order].astype(str),
    }


def plot_cdf(
    shown: ColumnDataSource, compared: ColumnDataSource, picked: ColumnDataSource, sites: str, dark: bool
) -> figure:
    """Cumulative distributions of NSE of two runs; `picked` is one site's point, `sites` what sites are called."""
    fig = plain_figure(
        200,
        "NSE, test period",
        f"{sites} at or below, %",
        x_range=Range1d(-0.2, 1),
        y_range=Range1d(0, 101),
        tools="xbox_select,save",
        min_border_left=50,
    )
    accent = theme.colour("simulated", dark)
    fig.step(
        "value",
        "share",
        source=compared,
        mode="after",
        line_color=accent,
        line_dash=theme.DASH,
        line_width=theme.LINE,
        legend_label="run B",
    )
    fig.step(
        "value",
        "share",
        source=shown,
        mode="after",
        line_color=accent,
        line_width=2,
        legend_label="run A",
        nonselection_line_alpha=0.5,
    )
    points = fig.scatter(
        "value", "share", source=shown, size=5, fill_color=accent, line_color=None, nonselection_fill_alpha=0.08
    )
    fig.scatter(
        "value", "share", source=picked, size=13, fill_color=None, line_color=theme.token("text", dark), line_width=2
    )
    fig.add_tools(hover([("", "<b>@name</b>"), ("NSE", "@value{0.00}")], renderers=[points]))
    fig.legend[0].items = fig.legend[0].items[::-1]  # A first, though B is drawn under it
    plain_legend(fig, "top_left")
    return fig


class ScoreDistribution(View):
    """Distribution of NSE over all basins."""

    empty = "No run is shown: its scores will be compared here."

    def body(self, *, run, dark):
        """The figure, and what a box in it selects."""
        if self.state.results(run) is None:
            return None
        self.shown, self.compared, self.picked = ColumnDataSource(), ColumnDataSource(), ColumnDataSource()
        for source in (self.shown, self.compared, self.picked):
            source.data = {"value": [], "share": [], "site": [], "name": []}
        self.shown.selected.on_change("indices", lambda attr, old, new: self._select(new))
        word = self.state.config.science.site
        self.figure = plot_cdf(self.shown, self.compared, self.picked, sentence(f"{word}s"), dark)
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, run, baseline, site, selected):
        """Curves of the runs, the picked site and the selection."""
        if self.changed & {"run", "baseline"}:
            nse = self.state.results(run).nse.sel(period="test")
            self.shown.data = cdf_columns(nse)
            other = self.state.results(baseline)
            self.compared.data = cdf_columns(other.nse.sel(period="test") if other is not None else nse[:0])
            self.figure.legend[0].visible = other is not None  # one curve needs none
            median = f"Median {number(float(nse.median()))}"
            self.caption = median + (
                f" (A), {number(float(other.nse.sel(period='test').median()))} (B)" if other is not None else ""
            )
            self.summary = of_distribution(nse)
            self.caption += f". A box selects {self.state.config.science.site}s by their score."
        sites = list(self.shown.data["site"])
        at = [sites.index(site)] if site in sites else []
        self.picked.data = {key: [values[i] for i in at] for key, values in self.shown.data.items()}
        wanted = [i for i, name in enumerate(sites) if name in set(selected)]
        if sorted(self.shown.selected.indices) != wanted:
            self.shown.selected.indices = wanted

    def _select(self, indices):
        self.state.select([self.shown.data["site"][i] for i in indices])
