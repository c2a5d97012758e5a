"""What all sessions of one server share: data sets, runs and the process that trains them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets import DataError, published_on
from dgviz.datasets.uploads import forget
from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.experiment.run_folder import ENDED, LIVING
from dgviz.experiment.runs import Run, list_runs
from dgviz.experiment.sources import FIRST, domain_of, known_data, open_dataset
from dgviz.experiment.splits import trained_on
from dgviz.experiment.turns import in_turn, is_over, signed
from dgviz.experiment.worker import Worker
from dgviz.lessons import Lesson, read_lessons
from dgviz.ui.session.background import Computed, Kept
from dgviz.ui.session.room import Room

LAST = 10  # runs by which it is told how long one takes
LARGE, SMALL = 16, 512  # how many data sets and results are kept; and how many tables of scores


class DataStore:
    """Opens each data set and each result once, finds runs by id, and hands new ones to the worker.

    `runs_folder` is where new runs are written; `data` is what a new session opens, the name of a source or the path
    of a person's own data; `lessons_folder` is where lessons lie, in place of those that come with dgviz. Training
    starts with the first run that is submitted, or earlier with `warm_up`; without it nothing but reading happens.
    `own_machine`: nobody but who runs the server reaches it. `room`: who learns together in a workshop, else None.
    """

    recent = 0.5  # s within which the folder of runs is not looked through again, unless a run came or went

    def __init__(
        self,
        runs_folder: Path,
        data: str = FIRST,
        own_machine: bool = False,
        lessons_folder: Path | None = None,
        room: Room | None = None,
    ):
        self.runs_folder, self.data, self.own_machine, self.room = Path(runs_folder), data, own_machine, room
        self._lessons_folder = lessons_folder
        self.computed = Computed()
        self.live = ThreadPoolExecutor(1, thread_name_prefix="live")  # for what must not wait behind `computed`
        self._worker: Worker | None = None
        self._runs: dict[str, Run] = {}
        self._listed: tuple[int, float, list[Run], dict[str, Run]] = (0, 0.0, [], {})
        self._askers: dict[str, str | None] = {}
        self._in_queue: tuple[float, list[Run], float | None] = (0.0, [], None)
        self._datasets, self._flags, self._published = Kept(LARGE), Kept(LARGE), Kept(LARGE)
        self._results, self._scores, self._medians = Kept(LARGE), Kept(SMALL), Kept(SMALL)
        self._lock = threading.RLock()

    def dataset(self, data: str) -> xr.Dataset:
        """The data set of that name or path, in memory. Raises DataError saying what is wrong with it."""
        with self._lock:
            return self._datasets.of(data, lambda: open_dataset(data).load())

    def default_config(self, data: str) -> RunConfig:
        """The default options on a data set, in the domain that it is for. Raises DataError where it cannot be read."""
        domain = self.dataset(data).attrs.get("domain")
        return RunConfig(data=data, **({"domain": domain} if domain else {}))

    def flags(self, config: RunConfig) -> xr.DataArray:
        """Why the target of each site is not natural, in words `(site,)`; "" where it is."""
        with self._lock:
            return self._flags.of(config.data, lambda: config.science.flagged(self.dataset(config.data)))

    def published(self, data: str) -> xr.Dataset | None:
        """Others' scores on a data set, `(model, site)` by name; None without, or where the record lacks the days."""
        with self._lock:
            return self._published.of(data, lambda: published_on(self.dataset(data)))

    def known_data(self) -> dict[str, str]:
        """What may be opened, by title: known sources, imports and what this server was started with."""
        titles = known_data()
        twice = {title for title in titles.values() if list(titles.values()).count(title) > 1}
        known = {f"{title} ({name})" if title in twice else title: name for name, title in titles.items()}
        return known if self.data in known.values() else {self.data: self.data} | known

    def has_data(self, data: str) -> bool:
        """Are data there to be opened, told without reading their series?"""
        try:
            return bool(domain_of(data))
        except (DataError, OSError):
            return False

    @cached_property
    def lessons(self) -> dict[str, Lesson]:
        """The lessons by name, in their order. Raises LessonError saying what is wrong with a file."""
        return read_lessons(self._lessons_folder)

    def forget(self, data: str) -> None:
        """Remove a data set that was sent; runs that were trained on it can no longer be opened."""
        forget(data)
        with self._lock:
            for kept in (self._datasets, self._flags, self._published):
                kept.pop(data, None)

    def runs(self) -> list[Run]:
        """All runs with a readable configuration: the user's, newest first, then those that travel with dgviz."""
        return list(self._by_id().values())

    def unreadable(self) -> list[str]:
        """What is wrong with files of runs, as far as they were read, a sentence each."""
        return [problem for run in self._all_runs()[0] for problem in run.damage]

    def _by_id(self) -> dict[str, Run]:
        return self._all_runs()[1]

    def _all_runs(self) -> tuple[list[Run], dict[str, Run]]:
        """All runs, and by id those that can be read. The folder is looked through where it changed, and at times."""
        changed, now = _changed(self.runs_folder), time.monotonic()
        before, at, *known = self._listed
        if changed != before or now - at >= self.recent:
            found = [self._runs.setdefault(str(run.folder), run) for run in list_runs(self.runs_folder)]
            known = found, {run.id: run for run in found if _readable(run)}
            self._listed = (changed, now, *known)
        return tuple(known)

    def asked_by(self, run: Run) -> str | None:
        """Which visitor asked for a run, '' for the owner; None where that cannot be told."""
        if not (who := self._askers.get(str(run.folder))):
            who = self._askers[str(run.folder)] = signed(run.folder)
        return who

    def run(self, run_id: str) -> Run:
        """The run of that id, also where it was removed since it was seen. Raises RunError naming the ids there are."""
        runs = self._by_id()
        if run_id not in runs:
            if known := [run for run in self._runs.values() if run.id == run_id and _readable(run)]:
                return known[0]
            raise RunError(f"There is no run {run_id!r}. Runs: {', '.join(runs) or 'none yet'}.")
        return runs[run_id]

    def results(self, run_id: str) -> xr.Dataset:
        """The results of a finished run, in memory; the same object until the run has new ones.

        Raises RunError where they are damaged.
        """
        return self._of_results(self._results, self.run(run_id), lambda run: run.read_results())

    def scores(self, run_id: str) -> xr.Dataset:
        """Every score of a finished run, `(period, site)`; nothing else of it is read.

        None of a run whose scores are damaged: `unreadable` says so, and whatever lists runs leaves them empty.
        """
        run = self.run(run_id)
        try:
            return self._of_results(self._scores, run, lambda run: run.read_results({"period", "site"}))
        except RunError:
            return xr.Dataset()

    def medians(self, run_id: str) -> xr.Dataset:
        """The median of every score over the sites of a finished run, `(period,)`; none where they are damaged.

        Of a run that was trained on some sites and predicts others too, over the sites trained on.
        """
        if not (scores := self.scores(run_id)):
            return scores

        def median(run: Run) -> xr.Dataset:
            return trained_on(run.config, scores).median("site", keep_attrs=True)

        return self._of_results(self._medians, self.run(run_id), median)

    def _of_results(self, kept: Kept, run: Run, make: Callable[[Run], xr.Dataset]) -> xr.Dataset:
        with self._lock:
            return kept.of((run.id, results_written(run)), lambda: make(run))

    def active(self) -> list[Run]:
        """Runs that train, then those that wait, the next one first."""
        return self._queue()[0]

    def wait(self, run_id: str) -> tuple[int, float | None]:
        """How many runs are trained before one that waits, with that in training, and about how many s that takes.

        The seconds are the median of the last ten runs here for each of them; None before there are any.
        """
        active, usual = self._queue()
        before = next((place for place, run in enumerate(active) if run.id == run_id), 0)
        return before, None if usual is None else usual * before

    def _queue(self) -> tuple[list[Run], float | None]:
        """Runs that have not ended, in order, and how long one usually takes; the same for all for a moment."""
        at, *known = self._in_queue
        if time.monotonic() - at >= self.recent:
            own = [run for run in self.runs() if run.folder.parent == self.runs_folder]
            trained = [run for run in reversed(own) if not is_over(run) and run.status in LIVING]
            records = (run.record for run in own if run.status in ENDED)
            took = [*islice((record["seconds"] for record in records if "seconds" in record), LAST)]
            known = [[*trained, *in_turn(own)], float(np.median(took)) if took else None]
            self._in_queue = (time.monotonic(), *known)
        return tuple(known)

    @property
    def worker(self) -> Worker:
        """The process that trains, started when first needed."""
        with self._lock:
            if self._worker is None:
                self._worker = Worker(self.runs_folder)
                self._worker.start()
            return self._worker

    def warm_up(self) -> None:
        """Start the worker in the background, so that the first training begins at once."""
        threading.Thread(target=lambda: self.worker, daemon=True).start()

    def submit(self, config: RunConfig) -> str:
        """Make a run of this configuration, queue it for training and return its id."""
        run = self.worker.submit(config)
        self._listed, self._in_queue = (0, 0.0, [], {}), (0.0, [], None)  # it shows at once
        return run.id

    def trains(self, run: Run) -> bool:
        """Is a run trained by the worker of this server, so that it can be killed from here?"""
        return self._worker is not None and self._worker.trains(run)

    def close(self) -> None:
        """End the worker, if it was started, and what was still to be computed."""
        self.computed.close()
        self.live.shutdown(wait=False, cancel_futures=True)
        with self._lock:  # it may just be starting
            if self._worker is not None:
                self._worker.close()


def _changed(folder: Path) -> int:
    """When something came into a folder or left it; 0 where there is none."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def results_written(run: Run) -> float:
    """When the results of a run were written, in s: a run that is trained on has others. Zero without results."""
    try:
        return (run.folder / "results.zarr").stat().st_mtime
    except OSError:
        return 0.0


def _readable(run: Run) -> bool:
    """Can the configuration of a run be read?"""
    try:
        return bool(run.config)
    except RunError:
        return False
