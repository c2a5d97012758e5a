"""Simulates the picked site with what a model in training has learned so far."""

import logging
from concurrent.futures import Future
from functools import partial

import panel as pn

from dgviz.experiment.runs import Run
from dgviz.ui.session.latest import Latest
from dgviz.ui.session.simulation import simulated_span
from dgviz.ui.session.state import AppState

log = logging.getLogger(__name__)


class LiveLearning:
    """Keeps `state.learning` up with the epochs of the training in view, where that is on the data in view."""

    def __init__(self, state: AppState):
        self.state, self._latest = state, Latest(state.store)
        state.param.watch(self._look, ["progress", "training", "site", "window"])
        pn.state.onload(self._look)

    def _look(self, *_) -> None:
        state = self.state
        run = state.store.run(state.training) if state.training and state.progress else None
        if run is None or run.config.data != state.config.data:
            self._latest.forget()
            state.learning = None
            return
        last, span = state.progress[-1], simulated_span(state.dataset, state.window, state.step)
        key = run.id, last["part"], last["epoch"], state.site, *span
        self._latest.ask(key, partial(_simulate, run, state.dataset, state.site, span), partial(self._show, run.id))

    def _show(self, run_id: str, future: Future) -> None:
        """What cannot be simulated is left out: the training itself says what is wrong with it."""
        if error := future.exception():
            log.info("What %s has learned so far was not simulated: %s", run_id, error)
        elif self.state.training == run_id:
            self.state.learning = future.result()


def _simulate(run: Run, dataset, site: str, span: tuple[str, str]):
    return run.learning_at(dataset, site, *span).simulate({})
