"""How the target of every step responds to a forcing of every step before: the whole triangle, and the memory in it."""

from functools import cached_property

import numpy as np
import panel as pn
import param
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.memory import SHARES, memory
from dgviz.ui.figures.triangle import TriangleFigure
from dgviz.ui.lenses.applies import by_itself
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import counted, label, number, units

MOSTLY = 0.95  # of the sites lie within the colours: a few that remember long would take all of them


class Triangle(ComputingView):
    """Every step to every step before."""

    to_take = "target site window a"
    choices = ("forcing", "asked")
    asked = param.Boolean(False, doc="Is the memory of all sites computed?")
    empty = "No run is shown. Press Train, or pick a run above, to see what each step of its target responds to."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time and is simulated by itself: joined sites take a pass for each step."""
        return by_itself(state)

    def tools(self):
        """Which forcing, how much of the response, and the button that asks of all sites."""
        return [*super().tools(), self.forcing, self.share, self.begin]

    @cached_property
    def forcing(self):
        """The forcing to which the target responds."""
        return material.Select(label="Response to", options={}, size="small", width=200, margin=0)

    @cached_property
    def share(self):
        """How much of the response the steps on the map give."""
        options = {f"{100 * share:.0f} % of the response": share for share in SHARES}
        shown = material.Select(label="On the map", options=options, size="small", width=200, margin=0, visible=False)

        def show(_):
            self.ask_for_map()
            self._map()

        shown.param.watch(show, "value")
        return shown

    @cached_property
    def begin(self):
        """Starts the simulations of all sites."""
        words = f"Memory of all {self.state.science.site}s"

        def begin():
            self.ask_for_map()
            self.asked = True

        return material.begin_button(words, begin)

    def body(self, *, run, dataset, dark, forcing):
        """The figure, to be filled."""
        simulation, state = Simulation.of(self.state), self.state
        if simulation is None:
            return None
        self.about_map, self.share.visible = "", False
        self.chosen.offer("forcing", simulation.drivers[0], {label(dataset[n], n): n for n in simulation.drivers})
        driver = label(dataset[self.forcing.value], self.forcing.value)
        self.figure = TriangleFigure(state.look, f"{driver} of", f"{state.target.long_name} of", "Response")
        return pn.pane.Bokeh(self.figure.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, forcing, asked):
        """The triangle when it is computed, and where it is asked the memory of all sites."""
        simulation, window = Simulation.of(self.state), slice(*window)
        self.compute(
            "the triangle",
            (*simulation.key, forcing),
            lambda: simulation.triangle(forcing),
            lambda found: self._show(found.sel(time=window, cause=window)),
        )
        self.begin.visible = not asked
        if asked:
            key = (*simulation.key_of_all, forcing)
            work = simulation.memory_of_all
            self.compute(f"all {self.state.science.site}s", key, lambda: work(forcing), self._show_all)

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
            f"lies in it).{self.about_map}\nA row: what the {target} of one {step.name} responds to, for one unit more "
            f"({units(found.attrs['units']) or 'no units'}). A column: what one unit more does later. What is to come "
            f"has no influence: the largest there is {future:g}."
        )
        self.summary = self.caption.partition("\n")[0]

    def _show_all(self, found: xr.DataArray) -> None:
        self.of_all = found
        self.share.visible = True
        self._map()

    def _map(self) -> None:
        if not self.has_map:
            return
        state, step, share = self.state, self.state.step, self.share.value
        found, percent = self.of_all.sel(share=share), f"{100 * share:.0f} %"
        driver = lower_first(label(state.dataset[self.forcing.value]))
        most = float(found.quantile(MOSTLY))
        self.put_on_map(found.assign_attrs(
            long_name=f"{step.names.capitalize()} to {percent} of the response to {driver}",
            low=0.0,
            limit=most if most > 0 else 1.0,
            about=f"Mean over {found.attrs['moments']} {step.names} of the second half; nothing before the simulated "
            "time counts. Colours end at the 95th percentile",
        ))  # fmt: skip
        before, self.about_map = self.about_map, self._words(found, percent)
        first, rest = self.caption.split("\n", 1)
        self.caption = f"{first.removesuffix(before)}{self.about_map}\n{rest}"
        self.summary = self.caption.partition("\n")[0]

    def _words(self, found: xr.DataArray, percent: str) -> str:
        """What the map shows."""
        known, names = found.dropna("site"), self.state.step.names
        if not known.size:
            return f" On the map: no {self.state.science.site} responds."
        low, middle, high = (number(float(known.quantile(share)), 0) for share in (0, 0.5, 1))
        sites = counted(known.size, self.state.science.site)
        return f" On the map: {percent} comes from {low} to {high} {names} in {sites}, in the middle one from {middle}."
