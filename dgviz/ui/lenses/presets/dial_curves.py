"""How NSE is distributed over the sites, for every preset of the dial."""

from functools import cached_property

import panel as pn
import xarray as xr
from bokeh.models import Range1d
from bokeh.plotting import figure

from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.figures.distribution import cdf_columns
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.preset_runs import colour, places, scores
from dgviz.ui.widgets import material
from dgviz.ui.words.text import number, sentence

DASH = (4, 3)  # px, a control


def plot_curves(
    nse: xr.DataArray, colours: dict[str, str], controls: tuple[str, ...], x_label: str, y_label: str
) -> figure:
    """Cumulative distributions of NSE `(preset, site)`, controls dashed."""
    fig = plain_figure(
        420, x_label, y_label, x_range=Range1d(-0.2, 1), y_range=Range1d(0, 101), tools="save", min_border_left=50
    )
    for name in nse.preset.values.astype(str):
        columns = cdf_columns(nse.sel(preset=name))
        columns["preset"] = [name] * len(columns["value"])
        dash = DASH if name in controls else "solid"
        look = dict(line_color=colours[name], line_dash=dash, line_width=2.2, legend_label=name)
        line = fig.step("value", "share", source=columns, mode="after", name=name, **look)
        fig.add_tools(hover([("", "<b>@preset</b>"), ("", "@name"), ("NSE", "@value{0.00}")], renderers=[line]))
    plain_legend(fig, "top_left")
    fig.legend[0].update(orientation="vertical", spacing=2)
    return fig


class DialCurves(View):
    """Distribution of NSE over the sites."""

    empty = "Train presets in the table above: a curve is drawn for each as soon as it has results."

    def tools(self):
        """Which days and sites."""
        return [self.case]

    @cached_property
    def case(self):
        """Test days of sites trained on, or of sites held out."""
        options = {"Test days": "test", "Held out": "held_out"}
        case = material.RadioButtonGroup(options=options, value="test", size="small", margin=0)
        case.param.watch(lambda _: self._note(), "value")
        return case

    def body(self, *, dataset):
        """A place for the figure."""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        return self.place

    def refresh(self, *, runs, ended, selected, config, dark):
        """The curves of what has results."""
        state, case = self.state, self.case.value
        known, site = scores(state, places(state)), config.science.site
        nse = known.nse.sel(case=case).dropna("preset", how="all") if "nse" in known else None
        if nse is None or not nse.size:
            words = "No preset has results here yet: train one in the table above."
            self.place.objects = [text(f"<div class='empty'>{words}</div>")]
            return
        colours = {str(name): colour(str(name), config, dark) for name in nse.preset.values}
        x_label = "NSE, test days" if case == "test" else f"NSE, test days of {site}s held out"
        fig = plot_curves(nse, colours, config.science.controls, x_label, f"{sentence(site)}s at or below, %")
        self.place.objects = [pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0)]
        medians = {str(name): number(float(nse.sel(preset=name).median())) for name in nse.preset.values}
        self.summary = f"Median {x_label}: {', '.join(f'{name} {value}' for name, value in medians.items())}."
        self.caption = (
            "From physics to learning along the colours; controls are dashed. Press a name to hide its curve."
        )
