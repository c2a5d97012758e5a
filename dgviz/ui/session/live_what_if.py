"""Simulates what is supposed of the picked site while a slider is dragged."""

import logging
from concurrent.futures import Future
from functools import cached_property, partial

import panel as pn

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.state import AppState
from dgviz.ui.session.what_if import Change, WhatIf

PACE = 40  # ms from a result to the next simulation, so that the browser can draw it
log = logging.getLogger(__name__)


class LiveWhatIf:
    """Keeps `state.what_if` up with `state.supposed`: one simulation at a time, and after it the latest wish."""

    def __init__(self, state: AppState):
        self.state, self._busy, self._asked = state, False, None
        self._site: _Site | None = None
        state.param.watch(self._look, ["supposed", "window"])
        pn.state.onload(self._look)

    def _look(self, *_) -> None:
        """Begin a simulation, where one is wanted and none is on its way."""
        simulation = Simulation.of(self.state) if self.state.supposed else None
        if simulation is None:
            self._asked = None
            return
        wish = (*simulation.key, *self.state.supposed.items())
        if self._busy or wish == self._asked:
            return
        self._busy, self._asked = True, wish
        if self._site is None or self._site.simulation.key != simulation.key:
            self._site = _Site(simulation, self.state.learned())
        future = self.state.store.live.submit(self._site.suppose, self.state.supposed)
        document = pn.state.curdoc
        done = partial(self._show, simulation, future, document)
        if document is None or document.session_context is None:
            done()
        else:
            future.add_done_callback(lambda _: document.add_next_tick_callback(done))

    def _show(self, simulation: Simulation, future: Future, document) -> None:
        state = self.state
        try:
            what_if = future.result()
            if state.supposed and (state.run, state.site) == (simulation.run.id, simulation.site):
                state.what_if = what_if
        except Exception as error:
            log.error("The what-if failed", exc_info=error)
            state.suppose({})
            state.problem = f"The what-if could not be simulated: {error}"
        if document is None or document.session_context is None:
            self._go_on()
        else:
            document.add_timeout_callback(self._go_on, PACE)

    def _go_on(self) -> None:
        self._busy = False
        self._look()


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
