"""Runs on disk: a folder each, written by training and read by everything else.

runs/ID/config.json      the configuration
runs/ID/inputs.json      the sites trained on, attributes and forcings with their units, in the order of the weights
runs/ID/start.pt         the weights of another run that it begins with
runs/ID/worker.json      who trains it
runs/ID/again            that it waits to be trained again
runs/ID/request          "stop" or "pause", asked of the worker
runs/ID/progress.jsonl   a line an epoch
runs/ID/checkpoint-1.pt  weights, optimizer and random numbers after the last epoch of its first part, and so on
runs/ID/weights.pt       the trained weights, by fold and seed
runs/ID/states.pt        stores and what else a simulation remembers, at the beginning of every year
runs/ID/results.zarr     parameters, flows, scores and sensitivities, by site
runs/ID/checksums.json   of the weights and results
runs/ID/record.json      device, versions, seed, seconds and how it ended; without it there are no results
runs/ID/physics.json     what the physics checks found after training
runs/ID/error.txt        why it failed, if it did
"""

import itertools
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import xarray as xr

from dgviz.datasets import resolve
from dgviz.datasets.remarks import with_remarks
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.checksums import CheckedStore, checksum
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import as_seen, dataset_of
from dgviz.experiment.exchange import exchanged
from dgviz.experiment.inputs import Inputs
from dgviz.experiment.own_data import check_forcings, with_what_can_be_made
from dgviz.experiment.run_files import (
    DamagedFile,
    RunError,
    read_bytes,
    read_tensors,
    short,
)
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.run_queue import QueuedRun
from dgviz.experiment.states import YearlyStates
from dgviz.experiment.worker_file import this_process
from dgviz.files import write_whole
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.defaults import with_other_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.spin_up import spun_up
from dgviz.memory import is_large
from dgviz.paths import data_folder
from dgviz.processes.model import Backend
from dgviz.suggestions import suggest

LONGEST_NAME = 100  # bytes; systems allow 255 in all


def runs_folder() -> Path:
    """Where runs are kept: the environment variable DGVIZ_RUNS, else `runs` in the current folder."""
    return Path(os.environ.get("DGVIZ_RUNS", "runs"))


def list_runs(folder: Path) -> list["Run"]:
    """The runs in a folder, newest first, then those that come with dgviz; an id names one run, the first."""
    own = runs_in(Path(folder))
    taken = {run.id for run in own}
    return [*own, *(run for run in runs_in(data_folder() / "runs") if run.id not in taken)]


def runs_in(folder: Path) -> list["Run"]:
    """The runs in a folder alone, newest first."""
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
    runs = {run.id: run for run in runs_in(Path(folder))}
    if name not in runs:
        raise RunError(f"There is no run {name!r} in {folder}. Runs: {', '.join(runs) or 'none yet'}.")
    return runs[name]


