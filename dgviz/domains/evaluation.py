"""How a science judges a run beyond its scores: quantities of each site, and the pictures that are drawn of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import xarray as xr


@dataclass(frozen=True)
class Scatter:
    """A picture with a point for each site: variable `x` across and `y` up, of what an evaluation computes.

    - `to` names a variable to which a whisker leads from `y`.
    - `equal`: do both measure the same, so that a line shows where they are equal?
    - `curves` gives theory to compare with: variables along one coordinate, which stands across; `long_name` is said.
    - `about` says in a sentence or two what the picture tells.
    - `limits`: the least that the vertical axis shows, and the horizontal one where `equal`; points beyond widen it.
    """

    title: str
    x: str
    y: str
    about: str
    to: str = ""
    equal: bool = True
    curves: Callable[[], xr.Dataset] | None = None
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Evaluation:
    """A question to a run that its scores do not answer.

    `compute(results, dataset, period)` gives variables `(site,)` with `units` and `long_name` from the results of a
    run, its data and a period "first/last"; what the run or the data do not tell is absent, and the pictures of it are
    not offered. `lacking(results, dataset)` says in words why there is nothing at all to see, '' where there is.
    """

    title: str
    about: str
    compute: Callable[[xr.Dataset, xr.Dataset, str], xr.Dataset]
    pictures: tuple[Scatter, ...]
    lacking: Callable[[xr.Dataset, xr.Dataset], str] = field(default=lambda results, dataset: "")
