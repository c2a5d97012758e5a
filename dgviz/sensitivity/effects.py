"""How much each parameter matters: what a part of its range changes in the target."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import xarray as xr

from dgviz.processes.declare import Parameter

SHARE = 0.1  # of a parameter's range
LOW, HIGH = 0.3, 0.98  # quantiles of the target: at or below the first it is low, at or above the second high

Case = Literal["all", "low", "high"]  # values of the target
CASES: tuple[Case, ...] = get_args(Case)


def effects(
    responses: xr.Dataset, target: xr.DataArray, case: Case, parameters: Mapping[str, Parameter]
) -> dict[str, float]:
    """The root mean square change of the target for a tenth of each parameter's range, by name, the largest first.

    `responses` are those of `parameter_response`, `(time,)` each, in units of the target per unit of the parameter;
    `target` `(time,)` is simulated. Over all of its times, or over those at which it is low (at or below its 30 %
    quantile) or high (at or above that of 98 %), as one of `CASES` says. To first order: where the response bends, a
    rerun differs.
    """
    wanted = np.ones(target.sizes["time"], bool)
    if case != "all":
        values = target.values
        wanted = values <= np.quantile(values, LOW) if case == "low" else values >= np.quantile(values, HIGH)
    inside = responses.sel(time=target.time[wanted])
    widths = {name: p.range[1] - p.range[0] for name, p in parameters.items() if name in inside}
    found = {n: SHARE * width * float(np.sqrt((inside[n] ** 2).mean())) for n, width in widths.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
