"""A process model with the networks that are trained with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import torch
import xarray as xr
from torch import Tensor, nn

from dgviz.datasets import attribute_names, forcing_names
from dgviz.learn.networks import ParameterNetwork, TargetNetwork
from dgviz.learn.options import ModelOptions
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.processes.model import Backend, ProcessModel

# Names, in a state, of what recurrent networks remember; the others are of the process model.
DYNAMIC = "network_of_parameters"
CORRECTION = "network_of_target"


def of_processes(state: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """The part of a state that belongs to the process model."""
    return {name: values for name, values in (state or {}).items() if name not in (DYNAMIC, CORRECTION)}


def of_networks(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The part of a state that recurrent networks remember."""
    return {name: values for name, values in state.items() if name in (DYNAMIC, CORRECTION)}


def side_by_side(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The states of several models as one, `(1, site, member)` by name, their members one after the other."""
    return {name: torch.cat([state[name] for state in states], -1) for name in states[0]}


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
        self.process_model = process_model
        self.network = network
        self.correction = correction
        self.attribute_names = tuple(attributes)
        self.recurrent = tuple(recurrent)
        self.target = target

    @classmethod
    def build(cls, config: ModelOptions, dataset: xr.Dataset) -> "DifferentiableModel":
        """The model that a configuration describes, untrained, on the variables of a data set."""
        attributes, recurrent = attribute_names(dataset, config.attributes), forcing_names(dataset)
        if not attributes and config.parameters == "attributes" and config.build().of(Parameter):
            raise ValueError(
                f"The data set {dataset.attrs.get('title', '')!r} has no attributes to learn parameters from. "
                "Add descriptors of the sites, such as area or elevation, or choose parameters 'shared' or 'sites'."
            )
        return cls.of_names(config, attributes, recurrent, len(config.sites) or dataset.sizes["site"])

    @classmethod
    def of_names(
        cls, config: ModelOptions, attributes: Sequence[str], recurrent: Sequence[str], n_sites: int
    ) -> "DifferentiableModel":
        """The model that a configuration describes, untrained, on attributes and forcings of these names."""
        process_model = config.build()
        network = ParameterNetwork(
            process_model.of(Parameter),
            len(attributes),
            members=config.members,
            hidden=config.hidden,
            source=config.parameters,
            n_sites=n_sites,
            dynamic=config.dynamic,
            n_series=len(recurrent),
            kind=config.network,
            dropout=config.dropout,
            dynamic_dropout=config.dynamic_dropout,
        )
        correction = None
        if config.predictor != "processes":
            sizes = config.network, len(recurrent), len(attributes), config.hidden, config.dropout
            corrects, floor = config.predictor == "corrected", config.target_quantity.floor
            correction = TargetNetwork(*sizes, corrects=corrects, floor=floor)
        return cls(process_model, network, attributes, recurrent, config.target, correction).eval()

    @property
    def static(self) -> tuple[str, ...]:
        """The names of the parameters that do not vary in time."""
        return self.network.static

    def tensors(self, dataset: xr.Dataset, target: str, device: str = "cpu") -> Tensors:
        """What the model needs of a data set, as tensors."""
        forcings, recurrent = self.process_model.forcings, self.recurrent if self._sees_series else ()
        return Tensors.of(dataset, forcings, self.attribute_names, target, device, recurrent)

    @property
    def corrected(self) -> bool:
        """Does a recurrent network correct or predict the target?"""
        return self.correction is not None

    @property
    def _sees_series(self) -> bool:
        return bool(self.network.dynamic) or self.corrected

    def parameters_of(self, tensors: Tensors) -> dict[str, Tensor]:
        """The learned parameters `(1 or time, site, member)` by name."""
        return self._parameters_of(tensors)[0]

    def _parameters_of(self, tensors: Tensors) -> tuple[dict[str, Tensor], Tensor | None]:
        """The learned parameters and the state of the network that gives them, if it has one."""
        series = tensors.series() if self.network.dynamic else None
        before = (tensors.initial or {}).get(DYNAMIC)
        return self.network(tensors.attributes, series, tensors.sites, tensors.warmup, before)

    def forward(self, tensors: Tensors, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states of the processes `(time, site, member)` by name."""
        return self.process_model(tensors.forcings, self.parameters_of(tensors), only, of_processes(tensors.initial))

    def respond(
        self,
        tensors: Tensors,
        parameters: dict[str, Tensor],
        only: Collection[str] | None = None,
        backend: Backend = "auto",
    ) -> dict[str, Tensor]:
        """Fluxes and states under given parameters, averaged over the members, `(time, site)` by name.

        The target includes its correction, if there is one.
        """
        values = {}
        if self.process_model.processes:
            initial = of_processes(tensors.initial)
            values = self.process_model.mean(tensors.forcings, parameters, only, initial, backend)
        if self.corrected and (only is None or self.target in only):
            values[self.target] = self.correct(tensors, values.get(self.target))[0]
        return values

    def map(self, tensors: Tensors, parameters: Mapping[str, Tensor], backend: Backend = "auto") -> Tensor:
        """The target `(time, site, sample)` under many parameter sets at once, `(1 or time, site, sample, member)`.

        Forcings of `tensors` may have samples too, `(time, site, sample, 1)`, except where a network reads them.
        """
        initial, only = of_processes(tensors.initial), [self.target]
        flow = self.process_model.map(tensors.forcings, parameters, only, initial, backend)[self.target]
        if not self.corrected:
            return flow
        n_site, n_sample = flow.shape[1:]
        return self.correct(tensors.repeated(n_sample), flow.flatten(1))[0].unflatten(1, (n_site, n_sample))

    def correct(self, tensors: Tensors, simulated: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The target `(time, site)` that networks make of the simulated one, and the state of the network after it."""
        if not self.corrected:
            return simulated, None
        before = (tensors.initial or {}).get(CORRECTION)
        return self.correction(tensors.attributes, tensors.series(), simulated, tensors.warmup, before)

    def after(self, tensors: Tensors) -> dict[str, Tensor]:
        """The state after the last step, `(1, site, member)` by name: passed as `initial`, a later run goes on from it.

        Stores, the last steps of the series on which processes look back, and what recurrent networks remember.
        """
        with torch.no_grad():
            parameters, dynamic = self._parameters_of(tensors)
            state: dict[str, Tensor] = {}
            simulated = correction = None
            if self.process_model.processes:
                only = [self.target] if self.corrected else []
                given = tensors.forcings, parameters, only, of_processes(tensors.initial)
                values, state = self.process_model.run(*given)
                simulated = values[self.target].mean(-1) if self.corrected else None
            if self.corrected:
                correction = self.correct(tensors, simulated)[1]
        networks = {DYNAMIC: dynamic, CORRECTION: correction}
        return state | {name: memory for name, memory in networks.items() if memory is not None}

    def each(
        self,
        tensors: Tensors,
        parameters: dict[str, Tensor],
        only: Collection[str] | None = None,
        backend: Backend = "auto",
    ) -> list[dict[str, Tensor]]:
        """What each model of an ensemble responds; a single model is an ensemble of one."""
        return [self.respond(tensors, parameters, only, backend)]

    def mean(self, tensors: Tensors, only: Collection[str] | None = None) -> dict[str, Tensor]:
        """What `respond` gives with the learned parameters."""
        return self.respond(tensors, self.parameters_of(tensors), only)

    def parts(self, tensors: Tensors) -> list[tuple["DifferentiableModel", Tensors]]:
        """The models of an ensemble, each with its part of the state; a single model is an ensemble of one."""
        return [(self, tensors)]

    def learn_statistics(self, tensors: Tensors) -> None:
        """Take the statistics that standardise the networks' inputs."""
        self.network.attributes.learn(tensors.attributes)
        if self.network.dynamic:
            self.network.deviation.series.learn(tensors.series())
        if not self.corrected:
            return
        self.correction.attributes.learn(tensors.attributes)
        self.correction.target.learn(tensors.target[..., None])
        series = tensors.series()
        if self.correction.corrects:  # a simulation has about the statistics of what it simulates
            series = torch.cat([series, tensors.target[..., None]], -1)
        self.correction.recurrent.series.learn(series)


class Ensemble(nn.Module):
    """Models that were trained alike from different seeds, used as one: their predictions are averaged.

    Parameters `(1 or time, site, member)` hold the members of all models one after the other, so that a change of a
    parameter is one of all.
    """

    models: Sequence[DifferentiableModel]

    def __init__(self, models: Iterable[DifferentiableModel]):
        super().__init__()
        self.models = nn.ModuleList(models)  # type: ignore[assignment]  # torch knows no lists of one type
        self.process_model, self.static = self.models[0].process_model, self.models[0].static
        self.corrected, self.target = self.models[0].corrected, self.models[0].target

    def tensors(self, dataset: xr.Dataset, target: str, device: str = "cpu") -> Tensors:
        """What the models need of a data set, as tensors."""
        return self.models[0].tensors(dataset, target, device)

    def parameters_of(self, tensors: Tensors) -> dict[str, Tensor]:
        """The learned parameters of all models by name."""
        each = [model.parameters_of(of_model) for model, of_model in self.parts(tensors)]
        return {name: torch.cat([values[name] for values in each], -1) for name in each[0]}

    def forward(self, tensors: Tensors, only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Fluxes and states of the processes `(time, site, member)` by name, for the members of all models."""
        each = [model(of_model, only) for model, of_model in self.parts(tensors)]
        return {name: torch.cat([values[name] for values in each], -1) for name in each[0]}

    def each(
        self,
        tensors: Tensors,
        parameters: dict[str, Tensor],
        only: Collection[str] | None = None,
        backend: Backend = "auto",
    ) -> list[dict[str, Tensor]]:
        """What each model responds, `(time, site)` by name."""
        # Members stand side by side, so an equal share of them belongs to each model.
        shares = {name: values.chunk(len(self.models), -1) for name, values in parameters.items()}
        return [
            model.respond(of_model, {name: share[i] for name, share in shares.items()}, only, backend)
            for i, (model, of_model) in enumerate(self.parts(tensors))
        ]

    def parts(self, tensors: Tensors) -> list[tuple[DifferentiableModel, Tensors]]:
        """The models, each with its part of the state before the first step."""
        shares = {name: values.chunk(len(self.models), -1) for name, values in (tensors.initial or {}).items()}
        initial = [{name: share[i] for name, share in shares.items()} or None for i in range(len(self.models))]
        return [(model, replace(tensors, initial=own)) for model, own in zip(self.models, initial, strict=True)]

    def after(self, tensors: Tensors) -> dict[str, Tensor]:
        """The states of all models after the last step, side by side."""
        return side_by_side([model.after(of_model) for model, of_model in self.parts(tensors)])

    def respond(
        self,
        tensors: Tensors,
        parameters: dict[str, Tensor],
        only: Collection[str] | None = None,
        backend: Backend = "auto",
    ) -> dict[str, Tensor]:
        """The mean of what the models respond, `(time, site)` by name."""
        each = self.each(tensors, parameters, only, backend)
        return {name: torch.stack([values[name] for values in each]).mean(0) for name in each[0]}

    def map(self, tensors: Tensors, parameters: Mapping[str, Tensor], backend: Backend = "auto") -> Tensor:
        """The mean of the targets `(time, site, sample)` of the models under many parameter sets at once."""
        shares = {name: values.chunk(len(self.models), -1) for name, values in parameters.items()}
        each = [
            model.map(of_model, {name: share[i] for name, share in shares.items()}, backend)
            for i, (model, of_model) in enumerate(self.parts(tensors))
        ]
        return torch.stack(each).mean(0)

    def mean(self, tensors: Tensors, only: Collection[str] | None = None) -> dict[str, Tensor]:
        """What `respond` gives with the learned parameters."""
        return self.respond(tensors, self.parameters_of(tensors), only)
