"""A process model with the networks that are trained with it."""

from collections.abc import Iterable, Sequence

import torch
import xarray as xr
from torch import Tensor, nn

from dgviz.datasets import attribute_names, forcing_names
from dgviz.experiment.config import RunConfig
from dgviz.learn.networks import ParameterNetwork, TargetNetwork
from dgviz.learn.tensors import Samples
from dgviz.processes.declare import Parameter
from dgviz.processes.model import ProcessModel


class DifferentiableModel(nn.Module):
    """A process model with the network that gives its parameters and, if any, the one that corrects its target.

    `recurrent` names the forcings that recurrent networks see. A process model without processes leaves the target to
    `correction`, the pure network.
    """

    def __init__(
        self,
        process_model: ProcessModel,
        network: ParameterNetwork,
        attributes: Sequence[str],
        recurrent: Sequence[str] = (),
        target: str = "",
        correction: TargetNetwork | None = None,
    ):
        super().__init__()
        self.process_model, self.network, self.correction = process_model, network, correction
        self.attribute_names, self.recurrent, self.target = tuple(attributes), tuple(recurrent), target

    @classmethod
    def build(cls, config: RunConfig, dataset: xr.Dataset) -> "DifferentiableModel":
        """The model that a configuration describes, untrained, on the variables of a data set."""
        process_model = config.build()
        attributes, recurrent = attribute_names(dataset, config.attributes), forcing_names(dataset)
        network = ParameterNetwork(
            process_model.of(Parameter),
            len(attributes),
            members=config.members,
            hidden=config.hidden,
            source=config.parameters,
            n_sites=len(config.sites) or dataset.sizes["site"],
            dynamic=config.dynamic,
            n_series=len(recurrent),
            kind=config.network,
            dropout=config.dropout,
            dynamic_dropout=config.dynamic_dropout,
        )
        correction = None
        if config.predictor != "processes":
            sizes = config.network, len(recurrent), len(attributes), config.hidden, config.dropout
            correction = TargetNetwork(*sizes, corrects=config.predictor == "corrected")
        return cls(process_model, network, attributes, recurrent, config.target, correction).eval()

    @property
    def static(self) -> tuple[str, ...]:
        """The names of the parameters that do not vary in time."""
        return self.network.static

    def samples(self, dataset: xr.Dataset, target: str, device: str = "cpu") -> Samples:
        """What the model needs of a data set, as tensors."""
        forcings, recurrent = self.process_model.forcings, self.recurrent if self._sees_series else ()
        return Samples.of(dataset, forcings, self.attribute_names, target, device, recurrent)

    @property
    def corrected(self) -> bool:
        """Does a recurrent network have the last word on the target?"""
        return self.correction is not None

    @property
    def _sees_series(self) -> bool:
        return bool(self.network.dynamic) or self.corrected

    def parameters_of(self, samples: Samples) -> dict[str, Tensor]:
        """The learned parameters `(1 or time, site, member)` by name."""
        series = samples.series() if self.network.dynamic else None
        return self.network(samples.attributes, series, samples.sites, samples.warmup)

    def forward(self, samples: Samples, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states of the processes `(time, site, member)` by name."""
        return self.process_model(samples.forcings, self.parameters_of(samples), only)

    def respond(
        self, samples: Samples, parameters: dict[str, Tensor], only: Iterable[str] | None = None
    ) -> dict[str, Tensor]:
        """Fluxes and states averaged over the members, `(time, site)` by name, with these parameters; the target as
        it is predicted, with its correction."""
        values = {}
        if self.process_model.processes:
            values = self.process_model.mean(samples.forcings, parameters, only)
        if self.corrected and (only is None or self.target in only):
            series, simulated = samples.series(), values.get(self.target)
            values[self.target] = self.correction(samples.attributes, series, simulated, samples.warmup)
        return values

    def each(
        self, samples: Samples, parameters: dict[str, Tensor], only: Iterable[str] | None = None
    ) -> list[dict[str, Tensor]]:
        """What the models of an ensemble respond: here only one does."""
        return [self.respond(samples, parameters, only)]

    def mean(self, samples: Samples, only: Iterable[str] | None = None) -> dict[str, Tensor]:
        """What `respond` gives with the learned parameters."""
        return self.respond(samples, self.parameters_of(samples), only)

    def learn_statistics(self, samples: Samples) -> None:
        """Take the statistics that standardise the networks' inputs."""
        self.network.attributes.learn(samples.attributes)
        if self.network.dynamic:
            self.network.deviation.series.learn(samples.series())
        if not self.corrected:
            return
        self.correction.attributes.learn(samples.attributes)
        self.correction.target.learn(samples.target[..., None])
        series = samples.series()
        if self.correction.corrects:  # a simulation has about the statistics of what it simulates
            series = torch.cat([series, samples.target[..., None]], -1)
        self.correction.recurrent.series.learn(series)


class Ensemble(nn.Module):
    """Models that were trained alike from different seeds, used as one: their predictions are averaged.

    Parameters `(1 or time, site, member)` hold the members of all models one after the other, so that a change of a
    parameter is one of all.
    """

    def __init__(self, models: Iterable[DifferentiableModel]):
        super().__init__()
        self.models = nn.ModuleList(models)
        self.process_model, self.static = self.models[0].process_model, self.models[0].static
        self.corrected = self.models[0].corrected

    def samples(self, dataset: xr.Dataset, target: str, device: str = "cpu") -> Samples:
        """What the models need of a data set, as tensors."""
        return self.models[0].samples(dataset, target, device)

    def parameters_of(self, samples: Samples) -> dict[str, Tensor]:
        """The learned parameters of all models by name."""
        each = [model.parameters_of(samples) for model in self.models]
        return {name: torch.cat([values[name] for values in each], -1) for name in each[0]}

    def forward(self, samples: Samples, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states of the processes `(time, site, member)` by name, for the members of all models."""
        each = [model(samples, only) for model in self.models]
        return {name: torch.cat([values[name] for values in each], -1) for name in each[0]}

    def each(
        self, samples: Samples, parameters: dict[str, Tensor], only: Iterable[str] | None = None
    ) -> list[dict[str, Tensor]]:
        """What each model responds, `(time, site)` by name."""
        parts = {name: values.chunk(len(self.models), -1) for name, values in parameters.items()}
        return [
            model.respond(samples, {name: part[i] for name, part in parts.items()}, only)
            for i, model in enumerate(self.models)
        ]

    def respond(
        self, samples: Samples, parameters: dict[str, Tensor], only: Iterable[str] | None = None
    ) -> dict[str, Tensor]:
        """The mean of what the models respond, `(time, site)` by name."""
        each = self.each(samples, parameters, only)
        return {name: torch.stack([values[name] for values in each]).mean(0) for name in each[0]}

    def mean(self, samples: Samples, only: Iterable[str] | None = None) -> dict[str, Tensor]:
        """What `respond` gives with the learned parameters."""
        return self.respond(samples, self.parameters_of(samples), only)
