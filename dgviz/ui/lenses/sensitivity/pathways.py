"""Through which quantities the target at the picked site responds to an input, through time."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource, DataRange1d, Range1d

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.pathways import DIRECT, in_double, pathways
from dgviz.ui.figures import hover_in_time, nothing_yet, plain_legend, time_figure, zero_line
from dgviz.ui.figures.series import show_days
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import label, number, per, units, with_units

HEIGHT = 240
NEGLIGIBLE = 1e-9  # of the total: a way on which nothing comes


class Pathways(ComputingView):
    """Pathways."""

    to_take = "target site window a"
    choices = ("to",)
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see through what its target responds."

    @classmethod
    def applies(cls, state):
        """Where the science says through what its target responds, and the run has processes alone, of one seed."""
        config = state.store.run(state.run).config if state.run else state.config
        return bool(state.science.pathways) and config.predictor == "processes" and config.seeds == 1

    def tools(self):
        """The input."""
        return [*super().tools(), self.to]

    @cached_property
    def to(self):
        """The forcing or parameter to which the target responds."""
        return material.Select(label="Response to", options={}, size="small", width=260, margin=0)

    def body(self, *, run, dataset, dark):
        """The figure; its lines are drawn when the responses are known."""
        simulation = Simulation.of(self.state)
        if simulation is None or self.state.config.target in self.state.science.pathways:
            return None
        model = simulation.run.config.build()
        drivers = {label(dataset[name], name): name for name in simulation.drivers}
        parameters = {f"{p.long_name} ({name})": name for name, p in model.of(Parameter).items()}
        self.chosen.offer("to", next(iter(drivers.values())), drivers | parameters)
        look, self.source = self.state.look, ColumnDataSource(nothing_yet("time"))
        self.figure = time_figure(HEIGHT, "", Range1d(), DataRange1d(only_visible=True))
        follow_range(self.figure.x_range, self.state)
        zero_line(self.figure, look)
        quantities, tips = self.state.science.quantities(), []
        inks = {"total": look.token("text"), DIRECT: look.token("muted")}
        for name in ("total", DIRECT, *self.state.science.pathways):
            words = {"total": "whole", DIRECT: "direct"}.get(
                name
            ) or f"through {lower_first(quantities[name].long_name)}"
            ink = inks.get(name) or look.ink(name)
            line = self.figure.line("time", name, source=self.source, name=name, line_color=ink, legend_label=words)
            line.glyph.line_width = 2.4 if name == "total" else 1.6
            tips.append((words, f"@{name}{{0.0000}}"))
        plain_legend(self.figure)
        self.figure.add_tools(hover_in_time(look, tips, renderers=[self.figure.select_one({"name": "total"})]))
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, to):
        """The responses when they are computed, and the window."""
        simulation, through = Simulation.of(self.state), self.state.science.pathways
        show_days(self.figure.x_range, window)

        def work():
            return pathways(in_double(simulation.site_model()), to, through)

        self.compute("pathways", (*simulation.key, to), work, lambda found: self._show(found, to))

    def _show(self, found: xr.Dataset, to: str) -> None:
        self.source.data = {"time": found.time.values} | {str(name): values.values for name, values in found.items()}
        state, most = self.state, float(np.abs(found.total).max())
        shown = {str(name): float(np.abs(found[name]).max()) > NEGLIGIBLE * most for name in found}
        for item in self.figure.legend[0].items:
            for line in item.renderers:
                line.visible = item.visible = shown[line.name]
        unit = units(found.total.attrs["units"])
        self.figure.yaxis.axis_label = with_units("Response", found.total.attrs["units"])
        words = lower_first(state.science.quantities()[to].long_name)
        self.heading = html("Pathways from {} to {}", words, lower_first(state.target.long_name))
        inside = found.sel(time=slice(*state.window))
        left = found.total - sum(found[name] for name in found if name != "total")
        means = ", ".join(
            f"{item.label.value} {number(float(inside[item.renderers[0].name].mean()), 3)}"
            for item in self.figure.legend[0].items
            if item.visible
        )
        of = per(state.target.units, state.science.quantities()[to].units)
        self.summary = f"Mean response over {state.step.shown}: {means} {of}."
        self.caption = (
            f"Mean over {state.step.shown}: {means} {unit}.\nBy how much the target of each {state.step.name} rises "
            f"where {words} is higher by one unit on all {state.step.names}, with the other ways held as they are. "
            f"Exact derivatives; the ways add up to the whole to {float(np.abs(left).max()):.0e}."
        )
