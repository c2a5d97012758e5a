"""The trainings of a session: what it starts, which one is in view, and how far that is."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import param
import xarray as xr

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.estimate import FEWEST_LONG, options_of_a_try, training_seconds
from dgviz.experiment.learnable import trainings
from dgviz.experiment.run_files import RunError
from dgviz.experiment.run_folder import ENDED, FINISHED
from dgviz.experiment.short_training import EPOCHS, nearest, shortened
from dgviz.experiment.turns import sign
from dgviz.ui.session.visitors import check_owner, owns

LONGEST_TRY = 12.0  # seconds after which a try is stopped
OF_SITES = ("parameters", "nse")  # of a record of progress: a value for each site


class Trainings(param.Parameterized):
    """The part of `AppState` that is about trainings. It reads the draft, the selection and the shown run of that."""

    followed = param.String("", doc="The run whose training is in view, ended or not; '' for none")
    training = param.String("", doc="The same while it has not ended; '' for none")
    status = param.String("", doc="The status of `followed`")
    progress = param.List(
        [], doc="Its epochs so far, one record each; only the last one has what there is of each site"
    )
    before = param.Integer(0, doc="While `training` waits: how many runs are trained before it")
    wait = param.Number(None, allow_None=True, doc="About how many s that takes; None where nobody knows")
    problem = param.String("", doc="The last error, in words for the user")

    def __init__(self, store: Any, visitor: str, **choices: Any):
        super().__init__(**choices)
        self.store, self.visitor = store, visitor
        self._cursor = 0
        self._started: set[str] = set()  # the runs of this session
        self._tries: set[str] = set()  # those of them that end after some seconds
        self._quiet: set[str] = set()  # those of them that do not come into view by themselves

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do what a person asks; say why not, where it cannot be."""
        try:
            act()
        except (ValueError, OSError) as error:
            self.problem = str(error)

    def estimate(self) -> float | None:
        """About how many seconds training the draft takes; None where nothing was trained on these data."""
        runs = [run for run in map(self.store.run, self.finished()) if run.progress]
        # Those that come with the program took the time of another machine.
        here = [run for run in runs if run.folder.parent == self.store.runs_folder]
        return training_seconds(self.to_train(), here or runs, len(self.selected), len(self.sites))

    @property
    def left(self) -> float | None:
        """About how many seconds the training in view still takes, as far as its last epoch tells."""
        last = self.progress[-1] if self.progress else {}
        if self.training in self._tries and last:
            return min(last["eta"], max(LONGEST_TRY - last["seconds"], 0.0))
        return last.get("eta")

    def learned_so_far(self) -> xr.Dataset | None:
        """Parameters and the efficiency `(site,)` after the last epoch of a training on these data; None without."""
        last = self.progress[-1] if self.training and self.progress else {}
        config = self.store.run(self.training).config if last else self.config
        if not last or config.data != self.config.data:
            return None
        known = last.get("parameters", {}) | ({"nse": last["nse"]} if "nse" in last else {})
        columns = {name: ("site", np.array(values, "float64")) for name, values in known.items()}
        return xr.Dataset(columns, {"site": list(config.sites) or self.sites}).reindex(site=self.sites)

    def start_training(self) -> str:
        """Train the draft on the selected sites in the background; returns the id of the new run.

        It comes into view at once, or when the training that is in view has ended.
        """
        return self._train(self.to_train())

    def try_it(self) -> str:
        """Train the draft for some seconds from the weights of the run that is shown, which it is then compared with.

        Returns the id of the new run. Raises ConfigError where no run is shown, or it has nothing to start from.
        """
        if not self.run:
            raise ConfigError("No run is shown that this could start from. Press Train, or pick a run.")
        draft = self.to_train()
        changes = options_of_a_try(draft.epochs, self.estimate())
        run_id = self._train(draft.edited(start_from=self.run, **changes))
        self._tries.add(run_id)
        return run_id

    def to_train(self) -> RunConfig:
        """The draft on the selected sites; all others are predicted too, where what it learns holds for them.

        In a workshop it is a short training.
        """
        selected = tuple(self.selected)
        sites, trained = ((), selected) if self.config.for_other_sites else (selected, ())
        return self._short(self.config.edited(sites=sites, trained_sites=trained))

    @property
    def hurries(self) -> bool:
        """Are the trainings of this session short, as those of all visitors of a workshop?"""
        return self.store.room is not None and bool(self.visitor)

    def _short(self, config: RunConfig) -> RunConfig:
        """In a workshop a short training of a configuration, from the run that is shown or one that travels."""
        if not self.hurries:
            return config
        shown = [self.store.run(self.run)] if self.run else []
        others = [run for run in self.store.runs() if run.folder.parent != self.store.runs_folder]
        return shortened(config, [*shown, *others])

    def nearest(self) -> str:
        """The run that is trained already and is most like what waits, by id; '' without any."""
        seen = [run for run in self.seen_runs() if run.id != self.training]
        found = nearest(self.store.run(self.training).config, seen) if self.training else None
        return found.id if found else ""

    def _check(self, config: RunConfig) -> None:
        """Is there what a run names, and something to learn from? Raises ConfigError or DataError where not."""
        dataset = self.store.dataset(config.data)
        trainings(config, dataset.sel(site=list(config.sites)) if config.sites else dataset)

    def _train(self, config: RunConfig) -> str:
        self._check(config)
        run_id = self._submit(config)
        if not self.training:
            self.look_at(run_id)
        self.refresh_runs()
        return run_id

    def _submit(self, config: RunConfig) -> str:
        run_id = self.store.submit(config)
        self._started.add(run_id)
        sign(self.store.run(run_id).folder, self.visitor)
        return run_id

    def train_all(self, configs: Iterable[RunConfig]) -> None:
        """Train configurations in the background, one after the other; what is shown stays until another is picked.

        Raises RunError in a workshop, where trainings are short: they would not stand for what is compared.
        """
        if self.hurries:
            raise RunError(
                "In a workshop a training takes few epochs, and these need all of theirs. Ask who sits at the machine "
                "to train them, or take the page home."
            )
        made = [self._submit(config) for config in configs]
        self._quiet |= {*made}
        if made and not self.training:
            self.look_at(made[0])
        self.refresh_runs()

    def train_again(self, run_id: str) -> None:
        """Put a failed run back in the queue: its training goes on from the last epoch. Raises RunError or OSError."""
        self.ask(run_id, "again")
        self.store.worker.start()
        self.look_at(run_id)

    def look_at(self, run_id: str) -> None:
        """Bring the training of a run into view, whoever started it; it is followed until it ends."""
        run = self.store.run(run_id)
        status = run.status  # before the epochs, so that none is missing from a run that ends just now
        records, self._cursor = run.read_progress(0)
        active = "" if status in ENDED else run_id
        before, wait = self.store.wait(run_id) if status == "waiting" else (0, None)
        known = {"followed": run_id, "training": active, "status": status, "before": before, "wait": wait}
        self.param.update(progress=_without_sites([], records), **known)

    def train_longer(self, run_id: str, epochs: int) -> None:
        """Train a run that has ended on, to more epochs, as a new run. Raises RunError or OSError."""
        run = self.store.run(run_id)
        if self.hurries and epochs > run.config.epochs + EPOCHS:
            raise RunError(
                f"In a workshop a training has at most {EPOCHS} epochs more. Give up to {run.config.epochs + EPOCHS}."
            )
        run = run.extended(epochs, self.store.runs_folder)
        self.store.worker.start()
        self._started.add(run.id)
        sign(run.folder, self.visitor)
        if not self.training:
            self.look_at(run.id)
        self.refresh_runs()

    def request(self, action: str) -> None:
        """Ask the running training to "stop" (its best weights are kept), "pause" or "resume"."""
        if self.training:
            self.ask(self.training, action)

    def ask(self, run_id: str, action: str) -> None:
        """Ask a run to "stop", "pause", "resume", or to wait to be trained "again". Raises RunError for another's."""
        run = self.store.run(run_id)
        check_owner(run, self.visitor)
        if action == "again":
            run.wait_again()
        else:
            run.request(action)

    def may_change(self, run_id: str) -> bool:
        """May this session stop a run or train it again?"""
        return owns(self.store.run(run_id), self.visitor)

    def kill_training(self, run_id: str) -> None:
        """End the process that trains a run at once; the run shows as failed.

        Raises RunError for another's, and where the process trains another by now.
        """
        run = self.store.run(run_id)
        check_owner(run, self.visitor)
        self.store.worker.kill(run)

    def follow(self) -> None:
        """Read what the training wrote since the last call; called a few times a second while one is active."""
        if not self.training:
            return
        try:
            run = self.store.run(self.training)
            if not (run.folder / "config.json").exists():
                raise RunError(f"The run {run.id!r} was removed.")
            status = run.status
            records, self._cursor = run.read_progress(self._cursor)
        except (RunError, OSError) as error:
            if self.status != "waiting":  # or it was taken from the queue
                self.problem = str(error)
            self.param.update(followed="", training="", status="", progress=[])
            self.refresh_runs()
            return
        progress = {"progress": _without_sites(self.progress, records)} if records else {}
        before, wait = self.store.wait(run.id) if status == "waiting" else (0, None)
        self.param.update(status=status, before=before, wait=wait, **progress)
        if run.id in self._tries and status == "training":
            self._end_a_try_in_time(run.id)
        if status in FINISHED:
            self._finish(run.id)
        elif status == "failed":
            self.refresh_runs()
            self.param.update(training="", problem=f"The training of {run.id} failed: {first_line(run.error)}")
        if status in ("failed", "waiting"):
            self.store.worker.start()  # for the rest of the queue, should its process be gone

    def _end_a_try_in_time(self, run_id: str) -> None:
        """Stop a try that takes much longer than it should: the machine may be slower than the one of the estimate."""
        if self.progress and self.progress[-1]["seconds"] > LONGEST_TRY and len(self.progress) >= FEWEST_LONG:
            self.ask(run_id, "stop")

    def _finish(self, run_id: str) -> None:
        config = self.store.run(run_id).config
        # What was tried is compared with what it started from.
        baseline = config.start_from if config.start_from in self.finished() else self.baseline or self.run
        same_data = config.data == self.config.data
        into_view = same_data and not (self.run and run_id in self._quiet)
        self.refresh_runs()
        self._turn_to(training="", **({"run": run_id, "baseline": baseline} if into_view else {}))
        self._look_at_next()

    def _look_at_next(self) -> None:
        """Follow the next run that this session has put in the queue."""
        waiting = [run.id for run in self.store.active() if run.id in self._started]
        if waiting:
            self.look_at(waiting[0])


def first_line(error: str) -> str:
    """An error in words, without where in the program it came from."""
    return error.partition("\n")[0]


def _without_sites(before: list[dict], records: list[dict]) -> list[dict]:
    """All epochs; what there is of each site, which is large, only with the last."""
    if not records:
        return before
    *earlier, last = [*before, *records]
    return [*({k: v for k, v in record.items() if k not in OF_SITES} for record in earlier), last]
