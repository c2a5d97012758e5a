"""What follows a person or a training: one simulation at a time, and after it the latest wish."""

import threading
import time

import numpy as np
import pytest
import torch

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.session.latest import Latest
from dgviz.ui.session.live_learning import LiveLearning
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore


def test_a_wish_is_worked_off_once_and_again_after_it_was_forgotten(empty_store):
    latest, shown = Latest(empty_store), []
    for key in (1, 1, 2):
        latest.ask(key, lambda key=key: key, lambda future: shown.append(future.result()))
    assert shown == [1, 2]
    latest.ask(2, lambda: 2, lambda future: shown.append(future.result()))
    assert shown == [1, 2]
    latest.forget()
    latest.ask(2, lambda: 2, lambda future: shown.append(future.result()))
    assert shown == [1, 2, 2]


def test_a_wish_that_another_has_overtaken_is_not_begun(empty_store, monkeypatch, served_at_once):
    class Document:
        """Runs what is to be run next when it is told to."""

        session_context, waiting = object(), []

        def add_next_tick_callback(self, act):
            self.waiting.append(act)

        def add_timeout_callback(self, act, _):
            self.waiting.append(act)

        def work_off(self):
            end = time.monotonic() + 10
            while not self.waiting and time.monotonic() < end:
                time.sleep(0.01)
            self.waiting.pop(0)()

    document, begun, shown, go = Document(), [], [], threading.Event()
    monkeypatch.setattr("dgviz.ui.session.served.pn.state", type("State", (), {"curdoc": document}))
    latest = Latest(empty_store)

    def work(key):
        begun.append(key)
        assert go.wait(10)
        return key

    for key in (1, 2, 3):
        latest.ask(key, lambda key=key: work(key), lambda future: shown.append(future.result()))
    go.set()
    for _ in range(3):  # the first is shown, the next one is begun, and shown
        document.work_off()
    assert shown == [1, 3] == begun


@pytest.fixture
def learning(tmp_path):
    """A session whose training has an epoch behind it, and has not ended."""
    torch.set_num_threads(1)
    config = RunConfig(data="twin:hydrology", epochs=2, members=1, hidden=4)
    run = Run.create(config, tmp_path)
    carry_out(run)
    (run.folder / "record.json").unlink()  # as while it is trained
    store = DataStore(tmp_path, config.data)
    yield AppState(store), store.run(run.id)
    store.close()


def test_the_model_in_training_is_drawn_beside_run_a_until_it_has_ended(learning):
    state, run = learning
    LiveLearning(state)
    chart = TargetCharts(state=state)
    assert np.isnan(chart.chart.source.data["learning"]).all()
    state.param.update(training=run.id, progress=run.progress)
    drawn = chart.chart.source.data["learning"]
    assert np.isfinite(drawn).any() and [words for words, _, _ in chart.chart.key][:2] == ["observed", "in training"]
    simulated = state.learning[state.config.target]
    inside = state.dataset.indexes["time"].isin(simulated.indexes["time"])
    np.testing.assert_allclose(drawn[inside], simulated, rtol=1e-5)
    state.param.update(training="", progress=[])
    assert state.learning is None and np.isnan(chart.chart.source.data["learning"]).all()
