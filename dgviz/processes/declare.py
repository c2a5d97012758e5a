"""The vocabulary in which a process is declared.

Everything else (wiring, the parameterization network, files, the interface, help and the contract tests) reads
these declarations. A series has the shape `(time, site, member)`; one day of it has `(site, member)`.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

# The UDUNITS strings in use, with the SI dimension that each one measures.
UNITS: Mapping[str, str] = {
    "1": "1",
    "%": "1",
    "d": "s",
    "h": "s",
    "mm": "m",
    "m": "m",
    "km": "m",
    "km2": "m2",
    "mm d-1": "m s-1",
    "m3 s-1": "m3 s-1",
    "degC": "K",
    "degrees_north": "rad",
    "degrees_east": "rad",
    "mm d-1 degC-1": "m s-1 K-1",
    "d-1": "s-1",
    "W m-2": "W m-2",
    "Pa": "Pa",
}


@dataclass(frozen=True)
class Quantity:
    """A physical quantity with its units, its CF `long_name` and, where CF has one, its `standard_name`."""

    units: str
    long_name: str
    standard_name: str = ""

    def __post_init__(self):
        if self.units not in UNITS:
            raise ValueError(f"Unknown units {self.units!r} for {self.long_name!r}. Use one of: {', '.join(UNITS)}.")

    @property
    def attrs(self) -> dict[str, str]:
        """CF attributes as written on an xarray variable."""
        attrs = {"units": self.units, "long_name": self.long_name, "standard_name": self.standard_name}
        return {key: value for key, value in attrs.items() if value}


@dataclass(frozen=True)
class _Ranged(Quantity):
    range: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self):
        super().__post_init__()
        low, high = self.range
        if not low < high:
            raise ValueError(f"The range of {self.long_name!r} is {self.range}. Give (low, high) with low < high.")


@dataclass(frozen=True)
class Forcing(_Ranged):
    """A dynamic input given by the data; `range` holds its plausible values."""


@dataclass(frozen=True)
class Attribute(_Ranged):
    """A static descriptor of a site that a process reads; `range` holds its plausible values."""


@dataclass(frozen=True)
class Parameter(_Ranged):
    """A physical coefficient that is learned, always inside its `range`.

    `default` is its value where nothing is learned; the middle of the range if it is not given.
    """

    default: float | None = None

    def __post_init__(self):
        super().__post_init__()
        low, high = self.range
        if self.default is None:
            object.__setattr__(self, "default", (low + high) / 2)
        if not low <= self.default <= high:
            raise ValueError(
                f"The default of {self.long_name!r} is {self.default}, outside its range. "
                f"Give a default from {low} to {high}, or widen the range."
            )


@dataclass(frozen=True)
class State(Quantity):
    """A store: only the fluxes declared `into` and `out_of` it change it."""

    initial: float = 0.0


@dataclass(frozen=True)
class Flux(Quantity):
    """What a process computes. It moves its amount `out_of` one store `into` another; a diagnostic moves nothing."""

    out_of: str = ""
    into: str = ""


class Process(torch.nn.Module):
    """One process: declared quantities and a `forward` that returns its fluxes by name.

    `forward` takes keywords only. Their names are the wiring: forcings, attributes, parameters, states and the
    fluxes of processes that run earlier. A default makes an input optional. A process never writes a store.

    A process that reads or changes stores is stepped through time and sees `(site, member)`, as do those between two
    such processes; others see whole series `(time, site, member)`. With `member_mean` it sees the mean over the
    members. A process on whole series whose output depends on the days before says how many in `memory`; or it names in
    `carries` what it returns beside its fluxes at the end, which it takes under that name to go on from there. Where
    `joins_sites`, what happens at one site depends on others: all sites that belong together are simulated together.
    `equations` (LaTeX) are shown as help. `learned` names the fluxes that a network inside the process gives.
    """

    member_mean: ClassVar[bool] = False
    memory: ClassVar[int] = 0
    carries: ClassVar[str] = ""
    joins_sites: ClassVar[bool] = False
    equations: ClassVar[tuple[str, ...]] = ()
    learned: ClassVar[tuple[str, ...]] = ()
    declared: ClassVar[Mapping[str, Quantity]] = {}
    reads: ClassVar[Mapping[str, bool]] = {}  # name of an input: is it required?

    def __init_subclass__(cls):
        super().__init_subclass__()
        inherited = (vars(base) for base in reversed(cls.__mro__))
        cls.declared = {k: v for names in inherited for k, v in names.items() if isinstance(v, Quantity)}
        arguments = list(inspect.signature(cls.forward).parameters.values())[1:]
        if any(a.kind is not a.KEYWORD_ONLY for a in arguments):
            raise TypeError(f"{cls.__name__}.forward must take keywords only: write `def forward(self, *, ...)`.")
        cls.reads = {a.name: a.default is a.empty for a in arguments}
        if unread := cls.of(Parameter).keys() - cls.reads.keys():
            raise TypeError(
                f"{cls.__name__} declares the parameters {sorted(unread)} but its forward does not read them. "
                "Add them to its arguments or remove them."
            )

    @classmethod
    def of(cls, kind: type[Quantity]) -> dict[str, Quantity]:
        """The declared quantities of one kind, by name."""
        return {k: v for k, v in cls.declared.items() if isinstance(v, kind)}


def _text(documented: type) -> str:
    """The docstring of a class itself, not one that it inherits."""
    return inspect.cleandoc(vars(documented).get("__doc__") or documented.__name__)


def title(documented: type) -> str:
    """The first line of a docstring: the label that users see."""
    return _text(documented).splitlines()[0].rstrip(".")


def explanation(documented: type) -> str:
    """What stands between the first line of a docstring and its source."""
    body = _text(documented).partition("\n")[2]
    return " ".join(body.partition("Source:")[0].split())


def source(documented: type) -> str:
    """The papers that a docstring names after `Source:`, or nothing."""
    match = re.search(r"Source:\s*(.+)", _text(documented), re.DOTALL)
    return " ".join(match[1].split()) if match else ""
