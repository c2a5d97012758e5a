"""Trainings as tasks of Dask: the parts of a run, its results by blocks of sites, and whole runs.

The pieces are those of a training without Dask, and each part has its own checkpoint, so both give the same bits. The
bits depend on how many threads compute: a task takes as many as the process that sends it. Workers read and write the
folders of runs, and the data, under the same paths as that process.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import torch

from dgviz.engine import n_threads
from dgviz.experiment.config import ConfigError
from dgviz.experiment.job import POLL, Job, carry_out
from dgviz.experiment.physics import check_run
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel
from dgviz.signals import blocked_in_children

HOST = "127.0.0.1"  # a local cluster is for this machine alone
PATIENCE = 30  # seconds to wait for a scheduler
MISSING = "Trainings on several processes need Dask: pip install 'dgviz[cluster]'."


@contextmanager
def cluster(workers: int = 0, scheduler: str = "") -> Iterator["Cluster"]:
    """So many processes of this machine, which end with the context, or those of a scheduler elsewhere.

    Raises ConfigError if Dask is not installed, and RunError if no scheduler answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ConfigError(MISSING) from None
    if scheduler:
        try:
            client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise RunError(
                f"No Dask scheduler answers at {scheduler!r} ({error}). Start one with `dask scheduler`, and give its "
                "address as tcp://HOST:8786."
            ) from None
        with client:
            yield Cluster(client)
        return
    with blocked_in_children():  # Ctrl-C is for this process, which asks the tasks to stop
        processes = dict(n_workers=workers, threads_per_worker=1, processes=True, memory_limit=0)
        local = LocalCluster(
            **processes, host=HOST, dashboard_address=f"{HOST}:0", scheduler_kwargs={"dashboard": False}
        )
    with local, Client(local, set_as_default=False) as client:
        yield Cluster(client)


class Cluster:
    """Processes that train, through a client of `dask.distributed`.

    A task whose process dies is begun again on another, from its checkpoint; after some deaths RunError is raised.
    """

    def __init__(self, client: Any):
        self.client = client

    def train(self, job: Job) -> None:
        """Train all parts of a job, each to its last checkpoint; the job goes on from there."""
        records: SimpleQueue[EpochRecord] = SimpleQueue()
        topic = f"{job.run.id}-{uuid.uuid4()}"
        self.client.subscribe_topic(topic, lambda event: records.put(json.loads(event[1])))
        tasks = self._submit(partial(_train_part, job.run.folder, topic), range(1, len(job.parts) + 1))
        try:
            while not (ended := all(task.done() for task in tasks)) or not records.empty():
                try:
                    job.note(records.get(timeout=0 if ended else POLL))
                except Empty:
                    continue
                except KeyboardInterrupt:
                    job.stop()
            self._results(tasks)
        finally:
            self.client.unsubscribe_topic(topic)

    def map(self, function: Callable, each: Iterable) -> list:
        """What a function gives for each, in their order, as the built-in of this name."""
        return self._results(self._submit(function, list(each)))

    def carry_out(self, runs: Sequence[Run]) -> Iterator[tuple[Run, str]]:
        """Train whole runs side by side; each as it ends, with what went wrong, or nothing."""
        from distributed import as_completed

        tasks = dict(zip(self._submit(_carry_out, [run.folder for run in runs]), runs, strict=True))
        for task in as_completed(tasks, loop=self.client.loop):
            error = task.exception()
            yield tasks[task], str(_said(error)) if error else ""

    def _submit(self, function: Callable, each: Sequence) -> list:
        return self.client.map(partial(_with_threads, n_threads(), function), each, pure=False)

    def _results(self, tasks: Sequence) -> list:
        try:
            return self.client.gather(tasks)
        except Exception as error:
            said = _said(error)
            raise said from (None if said is not error else error.__cause__)


def _said(error: BaseException) -> BaseException:
    """An error of a task, in words where its processes died."""
    if type(error).__name__ != "KilledWorker":
        return error
    return RunError(
        f"A task was given up: the processes that worked on it died {error.allowed_failures + 1} times, the last at "  # type: ignore[attr-defined]
        f"{error.last_worker.address}. Mostly memory is short: give fewer workers. Train again to go on from the "  # type: ignore[attr-defined]
        "last epochs."
    )


def _with_threads(threads: int, function: Callable, given: Any) -> Any:
    torch.set_num_threads(threads)
    return function(given)


def _carry_out(folder: Path) -> None:
    run = Run(folder)
    carry_out(run)
    check_run(run)


def _train_part(folder: Path, topic: str, number: int) -> None:
    from distributed import get_worker

    worker = get_worker()
    _Task(Run(folder), lambda record: worker.log_event(topic, json.dumps(record))).train_part(number)


class _Task(Job):
    """One part of a job, in another process: it writes its checkpoint, and tells of its epochs."""

    def train_part(self, number: int) -> None:
        dataset = self.prepare()
        self.train_one(number, self.build(self.parts[number - 1], dataset), dataset)

    def _let_progress_agree(self, number: int, checkpoint: dict | None) -> None:
        # The process may have died before it told of its last epoch.
        if checkpoint:
            self.on_epoch(json.loads(checkpoint["progress"]))
        self.trained = {number: checkpoint["epoch"] if checkpoint else 0}

    def _write_progress(self, record: EpochRecord) -> None:
        """It is written down by the job."""

    def _check_learned(self, number: int, model: DifferentiableModel) -> None:
        """The job does, when all is trained."""
