"""A site between its observed points: all forcings along one of them, for a smooth curve."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets import forcing_names, target_names
from dgviz.domains.curve import Curve
from dgviz.domains.domain import Domain
from dgviz.experiment.runs import Run

N_POINTS = 120
MAIN = 0.5  # of the widest variation: a forcing that varies as much may be what was varied


def curves_of(science: Domain, dataset: xr.Dataset, site: str) -> list[Curve]:
    """The curves of a science that can be drawn at a site, the one first of whose forcing most was varied.

    How much is a share of the declared range; of two that vary alike the first declared comes first.
    """
    offered = [curve for curve in science.curves if curve.x in forcing_names(dataset)]
    spans = {}
    for curve in offered:
        low, high = science.forcings[curve.x].range
        spans[curve.x] = float(np.ptp(_values(dataset, curve.x, site))) / (high - low)
    most = max(spans.values(), default=0.0)
    varied = [curve for curve in offered if spans[curve.x] >= MAIN * most]
    return varied + [curve for curve in offered if curve not in varied]


def along(dataset: xr.Dataset, site: str, x: str) -> xr.Dataset:
    """One site of a data set at `N_POINTS` points from the least to the greatest `x`, `(time, site)`.

    The other forcings are interpolated between the points at which they were measured; the mean of those at the same
    place. Nothing is observed at these points.
    """
    here = dataset.sel(site=[site])
    measured = pd.Series(_values(dataset, x, site), name=x)
    places = np.linspace(measured.min(), measured.max(), N_POINTS)
    times = pd.date_range(dataset.indexes["time"][0], periods=N_POINTS, freq="D")
    made = {}
    for name in forcing_names(dataset):
        means = pd.Series(_values(dataset, name, site)).groupby(measured.round(6).to_numpy()).mean()
        values = places if name == x else np.interp(places, means.index, means.to_numpy())
        made[name] = ("time", "site"), values[:, None].astype("float32"), dataset[name].attrs
    for name in target_names(dataset):
        made[name] = ("time", "site"), np.full((N_POINTS, 1), np.nan, "float32"), dataset[name].attrs
    static = here.drop_vars([name for name in here.variables if "time" in here[name].dims])
    return static.assign_coords(time=times).assign(made)


def simulate_along(run: Run, dataset: xr.Dataset, site: str, x: str, shifts: dict[str, float]) -> xr.Dataset:
    """Every flux of a run along `x`, `(time,)`, which is among them; parameters may be shifted by name."""
    points = along(dataset, site, x)
    first, last = (f"{time:%Y-%m-%d}" for time in points.indexes["time"][[0, -1]])
    simulated = run.simulate(points, site, first, last, shifts=shifts)
    return simulated.assign({x: points[x].sel(site=site, drop=True)})


def _values(dataset: xr.Dataset, name: str, site: str) -> np.ndarray:
    return dataset[name].sel(site=site).values.astype("float64")
