"""How a score is distributed over the sites."""

from dataclasses import replace

import panel as pn

from dgviz.scores.statistics import on_common_sites
from dgviz.ui import theme
from dgviz.ui.figures.colours import other_days, published_name
from dgviz.ui.figures.distribution import OF_OTHERS, Distribution, Line, legend_table
from dgviz.ui.lenses.view import View, text
from dgviz.ui.widgets import material
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.summaries import of_distribution
from dgviz.ui.words.text import SCORES, sentence, with_units

PERIODS = {"Test period": "test", "Training period": "train"}


class ScoreDistribution(View):
    """Distribution of a score."""

    empty = "No run is shown: its scores will be compared here."
    height, with_published = 220, False

    def __init__(self, state, **params):
        options = dict(size="small", width=126, margin=(0, 6, 0, 0))
        self.score = material.Select(label="Score", options={v: k for k, v in SCORES.items()}, value="nse", **options)
        self.period = material.Select(label="Period", options=PERIODS, value="test", **options)
        self.published = material.Checkbox(
            label="Published", value=self.with_published, size="small", margin=0, visible=False
        )
        super().__init__(state=state, **params)
        for choice in (self.score, self.period, self.published):
            choice.param.watch(self.draw_again, "value")

    def tools(self):
        """Which score, of which days, and whether with others' models."""
        return [self.published, self.score, self.period]

    def body(self, *, run, baseline, others, dark):
        """The curves on the sites that all have, and a legend with their medians."""
        results = self.state.results(run)
        if results is None:
            return None
        lines = self._on_common_sites(self._lines(run, baseline, others, dark))
        score, word = self.score.value, self.state.config.science.site
        days = next(words for words, period in PERIODS.items() if period == self.period.value).lower()
        x_label = f"{with_units(SCORES[score], lines[0].values.attrs['units'])}, {days}"
        self.chart = Distribution(lines, x_label, f"{sentence(word)}s at or below, %", dark, self.height)
        self.chart.shown.selected.on_change("indices", lambda attr, old, new: self._select(new))
        self.heading = f"{SCORES[score]} over {lines[0].values.size} {word}s"
        self.summary = of_distribution(lines[0].values, SCORES[score])
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
        return found + self._published_lines(dark)

    def _published_lines(self, dark):
        scores = self.state.store.published(self.state.config.data)
        of_nse = self.score.value == "nse" and self.period.value == "test"
        self.published.visible = scores is not None and of_nse
        if not (self.published.visible and self.published.value):
            return []
        grey = theme.token("muted", dark)
        return [
            Line(published_name(one.model), one, grey, OF_OTHERS[i % len(OF_OTHERS)], 1.2, one.description.item())
            for i, one in enumerate(scores.nse)
        ]

    def _on_common_sites(self, lines):
        kept = on_common_sites(dict(enumerate(line.values for line in lines)))
        return [replace(line, values=kept[i]) for i, line in enumerate(lines)]

    def _about(self, lines):
        word, said = self.state.config.science.site, []
        if len(lines) > 1:
            all_of_a = self.state.results(self.state.run).sizes["site"]
            left_out = f" of {all_of_a}" if lines[0].values.size < all_of_a else ""
            said.append(f"On the {lines[0].values.size}{left_out} {word}s that all have")
        said.append("Ticks on the axis mark the medians")
        said.append(f"A box selects {word}s by their score")
        if self.published.visible and self.published.value:
            theirs = self.state.store.published(self.state.config.data).nse
            said.append(other_days(self.state.results(self.state.run), theirs).removeprefix(". "))
        return ". ".join(filter(None, said)) + "."

    def _select(self, indices):
        self.state.select([self.chart.shown.data["site"][i] for i in indices])


class LargeScoreDistribution(ScoreDistribution):
    """Distribution of a score."""

    height, with_published = 400, True
