"""What can be taken out of data without a guess: marks for missing values, flow against the stream, bad sites."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.errors import refuse, some
from dgviz.datasets.fill_values import is_high, is_mark, replaced
from dgviz.datasets.problems import find_problems
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.site_network import has_network
from dgviz.datasets.tables import of_sites
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.memory import by_sites
from dgviz.quantities import Quantity

FEW = 0.05  # share of the observed steps on which a tide or a gauge in error may give a value below the least

A_LITTLE_BELOW = -1.0  # in declared units; at and below it is a mark or a mistake


def marks_in(values: np.ndarray, quantity: Quantity, same_units: bool = True) -> np.ndarray:
    """Where values are marks for missing ones, which lie outside what is plausible.

    In other units than those declared -99 may be true (-99 degF is -73 degC): only the larger marks are.
    """
    marks = is_mark(values)
    if not same_units:
        return marks & (np.abs(values) > 900)
    low, high = getattr(quantity, "range", (np.inf, -np.inf))
    if low < high:
        marks |= is_high(values)
    return marks & ~((values >= low) & (values <= high))


def with_western_longitudes(ds: xr.Dataset) -> xr.Dataset:
    """The data set with longitudes from -180 to 180, where they run from 0 to 360."""
    if "lon" not in ds or not ((ds.lon >= 0).all() and (ds.lon > 180).any() and (ds.lon <= 360).all()):
        return ds
    turned = ds.lon.where(ds.lon <= 180, ds.lon - 360).assign_attrs(ds.lon.attrs)
    return with_remarks(ds.assign_coords(lon=turned), [Remark("converted", "lon", "from 0 ... 360 to -180 ... 180")])


def unobserved(ds: xr.Dataset, vocabulary: Vocabulary) -> list[Remark]:
    """A remark of each target that some sites have and others never."""
    said = []
    for name in (name for name in vocabulary.targets if name in ds):
        never = ds.site.values[ds[name].isnull().all("time").values]
        if 0 < len(never) < ds.sizes["site"]:
            text = f"never observed at {len(never)} of {ds.sizes['site']} sites: {some(never)}"
            said.append(Remark("doubtful", name, text))
    return said


def without_backflow(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set without the few values of a target below its floor, such as flow that a tide turns."""
    said = []
    for name, target in vocabulary.targets.items():
        if name not in ds or target.floor is None:
            continue
        series = ds[name]
        few = by_sites(partial(_few_below, least=target.floor), series.values)
        if few.any():
            least = f"values below {target.floor:g} {target.units}, the least {series.values[few].min():.3g},"
            said.append(Remark("taken as missing", name, f"{least} {how_often(few, series)}"))
            ds = ds.assign({name: replaced(series, few, np.nan)})
    return with_remarks(ds, said) if said else ds


def with_zeros(ds: xr.Dataset, vocabulary: Vocabulary) -> xr.Dataset:
    """The data set with 0 where a forcing that starts at 0 lies a little below, as packing and condensation have it.

    Where the negative values make up more of a site's sum they stay, and are refused later.
    """
    said = []
    for name, forcing in vocabulary.forcings.items():
        if name not in ds or forcing.range[0] != 0:
            continue
        series, values = ds[name], ds[name].values
        little = by_sites(_little_below, values)
        if little.any():
            least = f"values below 0 {forcing.units}, the least {values[little].min():.3g}, are taken as 0"
            said.append(Remark("read as", name, f"{least} {how_often(little, series)}"))
            ds = ds.assign({name: replaced(series, little, 0.0)})
    return with_remarks(ds, said) if said else ds


def _few_below(values: np.ndarray, least: float) -> np.ndarray:
    """Which values `(time, site)` are below the least, where that are few of a site."""
    below = values < least
    return below & (below.sum(0) <= FEW * np.isfinite(values).sum(0))


def _little_below(values: np.ndarray) -> np.ndarray:
    """Which values `(time, site)` are a little below 0, where those make up little of the sum of a site."""
    values = values.astype("float64")
    below = (values < 0) & (values > A_LITTLE_BELOW)
    return below & (-np.where(below, values, 0).sum(0) <= FEW * np.where(values > 0, values, 0).sum(0))


def how_often(cells: np.ndarray, series: xr.DataArray) -> str:
    """On how many times of which sites."""
    sites = series.site.values[cells.any(0)]
    n_times = int(cells.sum())
    return f"{n_times} time{'s' * (n_times > 1)} at {some(sites)}"


def without_bad_sites(
    ds: xr.Dataset, source: str | Path, vocabulary: Vocabulary, files: Mapping[str, Path]
) -> xr.Dataset:
    """The data set without the sites that have a problem, which are noted as left out with the first of each.

    A river is one whole and stays so. Raises DataError with all problems where no site is left.
    """
    problems = [] if has_network(ds) else find_problems(ds, source, vocabulary, files)
    if not problems:
        return ds
    left: dict[str, str] = {}
    for problem in problems:
        more = f" (and {problem.n_times - 1} more times)" if problem.n_times > 1 else ""
        left.setdefault(str(problem.site), problem.text + more)
    rest = ~np.isin(ds.site.values, [*left])
    if not rest.any():
        refuse(problems)
    return with_left_out(of_sites(ds, rest), left)


def with_left_out(ds: xr.Dataset, left: Mapping[str, str]) -> xr.Dataset:
    """The data set with a line "site: why" for each site left out in the global attribute `left_out`."""
    before = [line for line in ds.attrs.get("left_out", "").splitlines() if line]
    lines = sorted([*before, *(f"{site}: {reason}" for site, reason in left.items())])
    said = [Remark("left out", site, reason) for site, reason in left.items()]
    return with_remarks(ds.assign_attrs(left_out="\n".join(lines)), said)
