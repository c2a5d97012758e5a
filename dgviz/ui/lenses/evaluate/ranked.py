"""The sites where the shown run does best, middling and worst."""

import panel as pn

from dgviz.scores.statistics import best_median_worst
from dgviz.ui.figures.series import flow_columns
from dgviz.ui.figures.small_hydrographs import SmallHydrographs
from dgviz.ui.lenses.view import View
from dgviz.ui.words.text import number, period


class RankedHydrographs(View):
    """Best, median and worst."""

    empty = "No run with scores is shown. Press Train in the side bar, or pick a run above, to see where it does well."

    def body(self, *, dataset, run, dark):
        """A panel for each, to be filled."""
        results = self.state.results(run)
        self.nse = results.nse.sel(period="test") if results is not None else None
        self.sites = best_median_worst(self.nse) if results is not None else {}
        if not self.sites:
            return None
        self.charts = SmallHydrographs(list(self.sites), dark)
        for place, panel in self.charts.panels.items():
            panel.on_event("tap", lambda _, place=place: self.state.pick(self.sites[place]))
        return pn.pane.Bokeh(self.charts.layout, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, baseline, window):
        """The flows, and the days of the window."""
        state, results = self.state, self.state.results(self.state.run)
        word = state.config.science.site
        self.heading = f"The {word}s of the best, the median and the worst NSE"
        self.caption = (
            f"NSE of run A in the test period over {self.nse.sizes['site']} {word}s; the flows are of "
            f"{period(*window)}. Tap one to pick it."
        )
        if self.changed - {"window"}:
            for place, site in self.sites.items():
                columns = flow_columns(state.dataset, site, results, state.results(baseline))
                self.charts.update(place, self._title(place, site), columns, bool(baseline))
        self.charts.show_window(window)
        self.summary = ". ".join(self._title(place, site) for place, site in self.sites.items())

    def _title(self, place, site):
        return f"{place.capitalize()}: {self.state.name_of(site)}, NSE {number(float(self.nse.sel(site=site)))}"
