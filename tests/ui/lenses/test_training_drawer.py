"""The drawer with all of the training: what it says of a run, whatever its status, and what its buttons do."""

import shutil

import numpy as np
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.ui.figures.learning import LearningCurves
from dgviz.ui.lenses.training.learning import LossCurves
from dgviz.ui.lenses.training.queue import TrainingQueue, rows_of
from dgviz.ui.lenses.training.training import TrainingControl, figures_of, status_words
from dgviz.ui.session.state import AppState
from tests.ui.conftest import LOOK, epoch


def shown(view):
    return {name for name, button in view.buttons.items() if button.visible}


def test_epochs_arrive_once_each_and_only_the_last_keeps_its_parameters(state, training):
    assert [record["epoch"] for record in state.progress] == [1, 2]
    training.progress.append(epoch(3))
    state.follow()
    state.follow()
    assert [record["epoch"] for record in state.progress] == [1, 2, 3]
    assert ["parameters" in record for record in state.progress] == [False, False, True]


def test_a_run_in_training_says_how_far_it_is_and_can_be_paused_stopped_or_killed(state, training):
    view = TrainingControl(state=state)
    assert "2<small> of 4" in view.figures.object and "About 6 s left" in view.figures.object
    assert shown(view) == {"pause", "stop", "kill"} and view.bar.value == 50 and view.bar.variant == "determinate"
    view.buttons["pause"].clicks += 1
    training.status = "paused"
    state.follow()
    assert training.asked == ["pause"] and "resume" in shown(view) and "Paused" in view.figures.object
    view.buttons["resume"].clicks += 1
    view.buttons["stop"].clicks += 1
    assert training.asked == ["pause", "resume", "stop"]


def test_killing_asks_first(state, training, worker):
    view = TrainingControl(state=state)
    view.buttons["kill"].clicks += 1
    assert view.dialog.open and worker.killed == []
    keep, kill = view.dialog[1]
    keep.clicks += 1
    assert not view.dialog.open and worker.killed == []
    kill.clicks += 1
    assert worker.killed == [training.id]


def test_what_is_killed_is_the_run_that_was_asked_about(state, training, worker, store):
    view = TrainingControl(state=state)
    view.buttons["kill"].clicks += 1
    kill = view.dialog[1][1]
    other = store.run(state.start_training())
    training.status, other.status = "done", "training"
    state.look_at(other.id)
    kill.clicks += 1
    assert worker.killed == [training.id]


def test_a_run_of_another_process_cannot_be_killed_from_here(state, training, store, monkeypatch):
    monkeypatch.setattr(store._worker, "trains", lambda run: False)
    assert shown(TrainingControl(state=state)) == {"pause", "stop"}


def test_a_failed_run_says_why_what_still_works_and_goes_on_from_its_last_epoch(state, training, worker, monkeypatch):
    training.status, training.error = "failed", "loss is <NaN>\n\nTraceback (most recent call last): ..."
    state.follow()
    view = TrainingControl(state=state)
    said = view.trouble.object
    assert "loss is &lt;NaN&gt;" in said and "Traceback" not in said and "still works" in said
    assert "Traceback" not in state.problem and "loss is <NaN>" in state.problem
    assert shown(view) == {"again"} and view.buttons["again"].label == "Train again from epoch 2"
    monkeypatch.setattr(training, "wait_again", lambda: setattr(training, "status", "waiting"), raising=False)
    view.buttons["again"].clicks += 1
    assert state.training == training.id and worker.started


def test_what_cannot_be_done_is_said(state, training, monkeypatch):
    def refuse(what):
        raise RunError("The runs folder cannot be written.")

    monkeypatch.setattr(training, "request", refuse)
    TrainingControl(state=state).buttons["stop"].clicks += 1
    assert state.problem == "The runs folder cannot be written."


def test_the_queue_keeps_its_order_and_its_first_run_in_view(state, training, store):
    second, third = store.run(state.start_training()), store.run(state.start_training())
    assert state.followed == training.id
    assert [(row["id"], row["words"]) for row in rows_of(store.active(), store.runs())] == [
        (training.id, ""),
        (second.id, "place 1"),
        (third.id, "place 2"),
    ]
    training.status, training.stored = "done", store.run("default").stored
    state.follow()
    assert (state.run, state.followed, state.training) == (training.id, second.id, second.id)


def test_a_waiting_run_that_is_taken_from_the_queue_is_no_longer_followed(state, store, worker):
    run = store.run(state.start_training())
    store.runs().remove(run)
    shutil.rmtree(run.folder)
    state.follow()
    assert (state.training, state.followed, state.problem) == ("", "", "")


def test_a_queue_line_offers_what_makes_sense(state, training, store):
    waiting = store.run(state.start_training())
    view = TrainingQueue(state=state)
    labels = [[button.label for button in line[1:]] for line in view._place[0]]
    assert labels == [["Stop"], ["Look", "Cancel"]]
    view._place[0][1][2].clicks += 1
    assert waiting.asked == ["stop"]
    waiting.status, waiting.error = "failed", "out of memory\n\nTraceback ..."
    view.look()
    assert "Failed: out of memory" in view._place[0][1][0].object


