"""What each attribute of a site adds to its learned parameters, by integrated gradients from the mean of all sites."""

import numpy as np
import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.sensitivity.attributes import AttributesToParameters

N_STEPS = 32


def attribute_contributions(
    model: DifferentiableModel | Ensemble, dataset: xr.Dataset, target: str, n_steps: int = N_STEPS
) -> xr.Dataset:
    """By how much each attribute takes each parameter of a site off that of a site with mean attributes.

    On the straight path from the mean of the sites, of the logarithm where the network reads that, to the site

        contribution_a = (x_a - mean_a) * integral of dp / dx_a along the path

    with `n_steps` nodes of Gauss and Legendre.

    - `contribution (site, parameter, attribute)`, and `baseline` and `learned (site, parameter)`, in the units of each
      parameter, `parameter_unit`. A dynamic parameter has another baseline at each site, where its forcings differ.
    - `dominant (site, parameter)`: the name of the attribute with the largest contribution; empty where all are 0.
    - `incomplete (site, parameter)`: what the contributions do not explain of learned - baseline, % of the range. Zero
      but for the steps; a few in the last digits show that the path was followed well.

    An attribute that is missing at a site contributes 0. Raises ValueError if no parameter is learned from attributes.

    Source: Sundararajan et al. (2017), arXiv:1703.01365.
    """
    law = AttributesToParameters(model, dataset, target)
    apart = law.places - law.mean
    nodes, weights = np.polynomial.legendre.leggauss(n_steps)
    # Nodes of -1 to 1 on a path of 0 to 1.
    path = zip((nodes + 1) / 2, weights / 2, strict=True)
    mean_gradient = sum(weight * law.gradients(law.mean + share * apart) for share, weight in path)
    contribution = apart[:, None] * mean_gradient
    with torch.no_grad():
        learned, baseline = law.at(law.places), law.at(law.mean.expand_as(apart))
    incomplete = 100 * (learned - baseline - contribution.sum(-1)).abs() / law.widths
    rest = {"units": "%", "long_name": "Unexplained by the contributions, of the range"}
    found = xr.Dataset(
        {
            "contribution": (
                ("site", "parameter", "attribute"),
                contribution.numpy(),
                {"long_name": "Contribution of attributes to parameters"},
            ),
            "baseline": (("site", "parameter"), baseline.numpy(), {"long_name": "Parameters of mean attributes"}),
            "learned": (("site", "parameter"), learned.numpy(), {"long_name": "Learned parameters"}),
            "incomplete": (("site", "parameter"), incomplete.numpy(), rest),
        },
        law.coords,
    )
    return found.assign(dominant=_dominant(found.contribution))


def _dominant(contributions: xr.DataArray) -> xr.DataArray:
    """The attribute with the largest contribution, `(site, parameter)`."""
    sizes = abs(contributions).values
    names = np.where(sizes.max(-1) > 0, contributions.attribute.values[sizes.argmax(-1)], "")
    return xr.DataArray(names, dims=("site", "parameter"), attrs={"long_name": "Attribute that contributes most"})
