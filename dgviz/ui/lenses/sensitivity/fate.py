"""The fate of one unit of a forcing at the picked site, from the chosen moment on."""

from functools import cached_property

import numpy as np
import pandas as pd
import panel as pn
import xarray as xr

from dgviz.processes.balance import substances
from dgviz.processes.declare import Flux, State
from dgviz.quantities import lower_first
from dgviz.sensitivity.account import RESIDUAL
from dgviz.ui.figures.fate import FateFigure
from dgviz.ui.lenses.applies import in_stores
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.text import label, number, sentence, small, units

AHEAD = 180  # steps that are drawn at first
SMALLEST = 5e-3  # an amount that is still said


class Fate(ComputingView):
    """Fate of one unit."""

    to_take = "target site window a"
    use = "Tap another time in the series above to follow a unit of that time."
    choices = ("forcing", "substance")
    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to follow what comes in."

    @classmethod
    def applies(cls, state):
        """Where its processes, of one seed and without correction, have stores."""
        return in_stores(state)

    def tools(self):
        """Of which forcing, and what is followed where stores hold several things."""
        return [*super().tools(), self.forcing, self.substance]

    @cached_property
    def forcing(self):
        """The forcing of which there is one unit more."""
        return material.Select(label="One more", options={}, size="small", width=200, margin=(0, 8))

    @cached_property
    def substance(self):
        """The units of the stores in which it is followed."""
        return material.RadioButtonGroup(options={}, size="small", margin=0, visible=False)

    def body(self, *, run, dataset, dark):
        """The figure, to be filled."""
        simulation, state = Simulation.of(self.state), self.state
        if simulation is None:
            return None
        config = simulation.run.config
        model, drivers = config.build(), simulation.drivers
        held = substances(model)
        self.chosen.offer("forcing", drivers[0], {label(dataset[n], n): n for n in drivers})
        words = {sentence(config.science.budgets.get(unit, unit)): unit for unit in held}
        self.chosen.offer("substance", next(iter(held)), words)
        self.substance.visible = len(held) > 1
        names = {name: quantity.long_name for name, quantity in {**model.of(Flux), **model.of(State)}.items()}
        self.figure = FateFigure(state.look, names, model.of(State))
        return pn.pane.Bokeh(self.figure.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, forcing, substance):
        """The account from the moment on when it is computed."""
        simulation = Simulation.of(self.state)
        at = shown_moment(self.state, simulation)
        self.compute(
            "the fate of one unit",
            (*simulation.key, forcing, substance, at),
            lambda: simulation.fate(forcing, at, substance),
            lambda found: self._show(found, at),
        )

    def _show(self, found: xr.Dataset, at: str) -> None:
        state, step = self.state, self.state.step
        seen = self.figure.show(found)
        times = found.indexes["time"]
        self.figure.x_range.update(start=times[0], end=times[min(AHEAD, len(times) - 1)])
        driver = lower_first(label(state.dataset[self.forcing.value]))
        unit = units(state.dataset[self.forcing.value].attrs.get("units", "")) or "unit"
        self.heading = html(
            "Fate of 1 {} more {} <span class='muted'>{}, {}</span>",
            unit,
            driver,
            step.at(at),
            state.name_of(state.site),
        )
        key = key_of((found[n].long_name, state.look.ink(n), self._kind(n)) for n in reversed(seen))
        self.caption = html("{} {}", key, self._words(found, times))
        self.summary = self._ends(found, len(times) - 1)

    def _kind(self, name: str) -> str:
        """How the key shows it: what is still held is pale."""
        return "shade" if name in self.figure.stores else "area"

    def _words(self, found: xr.Dataset, times: pd.DatetimeIndex) -> str:
        """What has become of it after a while, and the check."""
        came, residual = float(found.came_in[-1]), float(np.abs(found[RESIDUAL]).max())
        negative = any(float(found[n].min()) < -1e-3 for n in (*found.attrs["kept"], *found.attrs["left"]))
        below = (
            " An area below zero is real: there is less of it than there would be without, as where what is new holds "
            "back what was there." if negative else ""
        )  # fmt: skip
        return (
            f"{self._ends(found, min(AHEAD, len(times) - 1))}\nSummed up from that {self.state.step.name} on: what has "
            f"left, below, and what is still held, above. All of it together is what came in ({number(came, 3)}), to "
            f"{small(residual)}. It is the response at the state of the {self.state.step.name}, not a tracer: what "
            f"was there before is pushed on.{below}"
        )

    def _ends(self, found: xr.Dataset, after: int) -> str:
        """Where it is after some steps, the largest part first."""
        names = [*found.attrs["left"], *found.attrs["kept"]]
        ends = sorted(((float(found[n][after]), n) for n in names), key=lambda pair: -abs(pair[0]))
        seen = [(v, n) for v, n in ends[:4] if abs(v) > SMALLEST]
        parts = ", ".join(f"{lower_first(found[n].long_name)} {number(v, 2)}" for v, n in seen)
        return f"After {after} {self.state.step.names}: {parts or 'nothing is left of it'}."
