"""River networks: which site's water passes which other. Here a site is a reach with the land beside it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.errors import DataError, some
from dgviz.datasets.hydrology_series import ATTRIBUTES

# name: may it be zero?
NETWORK = {
    "reach": False,
    "downstream_reach": True,
    "reach_area": True,
    "reach_length": False,
    "reach_slope": True,
    "reach_width": False,
}


def has_network(ds: xr.Dataset) -> bool:
    """Whether the sites are the reaches of a river."""
    return "downstream_reach" in ds.variables


def downstream_positions(ds: xr.Dataset) -> np.ndarray:
    """The position of the next reach downstream `(site,)`, -1 where the data set has none."""
    position = {number: i for i, number in enumerate(ds.reach.values.tolist())}
    return np.array([position.get(number, -1) for number in ds.downstream_reach.values.tolist()])


def upstream_area(ds: xr.Dataset) -> np.ndarray:
    """The area of the land whose water passes the end of each reach `(site,)`, km2."""
    return drained(downstream_positions(ds), ds.reach_area.values)


def drained(below: np.ndarray, land: np.ndarray) -> np.ndarray:
    """The sum of what lies beside each reach and all those above it; `below` are positions of the next, -1 for none."""
    total = np.zeros(len(land))
    for start in range(len(land)):
        here = start
        while here >= 0:
            total[here] += land[start]
            here = below[here]
    return total


def upstream_of(ds: xr.Dataset, sites: Iterable[str]) -> list[str]:
    """These sites and then all those whose water passes them."""
    wanted, names = list(dict.fromkeys(sites)), ds.site.values.tolist()
    passes, below = set(wanted), downstream_positions(ds)
    found = list(wanted)
    for start in range(len(names)):
        # Down the river until it meets a site known to pass, or ends.
        path, here = [], start
        while here >= 0 and names[here] not in passes:
            path.append(names[here])
            here = below[here]
        if here >= 0:
            passes.update(path)
            found += path
    return found


def outlet_of(ds: xr.Dataset, site: str) -> str:
    """The last site that the water of a site passes; itself where the river ends there."""
    below, names = downstream_positions(ds), ds.site.values.tolist()
    here = names.index(site)
    while below[here] >= 0:
        here = below[here]
    return names[here]


def check_network(ds: xr.Dataset, source: str | Path) -> None:
    """A river network, if there is one, is whole, and all its water runs to an end."""
    if not has_network(ds):
        return
    for name, may_be_zero in NETWORK.items():
        if name not in ds.variables or ds[name].dims != ("site",):
            raise DataError(f"{source}: a river network needs {name!r} along 'site'; it needs {', '.join(NETWORK)}.")
        values = ds[name].values.astype(float)
        wrong = ~(values >= 0 if may_be_zero else values > 0)
        if wrong.any():
            units = ATTRIBUTES[name].units
            least = f"{'at least' if may_be_zero else 'above'} 0 {units if units != '1' else ''}".strip()
            first = int(wrong.argmax())
            raise DataError(f"{source}: site {ds.site.values[first]}: {name} is {values[first]:g}; it must be {least}.")
    numbers, down = ds.reach.values, ds.downstream_reach.values
    values, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise DataError(
            f"{source}: reach {some(values[counts > 1])} appears twice; give each site a number of its own."
        )
    unknown = (down != 0) & ~np.isin(down, numbers)
    if unknown.any():
        first = int(unknown.argmax())
        raise DataError(
            f"{source}: site {ds.site.values[first]}: downstream_reach is {down[first]:g}, but no site has this reach; "
            "write 0 where the water leaves the data set."
        )
    _check_ends(ds, source)


def _check_ends(ds: xr.Dataset, source: str | Path) -> None:
    below, here = downstream_positions(ds), np.arange(ds.sizes["site"])
    for _ in range(ds.sizes["site"]):
        # One reach further down in each round; after as many rounds as reaches only a loop is left.
        here = np.where(here >= 0, below[here], -1)
    if (here >= 0).any():
        loop = ds.reach.values[here[here >= 0]]
        raise DataError(
            f"{source}: the water of reach {some(np.unique(loop))} comes back to it; correct downstream_reach."
        )
