"""Carry out runs: one in this process, or those waiting in a folder in a process that stays warm.

The queue is the folder itself: the oldest run that waits is next. Whoever claims a run first trains it.
"""

import json
import multiprocessing
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil
import torch
import xarray as xr

from dgviz.datasets.remarks import Remark, remarks
from dgviz.engine import n_processors
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.leakage import leaks
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.results import make_results
from dgviz.experiment.runs import ENDED, Run, RunError, list_runs
from dgviz.experiment.splits import Fold, folds_of, periods_of, training_days
from dgviz.files import whole, write_whole
from dgviz.learn import DifferentiableModel, Ensemble, Epoch, fit, site_weights
from dgviz.learn.tensors import Tensors

POLL = 0.1  # seconds between looks at the folder


def carry_out(run: Run, on_epoch: Callable[[EpochRecord], None] = lambda record: None) -> None:
    """Train a run, or continue from its checkpoint, and write its results; `on_epoch` receives each progress record.

    An error is written to the run's folder and raised. Ctrl-C ends training and leaves a usable run; earlier results
    stay until there are new ones.
    """
    if run.status == "done":
        raise RunError(f"The run {run.id!r} is done; nothing is left to train. Train a new run, or extend it.")
    if not run.claim():
        raise RunError(f"The run {run.id!r} is being trained by another process.")
    try:
        _Job(run, on_epoch).carry_out()
    except KeyboardInterrupt:
        write_whole(run.folder / "error.txt", "Interrupted before there were results. Train again to continue.")
        raise
    except BaseException as error:
        write_whole(run.folder / "error.txt", f"{str(error) or type(error).__name__}\n\n{traceback.format_exc()}")
        raise
    finally:
        run.release()


def check_config(config: RunConfig) -> None:
    """Whether a configuration fits its data and this machine, before a run is made of it.

    Raises ConfigError, DataError, RunError or ValueError saying what does not fit.
    """
    dataset = dataset_of(config)
    periods_of(config, dataset)
    folds_of(config, dataset)
    _device(config)
    check_inputs(config, dataset)
    model = DifferentiableModel.build(config, dataset)
    tensors = model.tensors(dataset.isel(time=slice(1)), config.target)
    if config.weights:
        site_weights(config, model, tensors)


def check_inputs(config: RunConfig, dataset: xr.Dataset) -> None:
    """Do the data have everything the processes read? Raises ConfigError naming what is missing and a way around it."""
    for name in config.build().forcings:
        if name not in dataset.variables:
            others = _options_without(config, name)
            mend = f"Choose {' or '.join(others)}, or data that have it." if others else "Choose data that have it."
            title = dataset.attrs.get("title", config.data)
            raise ConfigError(f"The chosen processes need {name!r}, which the data set {title!r} lacks. {mend}")


def _options_without(config: RunConfig, name: str) -> list[str]:
    """For each slot whose chosen option reads `name`, the first that does not, written slot=option."""
    found = []
    for slot, options in config.science.slots.items():
        if name in config.science.option(slot, config.processes[slot]).reads:
            without = [option.__name__ for option in options if name not in option.reads]
            found += [f"{slot}={option}" for option in without[:1]]
    return found


class Part:
    """One of the trainings of a run: of a fold, from a seed of its own."""

    def __init__(self, fold: Fold, seed: int, n_folds: int, config: RunConfig):
        self.fold, self.config = fold, config.edited(seed=config.seed + seed)
        words = [f"fold {fold.name}"] * (n_folds > 1) + [f"seed {seed + 1} of {config.seeds}"] * (config.seeds > 1)
        self.name = ", ".join(words)


