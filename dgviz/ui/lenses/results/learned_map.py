"""The learned parameters on the map."""

from functools import cached_property

import panel as pn

from dgviz.scores.statistics import over_sites
from dgviz.ui import theme
from dgviz.ui.figures.site_map import SiteMap as Figure
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.widgets.parameters import chosen, learned, parameter_select
from dgviz.ui.words.kinds import origin
from dgviz.ui.words.text import lower_first, units


class LearnedMap(View):
    """Learned parameters."""

    needs = "parameters"
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see what it learned."

    def tools(self):
        """Which parameter, and its mean or its spread."""
        return [parameter_select(self.state), self.kind]

    @cached_property
    def kind(self):
        """Mean or spread."""
        kind = material.RadioButtonGroup(options=["mean", "spread"], value="mean", size="small", margin=(0, 0, 0, 8))
        kind.param.watch(lambda _: self._drawn and pn.state.execute(self._paint, schedule=True), "value")
        return kind

    def body(self, *, dataset, dark, run):
        """The figure, made anew for another data set or theme."""
        if self.state.results(run) is None:
            return None
        self.map = Figure(dataset, dark, height=664)
        self.map.figure.on_event("tap", lambda event: self.state.pick(self._at(event)))
        self.map.source.selected.on_change("indices", lambda attr, old, new: self._select(new))
        return pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, parameter, site, selected):
        """Values, the ring and the selection."""
        if self.changed & {"parameter"}:
            self._paint()
        sites = self.state.sites
        self.map.mark(sites.index(site) if site else None)
        wanted = [i for i, name in enumerate(sites) if name in set(selected)]
        if sorted(self.map.source.selected.indices) != wanted:
            self.map.source.selected.indices = wanted

    def _paint(self):
        state, name, kind = self.state, chosen(self.state), self.kind.value
        results = state.results(state.run)
        declared = learned(state.store.run(state.run).config, results)[name]
        dynamic = "time" in results[name].dims
        values = over_sites(results[name])[kind].reindex(site=state.dataset.site)
        low, high = declared.range if kind == "mean" else (0, (declared.range[1] - declared.range[0]) / 2)
        unit = units(declared.units)
        title = declared.long_name if kind == "mean" else f"Spread of {lower_first(declared.long_name)}"
        self.map.paint(values.values, theme.SEQUENTIAL, low, high, unit, title)
        self.heading = f"Learned {lower_first(title)}" + (f", {unit}" if unit else "")
        over = "days" if dynamic else "members"
        self.caption = (
            f"Mean over the {over}. Limits: the allowed range."
            if kind == "mean"
            else f"Standard deviation over the {over}. Limits: zero and half the allowed range, the largest possible."
        )
        missing = int(values.isnull().sum())
        self.caption += f" {origin(state.store.run(state.run).config)}"
        self.caption += f" Grey: {missing} not part of the run." if missing else ""

    def _at(self, event):
        return self.state.sites[self.map.nearest(event.x, event.y)]

    def _select(self, indices):
        self.state.select([self.state.sites[i] for i in indices])
