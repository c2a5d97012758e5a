"""The live bucket diagram of the picked site."""

from functools import cached_property

import pandas as pd
import panel as pn

from dgviz.processes.balance import substances
from dgviz.processes.declare import Flux, Quantity, State
from dgviz.processes.model import ProcessModel
from dgviz.processes.other_targets import other_targets
from dgviz.ui.figures.bucket_diagram import BucketDiagram, thin_stores
from dgviz.ui.figures.buckets import lay_out
from dgviz.ui.figures.chain import ChainDiagram
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation, moment_in_view
from dgviz.ui.session.what_if import in_place_of, mark
from dgviz.ui.widgets import material
from dgviz.ui.widgets.player import play_button, say_playing
from dgviz.ui.words.markup import html, joined
from dgviz.ui.words.text import number, sentence, units

PACE = 250  # ms a time step while it plays


def stores_tell(model: ProcessModel, target: str) -> bool:
    """Is the target in the units of a store or of what moves in or out of one? Else stores are not all of the model."""
    moving = [flux for flux in model.of(Flux).values() if flux.out_of or flux.into]
    return model.of(Quantity)[target].units in {told.units for told in (*moving, *model.of(State).values())}


class Buckets(ComputingView):
    """Stores and fluxes of a time step."""

    to_take = "site a what_if"
    choices = ("substance",)

    _ticking = None
    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to see its stores and fluxes."

    @cached_property
    def play(self):
        """The button that plays or pauses."""
        return play_button(self._toggle)

    @cached_property
    def slider(self):
        """The time step, counted from the first that is simulated."""
        slider = material.IntSlider(
            label="Time step",
            sx={"& .MuiFormLabel-root, & .MuiTypography-root": {"display": "none"}},
            value=0,
            start=0,
            end=1,
            show_value=False,
            size="small",
            margin=(0, 12),
            width=200,
        )
        slider.param.watch(self._slid, "value")
        return slider

    @cached_property
    def player(self):
        """A step back, play, a step on, and the step itself."""
        back = material.icon_button("chevron_left", "A step back", on_click=lambda _: self._step(-1))
        on = material.icon_button("chevron_right", "A step on", on_click=lambda _: self._step(1))
        self.state.param.watch(self._follow_playing, ["playing", "page"])
        return pn.Row(back, self.play, on, self.slider, margin=0)

    def tools(self):
        """The player."""
        return [*super().tools(), self.substance, self.player]

    @cached_property
    def substance(self):
        """What is shown of a model that holds several things: the units of its stores."""
        return material.RadioButtonGroup(options={}, size="small", margin=(0, 8), visible=False)

    def body(self, *, run, dark):
        """A place for the picture, which is drawn when the simulation is known."""
        self.own = self.simulated = self.diagram = self.below = self.drawn = None
        self.picture = text()
        simulation = Simulation.of(self.state)
        if simulation and not simulation.run.config.build().of(State):
            self.heading = "Chain of processes"
        return self.picture if simulation else None

    def refresh(self, *, site, window, moment, what_if, substance):
        """The simulation of the picked site or what follows from changed parameters, and the time step."""
        simulation = Simulation.of(self.state)
        if simulation is None:
            return
        if self.own is not None and simulation.key == self.shown.key and "substance" not in self.changed:
            self._show_step()
        else:
            self.compute("stores and fluxes", simulation.key, simulation.simulate, lambda s: self._show(simulation, s))

    def _show(self, simulation, own):
        self.shown, self.own = simulation, own
        config = simulation.run.config
        self.model = config.build()
        held = substances(self.model)
        words = {sentence(config.science.budgets.get(unit, unit)): unit for unit in held}
        self.chosen.offer("substance", next(iter(held), ""), words)
        self.substance.visible = len(held) > 1
        unit = self.substance.value
        drawn = (simulation.run.id, unit, thin := thin_stores(own, held.get(unit, own)))
        if self.drawn != drawn:
            self.drawn = drawn
            picture = lay_out(config.science, config.processes, thin, unit) if held else None
            look = self.state.look
            chain = ChainDiagram(self.model, look, other_targets(self.model, config.science.targets, config.target))
            self.diagram = BucketDiagram(picture, look) if picture else chain
            self.below = chain if picture and not stores_tell(self.model, config.target) else None
        self.diagram.scale(own)  # of a what-if too, so that its levels can be compared
        self._show_step()

    def _show_step(self):
        self.simulated = in_place_of(self.own, self.state.what_if)
        time, step = self.simulated.indexes["time"], self.state.step
        moment = pd.Timestamp(self._moment())
        at = time.get_loc(moment)
        values = {name: float(series.values[at]) for name, series in self.simulated.items()} | self._given(moment)
        shown = "Stores and fluxes" if self.model.of(State) else "Chain of processes"
        name, when = self.state.name_of(self.state.site), f"{shown} {step.at(moment)}"
        lines = [(step.words(moment), ""), *self._weather(moment)]
        drawn = [d.draw(values, lines, f"{when}, {name}") for d in (self.diagram, self.below) if d]
        self.picture.object = joined(drawn)
        if self.slider.end != len(time) - 1 or self.slider.value != at:
            self.slider.param.update(end=len(time) - 1, value=at)
        self.heading = html("{}{}", when, mark(self.state.what_if))
        self.caption = (
            "Mean over the members (parallel parameter sets)."
            if not self.model.of(State)
            else (
                f"A full bucket is the 98th percentile of its store as learned, {step.words(time[0])} \u2013 "
                f"{step.words(time[-1])}.\nAn arrow's width grows with the square root of the flux. Mean over "
                "the members (parallel parameter sets)."
            )
        )
        if self.shown.run.config.predictor == "corrected":
            self.caption += f" {sentence(self.shown.run.config.target)} is as corrected by the network."

    def _moment(self):
        """The chosen moment where it was simulated, else that of the highest target."""
        return moment_in_view(self.state, self.own[self.shown.run.config.target])

    def _given(self, moment):
        """The forcings of the moment and the learned parameters, by name."""
        here, supposed = self.state.dataset.sel(site=self.state.site, time=moment), self.state.supposed
        forcings = {n: float(here[n]) for n in self.model.forcings if n in here and here[n].ndim == 0}
        return forcings | self.state.learned() | supposed

    def _weather(self, moment):
        """The forcings of the moment that have units, and the observed target."""
        here = self.state.dataset.sel(site=self.state.site, time=moment)
        for name in self.model.forcings:
            unit = units(here[name].attrs.get("units", "")) if name in self.state.dataset.data_vars else ""
            if unit and "time" in self.state.dataset[name].dims:
                yield f"{number(float(here[name]))} {unit}", self.model.forcings[name].long_name
        target = self.shown.run.config.target
        yield (
            f"{number(float(here[target]))} {units(here[target].attrs.get('units', ''))}",
            "Observed",
        )

    def _step(self, by):
        if self.simulated is not None:
            time = self.simulated.indexes["time"]
            at = min(max(time.get_loc(pd.Timestamp(self._moment())) + by, 0), len(time) - 1)
            playing = self.state.playing and at < len(time) - 1
            self.state.param.update(moment=self.state.step.stamp(time[at]), playing=playing)

    def _slid(self, event):
        if self.simulated is not None:
            moment = self.state.step.stamp(self.simulated.indexes["time"][event.new])
            if moment != self._moment():
                self.state.moment = moment

    def _toggle(self):
        self.state.playing = not self.state.playing

    def _follow_playing(self, *_):
        playing = self.state.playing and self.state.page == self.page
        say_playing(self.play, playing)
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        if playing:
            self._ticking = pn.state.add_periodic_callback(lambda: self._step(1), period=PACE)
