"""The map of sites."""

import numpy as np

from dgviz.ui.figures.colours import choices, colouring, texts
from dgviz.ui.lenses.map_view import MapView
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.widgets import material
from dgviz.ui.words.kinds import notes
from dgviz.ui.words.summaries import of_map


class SiteMap(MapView):
    """Map."""

    def tools(self):
        """What the map shows."""
        select = material.Select(label="Colour", value=None, groups={}, width=290, size="small", margin=0)
        state = self.state

        def offer(*_):
            published = state.store.published(state.config.data)
            groups = choices(self._config(), state.dataset, state.results(state.run), bool(state.baseline), published)
            known = [choice for options in groups.values() for choice in options.values()]
            if state.colour not in known and known:
                state.colour = known[0]
            select.param.update(groups=texts(groups), value=state.colour.text)

        offer()
        state.param.watch(offer, ["run", "baseline", "dataset", "colour"])
        select.param.watch(
            lambda event: event.new and state.param.update(colour=ColourChoice.parse(event.new)), "value"
        )
        return [select]

    def body(self, *, dataset, dark):
        """The figure, made anew for another data set or theme."""
        return self.make_map(dataset, dark)

    def refresh(self, *, colour, run, baseline, site, selected):
        """Values, the ring and the selection."""
        state = self.state
        published = state.store.published(state.config.data)
        shown = colouring(colour, self._config(), state.dataset, state.results(run), state.results(baseline), published)
        if shown is None:
            self.map.paint(np.full(len(state.sites), np.nan), self.map.mapper.palette, 0, 1, "")
        else:
            self._show(shown, site)
        if run and colour.kind == "score":
            self.caption += "".join(
                f". {words.rstrip('.')}" for words in notes(state.store.run(run), state.store).values()
            )
        self.follow_sites(site, selected)

    def _show(self, shown, site):
        title = shown.title.partition(",")[0]
        self.map.paint(shown.values.values, shown.palette, shown.low, shown.high, shown.units, title, shown.powers)
        self.heading = shown.title
        missing = int(shown.values.isnull().sum())
        self.summary = of_map(shown.title, shown.values, shown.units, site)
        unknown = f"; grey: no value at {missing} {self.state.science.site}s" if missing else ""
        self.caption = shown.caption + unknown

    def _config(self):
        """Of the run that is shown, else the draft."""
        return self.state.store.run(self.state.run).config if self.state.run else self.state.config
