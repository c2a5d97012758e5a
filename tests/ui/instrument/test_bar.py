"""The bar from which a model is trained: what it says before, while and after, and what its buttons do."""

import re

import numpy as np
import pytest

from dgviz.ui.instrument.bar import HEIGHT, WIDTH, bar_words, plan_words, sparkline, stale_words, training_bar
from dgviz.ui.widgets import material
from tests.ui.conftest import epoch


def words(markup) -> str:
    return re.sub("<.*?>", "", markup)


@pytest.fixture
def buttons(state, worker):
    """The buttons of the bar by their labels, and how often the side bar was asked for."""
    opened = []
    bar = training_bar(state, lambda: opened.append(1))
    return lambda: {button.label: button for button in bar.select(material.Button)} | {"opened": opened}


def test_the_buttons_train_stop_open_and_revert(state, store, buttons):
    before = buttons()
    assert before["Stop"].disabled and not {"Revert settings", "Try it"} & before.keys()
    state.edit(snow="NoSnow")
    stale = buttons()
    assert [*stale][:4] == ["Model", "Train", "Try it", "Stop"] and "Revert settings" in stale
    stale["Train"].clicks += 1
    run = store.run(state.training)
    assert run.config.processes["snow"] == "NoSnow" and not stale["Stop"].disabled
    assert not {"Revert settings", "Try it"} & buttons().keys()
    stale["Stop"].clicks += 1
    assert run.asked == ["stop"]
    stale["Revert settings"].clicks += 1
    assert state.stale() == {}
    stale["Model"].clicks += 1
    assert stale["opened"] == [1]
    stale["Details"].clicks += 1
    assert state.drawer


def test_training_that_cannot_start_says_why(state, buttons, monkeypatch):
    def refuse():
        raise OSError("The runs folder cannot be written.")

    monkeypatch.setattr(state, "start_training", refuse)
    buttons()["Train"].clicks += 1
    assert state.problem == "The runs folder cannot be written."


def test_before_a_training_it_says_what_would_be_trained(state, store):
    assert words(bar_words(state)) == "Train: 5 basins, 60 epochs."
    state.select(["b2"])
    state.edit(epochs=7, holdout="folds", folds=2)
    alone = "1 basin selected (the other basins are no part of the run and get no prediction)"
    assert f"Train: {alone}, 7 epochs in each of 2 parts." in words(plan_words(state))
    state.edit(holdout="none")
    assert "(the other basins are predicted without training on them)" in plan_words(state)
    state.edit(holdout="folds")
    store.run("default").progress = [{"seconds": 5.0}, {"seconds": 10.0}]
    assert ", about 70 s." in words(plan_words(state))


def test_what_would_leak_is_said_beside_train(state, monkeypatch):
    assert "tell of" not in plan_words(state)
    monkeypatch.setitem(state.dataset.elevation.attrs, "period", "2001-01-01/2001-12-31")
    assert "elevation tell of 2001-01-01/2001-12-31, which has days of the test period" in plan_words(state)
    state.edit(climate="training")
    assert "tell of" not in plan_words(state)


def test_old_results_are_said_to_be_old_in_words(state):
    assert stale_words(state) == ""
    state.edit(snow="NoSnow")
    assert "trained with degree-day snow; the settings now have no snow." in stale_words(state)
    assert "trained with degree-day snow" in bar_words(state) and "Train:" not in bar_words(state)
    state.edit(snow="DegreeDaySnow", members=2)
    assert "trained with 16 members; the settings now have 2 members." in stale_words(state)


def test_while_it_trains_it_says_how_far_it_is(state, training):
    said = words(bar_words(state))
    assert said == "Trainingepoch 2 of 4, about 6 s leftloss 1.00, median NSE 0.20"
    assert "<progress max='1' value='0.500'" in bar_words(state)
    training.progress.append(epoch(4, part=2, parts=2, part_name="fold 2 of 2"))
    state.follow()
    assert "epoch 4 of 4, fold 2 of 2" in words(bar_words(state)) and "value='1.000'" in bar_words(state)


def test_a_pause_says_so_and_promises_no_time(state, training):
    training.status = "paused"
    state.follow()
    said = words(bar_words(state))
    assert said.startswith("Pausedepoch 2 of 4") and "left" not in said
    training.status, training.stored = "done", state.store.results("default")
    state.follow()
    assert "epoch" not in bar_words(state).partition("epochs")[0]


def test_before_the_first_epoch_it_says_that_it_waits_or_starts(state, store, worker):
    run = store.run(state.start_training())
    assert words(bar_words(state)) == "Waiting"
    run.status = "training"
    state.follow()
    assert words(bar_words(state)) == "Starting"


def test_the_sparkline_falls_as_the_logarithm_of_the_loss(state, training):
    points = re.search(r"points='(.*?)'", sparkline([100.0, 10.0, float("nan"), 1.0]))[1]
    x, y = np.array([point.split(",") for point in points.split()], float).T
    np.testing.assert_allclose(x, [0, WIDTH / 2, WIDTH])
    np.testing.assert_allclose(y, [2, HEIGHT / 2, HEIGHT - 2])
    assert sparkline([1.0]) == sparkline([]) == "" and "<polyline" in sparkline([2.0, 2.0])
    assert "<polyline" in bar_words(state)
