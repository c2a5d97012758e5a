"""Which parameters matter at the picked site: by how much a part of their range changes the target."""

import panel as pn
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, DataRange1d, FactorRange
from bokeh.plotting import figure
from bokeh.transform import dodge

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.effects import effects
from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.cases import case_picker, what_is_shown
from dgviz.ui.look import Look
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.words.text import number

ROW = 30  # px: a name and the bar below it


def plot_effects(source: ColumnDataSource, look: Look, names: FactorRange) -> figure:
    """A bar for each parameter below its name; the one that is looked at has the accent."""
    x_label = f"Change of {lower_first(look.target.long_name)}, {look.units}".removesuffix(", ")
    fig = plain_figure(240, x_label, x_range=DataRange1d(start=0), y_range=names, tools="tap,save", min_border_left=8)
    fig.left, fig.center = [], []
    bars = fig.hbar(y=dodge("name", -0.22, names), right="effect", height=0.3, source=source, fill_color="colour",
                    line_color=None, nonselection_fill_alpha=1)  # fmt: skip
    fig.text(0, dodge("name", 0.18, names), "label", source=source, text_color=look.token("text"), x_offset=2,
             text_font=value(theme.FONT), text_font_size="12px", text_baseline="middle")  # fmt: skip
    fig.x_range.renderers = [bars]
    fig.add_tools(hover([("", "@label"), ("", "@effect{0.000}", look.units)], renderers=[bars]))
    return fig


class Matters(ComputingView):
    """What matters here."""

    to_take = "target site window a"
    use = "Press a bar to see its parameter on the map."
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see which parameters matter."

    def tools(self):
        """Over which times."""
        return [*super().tools(), case_picker(self.state)]

    def body(self, *, run, dark):
        """The figure, to be filled."""
        self.source = ColumnDataSource({"name": [], "effect": [], "colour": [], "label": []})
        self.names = FactorRange()
        self.source.selected.on_change("indices", lambda attr, old, new: self._choose(new))
        self.figure = plot_effects(self.source, self.state.look, self.names)
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0) if Simulation.of(self.state) else None

    def refresh(self, *, site, window, parameter, case):
        """The effects at the picked site in the window."""
        simulation = Simulation.of(self.state)
        work, key = simulation.parameter_response, simulation.key
        self.compute("the response to parameters", key, work, lambda found: self._show(simulation, found))

    def _show(self, simulation, responses):
        state, target = self.state, self.state.config.target
        declared = simulation.run.config.build().of(Parameter)
        simulated = state.results(state.run)[target].sel(site=state.site, time=slice(*state.window))
        simulated = simulated.sel(time=simulated.time.isin(responses.time))
        found = effects(responses, simulated, state.case, declared) if simulated.size else {}
        now, names = chosen(state), list(found)
        look = state.look
        self.names.factors = names[::-1]
        self.figure.height = ROW * len(names) + 52
        self.source.data = {
            "name": names,
            "effect": list(found.values()),
            "colour": [look.token("primary" if name == now else "missing") for name in names],
            "label": [f"{declared[n].long_name} ({n}): {number(found[n])} {look.units}".strip() for n in names],
        }
        first = lower_first(declared[names[0]].long_name) if names else ""
        self.heading = f"What matters here: {first}" if first else "What matters here"
        self.caption = what_is_shown(state)
        if not found:
            self.caption = "Run A was not simulated in this window: move it to the days of its training or test."
        self.summary = ", ".join(self.source.data["label"])

    def _choose(self, positions):
        if positions:
            self.state.parameter = self.source.data["name"][positions[0]]
            self.source.selected.indices = []
