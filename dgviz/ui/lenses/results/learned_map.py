"""The learned parameters on the map."""

from functools import cached_property

from dgviz.scores.statistics import over_sites
from dgviz.ui import theme
from dgviz.ui.lenses.map_view import MapView
from dgviz.ui.widgets import material
from dgviz.ui.widgets.parameters import chosen, learned, parameter_select
from dgviz.ui.words.kinds import origin
from dgviz.ui.words.text import lower_first, units


class LearnedMap(MapView):
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
        kind.param.watch(lambda _: self.redraw("kind"), "value")
        return kind

    def body(self, *, dataset, dark, run):
        """The figure, made anew for another data set or theme."""
        return None if self.state.results(run) is None else self.make_map(dataset, dark, 664)

    def refresh(self, *, parameter, site, selected):
        """Values, the ring and the selection."""
        if self.changed & {"parameter", "kind"}:
            self._paint()
        self.follow_sites(site, selected)

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
        over = self.state.step.names if dynamic else "members"
        self.caption = (
            f"Mean over the {over}. Limits: the allowed range."
            if kind == "mean"
            else f"Standard deviation over the {over}. Limits: zero and half the allowed range, the largest possible."
        )
        missing = int(values.isnull().sum())
        self.caption += f" {origin(state.store.run(state.run).config)}"
        self.caption += f" Grey: {missing} not part of the run." if missing else ""
