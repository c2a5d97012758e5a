"""Parameters that nothing was learned for: declared defaults, or what is given."""

from collections.abc import Mapping

import xarray as xr
from torch import Tensor, nn

from dgviz.datasets import forcing_names, target_names
from dgviz.learn.changed_parameters import with_network
from dgviz.learn.model import DifferentiableModel, Ensemble
from dgviz.learn.networks import ParameterNetwork
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.processes.given import Given, series
from dgviz.processes.model import ProcessModel


class GivenParameters(nn.Module):
    """In place of a network: what that gives, and given values `(1 or time, 1 or site, 1)` of all other parameters."""

    def __init__(
        self, process_model: ProcessModel, given: Mapping[str, Tensor], network: ParameterNetwork | None = None
    ):
        super().__init__()
        self.network, self.names = network, tuple(process_model.of(Parameter))
        self.members = network.members if network else 1
        self.dynamic = tuple(name for name in self.names if network and name in network.dynamic)
        self.static = tuple(name for name in self.names if name not in self.dynamic)
        for name in self.names:
            self.register_buffer(f"given_{name}", given[name])

    def forward(self, attributes: Tensor, *others) -> tuple[dict[str, Tensor], Tensor | None]:
        """As of a `ParameterNetwork`, which gets the same arguments if there is one."""
        known, state = self.network(attributes, *others) if self.network else ({}, None)
        buffers = {name: getattr(self, f"given_{name}") for name in self.names}
        shaped = {k: v.to(attributes.dtype).expand(len(v), len(attributes), self.members) for k, v in buffers.items()}
        return {name: known.get(name, shaped[name]) for name in self.names}, state


def unlearned(
    process_model: ProcessModel, dataset: xr.Dataset, parameters: Mapping[str, Given] | None = None, target: str = ""
) -> SiteModel:
    """A process model at the sites of a data set, with given parameters and the declared defaults of the others.

    `target` is what it predicts, by default what the data set observes.
    """
    given = process_model.defaults() | {name: series(name, values) for name, values in (parameters or {}).items()}
    target = target or next(iter(target_names(dataset)), "")
    if not target:
        raise ValueError("target: the data set observes nothing. Name the flux or store that the processes predict.")
    if target not in dataset:
        dataset = dataset.assign({target: xr.full_like(dataset[forcing_names(dataset)[0]], float("nan"))})
    network = GivenParameters(process_model, given)
    model = DifferentiableModel(process_model, network, (), (), target).eval()  # type: ignore[arg-type]  # as a network
    return SiteModel(model, model.tensors(dataset, target), dataset.time, target)


def with_other_processes(
    model: DifferentiableModel | Ensemble, process_model: ProcessModel
) -> DifferentiableModel | Ensemble:
    """A trained model with other processes: parameters that both have stay as learned, others have their defaults."""
    if isinstance(model, Ensemble):
        return Ensemble([_with_other_processes(each, process_model) for each in model.models]).eval()
    return _with_other_processes(model, process_model)


def _with_other_processes(model: DifferentiableModel, process_model: ProcessModel) -> DifferentiableModel:
    given = GivenParameters(process_model, process_model.defaults(), model.network)
    return with_network(model, given, process_model)
