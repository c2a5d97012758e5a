"""Simulates the picked site with what a model in training has learned so far."""

import logging
from concurrent.futures import Future
from functools import partial

import panel as pn
import xarray as xr

from dgviz.experiment.learning import Learning
from dgviz.ui.session.latest import Latest
from dgviz.ui.session.simulation import simulated_span
from dgviz.ui.session.state import AppState

log = logging.getLogger(__name__)


class LiveLearning:
    """Keeps `state.learning` up with the epochs of the training in view, where that is on the data in view."""

    def __init__(self, state: AppState):
        self.state, self._latest = state, Latest(state.store)
        self._key, self._site = (), None
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
        if self._key != (key := (run.id, state.site, *span)):
            self._key, self._site = key, Learning(run, state.dataset, state.site, *span)
        simulate = partial(_simulate, self._site)
        self._latest.ask((*key, last["part"], last["epoch"]), simulate, partial(self._show, run.id))

    def _show(self, run_id: str, future: Future) -> None:
        """What cannot be simulated is left out: the training itself says what is wrong with it."""
        if error := future.exception():
            log.info("What %s has learned so far was not simulated: %s", run_id, error)
        elif self.state.training == run_id:
            self.state.learning = future.result()


def _simulate(site: Learning) -> xr.Dataset:
    return site.site_model().simulate({})
