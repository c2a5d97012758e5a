"""Stores and fluxes of the picked site through time."""

from collections.abc import Collection
from functools import cached_property

import pandas as pd
import panel as pn

from dgviz.processes.declare import Flux, State
from dgviz.processes.other_targets import other_targets
from dgviz.ui.figures.bucket_diagram import thin_stores
from dgviz.ui.figures.stores import StoreSeries
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.look import Look
from dgviz.ui.session.simulation import Simulation, moment_in_view
from dgviz.ui.session.what_if import in_place_of, mark
from dgviz.ui.widgets import material
from dgviz.ui.widgets.window import follow_range
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.text import short_label


def offered(model, hidden: Collection[str] = ()) -> dict[str, object]:
    """The fluxes that do not come in from outside and the stores, in the order of the model, by name."""
    fluxes = {n: f for n, f in model.of(Flux).items() if n not in model.inflows and n not in hidden}
    return fluxes | model.of(State)


def first_choice(model, simulated, target: str, hidden: Collection[str] = ()) -> list[str]:
    """The target, what leaves the model, what feeds the last stores before that, and the other stores that hold some.

    A store that is the first and the last is drawn too.
    """
    last = [store for store, fluxes in model.losses.items() if fluxes and set(fluxes) <= set(model.outflows)]
    wanted = {target, *model.outflows, *(flux for store in last for flux in model.gains[store])}
    thin = thin_stores(simulated, model.of(State))
    stores = [n for n in model.of(State) if n not in thin and (n not in last or len(last) == len(model.of(State)))]
    if not model.of(State):  # nothing moves between stores: what has no units of its own, such as factors
        return list(offered(model, hidden))[-MOST:]
    return [n for n in model.of(Flux) if n in wanted] + stores


MOST = 3  # fluxes at first, where there are no stores: the last of the chain


class Stores(ComputingView):
    """Stores and fluxes."""

    to_take = "site window a what_if"
    use = "Tap a time to see it in the bucket diagram; press a name to show or hide it."
    choices = ("chips",)
    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to see its stores and fluxes."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time."""
        return not state.science.curves

    @cached_property
    def chips(self):
        """The stores and fluxes that are drawn."""
        look = {"size": "small", "margin": (0, 0, 6, 0), "sizing_mode": "stretch_width", "css_classes": ["chips"]}
        return material.CheckButtonGroup(options={}, value=[], **look)

    def body(self, *, run, dark):
        """Chips and a place for the figure; it is drawn when the simulation is known."""
        self.own = self.simulated = self.series = None
        simulation = Simulation.of(self.state)
        if simulation is None:
            return None
        config = simulation.run.config
        self.model = config.build()
        self.hidden = other_targets(self.model, config.science.targets, config.target)
        quantities = offered(self.model, self.hidden)
        self.chosen.offer("chips", [], {short_label(name, quantity): name for name, quantity in quantities.items()})
        self.chips.sx = chip_style(list(quantities), self.state.look)
        self.pane = pn.pane.Bokeh(sizing_mode="stretch_width", margin=0)
        return pn.Column(self.chips, self.pane, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, what_if, chips):
        """The simulation of the picked site or what follows from changed parameters, the window and the moment."""
        simulation = Simulation.of(self.state)
        if self.own is None or self.series is None or simulation.key != self.shown.key:
            self.compute("stores and fluxes", simulation.key, simulation.simulate, lambda s: self._show(simulation, s))
        elif "what_if" in self.changed:
            self._draw_series()
        elif "chips" in self.changed:
            self._choose()
        else:
            self._show_window()

    def _show(self, simulation, own):
        first, self.shown, self.own = self.own is None, simulation, own
        if first:
            self._make_series(own)
        self.chosen.offer("chips", first_choice(self.model, own, self.shown.run.config.target, self.hidden))
        self._draw_series()
        self.pane.object = self.series.layout  # filled first: the browser does not know the sources of a new one yet

    def _make_series(self, own):
        self.inflows = {name: self.model.of(Flux)[name] for name in self.model.inflows}
        self.series = StoreSeries(self.inflows, offered(self.model, self.hidden), self.state.look, own)
        follow_range(self.series.x_range, self.state)
        for panel in self.series.panels:
            panel.on_event("tap", lambda event: self._tap(event.x))

    def _draw_series(self):
        self.simulated = in_place_of(self.own, self.state.what_if)
        self.series.update(self.simulated)
        name = self.state.name_of(self.state.site)
        self.heading = html("Stores and fluxes <span class='muted'>{}</span>{}", name, mark(self.state.what_if))
        key = key_of(
            (short_label(name, flux), self.state.look.ink(name), "area") for name, flux in self.inflows.items()
        )
        self.caption = html("{} Mean over the members (parallel parameter sets).", key)
        self._choose()

    def _choose(self):
        self.series.show_only(self.chips.value)
        self._show_window()

    def _show_window(self):
        if self.simulated is None:
            return
        self.series.show_window(self.state.window, self.chips.value)
        target = self.own[self.shown.run.config.target]
        self.series.moment.location = pd.Timestamp(moment_in_view(self.state, target))

    def _tap(self, x):
        moment = self.state.step.nearest(self.simulated.indexes["time"], x) if self.simulated is not None else ""
        if moment:
            self.state.moment = moment


def chip_style(names: list[str], look: Look) -> dict:
    """Chips that wrap, each with the colour of its quantity."""
    style = {
        "flexDirection": "row",
        "flexWrap": "wrap",
        "gap": "5px",
        "& .MuiToggleButton-root": {
            "border": f"1px solid {look.token('border')} !important",
            "borderRadius": "14px !important",
            "padding": "1px 10px",
            "fontSize": "12px",
            "margin": "0 !important",
            "color": look.token("muted"),
            "width": "auto",
            "flex": "0 0 auto",
        },
    }
    for i, name in enumerate(names, 1):
        colour = look.ink(name)
        style[f"& .MuiToggleButton-root.Mui-selected:nth-of-type({i})"] = {
            "borderColor": f"{colour} !important",
            "backgroundColor": f"{colour}2e",
            "color": f"{look.token('text')} !important",
        }
    return style
