"""What is left of the skill when attributes tell less and less: on other days, and in regions not seen."""

import panel as pn
import xarray as xr
from bokeh.models import FactorRange
from bokeh.plotting import figure

from dgviz.experiment.presets import scores_of
from dgviz.experiment.roles import roles
from dgviz.ui import theme
from dgviz.ui.figures import plain_figure, plain_legend
from dgviz.ui.lenses.view import View
from dgviz.ui.session.preset_runs import places, scores
from dgviz.ui.session.state import AppState
from dgviz.ui.words.text import number, score_label, with_units

STEPS = {  # what the network is given, by the role of its preset
    "attributes": "attributes",
    "coordinates": "coordinates",
    "shuffled": "shuffled",
    "random": "random numbers",
}
CASES = {"test": "Other days", "held_out": "Held out in folds", "region": "Regions held out"}


def plot_slopes(medians: xr.DataArray, y_label: str, dark: bool) -> figure:
    """Medians `(step, case, seed)`: a dot for each seed, and a line through their means for each case."""
    steps = [str(step) for step in medians.step.values]
    fig = plain_figure(
        300, "", y_label, x_range=FactorRange(*steps, range_padding=0.1), tools="save", min_border_left=50
    )
    for place, case in enumerate(map(str, medians.case.values)):
        of_case = medians.sel(case=case)
        colour = theme.along(place / max(1, medians.sizes["case"] - 1), dark)
        dots = of_case.stack(dot=("step", "seed")).dropna("dot")
        fig.scatter(dots.step.values.tolist(), dots.values.tolist(), size=5, color=colour, alpha=0.5)
        means = of_case.mean("seed").dropna("step")
        given, values = means.step.values.tolist(), means.values.tolist()
        fig.line(given, values, line_color=colour, line_width=2.2, legend_label=CASES[case])
    plain_legend(fig)
    return fig


class Slopes(View):
    """What attributes are good for."""

    to_take = "data"
    empty = "Train presets in the table above: a line is drawn as soon as two of them have results."

    @classmethod
    def applies(cls, state: AppState) -> bool:
        """Has the science all controls of attributes?"""
        return {*STEPS} <= {*roles(state.config)}

    def body(self, *, dataset):
        """A place for the figure."""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        return self.place

    def refresh(self, *, runs, ended, selected, config, dark):
        """The lines of what has results."""
        known, presets = scores_of(scores(self.state, places(self.state))), roles(config)
        first = config.target_quantity.scores[0]
        names = {presets[role]: words for role, words in STEPS.items() if presets[role] in known.preset}
        if len(names) < 2:
            self.place.objects, self.summary = [], ""
            return
        medians = known[first].sel(preset=list(names), case=list(CASES)).median("site")
        medians = medians.assign_coords(preset=list(names.values())).rename(preset="step").dropna("case", how="all")
        label = with_units(score_label(first), known[first].attrs.get("units", ""))
        fig = plot_slopes(medians, f"Median {label}", dark)
        self.place.objects = [pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0)]
        self.summary = f"Median {label}. {_in_words(medians.mean('seed'))}"
        self.caption = "Each dot is a seed, each line their mean. Random numbers tell sites apart, and nothing else."


def _in_words(medians: xr.DataArray) -> str:
    """Medians `(step, case)`, a sentence for each case."""
    sentences = []
    for case in map(str, medians.case.values):
        of_case = medians.sel(case=case).dropna("step")
        values = [f"{step} {number(float(of_case.sel(step=step)))}" for step in map(str, of_case.step.values)]
        sentences.append(f"{CASES[case]}: {', '.join(values)}.")
    return " ".join(sentences)
