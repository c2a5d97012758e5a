"""What the data of a science may hold: the names, units and plausible values of its series and attributes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from dgviz.datasets.errors import Problem
from dgviz.datasets.remarks import Remark
from dgviz.quantities import Attribute, Forcing, Quantity, Target

# Made from the dates of any data set, so no file needs it.
CALENDAR = {"day_of_year": Forcing("1", "Day of the year", range=(1.0, 366.0))}

# What any site on land may have, whatever is observed there.
SITE = {
    "lat": Attribute("degrees_north", "Latitude", "latitude", range=(-90.0, 90.0)),
    "lon": Attribute("degrees_east", "Longitude", "longitude", range=(-180.0, 180.0)),
    "area": Attribute("km2", "Drainage area", range=(0.0, 7e6)),
    "elevation": Attribute("m", "Mean elevation", range=(-450.0, 9000.0)),
    "slope": Attribute("m km-1", "Mean slope of the land", range=(0.0, 2000.0)),
}

FILL_VALUES = (
    *(-99.0, -99.9, -99.99, -999.0, -999.9, -999.99, -8888.0, -9999.0, -9999.9, -9999.99, -99999.0, -999999.0),
    *(-32767.0, -32768.0),
    *(-2147483647.0, -2147483648.0, 1e20, 9.969209968386869e36),
)

Files = Mapping[str, Path]  # the file of each site, where sites come from files of their own


def _as_it_is(ds: xr.Dataset, source: str | Path) -> xr.Dataset:
    return ds


def _no_problems(ds: xr.Dataset, source: str | Path, files: Files) -> Iterator[Problem]:
    return iter(())


def _no_doubts(ds: xr.Dataset) -> Iterator[Remark]:
    return iter(())


@dataclass(frozen=True)
class Vocabulary:
    """The series and attributes that data of one science may hold, by name, and their time step.

    - `step` is "hour", "day" or "month"; "point" where a site is a curve, whose points stand on a calendar of days.
    - `other_steps` are those that data may have as well, in a science whose equations hold over any.
    - `raw` are series that files may hold instead of a declared one; `complete(ds, source)` makes the declared of them.
    - `needed` are the forcings without which no process model of the science can be built.
    - `extremes` says of a series that is the "min" or "max" of its step, so that finer records are gathered as that.
    - `other_names` are what people call the series, in lower case; a capital letter stands for itself.
    - `problems(ds, source, files)` finds what is wrong between series, such as a minimum above its maximum.
    - `doubts(ds)` finds what is possible but not likely across series and attributes, in the units declared, such as
      more water than falls: with the sites, the figure and the likely cause.
    """

    domain: str
    step: str
    forcings: Mapping[str, Forcing]
    targets: Mapping[str, Target]
    attributes: Mapping[str, Attribute]
    raw: Mapping[str, Quantity] = field(default_factory=dict)
    complete: Callable[[xr.Dataset, str | Path], xr.Dataset] = _as_it_is
    problems: Callable[[xr.Dataset, str | Path, Files], Iterator[Problem]] = _no_problems
    doubts: Callable[[xr.Dataset], Iterator[Remark]] = _no_doubts
    needed: tuple[str, ...] = ()
    extremes: Mapping[str, str] = field(default_factory=dict)
    other_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    other_steps: tuple[str, ...] = ()

    @property
    def series(self) -> dict[str, Forcing | Target]:
        """Forcings, then targets, by name, without those that are made from the dates."""
        both: dict[str, Forcing | Target] = {**self.forcings, **self.targets}
        return {name: quantity for name, quantity in both.items() if name not in CALENDAR}

    @property
    def in_files(self) -> dict[str, Quantity]:
        """All series that a file may hold."""
        return {**self.series, **self.raw}

    @property
    def static(self) -> dict[str, Attribute]:
        """The attributes whose units are known: those that are declared, and those of any site."""
        return {**SITE, **self.attributes}
