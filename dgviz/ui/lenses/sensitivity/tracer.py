"""One unit of a forcing in the bucket diagram of the picked site, step by step."""

from functools import cached_property

import numpy as np
import xarray as xr

from dgviz.processes.balance import substances
from dgviz.quantities import lower_first
from dgviz.ui.figures.bucket_diagram import BucketDiagram
from dgviz.ui.figures.buckets import lay_out
from dgviz.ui.lenses.applies import in_stores
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.player import Player
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import label, number, units

AHEAD = 60  # steps that are played


class Tracer(ComputingView):
    """One unit on its way."""

    to_take = "target site window a"
    use = "Play it, or drag the step."
    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to follow what comes in."

    @classmethod
    def applies(cls, state):
        """Where its processes, of one seed and without correction, have stores."""
        return in_stores(state)

    def tools(self):
        """The player."""
        return [*super().tools(), self.player.row]

    @cached_property
    def player(self):
        """Steps after the chosen one."""
        return Player(self.state, self._draw_step)

    def body(self, *, run, dark):
        """A place for the picture."""
        self.found, self.diagram = None, None
        self.picture = text()
        return self.picture if Simulation.of(self.state) else None

    def refresh(self, *, site, window, moment):
        """The unit on its way when it is computed."""
        simulation = Simulation.of(self.state)
        at = shown_moment(self.state, simulation)
        forcing = simulation.drivers[0]
        self.compute(
            "the unit on its way",
            (*simulation.key, forcing, at),
            lambda: simulation.tracer(forcing, at),
            lambda found: self._show(simulation, found, forcing, at),
        )

    def _show(self, simulation: Simulation, found: xr.Dataset, forcing: str, at: str) -> None:
        state, config = self.state, simulation.run.config
        unit = next(iter(substances(config.build())))
        self.found = found.isel(time=slice(AHEAD + 1))
        self.diagram = BucketDiagram(lay_out(config.science, config.processes, frozenset(), unit), state.look)
        self.diagram.scale(self.found)
        largest = max(float(np.abs(self.found[store.name]).max()) for store in self.diagram.stores)
        # All buckets are of one size, so that the unit is seen to go from one to another.
        self.diagram.empty = dict.fromkeys(self.diagram.empty, 0.0)
        self.diagram.full = dict.fromkeys(self.diagram.full, largest or 1.0)
        driver = lower_first(label(state.dataset[forcing]))
        amount = f"1 {units(state.dataset[forcing].attrs.get('units', ''))}".strip()
        self.heading = html("{} more {} on its way <span class='muted'>{}, {}</span>", amount, driver,
                            state.step.at(at), state.name_of(state.site))  # fmt: skip
        self.player.begin(self.found.sizes["time"])
        self._draw_step()

    def _draw_step(self) -> None:
        if self.found is None:
            return
        after, step = min(self.player.step, self.found.sizes["time"] - 1), self.state.step
        values = {str(name): float(series[after]) for name, series in self.found.items()}
        time = self.found.indexes["time"][after]
        when = f"{after} {step.names} after" if after != 1 else f"1 {step.name} after"
        self.picture.object = self.diagram.draw(values, [(step.words(time), when)], f"One unit more, {when}")
        held = {store.name: values[store.name] for store in self.diagram.stores}
        most = max(held, key=lambda name: abs(held[name]))
        where = lower_first(self.found[most].attrs["long_name"])
        self.summary = f"{when.capitalize()}, most of it is held as {where}: {number(held[most], 3)}."
        self.caption = (
            f"{self.summary}\nWhat each store holds more, and what moves more, than without that unit; a full bucket "
            "holds the most that any store holds of it. An arrow's width grows with the square root of the flux."
        )
