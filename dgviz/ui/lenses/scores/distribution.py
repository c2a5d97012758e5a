"""How a score is distributed over the sites."""

from dataclasses import replace
from functools import partial

import panel as pn
import xarray as xr

from dgviz.scores.statistics import on_common_sites
from dgviz.ui import theme
from dgviz.ui.figures.distribution import OF_OTHERS, Distribution, Line, legend_table
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets import material
from dgviz.ui.words.published import other_days, published_name
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.summaries import of_distribution
from dgviz.ui.words.text import PERIODS, counted, score_label, sentence, with_units


class ScoreDistribution(ComputingView):
    """Distribution of a score."""

    to_take = "data"
    has_data = False
    use = "A box selects by the score."
    choices = ("score", "period", "models")
    empty = "No run is shown. Press Train, or pick a run above, to see how its scores differ from site to site."
    height, with_others = 240, False

    def __init__(self, state, **params):
        options = dict(size="small", width=126, margin=(0, 6, 0, 0))
        periods = {sentence(words): period for period, words in PERIODS.items()}
        self.score = material.Select(label="Score", options={}, **options)
        self.period = material.Select(label="Period", options=periods, value="test", **options)
        self.models = material.Checkbox(
            label="Other models", value=self.with_others, size="small", margin=0, visible=False
        )
        self.asked: tuple | None = None
        self.references: xr.Dataset | None = None  # of the data set and periods in view, when they are known
        super().__init__(state=state, **params)

    def tools(self):
        """Which score, of which days, and whether with others' models."""
        return [*super().tools(), self.models, self.score, self.period]

    def body(self, *, run, baseline, others, dark, score, period, models):
        """The curves on the sites that all have, and a legend with their medians."""
        results = self.state.results(run)
        if results is None:
            return None
        scores = self.state.target.scores
        self.chosen.offer("score", scores[0], {score_label(name): name for name in scores})
        self._ask_for_references(run)
        lines = self._on_common_sites(self._lines(run, baseline, others, dark))
        if not lines:
            return None
        score, word = self.score.value, self.state.science.site
        called = score_label(score)
        x_label = f"{with_units(called, lines[0].values.attrs['units'])}, {PERIODS[self.period.value]}"
        self.chart = Distribution(lines, x_label, f"{word}s", dark, self.height)
        self.chart.shown.selected.on_change("indices", lambda attr, old, new: self._select(new))
        self.heading = f"{called} over {counted(lines[0].values.size, word)}"
        self.summary = of_distribution(lines[0].values, called)
        self.caption = self._about(lines)
        return pn.Column(
            pn.pane.Bokeh(self.chart.figure, sizing_mode="stretch_width", margin=0),
            text(legend_table(lines)),
            sizing_mode="stretch_width",
            margin=0,
        )

    def refresh(self, *, site, selected):
        """The picked site and the selection."""
        self.chart.mark(site)
        chosen = set(selected)
        wanted = [i for i, name in enumerate(self.chart.shown.data["site"]) if name in chosen]
        if sorted(self.chart.shown.selected.indices) != wanted:
            self.chart.shown.selected.indices = wanted

    def _lines(self, run, baseline, others, dark):
        """A, B, further runs and published models, as far as they have the score."""
        accent, state = theme.colour("simulated", dark), self.state
        styles = {run: ("A: ", accent, "solid", 2.4)} | ({baseline: ("B: ", accent, theme.DASH, 2)} if baseline else {})
        for place, other in enumerate(other for other in others if other not in styles):
            styles[other] = ("", theme.run_colour(place, dark), "solid", theme.LINE)
        found = []
        for run_id, (letter, *style) in styles.items():
            results = state.results(run_id)
            if results is not None and self.score.value in results:
                values = results[self.score.value].sel(period=self.period.value)
                found.append(Line(letter + name_without_score(state.store.run(run_id)), values, *style))
        return found + self._other_lines(dark)

    def _ask_for_references(self, run):
        """Scores of simple rivals, where the science has any; they are computed once for a data set and periods."""
        make, config = self.state.science.references, self.state.store.run(run).config
        dataset = self.state.dataset
        spans = {name: getattr(config, f"{name}_period") or dataset.attrs[f"{name}_period"] for name in PERIODS}
        key = (config.data, config.target, *spans.values())
        others = [name for name in config.science.targets if name != config.target and name in dataset]
        if make is None:
            self.references, self.asked = None, None
        elif self.asked != key:
            self.references, self.asked = None, key
            self.compute("simple rivals", key, partial(make, dataset.drop_vars(others), spans), self._show_references)

    def _show_references(self, references):
        if references is not None:
            self.references = references
            self.draw_again()

    def _others(self):
        """Others' scores `(model, site)` that can stand beside those in view: published ones, and simple rivals."""
        score, found = self.score.value, []
        published = self.state.store.published(self.state.config.data)
        if published is not None and score in published and self.period.value == "test":
            found += [replace(line, label=published_name(line.values.model)) for line in _grey_lines(published[score])]
        if self.references is not None and score in self.references and self.period.value == "test":
            found += _grey_lines(self.references[score])
        return found

    def _other_lines(self, dark):
        lines = self._others()
        self.models.visible = bool(lines)
        if not (lines and self.models.value):
            return []
        grey = theme.token("muted", dark)
        return [replace(line, colour=grey, dash=OF_OTHERS[i % len(OF_OTHERS)]) for i, line in enumerate(lines)]

    def _on_common_sites(self, lines):
        kept = on_common_sites(dict(enumerate(line.values for line in lines)))
        return [replace(line, values=kept[i]) for i, line in enumerate(lines)]

    def _about(self, lines):
        word, said = self.state.science.site, []
        if len(lines) > 1:
            all_of_a = self.state.results(self.state.run).sizes["site"]
            left_out = f" of {all_of_a}" if lines[0].values.size < all_of_a else ""
            said.append(f"Over the {lines[0].values.size}{left_out} {word}s that all curves share")
        said.append("Ticks on the axis mark the medians")
        published = self.state.store.published(self.state.config.data)
        if self.models.visible and self.models.value and published is not None and self.score.value in published:
            theirs = published[self.score.value]
            said.append(other_days(self.state.results(self.state.run), theirs).removeprefix(". "))
        first, *others = filter(None, said)
        return f"{first}.\n{'. '.join(others)}.".rstrip("\n.") + "."

    def _select(self, indices):
        self.state.select([self.chart.shown.data["site"][i] for i in indices])


def _grey_lines(scores: xr.DataArray) -> list[Line]:
    """A line for each model of `(model, site)`, with what it is."""
    lines = []
    for place, name in enumerate(scores.model.values):
        one = scores.isel(model=place)
        about = one.coords.get("description")
        lines.append(Line(str(name), one, "", width=1.2, title="" if about is None else str(about.item())))
    return lines


class LargeScoreDistribution(ScoreDistribution):
    """Distribution of a score."""

    height, with_others = 400, True
