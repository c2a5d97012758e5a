"""Data that a person gives a trained run: what can be made of them is made, and what cannot be is named."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets import DataError
from dgviz.datasets.check import check_sites, with_calendar
from dgviz.datasets.problems import reason
from dgviz.datasets.steps import check_times
from dgviz.experiment.config import RunConfig
from dgviz.experiment.sources import vocabularies
from dgviz.learn.tensors import Tensors
from dgviz.processes.model import Input
from dgviz.quantities import Forcing


def with_what_can_be_made(config: RunConfig, dataset: xr.Dataset) -> xr.Dataset:
    """The data set with the calendar, with the series that its science makes of others, such as the mean temperature.

    Where nothing was observed the target is empty.

    Raises DataError for times that are not those of the science, one after the other.
    """
    for name in ("time", "site"):
        if name not in dataset.indexes:
            raise DataError(f"The data have no coordinate {name!r}; a run reads series (time, site).")
    title, science = dataset.attrs.get("title", "The data"), vocabularies()[config.domain]
    check_times(dataset.indexes["time"], title, science)
    check_sites(dataset, title)
    dataset = science.complete(dataset, title)
    dataset = dataset if "day_of_year" in dataset else with_calendar(dataset)
    if config.target in dataset:
        return dataset
    empty = np.full((dataset.sizes["time"], dataset.sizes["site"]), np.nan, "float32")
    return dataset.assign({config.target: (("time", "site"), empty, config.target_quantity.attrs)})


def check_forcings(tensors: Tensors, declared: Mapping[str, Input], times: pd.Index, sites: Sequence[str]) -> None:
    """Forcings `(time, site, 1)` have no gap and lie in their declared ranges. Raises DataError naming the first."""
    for name, given in tensors.forcings.items():
        quantity, values = declared.get(name), given[..., 0].cpu().numpy()
        if not isinstance(quantity, Forcing):
            continue
        low, high = quantity.range
        tolerance = 1e-6 * (high - low)
        fine = (values >= low - tolerance) & (values <= high + tolerance)
        if fine.all():
            continue
        step, site = (int(i[0]) for i in np.nonzero(~fine))
        value, n_wrong = float(values[step, site]), int((~fine).sum())
        why = "a run needs a value at every step." if np.isnan(value) else reason(quantity, value, values[:, site])
        more = f" ({n_wrong} values like this)" if n_wrong > 1 else ""
        raise DataError(f"{name} is {value:g} on {times[step]:%Y-%m-%d} at site {sites[site]}: {why}{more}")
