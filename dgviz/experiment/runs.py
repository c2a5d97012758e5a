"""Runs on disk: a folder each, written by training and read by everything else.

runs/ID/config.json      the configuration
runs/ID/worker.json      who trains it
runs/ID/request          "stop" or "pause", asked of the worker
runs/ID/progress.jsonl   a line an epoch
runs/ID/checkpoint-1.pt  weights, optimizer and random numbers after the last epoch of its first part, and so on
runs/ID/weights.pt       the trained weights, by fold and seed
runs/ID/states.pt        stores and what else a simulation remembers, at the beginning of every year
runs/ID/results.zarr     parameters, flows, scores and sensitivities, by site
runs/ID/record.json      device, versions, seed, seconds and how it ended
runs/ID/error.txt        why it failed, if it did
"""

import itertools
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import psutil
import xarray as xr

from dgviz.datasets import resolve
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of, select_sites
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.states import YearlyStates
from dgviz.files import write_whole
from dgviz.learn import DifferentiableModel, Ensemble, load
from dgviz.learn.site_model import SiteModel
from dgviz.learn.spin_up import spun_up
from dgviz.paths import data_folder
from dgviz.suggestions import suggest

Status = Literal["waiting", "training", "paused", "stopping", "done", "stopped", "failed"]
ENDED: tuple[Status, ...] = ("done", "stopped", "failed")


class RunError(ValueError):
    """A run that cannot be made, found or read."""


def runs_folder() -> Path:
    """Where runs are kept: the environment variable DGVIZ_RUNS, else `runs` in the current folder."""
    return Path(os.environ.get("DGVIZ_RUNS", "runs"))


def list_runs(folder: Path) -> list["Run"]:
    """The runs in a folder, newest first, then those that come with dgviz."""
    return [run for place in (Path(folder), data_folder() / "runs") for run in _runs_in(place)]


def _runs_in(folder: Path) -> list["Run"]:
    found = []
    for path in folder.glob("*/config.json") if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # removed by another process in the meantime
            found.append((path.stat().st_mtime_ns, path.parent))
    return [Run(path) for _, path in sorted(found, reverse=True)]


def _new_folder(folder: Path, base: str) -> Path:  # type: ignore[return]  # the numbers never end
    """A folder of that name, with a number behind it where the name is taken."""
    for i in itertools.count():
        path = folder / (f"{base}-{i}" if i else base)
        with suppress(FileExistsError):
            path.mkdir()
            return path


def find_run(name: str, folder: Path) -> "Run":
    """The run with an id in a folder of runs. Raises RunError if there is none."""
    runs = {run.id: run for run in _runs_in(Path(folder))}
    if name not in runs:
        raise RunError(f"There is no run {name!r} in {folder}. Runs: {', '.join(runs) or 'none yet'}.")
    return runs[name]