class Run(QueuedRun):
    """One run: its folder, its results and its trained model."""

    @classmethod
    def create(cls, config: RunConfig, folder: Path, begun: Iterable[Path] = (), claimed: bool = False) -> "Run":
        """A new run in a folder of runs, waiting to be trained; `begun` are files of a training to continue.

        One that is `claimed` is trained by this process: no other sees it wait. Raises RunError if it cannot be
        written.
        """
        config = config.edited(data=resolve(config.data))  # a path that holds wherever the run is read
        now = datetime.now()
        data = re.sub(r"[^\w-]+", "-", Path(config.data).stem)  # no system forbids such a name,
        data = data.encode()[:LONGEST_NAME].decode(errors="ignore")  # or one of this length
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

        One that somebody stopped is continued to the number that it was to have, or a larger one. With a constant
        learning rate it equals a run that had that many from the start. Raises RunError if this run has
        not ended, keeps no checkpoint, already has as many epochs, or stopped early in all its parts.
        """
        if self.status not in FINISHED:
            raise RunError(f"The run {self.id!r} is {self.status}. Only a run with results can be trained further.")
        config = self.config.edited(epochs=epochs)
        if not self.checkpointed:
            raise RunError(f"The run {self.id!r} keeps no checkpoint to continue from. Train a new run.")
        if self.status == "done" and config.epochs <= self.config.epochs:
            raise RunError(f"The run {self.id!r} has {self.config.epochs} epochs already. Give more than that.")
        if config.epochs < self.config.epochs:
            raise RunError(f"The run {self.id!r} was to have {self.config.epochs} epochs. Give at least as many.")
        parts = range(1, len(list(self.folder.glob("checkpoint-*.pt"))) + 1)
        waited = [checkpoint["since_best"] for part in parts if (checkpoint := self.checkpoint(part))]
        if self.status == "done" and min(waited) >= self.config.patience:
            raise RunError(
                f"The run {self.id!r} ended early: validation had not improved for {self.config.patience} epochs. "
                "More would change nothing. Train a new run with more patience."
            )
        begun = [self.folder / f"checkpoint-{part}.pt" for part in parts]
        others = ("progress.jsonl", "inputs.json", "start.pt")
        begun += [path for name in others if (path := self.folder / name).exists()]
        return Run.create(config, folder, begun, claimed)

    def results(self) -> xr.Dataset:
        """Parameters, simulated target, scores and sensitivities by site, read as they are used.

        Raises RunError if there are none, or a file of them is damaged; so does reading their values.
        """
        path = self.folder / "results.zarr"
        if not self.record or not path.exists():
            raise self._no_results()
        try:
            if path.is_symlink() or not path.is_dir():
                raise DamagedFile(path, "is not a folder of the run's own.")
            known = self._checksums().get("results.zarr", {})
            # Without chunks: where Dask is installed, it would take the place of the arrays.
            results = xr.open_zarr(CheckedStore(path, known), chunks=None, consolidated=True, zarr_format=2)
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
        """Results in memory, all or those with some dimensions; what is large is read as it is used.

        Raises RunError if there are none or a file of them is damaged.
        """
        results = self.results()
        try:
            wanted = [name for name in results if dims is None or {*results[name].dims} == {*dims}]
            loaded = results[wanted]
            for values in loaded.variables.values():
                if not is_large(values.nbytes):
                    values.load()
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

    def _no_results(self) -> RunError:
        """Also where files of them are there: without a record they may be of different trainings."""
        return RunError(self._found.get("record.json") or f"The run {self.id!r} has no results; it is {self.status}.")

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

    def weights(self) -> list[list[dict[str, Any]]]:
        """The trained weights, by fold and seed. Raises RunError if there are none or their file is damaged."""
        path = self.folder / "weights.pt"
        try:
            weights = self._tensors(path)
            if not isinstance(weights, list) or not all(isinstance(of_fold, list) for of_fold in weights):
                raise DamagedFile(path, "holds no trained weights.")
            return weights
        except FileNotFoundError:
            raise DamagedFile(path, "is missing.") from None
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
        if not self.record:
            raise self._no_results()
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
        """The sites, attributes and forcings that the run was begun with; None before that. Raises DamagedFile."""
        path = self.folder / "inputs.json"
        inputs, known = Inputs.read(path), self.record.get("inputs")
        if known and inputs is None:
            raise DamagedFile(path, "is missing.")
        if known and checksum(read_bytes(path)) != known:
            raise DamagedFile(path, "is damaged: its content differs from its checksum in record.json.")
        return inputs

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
        return self._model(self.bound(dataset), site)

    def _model(self, bound: xr.Dataset, site: str) -> DifferentiableModel | Ensemble:
        of_folds = self.weights()
        fold = self._folds().get(site, 0)
        models = [DifferentiableModel.build(self.config_of_sites, bound) for _ in of_folds[fold]]
        if not models:
            raise RunError(f"The run {self.id!r} was stopped before the part that predicts {site!r}.")
        for model, weights in zip(models, of_folds[fold], strict=True):
            try:
                model.load_state_dict(weights)
            except (RuntimeError, TypeError, AttributeError) as error:
                raise DamagedFile(self.folder / "weights.pt", f"does not fit the run: {short(error)}") from None
        return (models[0] if len(models) == 1 else Ensemble(models)).eval()

    def seen(self, dataset: xr.Dataset) -> xr.Dataset:
        """The sites that the run was trained on, of a data set that has any of them, as its networks see them.

        All sites where it has none. Raises DataError if attributes or forcings are missing.
        """
        bound = self.bound(dataset)
        sites = [site for site in self._sites_of(bound) if site in bound.indexes["site"]]
        return as_seen(self.config_of_sites, bound, sites or [*map(str, bound.site.values)], self.sites)

    def at(self, dataset: xr.Dataset, site: str, start: str, stop: str) -> SiteModel:
        """The trained model at one site, ready to be simulated over some days.

        It begins with a state that the run kept, at least its warm-up before these days, so that it simulates there
        what the results hold; with other data, or before the first of these states, at the beginning of the record.

        The data may be your own: a data set `(time, site)` with the forcings and, of each site, the attributes that the
        run reads (`Run.inputs` names them), in any units of the same dimension; nothing has to be observed. Forcings
        have to lie in their declared ranges, without a gap.

        Where a process joins sites, the site is the first of all whose water passes it.
        Raises RunError if the data set or the run has no such site, or none of these days, and DataError for forcings
        or attributes that are missing or cannot be.
        """
        return self._at(self.bound(dataset), site, start, stop)

    def at_all(self, dataset: xr.Dataset, sites: Sequence[str], start: str, stop: str) -> list[SiteModel]:
        """The trained model at many sites side by side, for what is computed of each by itself.

        One for each part of the sites that was held out, as that has weights of its own: usually one of all. See `at`.
        Raises RunError as that does, and where a process joins sites.
        """
        if self.config.build().joins_sites:
            raise RunError(f"The run {self.id!r} joins sites: take `at`, which simulates all above a site with it.")
        dataset, folds = self.bound(dataset), self._folds()
        parts: dict[int, list[str]] = {}
        for site in sites:
            self.steps(dataset, site, start, stop)  # is it there, with these days?
            parts.setdefault(folds.get(site, 0), []).append(site)
        return [self._at(dataset, first, start, stop, others) for first, *others in parts.values()]

    def _folds(self) -> dict[str, int]:
        """The part whose weights predict a site, by site, where parts were held out; else it is the first."""
        if self.config.holdout == "none":
            return {}
        fold = self.results().fold
        return dict(zip(map(str, fold.site.values), map(int, fold.values), strict=True))

    def _at(self, dataset: xr.Dataset, site: str, start: str, stop: str, beside: Sequence[str] = ()) -> SiteModel:
        """As `at`, with data that are bound: that takes as long as a simulation."""
        steps, record = self.steps(dataset, site, start, stop), self.record
        model, states = self._model(dataset, site if site in self._sites_of(dataset) else ""), self._states()
        if self.record != record:  # and the states may be of other weights
            raise RunError(f"The run {self.id!r} was given new results in this moment. Ask again.")
        return self.ready(model, dataset, site, steps, states, beside)

    def _sites_of(self, dataset: xr.Dataset) -> list[str]:
        return [str(s) for s in self.config_of_sites.sites or dataset.site.values]

    def steps(self, dataset: xr.Dataset, site: str, start: str, stop: str) -> slice:
        """Some days as positions in the record. Raises RunError if there are none, or the run cannot be at the site."""
        if site not in dataset.indexes["site"]:
            raise RunError(f"The data set has no site {site!r}.{suggest(site, dataset.site.values)}")
        if site not in self._sites_of(dataset) and self.config.parameters == "sites":
            raise RunError(f"The run {self.id!r} was not trained on {site!r}, and gives only its own sites parameters.")
        days = dataset.indexes["time"]
        # As positions, with the days given here cut to those on record.
        try:
            first, last = days.slice_indexer(start, stop).indices(len(days))[:2]
        except (TypeError, ValueError):
            raise RunError(f"{start!r} to {stop!r} are no days; write them as {days[0]:%Y-%m-%d}.") from None
        if first >= last:
            raise RunError(
                f"There is no day from {start} to {stop}: the data are of {days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}."
            )
        return slice(first, last)

    def ready(
        self,
        model: DifferentiableModel | Ensemble,
        dataset: xr.Dataset,
        site: str,
        steps: slice,
        states: YearlyStates | None = None,
        beside: Sequence[str] = (),
    ) -> SiteModel:
        """A model at a site, over some steps of the record; from states that the run kept, or else spun up.

        Other sites may be simulated `beside` it, each by itself.
        """
        together = upstream_of(dataset, [site]) if model.process_model.joins_sites else [site, *beside]
        tensors = model.tensors(as_seen(self.config_of_sites, dataset, together, self.sites), self.config.target)
        check_forcings(tensors, model.process_model.inputs, dataset.indexes["time"], together)
        if site in self.sites:
            # The rows that these sites have in the table of parameters, if each site has its own.
            rows = [self.sites.index(name) for name in together]
            tensors = replace(tensors, sites=tensors.sites.new_tensor(rows))
        first, last, warmup = steps.start, steps.stop, self.config.warmup
        record = tensors.span(first, last, first + warmup)  # from the beginning, as the results were simulated
        started = states.begin(tensors, dataset.indexes["time"], together, first, last, warmup) if states else None
        started = started or spun_up(model, record).tensors

        def exchange(choices: Mapping[str, str]) -> SiteModel:
            processes = exchanged(self.config, model.process_model, choices)
            same = {*map(type, processes.processes)} == {*map(type, model.process_model.processes)}
            other, known = with_other_processes(model, processes), states if same else None
            return self.ready(other, dataset, site, steps, known, beside)

        repeated = max(started.warmup - first, 0)
        return SiteModel(model, started, dataset.time[steps], self.config.target, exchange, record, together, repeated)

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
        `SiteModel.simulate`. For forcings of your own see `at`. Remarks name attributes of the site that are missing,
        or outside of what the run was trained on.
        """
        dataset = self.bound(dataset)
        site_model = self._at(dataset, site, start, stop)
        found = site_model.simulate(shifts, parameters=parameters, initial=initial, backend=backend)
        return with_remarks(found, self.inputs.outside(self.config, dataset.sel(site=[site])) if self.inputs else [])


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
