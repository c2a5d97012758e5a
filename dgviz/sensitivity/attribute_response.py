"""How each learned parameter responds to each attribute, by exact gradients of the network."""

import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.sensitivity.attributes import AttributesToParameters
from dgviz.sensitivity.units import units_per


def attribute_response(model: DifferentiableModel | Ensemble, dataset: xr.Dataset, target: str) -> xr.Dataset:
    """The derivative of each learned parameter to each attribute of each site of a data set.

    Of the mean over the members and, where a parameter is dynamic, over the time of the data. A standard deviation is
    that of the sites, of the logarithm where the network reads that: attributes of more than two decades.

    - `response (site, parameter, attribute)` in `unit (parameter, attribute)`, per unit of the attribute.
    - `per_deviation (site, parameter, attribute)`, per standard deviation, % of the range of the parameter.
    - `influence (parameter, attribute)`: the mean of the size of that over the sites.

    What is missing at a site is NaN there. Raises ValueError if no parameter is learned from attributes.
    """
    law = AttributesToParameters(model, dataset, target)
    gradients = law.gradients(law.places).masked_fill(law.missing[:, None], torch.nan)
    # dp / dA = dp / d ln A / A
    attributes = law.attributes_at(law.places)
    per_unit = gradients / torch.where(law.by_logarithm, attributes, 1.0)[:, None]
    per_deviation = 100 * gradients * law.deviation / law.widths[:, None]
    influence = per_deviation.abs().nanmean(0).nan_to_num()
    cells, whole = ("site", "parameter", "attribute"), ("parameter", "attribute")
    per = "per standard deviation of the sites, of the range"
    found = xr.Dataset(
        {
            "response": (cells, per_unit.numpy(), {"long_name": "Response of parameters to attributes"}),
            "per_deviation": (cells, per_deviation.numpy(), {"units": "%", "long_name": f"Response {per}"}),
            "influence": (whole, influence.numpy(), {"units": "%", "long_name": f"Mean size of the response {per}"}),
        },
        law.coords,
    )
    units = [[units_per(p, a) for a in found.attribute_unit.values] for p in found.parameter_unit.values]
    return found.assign_coords(unit=(whole, units))
