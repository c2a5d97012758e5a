"""Train a model, one epoch at a time."""

import copy
import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from dgviz.learn.losses import LOSSES, distance_from_defaults, nse
from dgviz.learn.model import DifferentiableModel
from dgviz.learn.not_finite import NotFiniteError, first_not_finite
from dgviz.learn.options import ConfigError, TrainingOptions
from dgviz.learn.spin_up import respond_settled, spun_up
from dgviz.learn.tensors import Tensors
from dgviz.learn.together import add_up, by_shares, n_processes
from dgviz.memory import blocks
from dgviz.quantities import Parameter
from dgviz.suggestions import suggest

LAST_PACE = 0.01  # of the learning rate, at the end of a schedule that falls
PLATEAU_PACE = 0.5  # of the learning rate, after a plateau of the loss
LEAST_FALL = 0.001  # of the loss; less is a plateau


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data. `nse` is the efficiency of each site on its windows, `(site,)`; NaN if held out.

    `checkpoint` holds everything needed to continue from here.
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
    tensors: Tensors,
    config: TrainingOptions,
    checkpoint: dict | None = None,
    interrupt: Callable[[], bool] = lambda: False,
    sites: Sequence[int] | None = None,
    begin: Callable[[DifferentiableModel], None] = lambda model: None,
    groups: Sequence[int] | None = None,
) -> Generator[Epoch, None, None]:
    """Train on the scored steps of `tensors`, yielding an Epoch at a time; those before them only warm up.

    `sites` are the positions of the sites to train on; by default all. After the last epoch the model has its best
    weights: those with the lowest validation loss, or the last ones without validation. Given a `checkpoint`, training
    continues as if it had never stopped. `interrupt` is called after every update; training ends when it returns True.
    `begin` may give the model other weights, and other statistics of its inputs, than it begins with. `groups` is the
    number of the group of each site: validation does not divide groups. A model without weights has nothing to learn
    and yields no epoch.
    """
    training = _Training(model, tensors, config, sites, begin, groups)
    if not training.optimizer:
        return
    if checkpoint:
        training.restore(checkpoint)
    try:
        while training.epoch < config.epochs and training.since_best < config.patience:
            yield training.run_epoch(interrupt)
    except Interrupted:
        pass
    finally:
        model.load_state_dict(training.best)
        model.eval()


