"""Simulates what is supposed of the picked site while a slider is dragged."""

import logging
from concurrent.futures import Future
from functools import cached_property, partial

import panel as pn

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.ui.session.latest import Latest
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.state import AppState
from dgviz.ui.session.what_if import Change, WhatIf

log = logging.getLogger(__name__)


class LiveWhatIf:
    """Keeps `state.what_if` up with `state.supposed`."""

    def __init__(self, state: AppState):
        self.state, self._latest = state, Latest(state.store)
        self._site: _Site | None = None
        state.param.watch(self._look, ["supposed", "window"])
        pn.state.onload(self._look)

    def _look(self, *_) -> None:
        """Ask for a simulation, where one is wanted."""
        simulation = Simulation.of(self.state) if self.state.supposed else None
        if simulation is None:
            self._latest.forget()
            return
        if self._site is None or self._site.simulation.key != simulation.key:
            self._site = _Site(simulation, self.state.learned())
        key = (*simulation.key, *self.state.supposed.items())
        work = partial(self._site.suppose, self.state.supposed)
        self._latest.ask(key, work, partial(self._show, simulation))

    def _show(self, simulation: Simulation, future: Future) -> None:
        state = self.state
        try:
            what_if = future.result()
            if state.supposed and (state.run, state.site) == (simulation.run.id, simulation.site):
                state.what_if = what_if
        except Exception as error:
            log.error("The what-if failed", exc_info=error)
            state.suppose({})
            state.problem = f"The what-if could not be simulated: {error}"


class _Site:
    """What is dragged at: weights and data are read with its first simulation, not at each step of a drag."""

    def __init__(self, simulation: Simulation, learned: dict[str, float]):
        self.simulation, self.learned = simulation, learned

    @cached_property
    def model(self) -> SiteModel:
        return self.simulation.site_model()

    def suppose(self, supposed: dict[str, float]) -> WhatIf:
        """What follows from these means, by name."""
        declared = self.model.process_model.of(Parameter)
        shifts = {name: self.model.shift_for(name, value - self.learned[name]) for name, value in supposed.items()}
        changes = (Change(name, declared[name], self.learned[name], supposed[name], shifts[name]) for name in supposed)
        return WhatIf(tuple(changes), self.model.simulate(shifts))
