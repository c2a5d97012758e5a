"""What the models of the presets answer to an experiment beyond the record."""

import panel as pn
import xarray as xr

from dgviz.domains.experiment import Experiment
from dgviz.experiment.presets import Scores, scores_of
from dgviz.ui.figures.seed_lines import plot_seed_lines
from dgviz.ui.lenses.view import View
from dgviz.ui.session.preset_runs import colour, places, scores
from dgviz.ui.session.state import AppState
from dgviz.ui.words.text import number, with_units


class Experiments(View):
    """Beyond the record."""

    to_take = "data"
    empty = "Its answers travel with the scores of claims; those of own runs are asked for when claims are written."

    @classmethod
    def applies(cls, state: AppState) -> bool:
        """Has the science an experiment?"""
        return bool(state.config.science.experiments)

    def body(self, *, dataset):
        """A place for the figure."""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        return self.place

    def refresh(self, *, runs, ended, selected, config, dark):
        """The lines of what has answers, of the first experiment."""
        experiment, site = config.science.experiments[0], config.science.site
        answers = answers_to(experiment, scores(self.state, places(self.state)))
        if answers is None:
            self.place.objects, self.summary = [], ""
            return
        called = with_units(experiment.long_name, experiment.units)
        self.heading = called
        colours = {name: colour(name, config, dark) for name in map(str, answers.preset.values)}
        medians = answers.median("site")
        fig = plot_seed_lines(medians, colours, experiment.over, f"Median over {answers.sizes['site']} {site}s")
        self.place.objects = [pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0)]
        self.summary = f"{called}. {_in_words(medians.mean('seed'), experiment)}"
        self.caption = (
            f"{experiment.how}\nLine and dots: mean over the seeds; band: from the lowest to the highest of them."
        )


def answers_to(experiment: Experiment, runs: Scores) -> xr.DataArray | None:
    """The answers `(preset, seed, site, x)` of all runs that have any; None without one."""
    known = scores_of(runs)
    if not {*experiment.scores} <= {*map(str, known)}:
        return None
    found = [known[name].sel(case="test", drop=True) for name in experiment.scores]
    answers = xr.concat(found, "x").assign_coords(x=[*experiment.scores.values()])
    answers = answers.transpose("preset", "seed", "site", "x")
    for dim in ("preset", "seed", "site"):
        answers = answers.dropna(dim, how="all")
    return answers if answers.size else None


def _in_words(answers: xr.DataArray, experiment: Experiment) -> str:
    """The first and the last answer `(preset, x)` of each preset."""
    first, last = answers.x.values[[0, -1]]
    ends = [f"{line.preset.item()} {number(float(line[0]))} to {number(float(line[-1]))}" for line in answers]
    return f"{experiment.over}, from {first:g} to {last:g}: {'; '.join(ends)}."
