"""How the target at the picked site responds to a forcing and to parameters, through time."""

from functools import cached_property

import pandas as pd
import panel as pn

from dgviz.quantities import lower_first
from dgviz.sensitivity import memory
from dgviz.sensitivity.cut import computed_forcings
from dgviz.ui import theme
from dgviz.ui.figures.responses import ResponseFigure
from dgviz.ui.lenses.applies import alone
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.widgets.parameters import chosen, learned, one_more, thresholds
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.kinds import lacks
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import label, number, per, units

MOST = 3  # parameters at once


class Responses(ComputingView):
    """Sensitivity of the target."""

    to_take = "target site window a"
    use = "Tap another time to see what it was sensitive to."
    choices = ("parameters", "forcing")
    empty = "No run is shown. Press Train, or pick a run above, to see what its target is sensitive to."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time."""
        return not state.science.curves

    def tools(self):
        """Which forcing, where several drive the model, and which parameters."""
        return [*super().tools(), self.forcing, self.parameters]

    @cached_property
    def forcing(self):
        """The forcing whose response is drawn as bars."""
        return material.Select(label="Driver", options={}, size="small", width=200, margin=(0, 8))

    @cached_property
    def parameters(self):
        """The parameters whose responses are drawn."""
        self.state.param.watch(self._join, "parameter")
        look = {"sizing_mode": "stretch_width", "min_width": 220, "max_width": 560, "margin": 0, "sx": theme.CHIPS}
        return material.MultiChoice(label="Parameters", options={}, max_items=MOST, **look)

    def body(self, *, run, dataset, dark, forcing):
        """The panels."""
        if Simulation.of(self.state) is None:
            return None
        self.responses, self.forcing_words = None, ""
        self._offer()
        self.figure = ResponseFigure(self.state.look, self.chosen["forcing"], MOST)
        self.figure.show_parameters([])
        follow_range(self.figure.x_range, self.state)
        for panel in self.figure.panels:
            panel.on_event("tap", lambda event: self._tap(event.x))
        return pn.pane.Bokeh(self.figure.layout, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, parameters, forcing):
        """Responses of the picked site and at the chosen moment when they are computed."""
        state, simulation = self.state, Simulation.of(self.state)
        driver, driver_units = self._driver(forcing)
        unit = per(state.target.units, driver_units)
        unit = "" if unit == "1" else unit
        self.heading = html("{} sensitivity <span class='muted'>{}</span>", state.target.long_name, unit)
        self.figure.show_window(window)
        if "parameters" in self.changed and self.responses is not None:
            self._show_parameters(self.responses)
        if self.known:
            self.compute(
                "the response to parameters",
                simulation.key,
                simulation.parameter_response,
                lambda responses: self._show_parameters(responses),
            )
        else:
            self.figure.show_parameters([])
        at = shown_moment(state, simulation)
        self.compute(
            f"the response to {driver}",
            (*simulation.key, forcing, at),
            lambda: simulation.forcing_response(forcing, at),
            lambda response: self._show_forcing(simulation, response, at, driver),
        )

    def _show_parameters(self, responses):
        self.responses = responses
        names = [name for name in self.parameters.value if name in responses]
        self.figure.show_parameters([responses[name] for name in names])
        self._say()
        self.figure.show_window(self.state.window)

    def _show_forcing(self, simulation, response, moment, driver):
        step, target = self.state.step, lower_first(self.state.target.long_name)
        self.figure.show_forcing_response(response, moment)
        self.figure.show_window(self.state.window)
        at = response.indexes["time"].get_loc(pd.Timestamp(moment))
        unit = units(self._driver(self.chosen["forcing"])[1])
        half = memory(response, at)
        total, early = float(response.sum()), float(response[response.indexes["time"] < simulation.start].sum())
        warm = f", {number(early)} of it before the first {step.name}, in the warm-up"
        before = warm if abs(early) >= 0.01 * abs(total) else ""
        span = f"the last {half} {step.names}" if half > 1 else f"the {step.name} itself"
        self.forcing_words = (
            f"Bars: by how much the {target} {step.at(moment)} rises for 1 {unit} more {driver} in a {step.name}.\n"
            f"They sum to {number(total)}{before}. Half of the response came from {span}; {step.names} "
            f"after it have exactly 0. "
        )
        self._say()

    def _say(self):
        steps = " or ".join(one_more(self.known[name]) for name in self.parameters.value)
        step, target = self.state.step, lower_first(self.state.target.long_name)
        change = (
            f"Below them: how much the {target} of each {step.name} would change for {steps}, from the warm-up on "
            f"(a what-if shifts the whole record). {thresholds(step)}"
        )
        below = change if steps else ""
        config = self.state.store.run(self.state.run).config
        self.caption = self.forcing_words + (below or lacks(config, "parameters"))

    def _offer(self):
        state = self.state
        self.known = known = learned(state.store.run(state.run).config, state.results(state.run))
        first = [name for name in [chosen(state)] if name]
        self.chosen.offer("parameters", first, {f"{p.long_name} ({n})": n for n, p in known.items()})
        drivers = {label(state.dataset[n], n): n for n in Simulation.of(state).drivers}
        if alone(state):
            model = state.shown_config.build()
            computed = computed_forcings(model, state.shown_config.target)
            drivers |= {f"{model.attrs(name)['long_name']} (computed)": name for name in computed}
        self.chosen.offer("forcing", next(iter(drivers.values())), drivers)
        self.forcing.visible = len(drivers) > 1

    def _driver(self, name):
        """What a driver is called in a sentence, and its units."""
        given = self.state.dataset.data_vars.get(name)
        attrs = self.state.shown_config.build().attrs(name) if given is None else given.attrs
        return lower_first(attrs.get("long_name", name)), attrs.get("units", "")

    def _join(self, event):
        """The parameter that is looked at now, beside those that were."""
        drawn = self.parameters.value
        if event.new in self.parameters.options.values() and event.new not in drawn:
            self.parameters.value = [event.new, *drawn][:MOST]

    def _tap(self, x):
        if moment := self.state.step.nearest(self.state.dataset.indexes["time"], x):
            self.state.moment = moment
