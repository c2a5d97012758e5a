"""How the target of every step responds to a forcing of every step before: the whole triangle, and the memory in it."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.memory import memory
from dgviz.ui.figures.triangle import TriangleFigure
from dgviz.ui.lenses.applies import by_itself
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import label, number, units

SHARES = (0.5, 0.9)


class Triangle(ComputingView):
    """Every step to every step before."""

    to_take = "target site window a"
    choices = ("forcing",)
    empty = "No run is shown. Press Train, or pick a run above, to see what each step of its target responds to."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time and is simulated by itself: joined sites take a pass for each step."""
        return by_itself(state)

    def tools(self):
        """Which forcing."""
        return [*super().tools(), self.forcing]

    @cached_property
    def forcing(self):
        """The forcing to which the target responds."""
        return material.Select(label="Response to", options={}, size="small", width=200, margin=0)

    def body(self, *, run, dataset, dark, forcing):
        """The figure, to be filled."""
        simulation, state = Simulation.of(self.state), self.state
        if simulation is None:
            return None
        self.chosen.offer("forcing", simulation.drivers[0], {label(dataset[n], n): n for n in simulation.drivers})
        driver = label(dataset[self.forcing.value], self.forcing.value)
        self.figure = TriangleFigure(state.look, f"{driver} of", f"{state.target.long_name} of", "Response")
        return pn.pane.Bokeh(self.figure.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, forcing):
        """The triangle when it is computed."""
        simulation, window = Simulation.of(self.state), slice(*window)
        self.compute(
            "the triangle",
            (*simulation.key, forcing),
            lambda: simulation.triangle(forcing),
            lambda found: self._show(found.sel(time=window, cause=window)),
        )

    def _show(self, found: xr.DataArray) -> None:
        state, step = self.state, self.state.step
        self.figure.show(found)
        times, causes = found.indexes["time"], found.indexes["cause"]
        places = {time: causes.get_loc(time) for time in times}
        held = {share: [memory(row, places[t], share) for t, row in zip(times, found, strict=True)] for share in SHARES}
        half, most = (number(float(np.median(values)), 0) for values in held.values())
        future = float(np.abs(found.values[found.cause.values[None] > found.time.values[:, None]]).max(initial=0.0))
        target, driver = lower_first(state.target.long_name), lower_first(label(state.dataset[self.forcing.value]))
        self.heading = html("{0} of every {1} to {2} of every {1} before", state.target.long_name, step.name, driver)
        self.caption = (
            f"Half of a response comes from {half} {step.names}, 90 % from {most} (medians over the window, of what "
            f"lies in it).\nA row: what the {target} of one {step.name} responds to, for one unit more "
            f"({units(found.attrs['units']) or 'no units'}). A column: what one unit more does later. What is to come "
            f"has no influence: the largest there is {future:g}."
        )
        self.summary = self.caption.partition("\n")[0]
