"""What a run says of itself beside its scores: parameters at the ends of their range, stores that never settle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark
from dgviz.processes.declare import Parameter
from dgviz.processes.model import ProcessModel

NEAR_END = 0.01  # of the range
MANY = 0.1  # of all values


def at_the_ends(results: xr.Dataset, parameters: Mapping[str, Parameter]) -> Iterator[Remark]:
    """The learned parameters of which many values lie at one end of the declared range.

    The range may be too narrow, or the parameter stands for something that the processes lack.
    """
    for name, declared in parameters.items():
        if name not in results:
            continue
        low, high = declared.range
        values = results[name]  # (site, member) or (time, site)
        place = (values - low) / (high - low)
        ends = (("lower", low, place < NEAR_END), ("upper", high, place > 1 - NEAR_END))
        for end, limit, near in ends:
            share = float(near.sum() / values.notnull().sum())
            if share > MANY:
                units = "" if declared.units == "1" else f" {declared.units}"
                text = f"{share:.0%} of its values lie at the {end} end of its range, {limit:g}{units}"
                yield Remark("doubtful", name, text)


def never_settled(unsettled: Iterable[tuple[str, Sequence[str]]], model: ProcessModel) -> Iterator[Remark]:
    """The stores that have no equilibrium at some sites: what they hold depends on when they began."""
    found: dict[str, list[str]] = {}
    for name, sites in unsettled:
        found.setdefault(name, []).extend(map(str, sites))
    for name, sites in found.items():
        title = model.attrs(name)["long_name"]
        yield Remark(
            "doubtful", name, f"{title} never settles, however often the first year is repeated: {some(sites)}"
        )
