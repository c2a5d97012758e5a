"""How a score is distributed over the sites, for every preset of the dial."""

from functools import cached_property

import panel as pn
import xarray as xr
from bokeh.models import Range1d
from bokeh.plotting import figure

from dgviz.experiment.presets import scores_of
from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.figures.distribution import axis_limits, cdf_columns, mark_ends
from dgviz.ui.lenses.view import View, empty_words
from dgviz.ui.session.preset_runs import colour, places, scores, wanted
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup
from dgviz.ui.words.text import number, score_label, with_units

DASH = (4, 3)  # px, a control


def plot_curves(
    scores: xr.DataArray, colours: dict[str, str], controls: tuple[str, ...], x_label: str, y_label: str
) -> figure:
    """Cumulative distributions of a score `(preset, site)`, controls dashed."""
    limits = axis_limits(scores)
    fig = plain_figure(
        480, x_label, y_label, x_range=Range1d(*limits), y_range=Range1d(-3, 104), tools="save", min_border_left=50
    )
    for name in scores.preset.values.astype(str):
        columns = cdf_columns(scores.sel(preset=name))
        columns["preset"] = [name] * len(columns["value"])
        dash = DASH if name in controls else "solid"
        look = dict(line_color=colours[name], line_dash=dash, line_width=2.2, legend_label=name)
        line = fig.step("value", "share", source=columns, mode="after", name=name, **look)
        if mark := mark_ends(fig, scores.sel(preset=name), limits, colours[name]):
            line.js_link("visible", mark, "visible")
        fig.add_tools(
            hover(
                [("", Markup("<b>@preset</b>")), ("", "@name"), (score_label(str(scores.name)), "@value{0.00}")],
                renderers=[line],
            )
        )
    plain_legend(fig)
    fig.legend[0].update(ncols=2, spacing=2, location="left")
    return fig


class DialCurves(View):
    """Distribution of the score over the sites."""

    to_take = "data"
    use = "Press a name to hide its curve."
    choices = ("case",)
    empty = "Train presets in the table above: a curve is drawn for each as soon as it has results."

    def tools(self):
        """Which days and sites."""
        return [self.case]

    @cached_property
    def case(self):
        """The test period of sites trained on, or of sites held out."""
        return material.RadioButtonGroup(options=self._cases(), value="test", size="small", margin=0)

    def _cases(self) -> dict[str, str]:
        """Regions only where a claim of the science asks for them."""
        in_regions = any("regions" in of_preset for of_preset in wanted(self.state).values())
        return {"Test period": "test", "Held out": "held_out"} | ({"In regions": "region"} if in_regions else {})

    def body(self, *, dataset):
        """A place for the figure."""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        return self.place

    def refresh(self, *, runs, ended, selected, config, dark, case):
        """The curves of what has results."""
        state = self.state
        self.chosen.offer("case", "test", self._cases())
        case = self.chosen["case"]  # another science may not offer it
        known, site = scores_of(scores(state, places(state))), config.science.site
        first = config.target_quantity.scores[0]
        self.heading = f"{score_label(first)} over the {site}s"
        found = known[first].sel(case=case).mean("seed", keep_attrs=True) if first in known else None
        found = found if found is None else found.dropna("preset", how="all")
        if found is None or not found.size:
            self.caption = self.summary = ""
            self.place.objects = [empty_words("No preset has results here yet: train one in the table above.")]
            return
        colours = {str(name): colour(str(name), config, dark) for name in found.preset.values}
        called = with_units(score_label(first), found.attrs.get("units", ""))
        held = {"held_out": f" of {site}s held out", "region": " of regions held out"}
        x_label = f"{called}, test period{held.get(case, '')}"
        fig = plot_curves(found, colours, config.science.controls, x_label, f"Cumulative share of {site}s, %")
        self.place.objects = [pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0)]
        medians = {str(name): number(float(found.sel(preset=name).median())) for name in found.preset.values}
        self.summary = f"Median {x_label}: {', '.join(f'{name} {value}' for name, value in medians.items())}."
        n_seeds = known.sizes["seed"]
        of_seeds = f" Each is the mean over the seeds that there are, at most {n_seeds}." * (n_seeds > 1)
        self.caption = f"Colours run from physics to machine learning; controls are dashed.{of_seeds}"
