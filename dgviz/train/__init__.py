"""Train a parameterization network through a process model, one epoch at a time."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from ..config import RunConfig
from ..declare import Parameter
from ..losses import LOSSES
from ..model import ProcessModel
from ..network import ParameterNetwork
from ..samples import Samples


class DifferentiableModel(nn.Module):
    """A process model with the network that gives its parameters."""

    def __init__(self, process_model: ProcessModel, network: ParameterNetwork, attributes: Sequence[str]):
        super().__init__()
        self.process_model, self.network, self.attribute_names = process_model, network, tuple(attributes)

    @classmethod
    def build(cls, config: RunConfig, attributes: Sequence[str]) -> "DifferentiableModel":
        """The model that a configuration describes, untrained, on the attributes named."""
        process_model = config.build()
        network = ParameterNetwork(
            process_model.of(Parameter),
            len(attributes),
            members=config.members,
            hidden=config.hidden,
            dynamic=config.dynamic,
            n_forcings=len(process_model.forcings),
            kind=config.network,
        )
        return cls(process_model, network, attributes)

    def samples(self, dataset: xr.Dataset, target: str, device: str = "cpu") -> Samples:
        """What the model needs of a data set, as tensors."""
        return Samples.of(dataset, self.process_model.forcings, self.attribute_names, target, device)

    def parameters_of(self, samples: Samples) -> dict[str, Tensor]:
        """The learned parameters `(1 or time, site, member)` by name."""
        return self.network(samples.attributes, samples.series() if self.network.dynamic else None)

    def forward(self, samples: Samples, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states `(time, site, member)` by name."""
        return self.process_model(samples.forcings, self.parameters_of(samples), only)

    def mean(self, samples: Samples, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states averaged over the members, `(time, site)` by name."""
        return self.process_model.mean(samples.forcings, self.parameters_of(samples), only)

    def learn_statistics(self, samples: Samples) -> None:
        """Take the statistics that standardise the network's inputs."""
        self.network.attributes.learn(samples.attributes)
        if self.network.dynamic:
            self.network.forcings.learn(samples.series())


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data. `nse` is that of each site's windows, `(site,)`; NaN where held out.

    `checkpoint` holds all that is needed to go on from here.
    """

    number: int
    loss: float
    validation_loss: float | None
    nse: Tensor
    parameters: dict[str, Tensor]
    checkpoint: dict


class Interrupted(Exception):
    """Training was asked to end within an epoch."""


def fit(
    model: DifferentiableModel,
    samples: Samples,
    config: RunConfig,
    checkpoint: dict | None = None,
    interrupt: Callable[[], bool] = lambda: False,
) -> Iterator[Epoch]:
    """Train on the scored days of `samples`, yielding an Epoch at a time; days before them only warm up.

    After the last one the model has its best weights: those of the lowest validation loss, or the last without
    validation. With a `checkpoint` it goes on as if it had never stopped. `interrupt` is asked after every update;
    when it says yes, training ends after that update.
    """
    training = _Training(model, samples, config)
    if checkpoint:
        training.restore(checkpoint)
    try:
        while training.epoch < config.epochs and training.since_best < config.patience:
            yield training.run_epoch(interrupt)
    except Interrupted:
        pass
    finally:
        model.load_state_dict(training.best)


class _Training:
    """The state of one training: weights, optimizer, random numbers and the best so far."""

    def __init__(self, model: DifferentiableModel, samples: Samples, config: RunConfig):
        self.model, self.samples, self.config = model, samples, config
        self.loss = LOSSES[config.loss]
        self.random = torch.Generator().manual_seed(config.seed)
        self.first_day, (self.n_days, self.n_sites) = samples.warmup, samples.target.shape
        self.trained, self.held = self._hold_out()
        model.learn_statistics(samples.span(self.first_day, self.n_days, 0, self.trained.tolist()))
        self.deviation = _deviation(samples.target[self.first_day : self.n_days])
        self.optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
        self.epoch, self.since_best, self.best_loss = 0, 0, math.inf
        self.best = copy.deepcopy(model.state_dict())

    def _hold_out(self) -> tuple[Tensor, Samples | None]:
        """The sites to train on, and what is held out for validation."""
        everything, config = torch.arange(self.n_sites), self.config
        if config.validation == "none":
            return everything, None
        if config.validation == "period":
            first = self.n_days - max(1, round((self.n_days - self.first_day) * config.validation_fraction))
            held = self.samples.span(first, self.n_days, config.warmup)
            self.n_days, self.held_sites = first, everything
            return everything, held
        order = torch.randperm(self.n_sites, generator=self.random)
        n_held = min(self.n_sites - 1, max(1, round(self.n_sites * config.validation_fraction)))
        self.held_sites = order[:n_held]
        held = self.samples.span(self.first_day, self.n_days, config.warmup, self.held_sites.tolist())
        return order[n_held:], held

    def run_epoch(self, interrupt: Callable[[], bool]) -> Epoch:
        losses, nse = [], torch.full((self.n_sites,), math.nan)
        for sites in self._batches():
            if interrupt():
                if self.held is None:
                    self._remember()
                raise Interrupted
            batch = self._random_windows(sites)
            loss, simulated = self._score(batch, sites)
            if not loss.isfinite():
                raise ValueError(
                    f"The loss became {loss.item()} in epoch {self.epoch + 1}. Lower learning_rate "
                    f"(now {self.config.learning_rate:g}) or clip (now {self.config.clip:g})."
                )
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
            self.optimizer.step()
            losses.append(loss.item())
            nse[sites] = _nse(simulated.detach(), batch.target[batch.warmup :]).cpu()
        self.epoch += 1
        validation_loss = self._validate()
        self._keep_best(validation_loss)
        return Epoch(self.epoch, float(np.mean(losses)), validation_loss, nse, self._parameters(), self.checkpoint())

    def _batches(self) -> list[Tensor]:
        """Every training site once for every window that the record holds, in random order."""
        repeats = max(1, round((self.n_days - self.first_day) / self.config.window))
        order = [self.trained[torch.randperm(len(self.trained), generator=self.random)] for _ in range(repeats)]
        return [batch for sites in order for batch in sites.split(self.config.batch_size)]

    def _random_windows(self, sites: Tensor) -> Samples:
        window = min(self.config.window, self.n_days - self.first_day)
        start = torch.randint(self.first_day, self.n_days - window + 1, (len(sites),), generator=self.random)
        days = torch.arange(-self.config.warmup, window)[:, None] + start
        device = self.samples.target.device
        return self.samples.take(days.to(device), sites.to(device), self.config.warmup)

    def _score(self, batch: Samples, sites: Tensor) -> tuple[Tensor, Tensor]:
        target = self.config.target
        simulated = self.model.mean(batch, [target])[target][batch.warmup :]
        return self.loss(simulated, batch.target[batch.warmup :], self.deviation[sites]), simulated

    def _validate(self) -> float | None:
        if self.held is None:
            return None
        with torch.no_grad():
            return self._score(self.held, self.held_sites)[0].item()

    def _keep_best(self, validation_loss: float | None) -> None:
        if validation_loss is None:
            self._remember()
        elif validation_loss < self.best_loss:
            self.best_loss, self.since_best = validation_loss, 0
            self._remember()
        else:
            self.since_best += 1

    def _remember(self) -> None:
        self.best = copy.deepcopy(self.model.state_dict())

    def _parameters(self) -> dict[str, Tensor]:
        """The learned static parameters, averaged over the members, `(site,)` by name."""
        with torch.no_grad():
            values = self.model.parameters_of(self.samples.span(0, 1, 0))
        return {k: values[k].mean((0, -1)).cpu() for k in self.model.network.static}

    def checkpoint(self) -> dict:
        return {
            "weights": copy.deepcopy(self.model.state_dict()),
            "best": self.best,
            "best_loss": self.best_loss,
            "since_best": self.since_best,
            "epoch": self.epoch,
            "optimizer": copy.deepcopy(self.optimizer.state_dict()),
            "random": self.random.get_state(),
        }

    def restore(self, checkpoint: dict) -> None:
        self.model.load_state_dict(checkpoint["weights"])
        self.optimizer.load_state_dict(copy.deepcopy(checkpoint["optimizer"]))
        self.random.set_state(checkpoint["random"])
        self.best, self.best_loss = checkpoint["best"], checkpoint["best_loss"]
        self.epoch, self.since_best = checkpoint["epoch"], checkpoint["since_best"]


def _deviation(observed: Tensor) -> Tensor:
    """The standard deviation of each site `(site,)`, leaving out NaN."""
    return (observed - observed.nanmean(0)).square().nanmean(0).sqrt().nan_to_num(1.0)


def _nse(simulated: Tensor, observed: Tensor) -> Tensor:
    """NSE of each site `(site,)`, for progress; scores proper are in `dgviz.metrics`."""
    return 1 - (simulated - observed).square().nanmean(0) / (observed - observed.nanmean(0)).square().nanmean(0)


def load(path: Path) -> dict:
    """Tensors and numbers that were saved in a file, on the CPU. No code in the file is run."""
    return torch.load(path, map_location="cpu", weights_only=True)
