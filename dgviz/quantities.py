"""The quantities in which everything is declared; they know no tensors.

A series has the shape `(time, site, member)`; one step of it has `(site, member)`.
"""

from dataclasses import dataclass

from dgviz import units


@dataclass(frozen=True)
class Quantity:
    """A physical quantity with its units, its CF `long_name` and, where CF has one, its `standard_name`."""

    units: str
    long_name: str
    standard_name: str = ""

    def __post_init__(self):
        try:
            units.parse(self.units)
        except units.UnitsError as error:
            raise ValueError(f"{self.long_name!r}: {error}") from None

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
    """A dynamic input given by the data; `range` holds its plausible values.

    `fill` is the longest gap, in time steps, over which it may be interpolated; what comes and goes in a step has none.
    """

    fill: int = 0


@dataclass(frozen=True)
class Attribute(_Ranged):
    """A static descriptor of a site that a process reads; `range` holds its plausible values."""


@dataclass(frozen=True)
class Target(_Ranged):
    """What is observed and predicted; `range` holds its plausible values.

    - `floor`: the least value that it can have; None where it may be negative.
    - `scale`: differences below it do not count in the loss, in the units of the target.
    - `logarithmic`: does the logarithm of it make sense?
    - `scores`: names of the scores by which a prediction is judged, the first in headlines; see `dgviz.scores.metrics`.
    """

    floor: float | None = None
    scale: float = 0.0
    logarithmic: bool = False
    scores: tuple[str, ...] = ("nse", "rmse", "correlation")


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
    """A store: only the fluxes declared `into` and `out_of` it change it.

    `floor` is the least that it can hold, None where it may be negative; `capacity` names the parameter that is the
    most that it holds at the end of a step, if one is.
    """

    initial: float = 0.0
    floor: float | None = 0.0
    capacity: str = ""


@dataclass(frozen=True)
class Flux(Quantity):
    """What a process computes. It moves its amount `out_of` one store `into` another; a diagnostic moves nothing."""

    out_of: str = ""
    into: str = ""


def lower_first(name: str) -> str:
    """A label within a sentence: "Field capacity" is "field capacity"; "NSE" and "Kling-Gupta efficiency" stay.

    A first word with a capital after its first letter is a name.
    """
    first = name.partition(" ")[0]
    return name if first[1:] != first[1:].lower() else name[:1].lower() + name[1:]