def test_a_run_started_elsewhere_comes_into_view_with_all_its_epochs(store, state, worker):
    store.submit(RunConfig(domain="hydrology", data="made-up", epochs=4))
    run = store.runs()[0]
    run.status, run.progress = "training", [epoch(1), epoch(2), epoch(3)]
    view = TrainingControl(state=state)
    assert state.training == run.id and "3<small> of 4" in view.figures.object


def test_without_any_run_the_page_says_what_to_press(empty_store):
    view = TrainingControl(state=AppState(empty_store))
    assert "press Train" in view._place[0].object


def test_loss_and_score_are_added_epoch_by_epoch(state, training):
    view = LossCurves(state=state)
    source = view.curves.source
    training.progress.append(epoch(3, validation_loss=0.9, median_nse=-0.5))
    state.follow()
    assert view.curves.source is source and list(source.data["epoch"]) == [1, 2, 3]
    assert np.isnan(source.data["validation_loss"][0]) and source.data["validation_loss"][2] == 0.9
    assert view.curves.legend.visible and view.curves.score_range.start == -0.6


def test_the_curves_of_one_run_are_never_mixed_with_another():
    curves = LearningCurves(4, LOOK)
    curves.update([epoch(1), epoch(2)])
    with pytest.raises(ValueError, match="another run"):
        curves.update([epoch(1)])


def test_each_part_is_a_line_of_its_own_and_the_present_one_is_strong(state, training):
    view = LossCurves(state=state)
    training.progress += [epoch(n, part=2, parts=2) for n in (1, 2, 3)]
    state.follow()
    assert list(view.curves.source.data["epoch"]) == [1, 2, 3]
    earlier = view.curves.earlier
    assert earlier.data["earlier_epoch"] == [[1.0, 2.0]] and earlier.data["earlier_loss"] == [[2.0, 1.0]]
    assert "2 parts" in view.caption
    training.progress.append(epoch(3, part=1, parts=2))  # trained longer: the first part goes on
    state.follow()
    assert list(view.curves.source.data["epoch"]) == [1, 2, 3] and len(earlier.data["earlier_epoch"][0]) == 3


def test_the_bar_and_the_figures_are_of_all_parts(state, training):
    view = TrainingControl(state=state)
    training.progress.append(epoch(2, part=2, parts=3, part_name="fold 2 of 3"))
    state.follow()
    assert view.bar.value == 50 and "2<small> of 3" in view.figures.object


def test_a_run_without_anything_to_learn_says_so(state, store):
    state.look_at("default")
    assert "nothing to learn" in LossCurves(state=state)._place[0].object


def test_an_ended_run_that_keeps_its_checkpoint_can_be_trained_longer(state, store, worker, monkeypatch):
    run = store.run("default")
    state.look_at("default")
    view = TrainingControl(state=state)
    assert "longer" not in shown(view)
    run.checkpointed = True
    longer = []
    monkeypatch.setattr(run, "extended", lambda epochs, folder: longer.append((epochs, folder)) or made, raising=False)
    made = store.run(store.add("longer", run.config.edited(epochs=120), status="waiting"))
    state.param.trigger("runs")
    assert "longer" in shown(view) and view.longer.visible and view.longer.value == 2 * run.config.epochs
    view.buttons["longer"].clicks += 1
    assert longer == [(2 * run.config.epochs, store.runs_folder)]
    assert state.training == "longer" and worker.started


def test_a_run_that_was_stopped_is_offered_the_epochs_that_it_was_to_have(state, store, worker):
    run = store.run("default")
    run.status, run.checkpointed = "stopped", True
    state.look_at("default")
    assert TrainingControl(state=state).longer.value == run.config.epochs


@pytest.mark.parametrize(
    ("status", "last", "before", "words"),
    [
        ("waiting", {}, 0, "it is next"),
        ("waiting", {}, 2, "2 runs before it"),
        ("training", {}, 0, "Starting"),
        ("training", epoch(4), 0, "Scoring and writing results"),
        ("stopping", epoch(2), 0, "scored and kept"),
        ("done", epoch(2), 0, "Ended early"),
        ("done", epoch(4), 0, "Done"),
        ("done", {}, 0, "nothing to learn"),
        ("done", epoch(2, part=2, parts=2), 0, "Done"),
        ("training", epoch(2, part=2, parts=5, part_name="fold 2 of 5"), 0, "Fold 2 of 5. About 6 s left"),
    ],
)
def test_the_status_is_said_in_words(status, last, before, words):
    assert words in status_words(status, last, before)


def test_the_device_is_named_and_escaped():
    assert "CPU &lt;1&gt;" in figures_of("training", epoch(1), 4, 0, "CPU <1>")


def test_the_picker_changes_with_the_card_and_names_runs(state, training):
    view = TrainingControl(state=state)
    assert view.choice.value == training.id and training.id in view.choice.options.values()
    state.look_at("default")
    assert view.choice.value == "default" and "Training of HBV, 3 Feb 04:05" in view.heading
    assert "Done" in view.figures.object
    assert "HBV, 3 Feb" in LossCurves(state=state).heading
