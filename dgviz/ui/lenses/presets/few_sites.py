"""How the skill at other sites grows with the number of sites that are learned from."""

import panel as pn
import xarray as xr

from dgviz.experiment.presets import FEW, n_learned_from, scores_of
from dgviz.ui.figures.seed_lines import plot_seed_lines
from dgviz.ui.lenses.view import View
from dgviz.ui.session.preset_runs import colour, places, scores, wanted
from dgviz.ui.session.state import AppState
from dgviz.ui.words.text import number, score_label, with_units

CASES = {f"few {n}": n for n in FEW.values()}  # of the scores, with the number of sites


class FewSites(View):
    """With few sites to learn from."""

    to_take = "data"
    empty = "Train more in the card of claims below: a line is drawn for each preset as soon as it has results."

    @classmethod
    def applies(cls, state: AppState) -> bool:
        """Does any claim of the science ask for it?"""
        return any(holdout in FEW for of_preset in wanted(state).values() for holdout in of_preset)

    def body(self, *, dataset):
        """A place for the figure."""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        return self.place

    def refresh(self, *, runs, ended, selected, config, dark):
        """The lines of what has results."""
        known, science = scores_of(scores(self.state, places(self.state))), config.science
        first = config.target_quantity.scores[0]
        self.heading = f"With few {science.site}s to learn from"
        of_few = [name for name, of_preset in wanted(self.state).items() if {*FEW} <= {*of_preset}]
        names = [name for name in of_few if name in known.preset]
        medians = self._medians(known[first].sel(preset=names)) if names else None
        if medians is None or not medians.size:
            self.place.objects, self.summary = [], ""
            return
        called = with_units(score_label(first), known[first].attrs.get("units", ""))
        colours = {name: colour(name, config, dark) for name in map(str, medians.preset.values)}
        fig = plot_seed_lines(medians, colours, f"Number of {science.site}s trained on", f"Median {called}")
        self.place.objects = [pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0)]
        self.summary = f"Median {called} at {science.site}s not seen. {_in_words(medians, science.site)}"
        self.caption = (
            f"A model learns from so many {science.site}s of two thirds, drawn at random, and is scored on the test "
            "days of the third that shares no water with them; the last point is in five folds, from all others "
            "that share none. Line and dots: mean over the seeds; band: from the lowest to the highest of them."
        )

    def _medians(self, scores: xr.DataArray) -> xr.DataArray:
        """Medians over the sites `(preset, seed, x)` by the number of sites that are learned from."""
        in_folds = next(iter(wanted(self.state).values()))["folds"]
        numbers = CASES | {"held_out": n_learned_from(in_folds, self.state.dataset)}
        medians = scores.sel(case=list(numbers)).median("site").assign_coords(case=list(numbers.values()))
        return medians.rename(case="x").dropna("x", how="all").dropna("preset", how="all")


def _in_words(medians: xr.DataArray, site: str) -> str:
    """Medians `(preset, seed, x)`, a sentence for each preset."""
    means = medians.mean("seed")
    sentences = []
    for name in map(str, means.preset.values):
        of_preset = means.sel(preset=name).dropna("x")
        values = [f"{number(float(value))} from {int(value.x)}" for value in of_preset]
        sentences.append(f"{name}: {', '.join(values)} {site}s.")
    return " ".join(sentences)
