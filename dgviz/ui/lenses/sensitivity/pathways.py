"""Through which quantities the target at the picked site responds to an input, through time."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource, DataRange1d, Range1d

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.cut import follows
from dgviz.sensitivity.pathways import DIRECT, in_double, pathways
from dgviz.ui.figures import hover_in_time, nothing_yet, time_figure, zero_line
from dgviz.ui.figures.series import show_days
from dgviz.ui.lenses.applies import alone, ways_of
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import html, key_of
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
        """Where the science says through what the target responds, and the run has processes alone, of one seed."""
        config, through = state.shown_config, ways_of(state)
        return bool(through) and alone(state) and follows(config.build(), config.target, through)

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
        if simulation is None:
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
        ways = {name: f"through {lower_first(quantities[name].long_name)}" for name in ways_of(self.state)}
        self.words, self.lines = {"total": "whole", DIRECT: "direct"} | ways, {}
        for name, words in self.words.items():
            ink, width = inks.get(name) or look.ink(name), 2.4 if name == "total" else 1.6
            self.lines[name] = self.figure.line("time", name, source=self.source, line_color=ink, line_width=width)
            tips.append((words, f"@{name}{{0.0000}}"))
        self.figure.add_tools(hover_in_time(look, tips, renderers=[self.lines["total"]]))
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, to):
        """The responses when they are computed, and the window."""
        simulation, through = Simulation.of(self.state), ways_of(self.state)
        show_days(self.figure.x_range, window)

        def work():
            return pathways(in_double(simulation.site_model()), to, through)

        self.compute("pathways", (*simulation.key, to), work, lambda found: self._show(found, to))

    def _show(self, found: xr.Dataset, to: str) -> None:
        self.source.data = {"time": found.time.values} | {str(name): values.values for name, values in found.items()}
        state, most = self.state, float(np.abs(found.total).max())
        for name, line in self.lines.items():
            line.visible = float(np.abs(found[name]).max()) > NEGLIGIBLE * most
        shown = [name for name, line in self.lines.items() if line.visible]
        key = key_of((self.words[name], self.lines[name].glyph.line_color, "") for name in shown)
        unit = units(found.total.attrs["units"])
        self.figure.yaxis.axis_label = with_units("Response", found.total.attrs["units"])
        words = lower_first(state.science.quantities()[to].long_name)
        self.heading = html("Pathways from {} to {}", words, lower_first(state.target.long_name))
        inside = found.sel(time=slice(*state.window))
        left = found.total - sum(found[name] for name in found if name != "total")
        means = ", ".join(f"{self.words[name]} {number(float(inside[name].mean()), 3)}" for name in shown)
        of = per(state.target.units, state.science.quantities()[to].units)
        seen, heard = (f"{means} {each}".rstrip() for each in (unit, of))  # of a response without units nothing follows
        self.summary = f"Mean response over {state.step.shown}: {heard}."
        caption = (
            f"Mean over {state.step.shown}: {seen}.\nBy how much the target of each {state.step.name} rises "
            f"where {words} is higher by one unit on all {state.step.names}, with the other ways held as they are. "
            f"Exact derivatives; the ways add up to the whole to {float(np.abs(left).max()):.0e}."
        )
        self.caption = html("{} {}", key, caption)
