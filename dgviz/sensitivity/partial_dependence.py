"""How learned parameters would change along one attribute, at every site and on average."""

import torch
import xarray as xr

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.sensitivity.attributes import AttributesToParameters

N_POINTS = 31


def partial_dependence(
    model: DifferentiableModel | Ensemble, dataset: xr.Dataset, target: str, attribute: str, n: int = N_POINTS
) -> xr.Dataset:
    """Each learned parameter at every site, were its attribute another one, from the lowest to the highest of the data.

    All other attributes of a site stay; where attributes go together, a curve passes through sites that do not exist.

    - `individual (parameter, site, along)` and their mean, the partial dependence, `dependence (parameter, along)`, in
      the units of each parameter, `parameter_unit`; `along` is the attribute in its units, evenly spaced on the scale
      on which the network reads it.
    - `observed (site,)`: the attribute of the sites. Where these are few, a curve rests on little.

    Of dynamic parameters the mean over the time of the data. Raises ValueError for an attribute that the network does
    not read, and if no parameter is learned from attributes.

    Source: Friedman (2001), doi:10.1214/aos/1013203451; individual curves: Goldstein et al. (2015),
    doi:10.1080/10618600.2014.907095.
    """
    law = AttributesToParameters(model, dataset, target)
    if attribute not in law.names:
        raise ValueError(f"The network reads no attribute {attribute!r}. It reads: {', '.join(law.names)}.")
    column = law.names.index(attribute)
    known = law.places[~law.missing[:, column], column]
    points = torch.linspace(float(known.min()), float(known.max()), n, dtype=torch.float64)
    curves = []
    with torch.no_grad():
        for point in points:
            places = law.places.clone()
            places[:, column] = point
            curves.append(law.at(places))
    individual = torch.stack(curves, -1).transpose(0, 1)  # (parameter, site, along)
    along = points.exp() if law.by_logarithm[column] else points
    about = {"units": "1", "long_name": attribute} | dataset[attribute].attrs
    spacing = {"spacing": "logarithmic" if law.by_logarithm[column] else "even"}
    coords = {name: law.coords[name] for name in ("site", "parameter", "parameter_unit")}
    return xr.Dataset(
        {
            "individual": (("parameter", "site", "along"), individual.numpy(), {"long_name": "Individual curves"}),
            "dependence": (("parameter", "along"), individual.mean(1).numpy(), {"long_name": "Partial dependence"}),
            "observed": ("site", dataset[attribute].values, about),
        },
        coords | {"along": ("along", along.numpy(), about | spacing)},
    )
