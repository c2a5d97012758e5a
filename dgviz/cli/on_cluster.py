"""The options of commands that train on several processes, or on other machines."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from dgviz.learn.together import n_processes

if TYPE_CHECKING:
    from dgviz.experiment.cluster import Cluster

Workers = Annotated[
    int | None, typer.Option(min=1, help="Train folds, seeds or runs side by side, in so many processes (needs Dask).")
]
Scheduler = Annotated[
    str, typer.Option(help="Train on the workers of a Dask scheduler, tcp://HOST:8786, which see the same folders.")
]


def on_cluster(workers: int | None, scheduler: str) -> "AbstractContextManager[Cluster | None]":
    """The processes to train on; None where neither option is given. Raises ValueError where both are."""
    if workers and scheduler:
        raise ValueError(
            "--workers starts processes on this machine, and --scheduler takes those elsewhere. Leave one out."
        )
    if not (workers or scheduler):
        return nullcontext()
    if n_processes() > 1:
        raise ValueError("torchrun trains on several processes already. Leave out --workers and --scheduler.")
    from dgviz.experiment.cluster import cluster

    return cluster(workers or 0, scheduler)