class Run:
    """One run folder. Status is derived from which files exist and whether the worker lives."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    @classmethod
    def create(cls, config: RunConfig, folder: Path, begun: Iterable[Path] = ()) -> "Run":
        """A new run in a folder of runs, waiting to be trained; `begun` are files of a training to continue.

        Raises RunError if it cannot be written.
        """
        config = config.edited(data=resolve(config.data))  # a path that holds wherever the run is read
        now = datetime.now()
        data = re.sub(r"[^\w-]+", "-", Path(config.data).stem)  # no system forbids such a name
        base = f"{data}-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            path = _new_folder(Path(folder), base)
            for file in begun:
                shutil.copy(file, path)
            write_whole(path / "config.json", config.model_dump_json(indent=2))
        except OSError as error:
            raise RunError(
                f"The runs folder {Path(folder).absolute()} cannot be written: {error.strerror}. "
                "Choose another with --runs or the environment variable DGVIZ_RUNS."
            ) from None
        return cls(path)

    def extended(self, epochs: int, folder: Path) -> "Run":
        """A new run that continues this one from its last epoch to a larger number of epochs; this one stays as it is.

        With a constant learning rate it equals a run that had that many from the start. Raises RunError if this run has
        not ended, keeps no checkpoint, already has as many epochs, or stopped early in all its parts.
        """
        if self.status not in ("done", "stopped"):
            raise RunError(f"The run {self.id!r} is {self.status}. Only a run with results can be trained further.")
        config = self.config.edited(epochs=epochs)
        if not self.checkpointed:
            raise RunError(f"The run {self.id!r} keeps no checkpoint to continue from. Train a new run.")
        if config.epochs <= self.config.epochs:
            raise RunError(f"The run {self.id!r} has {self.config.epochs} epochs already. Give more than that.")
        checkpoints = sorted(self.folder.glob("checkpoint-*.pt"))
        if self.status == "done" and all(load(path)["since_best"] >= self.config.patience for path in checkpoints):
            raise RunError(
                f"The run {self.id!r} ended early: validation had not improved for {self.config.patience} epochs. "
                "More would change nothing. Train a new run with more patience."
            )
        return Run.create(config, folder, [*checkpoints, self.folder / "progress.jsonl"])

    def __repr__(self) -> str:
        return f"Run({self.id!r}, {self.status})"

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @cached_property
    def config(self) -> RunConfig:
        """What was asked. Raises RunError if the file is missing or not valid."""
        path = self.folder / "config.json"
        try:
            return RunConfig(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError) as error:  # TypeError: JSON, but no mapping of options
            raise RunError(f"{path} is not the configuration of a run: {error}") from None

    @property
    def status(self) -> Status:
        """waiting, training, paused, stopping, done, stopped or failed."""
        if self._worker_lives():
            asked: dict[str, Status] = {"stop": "stopping", "pause": "paused"}
            return asked.get(self.requested, "training")
        if (self.folder / "results.zarr").exists():
            return self.record.get("ended", "done")
        if (self.folder / "error.txt").exists() or (self.folder / "worker.json").exists():
            return "failed"
        return "waiting"

    @property
    def error(self) -> str:
        """Why the run failed, or nothing; after an empty line, where."""
        path = self.folder / "error.txt"
        if path.exists():
            return path.read_text()
        if self.status == "failed":
            return "The process that trained this run is gone. Train again to continue from its last epoch."
        return ""

    @property
    def record(self) -> dict:
        """Device, versions, seed, seconds and how the run ended; empty before that."""
        return _read_json(self.folder / "record.json")

    @property
    def progress(self) -> list[EpochRecord]:
        """A record for every finished epoch."""
        return self.read_progress(0)[0]

    def read_progress(self, cursor: int) -> tuple[list[EpochRecord], int]:
        """The records after a position in the file, and the position after them; half a line is left for later."""
        path = self.folder / "progress.jsonl"
        if not path.exists():
            return [], 0
        with path.open("rb") as file:
            file.seek(cursor)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], cursor + len(whole)

    def results(self) -> xr.Dataset:
        """Parameters, simulated target, scores and sensitivities by site, read as they are used."""
        path = self.folder / "results.zarr"
        if not path.exists():
            raise RunError(f"The run {self.id!r} has no results; it is {self.status}.")
        return xr.open_zarr(path, consolidated=True)

    def request(self, what: Literal["stop", "pause", "resume"]) -> None:
        """Ask the worker to stop, pause or resume.

        A waiting run that is asked to stop is removed; one that was trained before loses nothing: it ends as stopped
        when its turn comes. Raises RunError if the run is there no more.
        """
        if not self.folder.is_dir():
            raise RunError(f"The run {self.id!r} was removed; there is nothing to {what}.")
        if what == "stop" and self.status == "waiting" and not self.checkpointed:
            shutil.rmtree(self.folder)
        elif what == "resume":
            (self.folder / "request").unlink(missing_ok=True)
        else:
            write_whole(self.folder / "request", what)

    @property
    def requested(self) -> str:
        """What was asked of the worker last: stop, pause or nothing."""
        path = self.folder / "request"
        return path.read_text() if path.exists() else ""

    def claim(self) -> bool:
        """Make this process the one that trains the run; False if a living one does already."""
        status = self.status
        if status in ("training", "paused", "stopping"):
            return False
        if status in ENDED:
            self._forget_worker()
        mine = self.folder / f"worker.{os.getpid()}.json"
        mine.write_text(json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time()}))
        try:
            os.link(mine, self.folder / "worker.json")  # whole at once, and only for the first who claims
        except FileExistsError:
            return False
        finally:
            mine.unlink()
        if (progress := self.folder / "progress.jsonl").exists():
            os.truncate(progress, self.read_progress(0)[1])  # a worker that died may have left half a line
        for half_written in self.folder.glob("*.partial"):
            shutil.rmtree(half_written) if half_written.is_dir() else half_written.unlink()
        return True

    def release(self) -> None:
        """Say that no process trains the run any more."""
        (self.folder / "worker.json").unlink(missing_ok=True)

    def wait_again(self) -> None:
        """Put a failed run back in the queue, to continue from its last epoch. Raises RunError if it has not failed."""
        if self.status != "failed":
            raise RunError(f"The run {self.id!r} is {self.status}. Only a failed run can be put back in the queue.")
        self._forget_worker()

    def _forget_worker(self) -> None:
        for name in ("error.txt", "request", "worker.json"):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def worker(self) -> int | None:
        """The id of the process that trains or trained the run, or None before that."""
        return _read_json(self.folder / "worker.json").get("pid")

    def _worker_lives(self) -> bool:
        try:
            worker = _read_json(self.folder / "worker.json")
            process = psutil.Process(worker["pid"])
            # Process ids are used again: the same id and the same start is the same process.
            return process.create_time() == worker["started"] and process.status() != psutil.STATUS_ZOMBIE
        except (KeyError, ValueError, psutil.NoSuchProcess):
            return False

    @property
    def checkpointed(self) -> bool:
        """Does the run keep a checkpoint from which training could continue?"""
        return any(self.folder.glob("checkpoint-*.pt"))

    def checkpoint(self, part: int = 1) -> dict | None:
        """The checkpoint of a part (a fold, a seed), or None before its first epoch."""
        path = self.folder / f"checkpoint-{part}.pt"
        return load(path) if path.exists() else None

    def dataset(self) -> xr.Dataset:
        """The data of the run: its sites, all days."""
        return dataset_of(self.config)

    def model(self, dataset: xr.Dataset, site: str = "") -> DifferentiableModel | Ensemble:
        """The trained model, with its best weights; of several folds, the one that predicts `site`, or the first."""
        path = self.folder / "weights.pt"
        if not path.exists():
            raise RunError(f"The run {self.id!r} has no trained model; it is {self.status}.")
        fold = int(self.results().fold.sel(site=site)) if site and self.config.holdout != "none" else 0
        models, trained = [], load(path)[fold]
        if not trained:
            raise RunError(f"The run {self.id!r} was stopped before the part that predicts {site!r}.")
        for weights in trained:
            models.append(DifferentiableModel.build(self.config, dataset))
            models[-1].load_state_dict(weights)
        return (models[0] if len(models) == 1 else Ensemble(models)).eval()

    def at(self, dataset: xr.Dataset, site: str, start: str, stop: str) -> SiteModel:
        """The trained model at one site, ready to be simulated over some days.

        It begins with a state that the run kept, at least its warm-up before these days, so that it simulates there
        what the results hold; on days before those, or with other data, with the first year of the warm-up repeated.

        Where a process joins sites, the site is the first of all whose water passes it.
        Raises RunError if the data set or the run has no such site, or none of these days.
        """
        sites = [str(s) for s in self.config.sites or dataset.site.values]
        if site not in dataset.indexes["site"]:
            raise RunError(f"The data set has no site {site!r}.{suggest(site, dataset.site.values)}")
        if site not in sites and self.config.parameters == "sites":
            raise RunError(f"The run {self.id!r} was not trained on {site!r}, and gives only its own sites parameters.")
        model, days = self.model(dataset, site if site in sites else ""), dataset.indexes["time"]
        # As positions, with the days given here cut to those on record.
        first, last = days.slice_indexer(start, stop).indices(len(days))[:2]
        if first >= last:
            raise RunError(
                f"There is no day from {start} to {stop}: the data are of {days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}."
            )
        together = upstream_of(dataset, [site]) if model.process_model.joins_sites else [site]
        tensors = model.tensors(select_sites(self.config, dataset, together), self.config.target)
        if site in sites:
            # The rows that these sites have in the table of parameters, if each site has its own.
            tensors = replace(tensors, sites=tensors.sites.new_tensor([sites.index(name) for name in together]))
        warmup, path = self.config.warmup, self.folder / "states.pt"
        states = YearlyStates.read(path) if path.exists() else None
        started = states.begin(tensors, days, together, first, last, warmup) if states else None
        started = started or spun_up(model, tensors.span(first, last, warmup)).tensors
        return SiteModel(model, started, dataset.time[first:last], self.config.target)

    def simulate(
        self, dataset: xr.Dataset, site: str, start: str, stop: str, shifts: Mapping[str, float] | None = None
    ) -> xr.Dataset:
        """Every flux and store of one site from one day to another, `(time,)`, mean over the members.

        `shifts` moves parameters, by name: see `SiteModel.simulate`.
        """
        return self.at(dataset, site, start, stop).simulate(shifts)


def compare(runs: Iterable[Run]) -> xr.Dataset:
    """Results of several runs along `run`; variables that a run lacks are NaN.

    A parameter that is static in one run and dynamic in another is its mean `(site,)` in all. Raises RunError if two
    of the runs, in different folders, have the same id.
    """
    runs = list(runs)
    if repeated := {run.id for run in runs if sum(run.id == other.id for other in runs) > 1}:
        raise RunError(f"Two of the runs are called {', '.join(sorted(repeated))}. Rename the folder of one.")
    results = [run.results().drop_encoding() for run in runs]
    dims = {name: {result[name].dims for result in results if name in result} for result in results for name in result}
    # Static in one run, dynamic in another: compared as means.
    mixed = [name for name, of_runs in dims.items() if len(of_runs) > 1]
    results = [
        result.assign({k: result[k].mean([d for d in result[k].dims if d != "site"]) for k in mixed if k in result})
        for result in results
    ]
    results = [result.assign_coords(member=range(result.sizes.get("member", 0))) for result in results]
    combined = xr.concat(results, "run", join="outer", data_vars="all", coords="minimal", compat="no_conflicts")
    return combined.assign_coords(run=[run.id for run in runs])


def _read_json(path: Path) -> dict:
    return json.loads(path.read_text()) if path.exists() else {}
