"""What an examination found: a fault or a note, where it is, and what to look at."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

Severity = Literal["fault", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing that an examination found, in a plain `sentence` that ends with what to look at.

    `kind` says what it is in a word or two. A fault spoils gradients or results; a note is good to know. `process` is
    the class of the process to look at and `quantities` are the parameters, forcings, stores, fluxes, attributes or
    weights concerned; `day` is the first on which it shows, `site` its position among those that are simulated
    together, and `figure` the number that decided. What does not apply is empty, NaN or None.
    """

    kind: str
    sentence: str
    severity: Severity = "fault"
    process: str = ""
    quantities: tuple[str, ...] = ()
    day: np.datetime64 | None = None
    site: int | None = None
    figure: float = math.nan

    def __str__(self) -> str:
        return f"{self.severity}: {self.sentence}"


@dataclass(frozen=True)
class Report:
    """The findings of an examination, faults first, and what was examined, a sentence each."""

    findings: tuple[Finding, ...]
    examined: tuple[str, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that spoil gradients or results."""
        return tuple(finding for finding in self.findings if finding.severity == "fault")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that are good to know."""
        return tuple(finding for finding in self.findings if finding.severity == "note")

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), *self.examined])


def listed(names: tuple[str, ...] | list[str], most: int = 4) -> str:
    """Names within a sentence; of many the first few."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def number(value: float) -> str:
    """A figure within a sentence, with three significant digits."""
    return f"{value:.3g}"
