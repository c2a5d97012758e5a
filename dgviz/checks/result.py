"""What a physics check found."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from dgviz.units import SUPERSCRIPTS

Outcome = Literal["passed", "failed", "does not apply"]


@dataclass(frozen=True)
class Criterion:
    """One figure of a check, in UDUNITS `units`, and the limits by which it is judged; NaN is within none."""

    what: str
    value: float
    units: str
    at_least: float = -math.inf
    at_most: float = math.inf

    @property
    def holds(self) -> bool:
        """Is the figure within its limits?"""
        return self.at_least <= self.value <= self.at_most


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check: a sentence in plain words, the criteria, and what to draw.

    `check` is the name of the check. A check that does not apply has no criteria; its sentence says why. `series` holds
    what was compared, `(time,)` or `(time, case)`: two cases with each other, or the first of several with the sum of
    the others, or all as lines where they do not add up and `drawn` among the attributes says "lines". `day` is the day
    from which the cases differ, if there is one.
    """

    check: str
    sentence: str
    criteria: tuple[Criterion, ...] = ()
    series: xr.Dataset | None = None
    day: np.datetime64 | None = None

    @property
    def outcome(self) -> Outcome:
        """Passed if every criterion holds."""
        if not self.criteria:
            return "does not apply"
        return "passed" if all(criterion.holds for criterion in self.criteria) else "failed"

    @property
    def headline(self) -> Criterion | None:
        """The first criterion that does not hold, else the first."""
        return next((c for c in self.criteria if not c.holds), next(iter(self.criteria), None))

    def __str__(self) -> str:
        said = f"{self.check.replace('_', ' ')}: {self.outcome}. {self.sentence}"
        if not self.criteria or self.headline is self.criteria[0]:  # of which the sentence speaks
            return said
        return f"{said} {self.headline.what}: {concise(self.headline.value)} {self.headline.units}."


def concise(value: float) -> str:
    """A number for a sentence, with two or three significant digits; a tiny one with a power of ten."""
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.3g}" if size >= 1 else f"{value:.2g}"
    digits, tiny, power = text.partition("e")
    return f"{digits} \u00d7 10{str(int(power)).translate(SUPERSCRIPTS)}" if tiny else text
