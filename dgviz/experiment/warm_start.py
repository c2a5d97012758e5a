"""A run that begins with the weights of another. What it needs of that one is copied into its own folder first."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
import xarray as xr
from torch import Tensor

from dgviz import units
from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.inputs import Inputs
from dgviz.experiment.leakage import share_days
from dgviz.experiment.needs import learns
from dgviz.experiment.run_files import DamagedFile, RunError, read_tensors, short
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run, list_runs
from dgviz.experiment.splits import Fold, periods_of
from dgviz.files import whole
from dgviz.learn import DifferentiableModel
from dgviz.learn.warm_start import Taken, WarmStart
from dgviz.suggestions import suggest

FILE = "start.pt"


@dataclass(frozen=True)
class Start:
    """What another run has learned: its weights by fold and seed, and the names that they are of.

    `attributes` and `series` are what its networks see, each with its units. `seen` are the sites that each fold was
    trained on, and `periods` the days, as "first/last"; those of the run that the other one began with are among them.
    """

    run: str
    config: dict[str, Any]
    sites: list[str]
    attributes: dict[str, str]
    series: dict[str, str]
    weights: list[list[dict[str, Tensor]]]
    seen: list[list[str]]
    periods: list[str]

    @classmethod
    def of(cls, run: Run) -> "Start":
        """What a run with results has learned. Raises DamagedFile."""
        weights, inputs = run.weights(), run.inputs
        if inputs is None:
            raise DamagedFile(run.folder / "inputs.json", "is missing.")
        results = run.results()
        seen, periods = list(_seen(run, results, len(weights))), [str(results.attrs["train_period"])]
        if before := _read(run.folder / FILE):
            periods += before.periods
            same = len(before.seen) == len(seen)
            seen = [[*{*sites, *before.seen[i if same else 0]}] for i, sites in enumerate(seen)]
        series = _series(run, inputs, weights)
        options = json.loads(run.config.model_dump_json())
        return cls(run.id, options, [*inputs.sites], inputs.attributes, series, weights, seen, periods)

    def give(
        self, model: DifferentiableModel, fold: int, seed: int, n_folds: int, attributes: Tensor, inputs: Inputs
    ) -> Taken:
        """Give a model of a fold and a seed the weights that fit.

        `attributes (site, attribute)` are of the sites of the run, and `inputs` what that reads. Raises RunError.
        """
        of_fold = self.weights[self._fold(fold, n_folds)]
        names = [*map(partial(_in_units, inputs), self.attributes.items())]
        series = [*map(partial(_in_units, inputs), self.series.items())]
        earlier = DifferentiableModel.of_names(RunConfig(**self.config), names, series, len(self.sites))
        try:
            earlier.load_state_dict(of_fold[seed % len(of_fold)])
        except RuntimeError as error:
            raise RunError(f"start_from: the weights of {self.run!r} do not fit its options: {short(error)}") from None
        return WarmStart(model, earlier.to(attributes.device), self.sites, seed).take_over(attributes, inputs.sites)

    def _fold(self, fold: int, n_folds: int) -> int:
        """The fold of the other run that one begins with: the same, if that has as many."""
        return fold if n_folds == len(self.weights) and self.weights[fold] else 0

    def remark(self, taken: Taken) -> Remark:
        """What was taken over, in words."""
        said = [f"taken from {self.run}: {', '.join(taken.kept)}" if taken.kept else f"nothing of {self.run} fits"]
        said += [f"new: {', '.join(taken.new)}"] * bool(taken.new)
        said += [f"of no use here: {', '.join(taken.unused)}"] * bool(taken.unused)
        return Remark("taken over", "start_from", f"{'; '.join(said)}.")

    def leaks(self, config: RunConfig, dataset: xr.Dataset, folds: Sequence[Fold]) -> Iterator[str]:
        """What the weights tell of the days and the sites that the run is tested on; a sentence or two each."""
        test = periods_of(config, dataset)["test"]
        if late := [period for period in self.periods if share_days(period, test)]:
            yield (
                f"The run begins with the weights of {self.run}, which was trained on {late[0]}: that has days of the "
                f"test period {test}. Start from a run that was trained on other days."
            )
        for number, fold in enumerate(folds):
            held, seen = dataset.site.values[list(fold.held)], self.seen[self._fold(number, len(folds))]
            if known := [str(site) for site in held if site in seen]:
                yield (
                    f"The run begins with the weights of {self.run}, which was trained on {len(known)} of the "
                    f"{len(held)} sites that are not trained on here ({some(known)}): scores there are not those of "
                    "sites that the model has never seen."
                )


def start_of(run: Run) -> Start | None:
    """What a run begins with, copied into its folder; None for a run that begins anew.

    Raises ConfigError or DamagedFile where that is not to be had.
    """
    path = run.folder / FILE
    if not run.config.start_from or not learns(run.config):
        return None
    if start := _read(path):
        return start
    start = Start.of(earlier_run(run.config, run.folder.parent, run.id))
    with whole(path) as partial:
        torch.save(asdict(start), partial)
    return start


def earlier_run(config: RunConfig, folder: Path, own: str = "") -> Run:
    """The run in a folder of runs, or among those that come with dgviz, that a configuration starts from.

    Raises ConfigError if it is not there, is the run itself, is of another domain or has no results.
    """
    name, runs = config.start_from, {run.id: run for run in list_runs(folder)}
    if name == own:
        raise ConfigError(f"start_from {name!r}: a run cannot begin with its own weights. Name another.")
    if name not in runs:
        raise ConfigError(
            f"start_from: there is no run {name!r} in {folder}.{suggest(name, runs)} Runs: {', '.join(runs) or 'none'}."
        )
    run = runs[name]
    if run.config.domain != config.domain:
        raise ConfigError(
            f"start_from: the run {name!r} is of {run.config.domain}, and this one of {config.domain}. Start from a "
            "run of the same domain."
        )
    if run.status not in FINISHED:
        raise ConfigError(f"start_from: the run {name!r} has no weights to start from; it is {run.status}.")
    if not learns(run.config):
        raise ConfigError(f"start_from: the run {name!r} has learned nothing. Start from one that has.")
    return run


def check_start(config: RunConfig, folder: Path) -> None:
    """Can a run in this folder start from the one that it names? Raises ConfigError if not."""
    if config.start_from:
        earlier_run(config, folder)


def _read(path: Path) -> Start | None:
    """What was copied into the folder of a run; None where nothing was. Raises DamagedFile."""
    try:
        return Start(**read_tensors(path))
    except FileNotFoundError:
        return None
    except TypeError:
        raise DamagedFile(path, "holds no weights to start from.") from None


def _seen(run: Run, results: xr.Dataset, n_folds: int) -> Iterator[list[str]]:
    """The sites that each fold of a run was trained on."""
    sites = results.site.values
    if "held_out" not in results:
        yield from [[*map(str, sites)]] * n_folds
        return
    fold, held = results.fold.values, results.held_out.values
    for number in range(n_folds):
        yield [str(site) for site in sites[~(held & (fold == number))]]


def _in_units(inputs: Inputs, named: tuple[str, str]) -> str:
    """The name of an input of the other run; with its unit, as another one, where this run has it in another."""
    name, unit = named
    here = {**inputs.forcings, **inputs.attributes}.get(name, "")
    return name if not here or not unit or units.same(here, unit) else f"{name} in {unit}"


def _series(run: Run, inputs: Inputs, weights: list[list[dict[str, Tensor]]]) -> dict[str, str]:
    """The series that recurrent networks of a run see: the first of the forcings that it reads."""
    networks = {"network.deviation": 0, "correction.recurrent": int(run.config.predictor == "corrected")}
    for network, n_more in networks.items():
        if (means := weights[0][0].get(f"{network}.series.mean")) is not None:
            return dict(list(inputs.forcings.items())[: len(means) - n_more])
    return {}
