"""About how long a training takes, and how long a change is tried."""

from collections.abc import Iterable
from typing import Any

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run

TRY = 6.0  # seconds of learning in which a change is tried, about; to score it takes a few more
FEWEST, FEWEST_LONG = 5, 2  # epochs of it; and where one takes so long that it is many updates


def n_parts(config: RunConfig) -> int:
    """How many trainings a configuration takes, one for each fold and seed; of regions there may be fewer."""
    return config.seeds * (config.folds if config.holdout in ("folds", "regions") else 1)


def training_seconds(draft: RunConfig, runs: Iterable[Run], selected: int, sites: int) -> float | None:
    """About how many seconds training a draft takes, by the time of an update of one of these runs on the same data.

    It is the run most like the draft that has learned anything; None without one. An update takes about as long for
    few sites as for a full batch. `selected` is the number of sites that are trained on, 0 for all of `sites`.
    """
    learned = [run for run in runs if run.progress]
    if not learned:
        return None
    run = min(learned, key=lambda run: len(run.config.differences(draft)))
    first, *others = (record["seconds"] for record in run.progress)
    # The first epoch also compiles and reads.
    of_epoch = (others[-1] - first) / len(others) if others else first
    of_run = len(run.config.trained_sites or run.config.sites) or sites
    rate = of_epoch / _batches(of_run, run.config)
    return rate * _batches(selected or sites, draft) * draft.epochs * n_parts(draft)


def _batches(n_sites: int, config: RunConfig) -> int:
    """How many batches a pass over the sites takes."""
    return -(-n_sites // config.batch_size)


def options_of_a_try(epochs: int, seconds: float | None) -> dict[str, Any]:
    """The options with which a change is tried, where its whole training takes so many epochs and seconds."""
    wanted = int(TRY / seconds * epochs) if seconds else FEWEST
    fewest = FEWEST if wanted > 1 else FEWEST_LONG
    # Falling steps: the first ones are for what is new, the last disturb what was learned before no more.
    return {"epochs": min(epochs, max(fewest, wanted)), "schedule": "cosine"}
