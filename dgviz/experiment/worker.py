"""The process that carries out the waiting runs of a folder, one after the other, and stays warm.

The queue is the folder itself: visitors take turns (`in_turn`). Whoever claims a run first trains it.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil
import torch

from dgviz.engine import n_processors
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.physics import check_run
from dgviz.experiment.run_files import RunError
from dgviz.experiment.run_folder import FINISHED, NO_ROOM
from dgviz.experiment.runs import Run, list_runs, runs_in
from dgviz.experiment.turns import in_turn
from dgviz.experiment.warm_start import check_start
from dgviz.signals import ENDING, INTERRUPTED, blocked_in_children, in_main_thread, terminate_as_interrupt

POLL = 0.1  # seconds between looks at the folder
PATIENCE = 5.0  # seconds that a process has to end by itself


class Worker:
    """A process that carries out the waiting runs of a folder, one after the other, politely.

    It is spawned once and stays warm; it ends with the process that started it.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self._process: SpawnProcess | None = None

    def start(self) -> None:
        """Spawn the process, unless it lives."""
        if self._process is None or not self._process.is_alive():
            # A forked child would inherit the threads and locks of torch and of the server.
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=_serve, args=(self.folder, os.getpid()), daemon=True)
            with blocked_in_children():
                process.start()
            self._process = process

    def submit(self, config: RunConfig) -> Run:
        """Put a run in the queue. Raises RunError if it cannot be written, ConfigError if it cannot start as asked."""
        check_start(config, self.folder)
        run = Run.create(config, self.folder)
        self.start()
        return run

    @property
    def queue(self) -> list[str]:
        """The ids of the runs that wait, the next one first."""
        return [run.id for run in _waiting(self.folder)]

    def trains(self, run: Run) -> bool:
        """Is it this process that trains the run, and not one started elsewhere?"""
        return self._process is not None and run.worker == self._process.pid

    def kill(self, run: Run) -> None:
        """End the process with the run that it trains, and start a new one for the rest of the queue.

        Raises RunError, and ends nothing, where it is not this run that it trains.
        """
        if not self.trains(run):
            raise RunError(f"The run {run.id!r} is not in training here: it is {run.status}, and nothing was ended.")
        self.close(patience=0)
        self.start()

    def close(self, patience: float = PATIENCE) -> None:
        """End the process; a run that it trains fails with the reason. After `patience` seconds it is killed."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if patience:
            process.terminate()
            process.join(patience)
        process.kill()
        process.join()
        for run in list_runs(self.folder):
            if run.worker == process.pid and run.status == "failed":
                run.tidy()


def _serve(folder: Path, parent: int) -> None:
    if in_main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the one who started this process
        signal.signal(signal.SIGTERM, _leave)
    torch.set_num_threads(max(1, n_processors() // 2))  # the others are for those who look at the dashboard
    psutil.Process().nice(10)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    unsaid: dict[Path, str] = {}
    unchecked: list[Run] = []
    while True:
        try:
            if trained := _train_next(folder, unsaid):
                unchecked += [trained] * (trained.status in FINISHED)
            elif unchecked:  # nobody waits
                _check(unchecked.pop())
            else:
                time.sleep(POLL)
        except SystemExit:  # it is told to the run, and concerns nobody else
            raise SystemExit(0) from None
        except Exception as error:  # of one run, or of a folder that cannot be read: the others wait for their turn
            print(f"The runs in {folder} cannot be looked through: {error}", file=sys.stderr)
            time.sleep(1)


def _leave(*_) -> None:
    """End, in order; the run that is trained, if there is one, writes the reason down."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)  # once is enough: a second would cut off the clearing away
    raise SystemExit("The dashboard that trained this run was stopped. Train again to go on from its last epoch.")


def _end_with(parent: int) -> None:
    """End this process, whatever it does, when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


def _waiting(folder: Path) -> list[Run]:
    """The runs that wait, the next one first."""
    return in_turn(runs_in(folder))


def _train_next(folder: Path, unsaid: dict[Path, str]) -> Run | None:
    """Train the run whose turn it is; returns it, None where none waits.

    `unsaid` are failed runs with the reason for which the disk had no room: it is written as soon as there is, and they
    are not tried again before.
    """
    for failed, reason in list(unsaid.items()):
        if Run(failed).fail(reason):
            del unsaid[failed]
    waiting = [run for run in _waiting(folder) if run.folder not in unsaid]
    if not waiting:
        return None
    run = waiting[0]
    try:
        carry_out(run)
    except Exception as error:
        print(f"The run {run.id!r} failed: {error}", file=sys.stderr)
        if run.status == "waiting" or run.error == NO_ROOM:
            unsaid[run.folder] = str(error) or type(error).__name__
    return run


def _check(run: Run) -> None:
    """The physics checks of a run: they take some seconds, for which no training should have to wait."""
    try:
        check_run(run)
    except Exception as error:
        print(f"The run {run.id!r} could not be checked: {error}", file=sys.stderr)


def main() -> None:
    """`python -m dgviz.experiment RUN`: carry out the run in a folder."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m dgviz.experiment RUN, where RUN is the folder of a run (it holds config.json).")
    terminate_as_interrupt()
    run = Run(Path(sys.argv[1]))
    try:
        print(f"{run.config.epochs} epochs on {run.config.data}; progress is written to {run.folder}")
        carry_out(run)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
