"""The sensitivity of the mean target to a parameter on the map."""

from dgviz.processes.declare import Parameter
from dgviz.ui.figures.colours import colouring
from dgviz.ui.lenses.map_view import MapView
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.widgets.parameters import chosen, one_more, parameter_select, thresholds
from dgviz.ui.words.text import lower_first


class SensitivityMap(MapView):
    """Sensitivity of the mean."""

    needs = "parameters"
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see where a parameter matters."

    def tools(self):
        """Which parameter."""
        return [parameter_select(self.state)]

    def body(self, *, dataset, dark, run):
        """The figure, made anew for another data set or theme."""
        return None if self.state.results(run) is None else self.make_map(dataset, dark)

    def refresh(self, *, parameter, site, selected):
        """Values, the ring and the selection."""
        if "parameter" in self.changed:
            self._paint()
        self.follow_sites(site, selected)

    def _paint(self):
        """The sensitivity of the target; where sites feel each other, the gradient of the score."""
        state, name = self.state, chosen(self.state)
        results = state.results(state.run)
        of_score = f"gradient_{name}" in results
        choice = ColourChoice("gradient" if of_score else "sensitivity", name)
        shown = colouring(choice, state.config, state.dataset, results)
        self.map.paint(shown.values.values, shown.palette, shown.low, shown.high, shown.units, shown.title)
        self.heading = shown.title
        parameter = state.store.run(state.run).config.build().of(Parameter)[name]
        target = lower_first(state.target.long_name)
        changes = "mean NSE of the sites observed" if of_score else f"mean {target} of the run"
        self.caption = f"Change of the {changes} for {one_more(parameter)}. {shown.caption}. {thresholds(state.step)}"
