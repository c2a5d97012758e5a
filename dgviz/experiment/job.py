"""Carry out one run: one training after the other, for each fold and each seed, then its results."""

import errno
import io
import json
import math
import platform
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import torch
import xarray as xr

from dgviz.datasets.remarks import Remark, remarks
from dgviz.experiment.checksums import checksum, checksums
from dgviz.experiment.config import LARGEST_SEED, ConfigError, RunConfig
from dgviz.experiment.devices import device_name, device_of
from dgviz.experiment.gathered import chunks_of
from dgviz.experiment.inputs import Inputs
from dgviz.experiment.leakage import leaks
from dgviz.experiment.learnable import remarks_of, trainings
from dgviz.experiment.memory import check_memory
from dgviz.experiment.progress import EpochRecord, EpochTimes
from dgviz.experiment.results import make_results
from dgviz.experiment.run_files import DamagedFile, RunError, remove
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import Fold, group_numbers, periods_of, training_days
from dgviz.experiment.states import YearlyStates
from dgviz.experiment.warm_start import start_of
from dgviz.files import whole, write_whole
from dgviz.learn import DifferentiableModel, Ensemble, Epoch, fit
from dgviz.learn.not_finite import NotFiniteError
from dgviz.learn.tensors import Tensors
from dgviz.learn.together import told
from dgviz.signals import signals_wait
from dgviz.steps import step_of

if TYPE_CHECKING:
    from dgviz.experiment.cluster import Cluster

LEAST_FALL = 0.001  # of the loss of the first epoch; less is not learning
POLL = 0.1  # seconds between looks at what is asked
BACKENDS = {"fused": "compiled", "torch": "not compiled"}  # as people read it


def carry_out(
    run: Run, on_epoch: Callable[[EpochRecord], None] = lambda record: None, cluster: "Cluster | None" = None
) -> None:
    """Train a run, or continue from its checkpoint, and write its results; `on_epoch` receives each progress record.

    On a `cluster` its parts, and then its results by blocks of sites, are computed side by side. An error is written
    to the run's folder and raised. Ctrl-C ends training and leaves a usable run; earlier results stay until there are
    new ones.
    """
    if run.status == "done":
        raise RunError(f"The run {run.id!r} is done; nothing is left to train. Train a new run, or extend it.")
    try:
        if not run.claim():
            raise RunError(f"The run {run.id!r} is being trained by another process.")
    except OSError as error:
        raise _failed(run, error) from error
    job = None
    try:
        run.tidy()
        job = Job(run, on_epoch)
        job.carry_out(cluster)
    except BaseException as error:
        if job is not None and job.written:  # Ctrl-C while the record was written: the run has ended
            raise
        if (said := _failed(run, error)) is error:
            raise
        raise said from error
    finally:
        run.release()