class _Job:
    """One run while it is trained: one part after the other, for each fold and each seed."""

    def __init__(self, run: Run, on_epoch: Callable[[EpochRecord], None]):
        self.run = run
        self.on_epoch = on_epoch
        self.config = run.config
        self.started = time.monotonic()
        self.ended = "done"
        self.epochs_here = 0  # in this session; a resumed run has more behind it
        progress = run.progress
        self.seconds_before = progress[-1]["seconds"] if progress else 0.0
        self.trained = {record["part"]: record["epoch"] for record in progress}
        self.device = _device(run.config)

    def carry_out(self) -> None:
        dataset = self.run.dataset()
        folds = folds_of(self.config, dataset)
        days, warmup = training_days(self.config, dataset)
        self.parts = [Part(fold, seed, len(folds), self.config) for fold in folds for seed in range(self.config.seeds)]
        models: list[list[DifferentiableModel]] = [[] for _ in folds]
        tensors = None
        for number, part in enumerate(self.parts, 1):
            model = self._build(part, dataset)
            # The data are the same for every part.
            tensors = tensors or model.tensors(dataset, self.config.target, self.device)
            self._train(number, part, model, tensors.span(days.start, days.stop, warmup))
            if self.ended == "done" or number == 1:  # one cut short counts only where it is all there is
                models[folds.index(part.fold)].append(model)
            if self.ended == "stopped":
                break
        ensembles = [group[0] if len(group) == 1 else Ensemble(group) for group in models if group]
        periods = periods_of(self.config, dataset)
        results, states = make_results(ensembles, folds, tensors, dataset, self.config, periods)
        if states:
            states.save(self.run.folder / "states.pt")
        self._write(models, results, leaks(self.config, dataset), remarks(dataset))

    def _build(self, part: "Part", dataset: xr.Dataset) -> DifferentiableModel:
        torch.manual_seed(part.config.seed)
        return DifferentiableModel.build(part.config, dataset).to(self.device)

    def _train(self, number: int, part: "Part", model: DifferentiableModel, tensors: Tensors) -> None:
        checkpoint = self.run.checkpoint(number)
        epochs = fit(model, tensors, part.config, checkpoint, self._interrupted, part.fold.trained)
        try:
            with closing(epochs):
                for epoch in epochs:
                    self._report(number, epoch, model)
        except KeyboardInterrupt:
            self.ended = "stopped"

    def _report(self, number: int, epoch: Epoch, model: DifferentiableModel) -> None:
        seconds = time.monotonic() - self.started
        self.epochs_here += 1
        self.trained[number] = epoch.number
        # Epochs still to come in this part and in those after it.
        left = sum(self.config.epochs - self.trained.get(n, 0) for n in range(number, len(self.parts) + 1))
        record: EpochRecord = {
            "epoch": epoch.number,
            "epochs": self.config.epochs,
            "part": number,
            "parts": len(self.parts),
            "part_name": self.parts[number - 1].name,
            "loss": epoch.loss,
            "validation_loss": epoch.validation_loss,
            "median_nse": epoch.nse.nanmedian().item(),
            "seconds": round(self.seconds_before + seconds, 2),
            "eta": round(seconds / self.epochs_here * left, 3),
            "device": f"{device_name(self.device)}, {model.process_model.backend(self.device)[0]}",
            "parameters": {k: [round(x, 4) for x in v.tolist()] for k, v in epoch.parameters.items()},
        }
        # The checkpoint first: a record of progress without it could not be resumed from.
        with whole(self.run.folder / f"checkpoint-{number}.pt") as partial:
            torch.save(epoch.checkpoint, partial)
        with (self.run.folder / "progress.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        self.on_epoch(record)

    def _interrupted(self) -> bool:
        """Was the run asked to stop? Waits here while it is asked to pause."""
        while self.run.requested == "pause":
            time.sleep(POLL)
        if self.run.requested == "stop":
            self.ended = "stopped"
        return self.ended == "stopped"

    def _write(
        self, models: list[list[DifferentiableModel]], results: xr.Dataset, leaks: list[str], said: list[Remark]
    ) -> None:
        record = {
            "ended": self.ended,
            "seconds": round(self.seconds_before + time.monotonic() - self.started, 1),
            "device": device_name(self.device),
            "backend": ": ".join(models[0][0].process_model.backend(self.device)),
            "seed": self.config.seed,
            "leaks": leaks,
            "remarks": said,
            "created": f"{datetime.now():%Y-%m-%d %H:%M}",
            "versions": {name: version(name) for name in ("dgviz", "torch", "xarray")}
            | {"python": platform.python_version()},
        }
        write_whole(self.run.folder / "record.json", json.dumps(record, indent=2))
        with whole(self.run.folder / "weights.pt") as partial:
            torch.save([[model.state_dict() for model in of_fold] for of_fold in models], partial)
        with whole(self.run.folder / "results.zarr") as partial:
            results.to_zarr(partial, mode="w", zarr_format=2, consolidated=True)


def _device(config: RunConfig) -> str:
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if config.device == "cuda" and found == "cpu":
        raise ConfigError("device 'cuda': torch finds no GPU here. Use 'cpu' or 'auto'.")
    return found if config.device == "auto" else config.device


def backend_of(config: RunConfig) -> tuple[str, str]:
    """What would run a configuration on this machine, "fused" or "torch", and why."""
    device = "cpu" if config.device == "cpu" else _device(config.edited(device="auto"))
    return config.build().backend(device)


def device_name(device: str) -> str:
    """The device in words: the GPU's name, or the processor and the threads used."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)}"


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
            process.start()
            self._process = process

    def submit(self, config: RunConfig) -> Run:
        """Put a run in the queue. Raises RunError if it cannot be written."""
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

    def kill(self) -> None:
        """End the process with the run that it trains, and start a new one for the rest of the queue."""
        self.close()
        self.start()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _serve(folder: Path, parent: int) -> None:
    torch.set_num_threads(max(1, n_processors() // 2))  # the others are for those who look at the dashboard
    psutil.Process().nice(10)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    while True:
        if waiting := _waiting(folder):
            _carry_out_or_report(waiting[0])
        else:
            time.sleep(POLL)


def _end_with(parent: int) -> None:
    """End this process, whatever it does, when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _waiting(folder: Path) -> list[Run]:
    """The runs that wait, the oldest first."""
    return [run for run in reversed(list_runs(folder)) if run.status == "waiting"]


def _carry_out_or_report(run: Run) -> None:
    try:
        carry_out(run)
    except Exception as error:
        print(f"The run {run.id!r} failed: {error}", file=sys.stderr)
        if run.status not in ENDED:  # its folder cannot be written: without this process it shows as failed
            raise


def main() -> None:
    """`python -m dgviz.experiment RUN`: carry out the run in a folder."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m dgviz.experiment RUN, where RUN is the folder of a run (it holds config.json).")
    run = Run(Path(sys.argv[1]))
    try:
        print(f"{run.config.epochs} epochs on {run.config.data}; progress is written to {run.folder}")
        carry_out(run)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
