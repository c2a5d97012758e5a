"""When each parameter counts at the picked site: parameters over time, and whether what they move adds up."""

import numpy as np
import panel as pn
import xarray as xr

from dgviz.processes.balance import substances
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.account import RESIDUAL
from dgviz.ui.figures.heat import HeatMap
from dgviz.ui.figures.series import show_days
from dgviz.ui.lenses.applies import alone
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import number, small, units, with_units

PERCENT = 0.01  # of the range


class ThroughTime(ComputingView):
    """Parameters through time."""

    to_take = "target site window a"
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see when its parameters count."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time."""
        return not state.science.curves

    def body(self, *, run, dataset, dark):
        """The heat map, to be filled."""
        if Simulation.of(self.state) is None:
            return None
        self.accounts = ""
        words = with_units("Change for 1 % of the range", self.state.target.units)
        self.heat = HeatMap(self.state.look, words)
        follow_range(self.heat.x_range, self.state)
        return pn.pane.Bokeh(self.heat.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, parameter):
        """The responses of the picked site, the window, and the account of the parameter that is looked at."""
        state, simulation = self.state, Simulation.of(self.state)
        show_days(self.heat.x_range, window)
        self.compute("the response to parameters", simulation.key, simulation.parameter_response, self._show)
        stores = substances(self.state.store.run(state.run).config.build())
        if stores and alone(state) and (name := chosen(state)):
            unit = next(iter(stores))
            self.compute(
                "the account",
                (*simulation.key, name),
                lambda: simulation.conservation(name, unit),
                lambda found: self._account(name, found),
            )

    def _show(self, responses: xr.Dataset) -> None:
        state = self.state
        declared = state.store.run(state.run).config.build().of(Parameter)
        width = {n: declared[n].range[1] - declared[n].range[0] for n in responses}
        scaled = {str(n): PERCENT * width[n] * responses[n].values for n in responses}
        order = sorted(scaled, key=lambda n: -float(np.abs(scaled[n]).mean()))
        self.heat.show({n: scaled[n] for n in order}, responses.indexes["time"])
        first = lower_first(declared[order[0]].long_name) if order else "none"
        self.heading = html("When each parameter counts <span class='muted'>most over {}: {}</span>",
                            state.step.shown, first)  # fmt: skip
        self.summary = f"Parameters by their mean effect on {lower_first(state.target.long_name)}: {', '.join(order)}"
        self._say()

    def _account(self, name: str, found: xr.Dataset) -> None:
        unit = found[RESIDUAL].attrs["units"]
        names = [*found.attrs["left"], *found.attrs["kept"]]
        ends = {n: float(found[n][-1]) for n in names}
        most = sorted(ends, key=lambda n: -abs(ends[n]))[:4]
        declared = self.state.parameters()[name]
        parts = ", ".join(f"{lower_first(found[n].long_name)} {number(ends[n], 3)}" for n in most if ends[n])
        worst = float(np.abs(found[RESIDUAL]).max())
        self.accounts = (
            f"Nothing is made: for each {units(declared.units) or 'unit'} of {lower_first(declared.long_name)} it "
            f"moves, up to the last {self.state.step.name}, in {units(unit)}: {parts}. With all stores this adds up to "
            f"what came in more, to {small(worst)} {units(unit)} at worst (double precision)."
        )
        self._say()

    def _say(self) -> None:
        step = self.state.step
        self.caption = (
            f"A row for each parameter, those that count most first: by how much the target of each {step.name} rises "
            f"(red) or falls (blue) for 1 % of its range. Colours end at the 99th percentile.\n{self.accounts}"
        )
