"""Runs on disk: a folder each, written by training and read by everything else.

runs/ID/config.json      the configuration
runs/ID/inputs.json      the sites trained on, attributes and forcings with their units, in the order of the weights
runs/ID/worker.json      who trains it
runs/ID/again            that it waits to be trained again
runs/ID/request          "stop" or "pause", asked of the worker
runs/ID/progress.jsonl   a line an epoch
runs/ID/checkpoint-1.pt  weights, optimizer and random numbers after the last epoch of its first part, and so on
runs/ID/weights.pt       the trained weights, by fold and seed
runs/ID/states.pt        stores and what else a simulation remembers, at the beginning of every year
runs/ID/results.zarr     parameters, flows, scores and sensitivities, by site
runs/ID/checksums.json   of the weights and results
runs/ID/record.json      device, versions, seed, seconds and how it ended; it is written last
runs/ID/error.txt        why it failed, if it did
"""

import itertools
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from dgviz.datasets import resolve
from dgviz.datasets.remarks import Remark
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.checksums import CheckedStore, checksum
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import as_seen, dataset_of
from dgviz.experiment.exchange import exchanged
from dgviz.experiment.inputs import Inputs
from dgviz.experiment.own_data import check_forcings, with_what_can_be_made
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.run_files import (
    DamagedFile,
    RunError,
    check_own,
    is_epoch,
    parse,
    read_bytes,
    read_json,
    read_record,
    read_tensors,
    remove,
    short,
)
from dgviz.experiment.states import YearlyStates
from dgviz.experiment.worker_file import lives, only_one, this_process
from dgviz.files import write_whole
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.defaults import with_other_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.spin_up import spun_up
from dgviz.paths import data_folder
from dgviz.processes.model import Backend
from dgviz.suggestions import suggest

Status = Literal["waiting", "training", "paused", "stopping", "done", "stopped", "failed"]
ENDED: tuple[Status, ...] = ("done", "stopped", "failed")
LIVING: tuple[Status, ...] = ("training", "paused", "stopping")
GONE = "The process that trained this run is gone. Train again to continue from its last epoch."
TAKEN = "The run was taken from the queue before it was trained further. Train again to continue from its last epoch."
LONGEST = 20_000  # characters of an error with where it came from
NO_ROOM = "The reason could not be written: the disk is full. Make room, then train again."


def runs_folder() -> Path:
    """Where runs are kept: the environment variable DGVIZ_RUNS, else `runs` in the current folder."""
    return Path(os.environ.get("DGVIZ_RUNS", "runs"))


def list_runs(folder: Path) -> list["Run"]:
    """The runs in a folder, newest first, then those that come with dgviz."""
    return [run for place in (Path(folder), data_folder() / "runs") for run in _runs_in(place)]


