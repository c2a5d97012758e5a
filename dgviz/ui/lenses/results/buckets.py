"""The live bucket diagram of the picked site."""

import html
from functools import cached_property

import pandas as pd
import panel as pn

from dgviz.ui.figures.bucket_diagram import BucketDiagram, thin_stores
from dgviz.ui.figures.buckets import lay_out
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation, day_in_view
from dgviz.ui.session.what_if import in_place_of, mark
from dgviz.ui.widgets import material
from dgviz.ui.words.text import date, number, sentence, units

PACE = 250  # ms a day while it plays


class Buckets(ComputingView):
    """Stores and fluxes of a day."""

    _ticking = None
    needs = "stores"
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see its stores and fluxes."

    @cached_property
    def play(self):
        """The button that plays or pauses."""
        return material.icon_button("play_arrow", "Play", on_click=self._toggle)

    @cached_property
    def slider(self):
        """The day, counted from the first that is simulated."""
        slider = material.IntSlider(
            label="",
            value=0,
            start=0,
            end=1,
            show_value=False,
            size="small",
            margin=(0, 12),
            sizing_mode="stretch_width",
        )
        slider.param.watch(self._slid, "value")
        return slider

    @cached_property
    def player(self):
        """A day back, play, a day on, and the day itself."""
        back = material.icon_button("chevron_left", "A day back", on_click=lambda _: self._step(-1))
        on = material.icon_button("chevron_right", "A day on", on_click=lambda _: self._step(1))
        self.state.param.watch(self._follow_playing, ["playing", "page"])
        return pn.Row(back, self.play, on, self.slider, sizing_mode="stretch_width", margin=0)

    def body(self, *, run, dark):
        """The player and a place for the figure, which is drawn when the simulation is known."""
        self.own = self.simulated = self.diagram = self.drawn = None
        self.pane = pn.pane.Bokeh(sizing_mode="stretch_width", margin=0)
        shown = pn.Column(self.player, self.pane, sizing_mode="stretch_width", margin=0)
        return shown if Simulation.of(self.state) else None

    def refresh(self, *, site, window, day, what_if):
        """The simulation of the picked site or what follows from changed parameters, and the day."""
        simulation = Simulation.of(self.state)
        if simulation is None:
            return
        if self.own is not None and simulation.key == self.shown.key:
            self._show_day()
        else:
            self.compute("stores and fluxes", simulation.key, simulation.simulate, lambda s: self._show(simulation, s))

    def _show(self, simulation, own):
        self.shown, self.own = simulation, own
        config = simulation.run.config
        self.model = config.build()
        drawn = (simulation.run.id, thin := thin_stores(own, own))
        if self.drawn != drawn:
            self.drawn = drawn
            self.diagram = BucketDiagram(lay_out(config.science, config.processes, thin), self.state.dark)
        self.diagram.scale(own)  # of a what-if too, so that its levels can be compared
        self._show_day()
        self.pane.object = self.diagram.figure  # filled first: the browser does not know the sources of a new one yet

    def _show_day(self):
        self.simulated = in_place_of(self.own, self.state.what_if)
        days = self.simulated.indexes["time"]
        day = pd.Timestamp(self._day())
        at = days.get_loc(day)
        values = {name: float(series[at]) for name, series in self.simulated.items()}
        self.diagram.show(values, [(date(day), ""), *self._weather(day)])
        if self.slider.end != len(days) - 1 or self.slider.value != at:
            self.slider.param.update(end=len(days) - 1, value=at)
        name = html.escape(self.state.name_of(self.state.site))
        self.heading = f"Stores and fluxes on {date(day)} <span class='muted'>{name}</span>{mark(self.state.what_if)}"
        self.caption = (
            f"A full bucket is the 98th percentile of its store as learned, {date(days[0])} \u2013 {date(days[-1])}. "
            "An arrow's width grows with the square root of the flux. Mean over the members."
        )
        if self.shown.run.config.predictor == "corrected":
            self.caption += f" {sentence(self.shown.run.config.target)} is as corrected by the network."

    def _day(self):
        """The chosen day where it was simulated, else that of the highest flow."""
        return day_in_view(self.state, self.own[self.shown.run.config.target])

    def _weather(self, day):
        """The forcings of the day that have units."""
        here = self.state.dataset.sel(site=self.state.site, time=day)
        for name in self.model.forcings:
            unit = units(here[name].attrs.get("units", "")) if name in self.state.dataset.data_vars else ""
            if unit and "time" in self.state.dataset[name].dims:
                yield f"{number(float(here[name]), 1)} {unit}", self.model.forcings[name].long_name
        target = self.shown.run.config.target
        yield f"{number(float(here[target]))} {units(here[target].attrs.get('units', ''))}", f"Observed {target}"

    def _step(self, by):
        if self.simulated is not None:
            days = self.simulated.indexes["time"]
            at = min(max(days.get_loc(pd.Timestamp(self._day())) + by, 0), len(days) - 1)
            self.state.param.update(day=str(days[at].date()), playing=self.state.playing and at < len(days) - 1)

    def _slid(self, event):
        if self.simulated is not None:
            day = str(self.simulated.indexes["time"][event.new].date())
            if day != self._day():
                self.state.day = day

    def _toggle(self, _):
        self.state.playing = not self.state.playing

    def _follow_playing(self, *_):
        playing = self.state.playing and self.state.page == self.page
        self.play.param.update(icon="pause" if playing else "play_arrow", description="Pause" if playing else "Play")
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        if playing:
            self._ticking = pn.state.add_periodic_callback(lambda: self._step(1), period=PACE)
