"""The sites where the shown run does best, middling and worst."""

import panel as pn

from dgviz.scores.statistics import best_median_worst
from dgviz.ui.figures.series import target_columns
from dgviz.ui.figures.small_time_series import SmallTimeSeries
from dgviz.ui.lenses.view import View
from dgviz.ui.words.text import counted, number, score_label, units


class RankedTimeSeries(View):
    """Best, median and worst."""

    to_take = "target data window a b"
    use = "Tap one to pick it."
    empty = "No run with scores is shown. Press Train, or pick another run above, to see where it does well."

    @classmethod
    def applies(cls, state):
        """Where a run is shown, and there are several sites with series in time."""
        return bool(state.run) and not state.science.curves and len(state.sites) > 1

    def body(self, *, dataset, run, dark):
        """A panel for each, to be filled."""
        results, self.score = self.state.results(run), self.state.target.scores[0]
        known = results is not None and self.score in results
        self.scores = results[self.score].sel(period="test") if known else None
        self.sites = best_median_worst(self.scores) if known else {}
        if not self.sites:
            return None
        self.charts = SmallTimeSeries(list(self.sites), self.state.look)
        for place, panel in self.charts.panels.items():
            panel.on_event("tap", lambda _, place=place: self.state.pick(self.sites[place]))
        return pn.pane.Bokeh(self.charts.layout, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, baseline, window):
        """The target of each, and the window."""
        state, results = self.state, self.state.results(self.state.run)
        word, score = state.science.site, score_label(self.score)
        self.heading = f"{word.capitalize()}s with the best, median and worst {score}"
        self.caption = (
            f"{score} of run A in the test period over {counted(int(self.scores.count()), word)}; the series show "
            f"{state.step.period(*window)}."
        )
        if self.changed - {"window"}:
            for place, site in self.sites.items():
                columns = target_columns(state.config.target, state.dataset, site, results, state.results(baseline))
                self.charts.update(place, self._title(place, site), columns, bool(baseline))
        self.charts.show_window(window)
        self.summary = ". ".join(self._title(place, site) for place, site in self.sites.items())

    def _title(self, place, site):
        score = self.scores.sel(site=site)
        value = f"{number(float(score))} {units(score.attrs['units'])}".strip()
        # On a phone the end of a title is cut: the figure comes before the name.
        return f"{place.capitalize()}, {score_label(self.score)} {value} in the test period: {self.state.name_of(site)}"
