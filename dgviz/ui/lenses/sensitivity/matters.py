"""Which parameters matter at the picked site: by how much a part of their range changes the target."""

import panel as pn
from bokeh.models import ColumnDataSource, FactorRange
from bokeh.plotting import figure

from dgviz.processes.declare import Parameter
from dgviz.sensitivity.effects import effects
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.cases import case_picker, what_is_shown
from dgviz.ui.look import Look
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.words.text import number


def plot_effects(source: ColumnDataSource, look: Look, names: FactorRange) -> figure:
    """A bar for each parameter; the one that is looked at has the accent."""
    fig = plain_figure(240, f"Change, {look.units}", y_range=names, tools="tap,save", min_border_left=70)
    bars = fig.hbar(y="name", right="effect", height=0.72, source=source, fill_color="colour", line_color=None,
                    nonselection_fill_alpha=1)  # fmt: skip
    fig.ygrid.grid_line_color, fig.x_range.start = None, 0
    fig.add_tools(hover([("", "@long_name"), ("", "@effect{0.000}", look.units)], renderers=[bars]))
    return fig


class Matters(ComputingView):
    """What matters here."""

    to_take = "site"
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see which parameters matter."

    def tools(self):
        """Over which times."""
        return [*super().tools(), case_picker(self.state)]

    def body(self, *, run, dark):
        """The figure, to be filled."""
        self.source = ColumnDataSource({"name": [], "effect": [], "colour": [], "long_name": []})
        self.names = FactorRange()
        self.source.selected.on_change("indices", lambda attr, old, new: self._choose(new))
        fig = plot_effects(self.source, self.state.look, self.names)
        return pn.pane.Bokeh(fig, sizing_mode="stretch_width", margin=0) if Simulation.of(self.state) else None

    def refresh(self, *, site, window, parameter, case):
        """The effects at the picked site in the window."""
        simulation = Simulation.of(self.state)
        work, key = simulation.parameter_response, simulation.key
        self.compute("the response to parameters", key, work, lambda found: self._show(simulation, found))

    def _show(self, simulation, responses):
        state, target = self.state, self.state.config.target
        declared = simulation.run.config.build().of(Parameter)
        simulated = state.results(state.run)[target].sel(site=state.site, time=slice(*state.window))
        found = effects(responses, simulated.sel(time=simulated.time.isin(responses.time)), state.case, declared)
        now, names = chosen(state), list(found)
        look = state.look
        self.names.factors = names[::-1]
        self.source.data = {
            "name": names,
            "effect": list(found.values()),
            "colour": [look.token("primary" if name == now else "missing") for name in names],
            "long_name": [declared[name].long_name for name in names],
        }
        first = names[0] if names else ""
        self.heading = f"What matters here: {declared[first].long_name} ({first})" if first else "What matters here"
        self.caption = f"{what_is_shown(state)} Press a bar to see its parameter on the map."
        self.summary = ", ".join(f"{name} {number(value)}" for name, value in found.items())

    def _choose(self, positions):
        if positions:
            self.state.parameter = self.source.data["name"][positions[0]]
            self.source.selected.indices = []
