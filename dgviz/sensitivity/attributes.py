"""What a trained network makes of the attributes of sites: its parameters, as a function of them."""

import copy
from dataclasses import replace

import torch
import xarray as xr
from torch import Tensor

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.processes.declare import Parameter


class AttributesToParameters:
    """The learned parameters as a function of attributes, on the scale on which the network sees these.

    `places (site, attribute)` are the attributes, or their logarithm where they reach over more than two decades; what
    is `missing` is the mean of the sites there. In double precision, so that differences of parameters mean something.

    Raises ValueError if no parameter is learned from attributes.
    """

    def __init__(self, model: DifferentiableModel | Ensemble, dataset: xr.Dataset, target: str):
        self.model = copy.deepcopy(model).double().eval()
        self.tensors = self.model.tensors(dataset, target).to(torch.float64)
        first, _ = self.model.parts(self.tensors)[0]
        self.names = first.attribute_names
        self.parameters = first.process_model.of(Parameter)
        if not self.names or not self.parameters or not self._depends():
            raise ValueError(
                "No parameter of this model is learned from attributes, so that there is no law to show. Train one "
                "with parameters 'attributes'."
            )
        self.by_logarithm: Tensor = first.network.attributes.by_logarithm
        values = self.tensors.attributes
        places = torch.where(self.by_logarithm, values.where(values > 0, torch.nan).log(), values)
        self.missing = ~places.isfinite()
        self.mean = places.where(~self.missing, torch.nan).nanmean(0).nan_to_num()
        self.places = torch.where(self.missing, self.mean, places)
        self.deviation = (self.places - self.mean).square().mean(0).sqrt()
        attrs = {name: dataset[name].attrs for name in self.names}
        self.coords = {
            "site": dataset.site.values,
            "parameter": [*self.parameters],
            "attribute": [*self.names],
            "parameter_unit": ("parameter", [p.units for p in self.parameters.values()]),
            "attribute_unit": ("attribute", [attrs[name].get("units", "1") for name in self.names]),
            "attribute_name": ("attribute", [attrs[name].get("long_name", name) for name in self.names]),
        }

    def attributes_at(self, places: Tensor) -> Tensor:
        """Attributes in their units, of `places (site, attribute)`."""
        return torch.where(self.by_logarithm, places.where(self.by_logarithm, 0.0).exp(), places)

    def at(self, places: Tensor) -> Tensor:
        """The parameters `(site, parameter)`, mean over the members and, of dynamic ones, over the time of the data."""
        given = replace(self.tensors, attributes=self.attributes_at(places))
        learned = self.model.parameters_of(given)
        return torch.stack([values.mean((0, -1)) for values in learned.values()], -1)

    def gradients(self, places: Tensor) -> Tensor:
        """The derivatives of `at`, `(site, parameter, attribute)`: per unit, or per change of the logarithm by 1."""
        places = places.detach().requires_grad_()
        found = self.at(places)
        # Sites do not influence each other: the gradient of the sum over them holds that of each.
        each = [torch.autograd.grad(total, places, retain_graph=True)[0] for total in found.sum(0)]
        return torch.stack(each, 1)

    @property
    def widths(self) -> Tensor:
        """The widths of the ranges of the parameters, `(parameter,)`."""
        ranges = [p.range for p in self.parameters.values()]
        return torch.tensor([high - low for low, high in ranges], dtype=torch.float64)

    def _depends(self) -> bool:
        given = replace(self.tensors, attributes=self.tensors.attributes.clone().requires_grad_())
        return any(values.requires_grad for values in self.model.requires_grad_(False).parameters_of(given).values())
