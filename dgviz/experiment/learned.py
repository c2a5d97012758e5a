"""What was learned of each parameter, over all sites."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from dgviz.processes.declare import Parameter

ENDS = {"low": 0.1, "median": 0.5, "high": 0.9}


def learned_over_sites(results: xr.Dataset, declared: Mapping[str, Parameter]) -> xr.Dataset:
    """The median and the 10th and 90th percentile over the sites of each learned parameter, `(parameter,)`.

    Of a site it is the mean over members, and over time where it varies. Each in the units of its parameter, `units`.
    """
    names = [name for name in declared if name in results]
    means = [results[name].mean([dim for dim in results[name].dims if dim != "site"]) for name in names]
    values = {key: [float(mean.quantile(share)) for mean in means] for key, share in ENDS.items()}
    found = {key: ("parameter", np.array(value), {"long_name": f"{share:.0%} quantile over sites"})
             for (key, value), share in zip(values.items(), ENDS.values(), strict=True)}  # fmt: skip
    coords = {"parameter": names, "units": ("parameter", [declared[name].units for name in names])}
    return xr.Dataset(found, coords)
