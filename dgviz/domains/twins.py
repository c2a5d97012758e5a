"""Twins: small worlds with a known law, made in a second.

`--data twin:DOMAIN` opens one. Its sites have realistic drivers and attributes; a hidden map leads from attributes to
parameters, and hidden options of the processes from drivers and parameters to the target. The truth stays in the file,
under names that begin with `true_`, and no network reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class Twin:
    """What a science gives for its twin.

    `drivers(random, n_sites, time)` gives a data set of forcings `(time, site)` and attributes `(site,)` in the units
    declared, with `lat`, `lon` and `name`; `law(attributes)` the share of the range, from 0 to 1, at which each
    parameter that varies lies, `(site,)` by name: the others have their defaults. `processes` are the hidden options.
    """

    drivers: Callable[[np.random.Generator, int, "xr.DataArray"], xr.Dataset]
    law: Callable[[xr.Dataset], Mapping[str, xr.DataArray]]
    processes: Mapping[str, str] = field(default_factory=dict)
    n_sites: int = 40
    n_steps: int = 3 * 365 + 1
    start: str = "2000-10-01"
