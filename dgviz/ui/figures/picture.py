"""What a picture of a model is made of: x goes from 0 to 100 % of the width, y in pixels from the top."""

from dataclasses import dataclass

from dgviz.processes.declare import Flux, State


@dataclass(frozen=True)
class Bucket:
    """A store as a box; `thin` for one that passes on all it gets within the day."""

    name: str
    declared: State
    left: float
    right: float
    top: float
    bottom: float
    on: bool = True
    thin: bool = False


@dataclass(frozen=True)
class Arrow:
    """A flux as a straight line from (x0, y0) to (x1, y1), with the place of its label."""

    name: str
    declared: Flux
    x0: float
    y0: float
    x1: float
    y1: float
    label: tuple[float, float]
    align: str  # of the label: left, center
    on: bool = True
    learned: bool = False  # is its equation a network?
    split: bool = False  # does the arrow run between the two lines of its label?


@dataclass(frozen=True)
class Picture:
    """Stores, arrows and the outside places: `above`, `beside` on the right below `ground`, and others below it.

    `below` has the name and the middle, in %, of each arrow that ends in the ground.
    """

    stores: dict[str, Bucket]
    arrows: dict[str, Arrow]
    above: tuple[str, ...]
    beside: tuple[str, ...]
    below: tuple[tuple[str, float], ...]
    ground: float
    height: float