class _Training:
    """The state of one training: weights, optimizer, random numbers and the best so far."""

    def __init__(
        self,
        model: DifferentiableModel,
        tensors: Tensors,
        config: TrainingOptions,
        sites: Sequence[int] | None = None,
        begin: Callable[[DifferentiableModel], None] = lambda model: None,
        groups: Sequence[int] | None = None,
    ):
        self.model = model
        self.tensors = tensors
        self.config = config
        self.loss = LOSSES[config.loss]
        self.random = torch.Generator().manual_seed(config.seed)
        self.first_step = tensors.warmup
        self.n_steps, self.n_sites = tensors.target.shape
        self.everything = torch.arange(self.n_sites)
        self.groups = self.everything if groups is None else torch.tensor(groups)
        self.joined = model.process_model.joins_sites
        if self.joined and n_processes() > 1:
            raise ConfigError(
                "A process that joins sites simulates them as a whole: they cannot be shared among processes. Train in "
                "one, without torchrun."
            )
        self.trained, self.held = self._hold_out(self.everything if sites is None else torch.tensor(sites))
        self.observed = tensors.target.isfinite().cpu()
        if list(model.parameters()):
            self._check_observed()
        # Of the training steps and sites alone: nothing of the test period leaks in.
        model.learn_statistics(tensors.span(self.first_step, self.n_steps, 0, self.trained.tolist()))
        begin(model)
        self.deviation = _deviation(tensors.target[self.first_step : self.n_steps])
        self.weight = self._weight_of_sites()
        weights = list(model.parameters())
        self.optimizer = torch.optim.Adam(weights, lr=config.learning_rate) if weights else None
        self.stores = self._first_stores()
        self.epoch, self.since_best = 0, 0
        self.best_loss = math.inf
        self.lowest, self.since_lowest, self.plateaus = math.inf, 0, 0
        self.best = copy.deepcopy(model.state_dict())

    def _first_stores(self) -> Tensor | None:
        """The stores `(store, site, member)` with which the first windows begin; None where none are spun up.

        A window with its warm-up has to hold a year that can be repeated.
        """
        stores, year = self.model.process_model.stores, self.tensors.year
        if not stores or self.config.warmup + self._window < year:
            return None
        # The first year of training; of a shorter training the year that ends with it.
        start = min(self.first_step, len(self.tensors.target) - year)
        initial = spun_up(self.model, self.tensors.span(start, start + year, 0)).tensors.initial
        return torch.cat([initial[name] for name in stores])

    @property
    def _window(self) -> int:
        """The steps of a training window."""
        return min(self.config.window, self.n_steps - self.first_step)

    def _hold_out(self, sites: Tensor) -> tuple[Tensor, Tensors | None]:
        """Of these sites those to train on, and what is held out for validation."""
        config = self.config
        if config.validation == "none":
            return sites, None
        if config.validation == "period":
            first = self.n_steps - held_steps(config, self.n_steps - self.first_step)
            held = self._held(first, sites)
            self.n_steps = first
            return sites, held
        order = sites[torch.randperm(len(sites), generator=self.random)]
        chosen = self._some_groups(order, max(1, round(len(sites) * config.validation_fraction)))
        return order[~chosen], self._held(self.first_step, order[chosen])

    def _some_groups(self, order: Tensor, n_wanted: int) -> Tensor:
        """Which of the sites are of the first groups that have so many together; at least one group is left."""
        mine = self.groups[order]
        held = torch.zeros_like(mine, dtype=torch.bool)
        for group in list(dict.fromkeys(mine.tolist()))[:-1]:
            if held.sum() < n_wanted:
                held |= mine == group
        return held

    def _check_observed(self) -> None:
        """Go on without sites that are not observed: their loss is zero, the best there can be, and teaches nothing."""
        seen = self.observed[self.first_step : self.n_steps, self.trained].any(0)
        self.trained = self.trained[seen]
        if not seen.any():
            raise ConfigError(
                f"There is nothing to learn: {self.config.target} is not observed at the sites and times trained on."
            )
        if self.held is not None and not self.held.target[self.held.warmup :].isfinite().any():
            raise ConfigError(
                f"validation {self.config.validation!r}: {self.config.target} is not observed in what is held out. "
                "Hold out more, or choose validation 'none'."
            )

    def _held(self, first: int, sites: Tensor) -> Tensors:
        """The last steps of these sites; sites that are joined all come along, unobserved."""
        # Where sites are joined all are simulated, but only those held out are compared.
        self.held_sites = self.everything if self.joined else sites
        tensors = self.tensors.observed_at(sites) if self.joined else self.tensors
        return tensors.span(first, self.n_steps, self.config.warmup, self.held_sites.tolist())

    def _weight_of_sites(self) -> Tensor:
        """How much each site counts `(site,)`: on average one over the sites trained on."""
        if not self.config.weights:
            return torch.ones(self.n_sites, device=self.tensors.target.device)
        values = site_weights(self.config, self.model, self.tensors)
        return values / values[self.trained].mean()

    def run_epoch(self, interrupt: Callable[[], bool]) -> Epoch:
        losses = []
        scores = torch.full((self.n_sites,), math.nan)  # (site,)
        self.optimizer.param_groups[0]["lr"] = self.config.learning_rate * self._pace()
        self.model.train()
        for sites in self._batches():
            if interrupt():
                if self.held is None:
                    self._remember()
                raise Interrupted
            batch = self._random_windows(sites)
            with self._own_random_numbers():
                loss, simulated = self._score(batch, sites)
            self.optimizer.zero_grad()
            loss.backward()
            add_up(self.model.parameters())
            # A long simulation can have a huge gradient in one update; its direction is still right.
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
            if not (loss.isfinite() and norm.isfinite()):
                raise self._not_finite(loss, batch, sites)
            self.optimizer.step()
            losses.append(loss.item())
            scores[sites] = nse(simulated.detach(), batch.target[batch.warmup :]).to(scores)
        self.epoch += 1
        self.model.eval()
        validation_loss = self._validate()
        self._keep_best(validation_loss)
        self._notice_plateau(float(np.mean(losses)) if validation_loss is None else validation_loss)
        return Epoch(self.epoch, float(np.mean(losses)), validation_loss, scores, self._parameters(), self.checkpoint())

    def _pace(self) -> float:
        """The share of the learning rate in this epoch."""
        if self.config.schedule == "constant":
            return 1.0
        if self.config.schedule == "plateau":
            return max(LAST_PACE, PLATEAU_PACE**self.plateaus)
        # Cosine from 1 to LAST_PACE: Loshchilov and Hutter (2017), arXiv:1608.03983.
        share = self.epoch / max(1, self.config.epochs - 1)
        return LAST_PACE + (1 - LAST_PACE) * (1 + math.cos(math.pi * share)) / 2

    @contextmanager
    def _own_random_numbers(self) -> Iterator[None]:
        """What torch draws inside, for dropout, depends on the state of this training alone."""
        seed = int(torch.randint(2**62, (), generator=self.random))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield

    def _batches(self) -> list[Tensor]:
        """Every training site once for every window that the record holds, in random order; joined sites together."""
        repeats = max(1, round((self.n_steps - self.first_step) / self.config.window))
        if self.joined:
            return [self.everything] * repeats
        order = [self.trained[torch.randperm(len(self.trained), generator=self.random)] for _ in range(repeats)]
        return [batch for sites in order for batch in sites.split(self.config.batch_size)]

    def _random_windows(self, sites: Tensor) -> Tensors:
        window = self._window
        starts = 1 if self.joined else len(sites)
        start = torch.randint(self.first_step, self.n_steps - window + 1, (starts,), generator=self.random)
        start = self._onto_observations(start, sites, window)
        # (warm-up + window, site): each site has a window of its own
        steps = (torch.arange(-self.config.warmup, window)[:, None] + start).expand(-1, len(sites))
        device = self.tensors.target.device
        tensors = self.tensors.observed_at(self.trained) if self.joined else self.tensors
        self.steps = steps
        return tensors.take(steps.to(device), sites.to(device), self.config.warmup)

    def _onto_observations(self, start: Tensor, sites: Tensor, window: int) -> Tensor:
        """The starts `(site,)` of windows, those without any observation moved to the nearest that holds one."""
        observed = self.observed[:, self.trained].any(1, keepdim=True) if self.joined else self.observed[:, sites]
        # How many times were observed before each time, `(time + 1, site)`.
        before = torch.cat([torch.zeros_like(observed[:1]), observed]).cumsum(0)
        start, column = start.clone(), torch.arange(len(start))
        for i in (before[start + window, column] == before[start, column]).nonzero()[:, 0].tolist():
            times = observed[: self.n_steps, i].nonzero()[:, 0]
            times = times[times >= self.first_step]
            nearest = times[(times - start[i] - window // 2).abs().argmin()]
            start[i] = (nearest - window // 2).clamp(self.first_step, self.n_steps - window)
        return start

    def _not_finite(self, loss: Tensor, batch: Tensors, sites: Tensor) -> NotFiniteError:
        """The error that the loss, or its gradient, is no number any more, with the place where that begins."""

        def loss_of(simulated: Tensor) -> Tensor:
            scored = simulated[batch.warmup :], batch.target[batch.warmup :], self.deviation[sites]
            return self.loss(*scored, self.weight[sites], self.config.target_quantity)

        with self._own_random_numbers():
            first = first_not_finite(self.model, batch, self.config.target, loss_of)
        what = f"The loss became {loss.item():g}" if not loss.isfinite() else "The gradient of the loss became nan"
        words = f"{what} in epoch {self.epoch + 1}"
        fix = (
            f"Lower learning_rate (now {self.config.learning_rate:g}) or clip (now {self.config.clip:g}), or look at "
            "what is said to be no number first."
        )
        if first is None:
            return NotFiniteError(words, fix)
        step = None if first.step is None else int(self.steps[first.step, first.site if not self.joined else 0])
        return NotFiniteError(words, fix, first.what, int(sites[first.site]), step)

    def _score(self, batch: Tensors, sites: Tensor) -> tuple[Tensor, Tensor]:
        simulated = self._simulate(batch, sites)[batch.warmup :]
        scored = simulated, batch.target[batch.warmup :], self.deviation[sites]
        loss = self.loss(*scored, self.weight[sites], self.config.target_quantity)
        if self.config.prior and self.model.static and self.model.training:
            learned = self.model.network.static_parameters(batch.attributes, batch.sites)
            distance = distance_from_defaults(learned, self.model.process_model.of(Parameter))
            # Every process has it whole, and gradients are added up over them: each gives its share.
            loss = loss + self.config.prior * (distance.detach() + (distance - distance.detach()) / n_processes())
        return loss, simulated

    def _simulate(self, batch: Tensors, sites: Tensor) -> Tensor:
        """The target of a batch `(time, site)`, from stores that are spun up where the warm-up is long enough."""
        simulated, *stores = by_shares(partial(self._respond, batch, sites), len(sites))
        if stores:
            self.stores[:, sites] = stores[0]
        return simulated

    def _respond(self, batch: Tensors, sites: Tensor, mine: Tensor) -> tuple[Tensor, ...]:
        """The target `(time, site)` of some positions in a batch; in training also the stores spun up so far."""
        if len(mine) < len(sites):
            batch = batch.span(batch.warmup, len(batch.target), batch.warmup, mine.tolist())
        target = self.config.target
        if self.stores is None:
            return (self.model.mean(batch, [target])[target],)
        if not torch.is_grad_enabled():
            return (self.model.mean(spun_up(self.model, batch).tensors, [target])[target],)
        return respond_settled(self.model, batch, self.stores[:, sites[mine]])

    def _validate(self) -> float | None:
        if self.held is None:
            return None
        with torch.no_grad():
            loss = self._score(self.held, self.held_sites)[0].item()
        # No number is below none: the weights from the beginning would count as the best.
        if not math.isfinite(loss):
            raise ValueError(f"The validation loss became {loss:g} in epoch {self.epoch}. Lower learning_rate or clip.")
        return loss

    def _keep_best(self, validation_loss: float | None) -> None:
        if validation_loss is None:
            self._remember()
        elif validation_loss < self.best_loss:
            self.best_loss, self.since_best = validation_loss, 0
            self._remember()
        else:
            self.since_best += 1

    def _notice_plateau(self, loss: float) -> None:
        """Count the plateaus of the validation loss, or of the training loss where none is held out."""
        if loss < self.lowest * (1 - LEAST_FALL):
            self.lowest, self.since_lowest = loss, 0
            return
        self.since_lowest += 1
        if self.since_lowest >= self.config.plateau:
            self.plateaus, self.since_lowest = self.plateaus + 1, 0

    def _remember(self) -> None:
        self.best = copy.deepcopy(self.model.state_dict())

    def _parameters(self) -> dict[str, Tensor]:
        """The learned static parameters, averaged over the members, `(site,)` by name."""
        with torch.no_grad():
            values = self.model.parameters_of(self.tensors.span(0, 1, 0))
        return {k: values[k].mean((0, -1)).cpu() for k in self.model.static}

    def checkpoint(self) -> dict:
        return {
            "weights": copy.deepcopy(self.model.state_dict()),
            "best": self.best,
            "best_loss": self.best_loss,
            "since_best": self.since_best,
            "plateau": (self.lowest, self.since_lowest, self.plateaus),
            "epoch": self.epoch,
            "optimizer": copy.deepcopy(self.optimizer.state_dict()),
            "random": self.random.get_state(),
            "stores": None if self.stores is None else self.stores.clone(),
        }

    def restore(self, checkpoint: dict) -> None:
        self.model.load_state_dict(checkpoint["weights"])
        self.optimizer.load_state_dict(copy.deepcopy(checkpoint["optimizer"]))
        self.random.set_state(checkpoint["random"])
        self.stores = None if self.stores is None else checkpoint["stores"].to(self.stores.device)
        self.best, self.best_loss = checkpoint["best"], checkpoint["best_loss"]
        self.lowest, self.since_lowest, self.plateaus = checkpoint["plateau"]
        self.epoch, self.since_best = checkpoint["epoch"], checkpoint["since_best"]


def held_steps(config: TrainingOptions, n_steps: int) -> int:
    """How many of the last of `n_steps` are held out of training for validation."""
    return max(1, round(n_steps * config.validation_fraction)) if config.validation == "period" else 0


def site_weights(config: TrainingOptions, model: DifferentiableModel, tensors: Tensors) -> Tensor:
    """The attribute by which the errors of sites count, `(site,)`.

    Raises ConfigError if the run has no such attribute or it cannot be a weight.
    """
    if config.weights not in model.attribute_names:
        has = ", ".join(model.attribute_names)
        raise ConfigError(
            f"weights: the run has no attribute {config.weights!r}. It has: {has}."
            f"{suggest(config.weights, model.attribute_names)}"
        )
    values = tensors.attributes[:, model.attribute_names.index(config.weights)]
    if not (values > 0).all():
        raise ConfigError(
            f"weights: {config.weights!r} is missing or not above zero at {int((~(values > 0)).sum())} sites. "
            "Choose an attribute that is positive everywhere, such as area."
        )
    return values


def _deviation(observed: Tensor) -> Tensor:
    """The standard deviation of each site `(site,)`, leaving out NaN."""
    parts = [observed[:, block] for block in blocks(*observed.shape)]
    return torch.cat([(part - part.nanmean(0)).square().nanmean(0).sqrt().nan_to_num(1.0) for part in parts])


def load(path: Path) -> dict:
    """Tensors and numbers that were saved in a file, on the CPU. No code in the file is run."""
    return torch.load(path, map_location="cpu", weights_only=True)
