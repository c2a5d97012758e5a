"""A simulation with parameters changed by hand, and how it is told apart from a trained result."""

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from dgviz.processes.declare import Parameter
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import number, units

ARROW = "\u2192"
SAID = 2  # changes that a heading has room for


@dataclass(frozen=True)
class Change:
    """A parameter of the picked site whose mean, over the members and, if it is dynamic, the days, was changed.

    `shift` is the shift of every member that does it.
    """

    name: str
    parameter: Parameter
    learned: float
    supposed: float
    shift: float

    @property
    def words(self) -> str:
        """As "k1 0.257 -> 0.120 d-1"."""
        learned, supposed = (parameter_number(v, self.parameter) for v in (self.learned, self.supposed))
        return f"{self.name} {learned} {ARROW} {supposed} {units(self.parameter.units)}".strip()


@dataclass(frozen=True)
class WhatIf:
    """Every flux and store `(time,)` of the picked site with some parameters changed."""

    changes: tuple[Change, ...]
    simulated: xr.Dataset

    @property
    def words(self) -> str:
        """All changes."""
        return ", ".join(change.words for change in self.changes)

    @property
    def shifts(self) -> dict[str, float]:
        """The shift of each changed parameter, as `Run.simulate` takes them."""
        return {change.name: change.shift for change in self.changes}


def mark(what_if: WhatIf | None, words: str = "what if") -> Markup:
    """For a heading: that a what-if is shown, HTML; nothing without one."""
    said = " <span class='what-if' title='{}'>{}</span>"
    return html(said, what_if.words, words) if what_if else Markup("")


def what_if_badge(what_if: WhatIf | None) -> Markup:
    """The same with its first changes."""
    changes = what_if.changes if what_if else ()
    more = f" and {len(changes) - SAID} more" if len(changes) > SAID else ""
    return mark(what_if, f"what if: {', '.join(change.words for change in changes[:SAID])}{more}")


def in_place_of(own: xr.Dataset, what_if: WhatIf | None) -> xr.Dataset:
    """The what-if where there is one of the same days, else the run's own simulation `(time,)`."""
    same_days = what_if is not None and what_if.simulated.indexes["time"].equals(own.indexes["time"])
    return what_if.simulated if same_days else own


def digits(parameter: Parameter) -> int:
    """How many decimals tell a few hundred values within the range of a parameter apart."""
    low, high = parameter.range
    return max(0, 2 - math.floor(np.log10(high - low)))


def parameter_number(value: float, parameter: Parameter) -> str:
    """A value of a parameter with the digits that its range deserves."""
    return number(value, digits(parameter))
