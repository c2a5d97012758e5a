"""The sensitivity of mean flow to a parameter on the map."""

import panel as pn

from dgviz.processes.declare import Parameter
from dgviz.ui.figures.colours import colouring
from dgviz.ui.figures.site_map import SiteMap as Figure
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets.parameters import THRESHOLDS, chosen, one_more, parameter_select


class SensitivityMap(View):
    """Sensitivity of mean flow."""

    needs = "parameters"
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see where a parameter matters."

    def tools(self):
        """Which parameter."""
        return [parameter_select(self.state)]

    def body(self, *, dataset, dark, run):
        """The figure, made anew for another data set or theme."""
        if self.state.results(run) is None:
            return None
        self.map = Figure(dataset, dark)
        self.map.figure.on_event("tap", lambda event: self.state.pick(self._at(event)))
        self.map.source.selected.on_change("indices", lambda attr, old, new: self._select(new))
        return pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, parameter, site, selected):
        """Values, the ring and the selection."""
        state = self.state
        if "parameter" in self.changed:
            shown = self._shown()
            self.map.paint(shown.values.values, shown.palette, shown.low, shown.high, shown.units, shown.title)
            self.heading = shown.title
            parameter = state.store.run(state.run).config.build().of(Parameter)[chosen(state)]
            changes = "mean NSE of the gauges" if self._of_score else "mean flow of the run"
            self.caption = f"Change of the {changes} for {one_more(parameter)}. {shown.caption}. {THRESHOLDS}"
        sites = state.sites
        self.map.mark(sites.index(site) if site else None)
        wanted = [i for i, name in enumerate(sites) if name in set(selected)]
        if sorted(self.map.source.selected.indices) != wanted:
            self.map.source.selected.indices = wanted

    def _shown(self):
        """The sensitivity of flow; of a river, where flow changes wherever water goes, the gradient of the score."""
        state, name = self.state, chosen(self.state)
        results = state.results(state.run)
        self._of_score = f"gradient_{name}" in results
        kind = "gradient" if self._of_score else "sensitivity"
        return colouring(f"{kind}:{name}", state.config, state.dataset, results)

    def _at(self, event):
        return self.state.sites[self.map.nearest(event.x, event.y)]

    def _select(self, indices):
        self.state.select([self.state.sites[i] for i in indices])