def _runs_in(folder: Path) -> list["Run"]:
    found = []
    try:
        names = os.listdir(folder)
    except OSError:  # there is none yet, or it cannot be read
        return []
    for name in names:
        with suppress(OSError):  # removed by another process in the meantime, or no folder
            found.append((os.lstat(folder / name / "config.json").st_mtime_ns, folder / name))
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
        self._found: dict[str, str] = {}  # what is wrong, by file, with what was read
        self._mine = False  # claimed when it was made

    @classmethod
    def create(cls, config: RunConfig, folder: Path, begun: Iterable[Path] = (), claimed: bool = False) -> "Run":
        """A new run in a folder of runs, waiting to be trained; `begun` are files of a training to continue.

        One that is `claimed` is trained by this process: no other sees it wait. Raises RunError if it cannot be
        written.
        """
        config = config.edited(data=resolve(config.data))  # a path that holds wherever the run is read
        now = datetime.now()
        data = re.sub(r"[^\w-]+", "-", Path(config.data).stem)  # no system forbids such a name
        base = f"{data}-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
        path = None
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            path = _new_folder(Path(folder), base)
            for file in begun:
                shutil.copy(file, path)
            if claimed:
                write_whole(path / "worker.json", json.dumps(this_process()))
            write_whole(path / "config.json", config.model_dump_json(indent=2))  # with it, others see the run
        except OSError as error:
            if path:
                shutil.rmtree(path, ignore_errors=True)
            raise RunError(
                f"The runs folder {Path(folder).absolute()} cannot be written: {error.strerror}. "
                "Choose another with --runs or the environment variable DGVIZ_RUNS."
            ) from None
        run = cls(path)
        run._mine = claimed
        return run

    def extended(self, epochs: int, folder: Path, claimed: bool = False) -> "Run":
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
        parts = range(1, len(list(self.folder.glob("checkpoint-*.pt"))) + 1)
        waited = [checkpoint["since_best"] for part in parts if (checkpoint := self.checkpoint(part))]
        if self.status == "done" and min(waited) >= self.config.patience:
            raise RunError(
                f"The run {self.id!r} ended early: validation had not improved for {self.config.patience} epochs. "
                "More would change nothing. Train a new run with more patience."
            )
        begun = [self.folder / f"checkpoint-{part}.pt" for part in parts]
        begun += [path for name in ("progress.jsonl", "inputs.json") if (path := self.folder / name).exists()]
        return Run.create(config, folder, begun, claimed)

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
        if not self.id.isprintable():
            raise DamagedFile(path, "is not the configuration of a run: the name of its folder is no text.")
        try:
            return RunConfig(**parse(read_bytes(path)))
        except FileNotFoundError:
            raise DamagedFile(path, "is not the configuration of a run: it is missing.") from None
        except DamagedFile:
            raise
        except Exception as error:  # whatever JSON that is no set of options makes pydantic stumble over
            raise DamagedFile(path, f"is not the configuration of a run: {short(error)}") from None

    @property
    def status(self) -> Status:
        """waiting, training, paused, stopping, done, stopped or failed. A run has ended when its record is there."""
        if self._worker_lives():
            asked: dict[str, Status] = {"stop": "stopping", "pause": "paused"}
            return asked.get(self.requested, "training")
        if self._has("again"):
            return "waiting"
        if self._has("record.json"):
            return self.record.get("ended", "failed") if self._has("results.zarr") else "failed"
        return "failed" if self._has("error.txt") or self._has("worker.json") else "waiting"

    def _has(self, name: str) -> bool:
        return os.path.lexists(self.folder / name)

    @property
    def error(self) -> str:
        """Why the run failed, or nothing; after an empty line, where."""
        status = self.status
        if status == "waiting":
            return ""
        try:
            return short(read_bytes(self.folder / "error.txt").decode(errors="replace"), LONGEST) or NO_ROOM
        except DamagedFile as error:
            return str(error)
        except FileNotFoundError:
            pass
        if status != "failed":
            return ""
        if not self._has("record.json"):
            return GONE
        lost = self._found.get("record.json") or f"{self.folder / 'results.zarr'} is missing."
        return f"{lost} Train again: the results are written anew, from the last epoch."

    @property
    def damage(self) -> list[str]:
        """What is wrong with files of the run, as far as it is known, a sentence each: those that were read, and those
        from which the status is told."""
        for name in ("record.json", "worker.json"):
            self._read(name)
        try:
            _ = self.config
        except RunError as error:
            return [str(error), *self._found.values()]
        return list(self._found.values())

    def _read(self, name: str) -> dict:
        """What a file of names and values holds; nothing where it is damaged, which is remembered."""
        read = read_record if name == "record.json" else read_json
        try:
            content = read(self.folder / name)
        except DamagedFile as error:
            self._found[name] = str(error)
            return {}
        self._found.pop(name, None)
        return content

    @property
    def record(self) -> dict:
        """Device, versions, seed, seconds and how the run ended; empty before that."""
        return self._read("record.json")

    @property
    def remarks(self) -> list[Remark]:
        """What was assumed, left out or found doubtful in the data and in training; none before there are results."""
        return [Remark(*parts) for parts in self.record.get("remarks", [])]

    @property
    def progress(self) -> list[EpochRecord]:
        """A record for every finished epoch."""
        return self.read_progress(0)[0]

    def read_progress(self, cursor: int) -> tuple[list[EpochRecord], int]:
        """The records after a position in the file, and the position after them; half a line is left for later.

        A line that is no record is left out.
        """
        path = self.folder / "progress.jsonl"
        try:
            check_own(path)
            with path.open("rb") as file:
                file.seek(cursor)
                text = file.read()
        except FileNotFoundError:
            return [], 0
        except (DamagedFile, OSError) as error:
            self._found["progress.jsonl"] = str(error)
            return [], cursor
        whole = text[: text.rfind(b"\n") + 1]
        records = [record for line in whole.splitlines() if (record := self._epoch(line))]
        return records, cursor + len(whole)

    def _epoch(self, line: bytes) -> EpochRecord | None:
        with suppress(ValueError):
            record = parse(line)
            if is_epoch(record):
                return record
        self._found["progress.jsonl"] = f"{self.folder / 'progress.jsonl'} has lines that are no record of an epoch."
        return None

    def results(self) -> xr.Dataset:
        """Parameters, simulated target, scores and sensitivities by site, read as they are used.

        Raises RunError if there are none, or a file of them is damaged; so does reading their values.
        """
        path = self.folder / "results.zarr"
        if not path.exists():
            raise RunError(f"The run {self.id!r} has no results; it is {self.status}.")
        try:
            if path.is_symlink() or not path.is_dir():
                raise DamagedFile(path, "is not a folder of the run's own.")
            known = self._checksums().get("results.zarr", {})
            results = xr.open_zarr(CheckedStore(path, known), consolidated=True, zarr_format=2)
            if missing := {"site", "period"} - {*results.dims} | {self.config.target} - {*results}:
                raise DamagedFile(path, f"holds no results of this run: it lacks {', '.join(sorted(missing))}.")
        except DamagedFile as error:
            self._found["results.zarr"] = str(error)
            raise
        except Exception as error:  # of zarr and xarray, whatever a damaged list of arrays makes them stumble over
            self._found["results.zarr"] = f"{path} is damaged: {short(error)}"
            raise DamagedFile(path, f"is damaged: {short(error)}") from None
        return results

    def read_results(self, dims: Collection[str] | None = None) -> xr.Dataset:
        """Results in memory, all or those with some dimensions.

        Raises RunError if there are none or a file of them is damaged.
        """
        results = self.results()
        try:
            wanted = [name for name in results if dims is None or {*results[name].dims} == {*dims}]
            loaded = results[wanted].load()
        except Exception as error:  # of zarr and its codecs, where no checksum was there to find it before
            damaged = (
                error
                if isinstance(error, DamagedFile)
                else DamagedFile(self.folder / "results.zarr", f"is damaged: {short(error)}")
            )
            self._found["results.zarr"] = str(damaged)
            raise damaged from None
        self._found.pop("results.zarr", None)
        return loaded

    def _checksums(self) -> dict[str, dict[str, str]]:
        """The checksums of weights and results; none of a run that was made without."""
        if "checksums" not in self.record:
            return {}
        path = self.folder / "checksums.json"
        try:
            content = read_bytes(path)
        except FileNotFoundError:
            raise DamagedFile(path, "is missing.") from None
        if checksum(content) != self.record["checksums"]:
            raise DamagedFile(path, "is damaged: its content differs from its checksum in record.json.")
        return json.loads(content)

    def request(self, what: Literal["stop", "pause", "resume"]) -> None:
        """Ask the worker to stop, pause or resume.

        A run that waits and is asked to stop leaves the queue: it is again what it was before, and removed if it was
        never trained. Raises RunError if the run is there no more.
        """
        if not self.folder.is_dir():
            raise RunError(f"The run {self.id!r} was removed; there is nothing to {what}.")
        with only_one(self.folder):  # a worker that would claim it now comes before or after
            if what == "stop" and self.status == "waiting":
                self._leave_the_queue()
            elif what == "resume":
                remove(self.folder / "request")
            else:
                write_whole(self.folder / "request", what)

    def _leave_the_queue(self) -> None:
        if self._has("again"):
            remove(self.folder / "again")
        elif any(map(self._has, ("weights.pt", "results.zarr", "progress.jsonl"))) or self.checkpointed:
            write_whole(self.folder / "error.txt", TAKEN)
        else:
            for name in ("config.json", "request"):
                remove(self.folder / name)
            with suppress(OSError):  # something else lies in it
                self.folder.rmdir()

    @property
    def requested(self) -> str:
        """What was asked of the worker last: stop, pause or nothing."""
        try:
            return read_bytes(self.folder / "request").decode(errors="replace")
        except (DamagedFile, FileNotFoundError):
            return ""

    def claim(self) -> bool:
        """Make this process the one that trains the run; False if a living one does already, or it is done.

        Raises OSError if its folder is there no more or cannot be written.
        """
        if self._mine:  # once: it was claimed when it was made
            self._mine = False
            return True
        with only_one(self.folder):
            status = self.status
            if status in LIVING or status == "done":
                return False
            if status != "waiting" or self._has("again"):
                for name in ("error.txt", "request", "worker.json"):
                    remove(self.folder / name)
            mine = self.folder / f"worker.{os.getpid()}.json"
            try:
                mine.write_text(json.dumps(this_process()))
                os.link(mine, self.folder / "worker.json")  # whole at once, and only for the first who claims
            except FileExistsError:
                return False
            finally:
                mine.unlink(missing_ok=True)
            remove(self.folder / "again")
        return True

    def tidy(self) -> None:
        """Clear away what a process that died has left half written; for who has claimed the run."""
        for pattern in ("*.partial", "*.earlier"):
            for left in self.folder.glob(pattern):
                remove(left)
        path = self.folder / "progress.jsonl"
        if not self._has(path.name):
            return
        records, end = self.read_progress(0)
        if path.is_symlink() or not path.is_file() or self._found.pop(path.name, ""):
            remove(path)
            self.write_progress(records)
        else:
            os.truncate(path, end)

    def write_progress(self, records: Iterable[EpochRecord]) -> None:
        """Write the progress anew."""
        write_whole(self.folder / "progress.jsonl", "".join(json.dumps(record) + "\n" for record in records))

    def release(self) -> None:
        """Say that no process trains the run any more."""
        remove(self.folder / "worker.json")

    def fail(self, reason: str) -> bool:
        """Write down why the run failed; False if the disk has no room for it, and the run only shows as failed."""
        if not self.folder.is_dir():
            return True  # nothing is left to write it to
        path = self.folder / "error.txt"
        try:
            write_whole(path, reason.encode(errors="backslashreplace"))
        except OSError:
            with suppress(OSError):
                path.touch()  # a name alone takes no room on most disks
            return False
        return True

    def wait_again(self) -> None:
        """Put a failed run back in the queue, to continue from its last epoch. Raises RunError if it has not failed."""
        if self.status != "failed":
            raise RunError(f"The run {self.id!r} is {self.status}. Only a failed run can be put back in the queue.")
        (self.folder / "again").touch()  # how it failed stays, until it is trained again

    @property
    def worker(self) -> int | None:
        """The id of the process that trains or trained the run, or None before that."""
        return self._read("worker.json").get("pid")

    def _worker_lives(self) -> bool:
        return lives(self._read("worker.json"))

    @property
    def checkpointed(self) -> bool:
        """Does the run keep a checkpoint from which training could continue?"""
        return any(self.folder.glob("checkpoint-*.pt"))

    def checkpoint(self, part: int = 1) -> dict | None:
        """The checkpoint of a part (a fold, a seed), or None before its first epoch. Raises RunError if damaged."""
        path = self.folder / f"checkpoint-{part}.pt"
        try:
            checkpoint = read_tensors(path)
        except FileNotFoundError:
            return None
        if not isinstance(checkpoint, dict) or not {"weights", "epoch", "since_best"} <= checkpoint.keys():
            raise DamagedFile(path, "is not the checkpoint of a training.")
        return checkpoint

    def _weights(self) -> list[list[dict[str, Any]]]:
        """The trained weights, by fold and seed."""
        path = self.folder / "weights.pt"
        try:
            weights = self._tensors(path)
            if not isinstance(weights, list) or not all(isinstance(of_fold, list) for of_fold in weights):
                raise DamagedFile(path, "holds no trained weights.")
            return weights
        except FileNotFoundError:
            if self.record:
                raise DamagedFile(path, "is missing.") from None
            raise RunError(f"The run {self.id!r} has no trained model; it is {self.status}.") from None
        except DamagedFile as error:
            self._found[path.name] = str(error)
            raise

    def _states(self) -> YearlyStates | None:
        """The states of the run's simulation at the beginning of every year; None where the record is shorter."""
        path = self.folder / "states.pt"
        try:
            return YearlyStates(**self._tensors(path))
        except FileNotFoundError:
            if path.name in self._checksums():
                raise DamagedFile(path, "is missing.") from None
            return None
        except TypeError:
            raise DamagedFile(path, "holds no states.") from None

    def _tensors(self, path: Path) -> Any:
        """What torch saved in a file of the results, compared with its checksum. Raises DamagedFile if it differs."""
        content, known = read_tensors(path), self._checksums()
        if known and checksum(path.read_bytes()) != known.get(path.name, {}).get(""):
            raise DamagedFile(path, "is damaged: its content differs from its checksum.")
        return content

    def dataset(self) -> xr.Dataset:
        """The data of the run: its sites, all days. Raises DataError if it was begun with others."""
        dataset = dataset_of(self.config)
        return self.bound(self.inputs.in_order(dataset)) if self.inputs else dataset

    @property
    def inputs(self) -> Inputs | None:
        """The sites, attributes and forcings that the run was begun with; None before that."""
        return Inputs.read(self.folder / "inputs.json")

    def bound(self, dataset: xr.Dataset) -> xr.Dataset:
        """A data set with attributes and forcings as the run knows them, by name. Raises DataError if it lacks any."""
        dataset = with_what_can_be_made(self.config, dataset)
        return self.inputs.bound(self.config, dataset) if self.inputs else dataset

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that the run was begun with, in the order of the weights; none before that."""
        return self.inputs.sites if self.inputs else self.config.sites

    @property
    def config_of_sites(self) -> RunConfig:
        """The configuration with all sites by name: data may have others by now, or another order."""
        return self.config.edited(sites=self.inputs.sites) if self.inputs else self.config

    def model(self, dataset: xr.Dataset, site: str = "") -> DifferentiableModel | Ensemble:
        """The trained model, with its best weights; of several folds, the one that predicts `site`, or the first."""
        of_folds, dataset = self._weights(), self.bound(dataset)
        fold = int(self.results().fold.sel(site=site)) if site and self.config.holdout != "none" else 0
        models = [DifferentiableModel.build(self.config_of_sites, dataset) for _ in of_folds[fold]]
        if not models:
            raise RunError(f"The run {self.id!r} was stopped before the part that predicts {site!r}.")
        for model, weights in zip(models, of_folds[fold], strict=True):
            try:
                model.load_state_dict(weights)
            except (RuntimeError, TypeError, AttributeError) as error:
                raise DamagedFile(self.folder / "weights.pt", f"does not fit the run: {short(error)}") from None
        return (models[0] if len(models) == 1 else Ensemble(models)).eval()

    def at(self, dataset: xr.Dataset, site: str, start: str, stop: str) -> SiteModel:
        """The trained model at one site, ready to be simulated over some days.

        It begins with a state that the run kept, at least its warm-up before these days, so that it simulates there
        what the results hold; on days before those, or with other data, with the first year of the warm-up repeated.

        The data may be your own: a data set `(time, site)` with the forcings and, of each site, the attributes that the
        run reads (`Run.inputs` names them), in any units of the same dimension; nothing has to be observed. Forcings
        have to lie in their declared ranges, without a gap.

        Where a process joins sites, the site is the first of all whose water passes it.
        Raises RunError if the data set or the run has no such site, or none of these days, and DataError for forcings
        or attributes that are missing or cannot be.
        """
        dataset, config = self.bound(dataset), self.config_of_sites
        sites = [str(s) for s in config.sites or dataset.site.values]
        if site not in dataset.indexes["site"]:
            raise RunError(f"The data set has no site {site!r}.{suggest(site, dataset.site.values)}")
        if site not in sites and self.config.parameters == "sites":
            raise RunError(f"The run {self.id!r} was not trained on {site!r}, and gives only its own sites parameters.")
        days = dataset.indexes["time"]
        # As positions, with the days given here cut to those on record.
        first, last = days.slice_indexer(start, stop).indices(len(days))[:2]
        if first >= last:
            raise RunError(
                f"There is no day from {start} to {stop}: the data are of {days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}."
            )
        model = self.model(dataset, site if site in sites else "")
        return self._ready(model, dataset, site, slice(first, last), kept=True)

    def _ready(
        self, model: DifferentiableModel | Ensemble, dataset: xr.Dataset, site: str, steps: slice, kept: bool
    ) -> SiteModel:
        """A model at a site, over some steps of the record; from states that the run kept, or else spun up."""
        together = upstream_of(dataset, [site]) if model.process_model.joins_sites else [site]
        tensors = model.tensors(as_seen(self.config_of_sites, dataset, together, self.sites), self.config.target)
        check_forcings(tensors, model.process_model.inputs, dataset.indexes["time"], together)
        if site in self.sites:
            # The rows that these sites have in the table of parameters, if each site has its own.
            rows = [self.sites.index(name) for name in together]
            tensors = replace(tensors, sites=tensors.sites.new_tensor(rows))
        window = steps.start, steps.stop, self.config.warmup
        states = self._states() if kept else None
        started = states.begin(tensors, dataset.indexes["time"], together, *window) if states else None
        started = started or spun_up(model, tensors.span(*window)).tensors

        def exchange(choices: Mapping[str, str]) -> SiteModel:
            processes = exchanged(self.config, model.process_model, choices)
            same = {*map(type, processes.processes)} == {*map(type, model.process_model.processes)}
            return self._ready(with_other_processes(model, processes), dataset, site, steps, kept and same)

        return SiteModel(model, started, dataset.time[steps], self.config.target, exchange)

    def simulate(
        self,
        dataset: xr.Dataset,
        site: str,
        start: str,
        stop: str,
        shifts: Mapping[str, float] | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
        initial: Mapping[str, float] | None = None,
        backend: Backend = "auto",
    ) -> xr.Dataset:
        """Every flux and store of one site from one day to another, `(time,)`, mean over the members.

        `shifts` moves parameters by name, `parameters` sets them, `initial` sets stores on the first day: see
        `SiteModel.simulate`. For forcings of your own see `at`.
        """
        site_model = self.at(dataset, site, start, stop)
        return site_model.simulate(shifts, parameters=parameters, initial=initial, backend=backend)


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
