"""A trained model some of whose parameters are shifted or set, on every day that it simulates."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn

from dgviz.learn.model import DifferentiableModel, Ensemble
from dgviz.learn.networks import ParameterNetwork
from dgviz.processes.model import ProcessModel

Change = Callable[[Mapping[str, Tensor]], dict[str, Tensor]]  # from those learned, `(1 or time, site, member)` by name


class ChangedParameters(nn.Module):
    """In place of a network: what that gives, some of it changed."""

    def __init__(self, network: ParameterNetwork, change: Change):
        super().__init__()
        self.network, self.change = network, change
        self.dynamic, self.static, self.members = network.dynamic, network.static, network.members

    def forward(self, *given) -> tuple[dict[str, Tensor], Tensor | None]:
        """As of a `ParameterNetwork`."""
        # Changed here, and not in one simulation, so that spin-up and warm-up see it too.
        learned, state = self.network(*given)
        return learned | self.change(learned), state


def with_changed_parameters(model: DifferentiableModel | Ensemble, change: Change) -> DifferentiableModel | Ensemble:
    """A trained model that simulates with changed parameters, its spin-up and warm-up included."""
    if isinstance(model, Ensemble):
        return Ensemble([_changed(each, change) for each in model.models]).eval()
    return _changed(model, change)


def _changed(model: DifferentiableModel, change: Change) -> DifferentiableModel:
    return with_network(model, ChangedParameters(model.network, change), model.process_model)


def with_network(model: DifferentiableModel, network: nn.Module, process_model: ProcessModel) -> DifferentiableModel:
    """A trained model with another network for its parameters."""
    parts = model.attribute_names, model.recurrent, model.target, model.correction
    return DifferentiableModel(process_model, network, *parts).eval()  # type: ignore[arg-type]  # as a network
