"""The map of sites."""

import numpy as np
import panel as pn

from dgviz.ui.figures.colours import choices, colouring
from dgviz.ui.figures.site_map import SiteMap as Figure
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.words.kinds import notes
from dgviz.ui.words.summaries import of_map


class SiteMap(View):
    """Map."""

    def tools(self):
        """What the map shows."""
        select = material.Select(label="Colour", value=None, groups={}, width=290, size="small", margin=0)
        state = self.state

        def offer(*_):
            groups = choices(
                self._config(),
                state.dataset,
                state.results(state.run),
                bool(state.baseline),
                state.store.published(state.config.data),
            )
            known = [choice for options in groups.values() for choice in options.values()]
            if state.colour not in known:
                state.colour = known[0]
            select.param.update(groups=groups, value=state.colour)

        offer()
        state.param.watch(offer, ["run", "baseline", "dataset", "colour"])
        select.param.watch(lambda event: event.new and state.param.update(colour=event.new), "value")
        return [select]

    def body(self, *, dataset, dark):
        """The figure, made anew for another data set or theme."""
        self.map = Figure(dataset, dark)
        self.map.figure.on_event("tap", lambda event: self._pick(event.x, event.y))
        self.map.source.selected.on_change("indices", lambda attr, old, new: self._select(new))
        return pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, colour, run, baseline, site, selected):
        """Values, the ring and the selection."""
        state = self.state
        published = state.store.published(state.config.data)
        shown = colouring(colour, self._config(), state.dataset, state.results(run), state.results(baseline), published)
        if shown is None:
            values = np.full(len(state.sites), np.nan)
            self.map.paint(values, self.map.mapper.palette, 0, 1, "")
        else:
            self.map.paint(
                shown.values.values,
                shown.palette,
                shown.low,
                shown.high,
                shown.units,
                shown.title.partition(",")[0],
                shown.powers,
            )
            self.heading = shown.title
            missing = int(shown.values.isnull().sum())
            self.summary = of_map(shown.title, shown.values, shown.units, site)
            self.caption = shown.caption + (
                f"; grey: no value at {missing} {state.config.science.site}s" if missing else ""
            )
        if run and colour.startswith("score"):
            self.caption += "".join(f". {words.rstrip('.')}" for words in notes(state.store.run(run).config).values())
        self.map.mark(state.sites.index(site) if site else None)
        wanted = [i for i, name in enumerate(state.sites) if name in set(selected)]
        if sorted(self.map.source.selected.indices) != wanted:
            self.map.source.selected.indices = wanted

    def _config(self):
        """Of the run that is shown, else the draft."""
        return self.state.store.run(self.state.run).config if self.state.run else self.state.config

    def _pick(self, x, y):
        self.state.pick(self.state.sites[self.map.nearest(x, y)])

    def _select(self, indices):
        self.state.select([self.state.sites[i] for i in indices])
