"""Trainings of seconds, for many who share one machine: a few epochs from what a run like it has learned."""

from collections.abc import Iterable

from dgviz.experiment.config import NOT_THE_MODEL, RunConfig
from dgviz.experiment.needs import learns
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run

EPOCHS = 10
SPLIT = ("train_period", "test_period", "holdout", "folds", "groups", "held_sites")  # another has seen what is tested


def nearest(draft: RunConfig, runs: Iterable[Run]) -> Run | None:
    """The run with results on the same data whose model is most like a draft, the first of several; None without any.

    Only runs that have learned something count.
    """
    there = [run for run in runs if run.status in FINISHED and run.config.data == draft.data]
    learned = [run for run in there if run.config.target == draft.target and learns(run.config)]
    return min(learned, key=lambda run: len(draft.differences(run.config).keys() - NOT_THE_MODEL), default=None)


def shortened(draft: RunConfig, runs: Iterable[Run]) -> RunConfig:
    """A draft that takes seconds: ten epochs at most, from the weights of the nearest run that was split the same way.

    It begins anew where there is none, and where sites are held out: what it starts from may have seen them.
    """
    few = min(draft.epochs, EPOCHS)
    if draft.start_from:
        return draft.edited(epochs=few)
    same = [run for run in runs if all(getattr(run.config, name) == getattr(draft, name) for name in SPLIT)]
    start = nearest(draft, same) if draft.holdout == "none" and learns(draft) else None
    if start is None:
        return draft.edited(epochs=few)
    # Falling steps disturb less of what was learned before.
    return draft.edited(epochs=few, start_from=start.id, schedule="cosine")
