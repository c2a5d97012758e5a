"""How the flow of the picked site responds to rain and to parameters, through time."""

import html
from functools import cached_property

import pandas as pd
import panel as pn

from dgviz.sensitivity import memory
from dgviz.ui.figures.responses import ResponseFigure
from dgviz.ui.figures.series import flow_columns
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation, day_in_view
from dgviz.ui.widgets import material
from dgviz.ui.widgets.parameters import THRESHOLDS, chosen, learned, one_more
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.kinds import lacks
from dgviz.ui.words.text import date, number, units

MOST = 3  # parameters at once


class Responses(ComputingView):
    """What moves the flow."""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see what moves its flow."

    def tools(self):
        """Which parameters."""
        return [*super().tools(), self.parameters]

    @cached_property
    def parameters(self):
        """The parameters whose responses are drawn."""
        widget = material.MultiChoice(
            label="Parameters",
            options=[],
            max_items=MOST,
            sizing_mode="stretch_width",
            min_width=220,
            max_width=460,
            margin=0,
        )
        widget.param.watch(self._choose, "value")
        return widget

    def body(self, *, run, dark):
        """The panels."""
        if Simulation.of(self.state) is None:
            return None
        self.responses, self.rain_words = None, ""
        self._offer()
        self.figure = ResponseFigure(dark, MOST)
        follow_range(self.figure.x_range, self.state)
        for panel in self.figure.panels:
            panel.on_event("tap", lambda event: self._tap(event.x))
        return pn.pane.Bokeh(self.figure.layout, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, day, parameter):
        """Flows at once; responses of the picked site and of the chosen day when they are computed."""
        state, simulation = self.state, Simulation.of(self.state)
        if self.changed - {"window", "day", "parameter"}:
            self.figure.show_flows(flow_columns(state.dataset, site, state.results(state.run)))
            self.heading = f"What moves the flow <span class='muted'>{html.escape(state.name_of(site))}</span>"
        if "parameter" in self.changed and parameter and parameter not in self.parameters.value:
            self.parameters.value = [parameter, *self.parameters.value][:MOST]
        self.figure.show_window(window)
        if self.known:
            self.compute(
                "the response to parameters",
                simulation.key,
                simulation.parameter_response,
                lambda responses: self._show_parameters(responses),
            )
        else:
            self.figure.show_parameters([])
        day = self._day(simulation)
        self.compute(
            "the response to rain",
            (*simulation.key, day),
            lambda: simulation.forcing_response(day),
            lambda response: self._show_rain(simulation, response, day),
        )

    def _day(self, simulation):
        """The chosen day where it is simulated, else that of the highest flow."""
        flow = pd.Series(self.figure.flows.data["simulated"], self.figure.flows.data["time"]).dropna()
        flow = flow[simulation.start : simulation.stop]
        return day_in_view(self.state, flow.rename_axis("time").to_xarray())

    def _show_parameters(self, responses):
        self.responses = responses
        names = [name for name in self.parameters.value if name in responses]
        self.figure.show_parameters([(name, responses[name]) for name in names])
        self._say()
        self.figure.show_window(self.state.window)

    def _show_rain(self, simulation, response, day):
        self.figure.show_rain_response(response, day)
        self.figure.show_window(self.state.window)
        at = response.indexes["time"].get_loc(pd.Timestamp(day))
        unit = units(self.state.dataset[simulation.forcing].attrs.get("units", ""))
        half = memory(response, at)
        total, early = float(response.sum()), float(response[response.indexes["time"] < simulation.start].sum())
        warm = (
            f", {number(early)} of it before the first day, in the warm-up" if abs(early) >= 0.01 * abs(total) else ""
        )
        days = f"the last {half} days" if half > 1 else "the day itself"
        self.rain_words = (
            f"Bars: how much the flow of {date(day)} would rise for 1 {unit} more precipitation on that earlier day; "
            f"they sum to {number(total)}{warm}. Half of the response came from {days}; days after it have exactly 0. "
            "Tap a day to choose another. "
        )
        self._say()

    def _say(self):
        steps = " or ".join(one_more(self.known[name]) for name in self.parameters.value)
        below = f"At the bottom: how much the flow of each day would change for {steps}. {THRESHOLDS}" if steps else ""
        config = self.state.store.run(self.state.run).config
        self.caption = self.rain_words + (below or lacks(config, "parameters"))

    def _offer(self):
        state = self.state
        self.known = known = learned(state.store.run(state.run).config, state.results(state.run))
        kept = [name for name in self.parameters.value if name in known] or [name for name in [chosen(state)] if name]
        self.parameters.param.update(options={f"{p.long_name} ({n})": n for n, p in known.items()}, value=kept)

    def _choose(self, _):
        if self._drawn and self.responses is not None:
            pn.state.execute(lambda: self._show_parameters(self.responses), schedule=True)

    def _tap(self, x):
        day = pd.Timestamp(x, unit="ms").round("D")
        if day in self.state.dataset.indexes["time"]:
            self.state.day = str(day.date())