def _failed(run: Run, error: BaseException) -> BaseException:
    """Write to the run's folder why it failed. Returns the error, or one that says in words what is wrong."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if not run.folder.is_dir():
        return RunError(f"The folder of the run {run.id!r} was removed, and with it what it had learned.")
    if full:
        error = RunError(
            f"The disk of {run.folder} is full ({error.strerror}). Make room, then train again: it goes on from its "  # type: ignore[attr-defined]
            "last epoch."
        )
    if isinstance(error, KeyboardInterrupt):
        reason = "Interrupted before there were results. Train again to continue."
    elif isinstance(error, SystemExit) or full:
        reason = str(error)
    else:
        reason = f"{str(error) or type(error).__name__}\n\n{traceback.format_exc()}"
    run.fail(reason)
    return error


class Part:
    """One of the trainings of a run: of a fold, from a seed of its own."""

    def __init__(self, fold: Fold, seed: int, n_folds: int, config: RunConfig):
        self.fold, self.seed = fold, seed
        self.config = config.edited(seed=(config.seed + seed) % (LARGEST_SEED + 1))
        words = [f"fold {fold.name}"] * (n_folds > 1) + [f"seed {seed + 1} of {config.seeds}"] * (config.seeds > 1)
        self.name = ", ".join(words)


class Job:
    """One run while it is trained: a part for each fold and each seed."""

    def __init__(self, run: Run, on_epoch: Callable[[EpochRecord], None]):
        self.run = run
        self.on_epoch = on_epoch
        self.config = run.config
        self.started = time.monotonic()
        self.ended = "done"
        self.written = False
        self.epochs_here = 0  # in this session; a resumed run has more behind it
        progress = run.progress
        self.seconds_before = progress[-1]["seconds"] if progress else 0.0
        self.trained = {record["part"]: record["epoch"] for record in progress}
        self.device = device_of(run.config)
        self.tensors: Tensors | None = None

    def carry_out(self, cluster: "Cluster | None" = None) -> None:
        dataset = self.prepare()
        self.remarks = [*remarks(dataset), *remarks_of(self.config, dataset)]
        if cluster:
            cluster.train(self)  # to the last checkpoint of every part: the trainings below have nothing left to do
        models: list[list[DifferentiableModel]] = [[] for _ in self.folds]
        for number, part in enumerate(self.parts, 1):
            model = self.build(part, dataset)
            self.train_one(number, model, dataset)
            if self.ended == "done" or number == 1:  # one cut short counts only where it is all there is
                models[self.folds.index(part.fold)].append(model)
            if self.ended == "stopped":
                break
        ensembles = [group[0] if len(group) == 1 else Ensemble(group) for group in models if group]
        periods, spread = periods_of(self.config, dataset), cluster.map if cluster else map
        results, states = make_results(ensembles, self.folds, self.tensors, dataset, self.config, periods, spread)
        found = leaks(self.config, dataset)
        found += self.start.leaks(self.config, dataset, self.folds) if self.start else []
        self._write(models, results, states, found)

    def prepare(self) -> xr.Dataset:
        """The data of the run, after checks of what it needs; its trainings are its `parts`."""
        dataset = self.run.dataset()
        self.folds = folds = trainings(self.config, dataset)
        self.groups = group_numbers(self.config, dataset).tolist()
        if self.run.inputs is None:
            Inputs.of(self.config, dataset).write(self.run.folder / "inputs.json")
        self.start = start_of(self.run)
        check_memory(self.config, dataset, self.device)
        self.parts = [Part(fold, seed, len(folds), self.config) for fold in folds for seed in range(self.config.seeds)]
        return dataset

    def stop(self) -> None:
        """Ask for the end of training, in this process and in others."""
        self.run.request("stop")

    def build(self, part: Part, dataset: xr.Dataset) -> DifferentiableModel:
        """The untrained model of a part."""
        torch.manual_seed(part.config.seed)
        return DifferentiableModel.build(part.config, dataset).to(self.device)

    def train_one(self, number: int, model: DifferentiableModel, dataset: xr.Dataset) -> None:
        """Train the model of a part, or continue from its checkpoint."""
        # The data are the same for every part.
        self.tensors = self.tensors or model.tensors(dataset, self.config.target, self.device)
        days, warmup = training_days(self.config, dataset)
        try:
            self._train(number, self.parts[number - 1], model, self.tensors.span(days.start, days.stop, warmup))
        except NotFiniteError as error:
            raise ValueError(_with_names(error, dataset, days.start - warmup)) from error

    def _train(self, number: int, part: "Part", model: DifferentiableModel, tensors: Tensors) -> None:
        checkpoint = self._checkpoint(number, model)
        begin = partial(self._begin, part, tensors)
        sites = part.fold.trained, begin, self.groups
        epochs = fit(model, tensors, part.config, checkpoint, self._interrupted, *sites)
        try:
            with closing(epochs):
                for epoch in epochs:
                    self._report(number, epoch, model)
        except KeyboardInterrupt:
            self.ended = "stopped"
        if self.trained.get(number):
            self._check_learned(number, model)

    def _begin(self, part: "Part", tensors: Tensors, model: DifferentiableModel) -> None:
        """Give a model the weights of the run that this one starts from, if it does, and remember the beginning."""
        if self.start:
            fold = self.folds.index(part.fold)
            taken = self.start.give(model, fold, part.seed, len(self.folds), tensors.attributes, self.run.inputs)
            if part is self.parts[0]:
                self.remarks.append(self.start.remark(taken))
        self.untrained = [weight.detach().clone() for weight in model.parameters()]

    def _check_learned(self, number: int, model: DifferentiableModel) -> None:
        """Refuses weights that are still those of the beginning, and remarks on a loss that did not fall."""
        if all(map(torch.equal, self.untrained, model.parameters())):
            raise ConfigError(
                f"Nothing was learned: no weight changed in {self.trained[number]} epochs. Raise learning_rate (now "
                f"{self.config.learning_rate:g}) or clip (now {self.config.clip:g})."
            )
        losses = [record["loss"] for record in self.run.progress if record["part"] == number]
        # One that starts from a trained run is not expected to fall.
        if not self.start and len(losses) > 1 and min(losses[1:]) > losses[0] * (1 - LEAST_FALL):
            text = (
                f"the loss did not fall: {losses[0]:.4g} in the first epoch, {min(losses[1:]):.4g} at best in the "
                f"{len(losses) - 1} after it. Little was learned: try another learning_rate (now "
                f"{self.config.learning_rate:g}) or more epochs."
            )
            self.remarks.append(Remark("doubtful", self.parts[number - 1].name or "training", text))

    def _checkpoint(self, number: int, model: DifferentiableModel) -> dict | None:
        """Where to continue a part, if it was begun; one that is damaged is put aside, and RunError raised."""
        try:
            checkpoint = self.run.checkpoint(number)
            if checkpoint and not _fit_together(checkpoint["weights"], model.state_dict()):
                raise DamagedFile(self.run.folder / f"checkpoint-{number}.pt", "is of another model.")
        except DamagedFile as error:
            path = self.run.folder / f"checkpoint-{number}.pt"
            aside = path.replace(path.with_name(f"{path.name}.damaged"))
            raise RunError(
                f"{error} It was put aside as {aside.name}. Train again: this part starts from its first epoch."
            ) from None
        if checkpoint or number in self.trained:
            self._let_progress_agree(number, checkpoint)
        return checkpoint

    def _let_progress_agree(self, number: int, checkpoint: dict | None) -> None:
        """The progress ends with the epoch of the checkpoint: the process may have died between the two."""
        last, progress = checkpoint["epoch"] if checkpoint else 0, self.run.progress
        kept = [r for r in progress if r["part"] != number or r["epoch"] <= last]
        if checkpoint and "progress" in checkpoint and (number, last) not in [(r["part"], r["epoch"]) for r in kept]:
            kept.append(json.loads(checkpoint["progress"]))
        if kept != progress:
            self.run.write_progress(kept)
        self.trained[number] = last

    def _report(self, number: int, epoch: Epoch, model: DifferentiableModel) -> None:
        record: EpochRecord = {
            "epoch": epoch.number,
            "epochs": self.config.epochs,
            "part": number,
            "parts": len(self.parts),
            "part_name": self.parts[number - 1].name,
            "loss": epoch.loss,
            "validation_loss": epoch.validation_loss,
            "median_nse": epoch.nse.nanmedian().item(),
            **self._times(number, epoch.number),
            "device": f"{device_name(self.device)}, {BACKENDS[model.process_model.backend(self.device)[0]]}",
            "nse": [None if math.isnan(x) else round(x, 4) for x in epoch.nse.tolist()],
            "parameters": {k: [round(x, 4) for x in v.tolist()] for k, v in epoch.parameters.items()},
        }
        self._check_folder()
        # The checkpoint first: a record of progress without it could not be resumed from.
        checkpoint = _saved({**epoch.checkpoint, "progress": json.dumps(record)})
        write_whole(self.run.folder / f"checkpoint-{number}.pt", checkpoint)
        self._write_progress(record)
        self.on_epoch(record)

    def _times(self, number: int, epoch: int) -> EpochTimes:
        """The seconds so far and still to come, after an epoch of a part."""
        seconds = time.monotonic() - self.started
        self.epochs_here += 1
        self.trained[number] = epoch
        # Epochs still to come in this part and in those after it.
        left = sum(self.config.epochs - self.trained.get(n, 0) for n in range(number, len(self.parts) + 1))
        eta = round(seconds / self.epochs_here * left, 3)
        return {"seconds": round(self.seconds_before + seconds, 2), "eta": eta}

    def note(self, record: EpochRecord) -> None:
        """Take note of an epoch of a part that another process trains."""
        if record["epoch"] <= self.trained.get(record["part"], 0):
            return
        self._check_folder()
        record = {**record, **self._times(record["part"], record["epoch"])}
        self._write_progress(record)
        self.on_epoch(record)

    def _write_progress(self, record: EpochRecord) -> None:
        with (self.run.folder / "progress.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")

    def _interrupted(self) -> bool:
        """Was the run asked to stop? Waits here while it is asked to pause. Raises RunError if its folder is gone."""
        self._check_folder()
        while self.run.requested == "pause":
            time.sleep(POLL)
        if self.run.requested == "stop":
            self.ended = "stopped"
        return told(self.ended) == "stopped"

    def _check_folder(self) -> None:
        if not self.run.folder.is_dir():
            raise RunError(f"The folder of the run {self.run.id!r} was removed.")

    def _write(
        self,
        models: list[list[DifferentiableModel]],
        results: xr.Dataset,
        states: YearlyStates | None,
        leaks: list[str],
    ) -> None:
        self._check_folder()
        record = {
            "ended": self.ended,
            "seconds": round(self.seconds_before + time.monotonic() - self.started, 1),
            "device": device_name(self.device),
            "backend": ": ".join(models[0][0].process_model.backend(self.device)),
            "seed": self.config.seed,
            "epochs": max(self.trained.values(), default=0),
            "inputs": checksum((self.run.folder / "inputs.json").read_bytes()),
            "leaks": leaks,
            "remarks": [*self.remarks, *remarks(results)],
            "created": f"{datetime.now():%Y-%m-%d %H:%M}",
            "versions": {name: version(name) for name in ("dgviz", "torch", "xarray")}
            | {"python": platform.python_version()},
        }
        with signals_wait():
            self._write_files(models, results, states, record)
            self.written = True

    def _write_files(
        self,
        models: list[list[DifferentiableModel]],
        results: xr.Dataset,
        states: YearlyStates | None,
        record: dict,
    ) -> None:
        """All under other names first; then each takes its place, the record last: only with it are there results."""
        folder = self.run.folder
        content = {"weights.pt": _saved([[model.state_dict() for model in of_fold] for of_fold in models])}
        if states:
            content["states.pt"] = _saved(asdict(states))
        names = ["record.json", "checksums.json", "results.zarr", *content]  # the last takes its place first
        with ExitStack() as places:
            new = {name: places.enter_context(whole(folder / name)) for name in names}
            chunks, store = chunks_of(results), new["results.zarr"]
            results.to_zarr(store, mode="w", zarr_format=2, consolidated=True, encoding=chunks)
            for name, saved in content.items():
                new[name].write_bytes(saved)
            known = {name: checksums(new[name]) for name in ("results.zarr", *content)}
            of_all = json.dumps(known).encode()
            new["checksums.json"].write_bytes(of_all)
            new["record.json"].write_bytes(json.dumps({**record, "checksums": checksum(of_all)}, indent=2).encode())
            # Earlier results end here: what is of them and what is new is never read together.
            remove(folder / "record.json")
            if not states:
                remove(folder / "states.pt")


def _saved(content: Any) -> bytes:
    """As torch saves it. In memory first: of a full disk torch says nothing that a person could understand."""
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def _fit_together(weights: Any, expected: dict[str, torch.Tensor]) -> bool:
    """Have they the same names and shapes?"""
    if not isinstance(weights, dict) or weights.keys() != expected.keys():
        return False
    return all(isinstance(w, torch.Tensor) and w.shape == expected[name].shape for name, w in weights.items())


def _with_names(error: NotFiniteError, dataset: xr.Dataset, first: int) -> str:
    """What became no number, with the names of site and time; positions count from `first` in the record."""
    if error.site is None:
        return str(error)
    times, site = dataset.indexes["time"], f"{dataset.site.values[error.site]}"
    step = step_of(times)
    if error.step is None:
        return error.said(f"site {site}", "")
    # A warm-up before the record repeats its first year.
    position = first + (error.step if error.step >= 0 else error.step % step.per_year)
    return error.said(f"site {site}", f"{step.name} {times[position]:%Y-%m-%d %H:%M}".removesuffix(" 00:00"))
