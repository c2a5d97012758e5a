"""Where some structures disagree most: there a measurement would decide between them."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr

from dgviz.experiment.runs import Run
from dgviz.experiment.splits import periods_of
from dgviz.quantities import lower_first

WEEK = pd.Timedelta(days=7)


def disagreement(runs: Mapping[str, Sequence[Run]]) -> xr.DataArray:
    """How far the structures are apart, `(time, site)` on the test days: where a measurement would decide.

    The standard deviation over the structures of the target, each the mean over its seeds, divided by the standard
    deviation of the observed target at the site.
    """
    means = []
    for name, of_structure in runs.items():
        predicted = [on_test_days(run) for run in of_structure]
        means.append(xr.concat(predicted, "seed").mean("seed").expand_dims(structure=[name]))
    apart = xr.concat(means, "structure").std("structure")
    first = next(iter(runs.values()))[0]
    observed = first.dataset()[first.config.target].sel(time=apart.time, site=apart.site)
    scale = observed.std("time")
    apart = apart / scale.where(scale > 0)
    target = lower_first(observed.attrs.get("long_name", first.config.target))
    about = {"long_name": f"Disagreement on {target}, of its standard deviation", "units": "1"}
    return apart.rename("disagreement").assign_attrs(about)


def on_test_days(run: Run) -> xr.DataArray:
    """The target `(time, site)` of a run on its test days."""
    first, last = periods_of(run.config, run.dataset())["test"].split("/")
    return run.results()[run.config.target].sel(time=slice(first, last)).load()


def measure_next(apart: xr.DataArray, n: int = 5) -> tuple[dict[str, float], dict[str, float]]:
    """The sites, and the days, at which structures disagree most, `(time, site)`: root mean squares by name.

    Days are at least a week apart: those of one event tell the same.
    """
    squared = apart * apart
    of_sites = (squared.mean("time") ** 0.5).to_series().dropna().nlargest(n)
    of_days = (squared.mean("site") ** 0.5).to_series().dropna().sort_values(ascending=False)
    days: dict[pd.Timestamp, float] = {}
    for day, size in of_days.items():
        if len(days) < n and all(abs(day - other) >= WEEK for other in days):
            days[day] = float(size)
    return {str(site): float(size) for site, size in of_sites.items()}, {
        f"{day:%Y-%m-%d}": x for day, x in days.items()
    }
