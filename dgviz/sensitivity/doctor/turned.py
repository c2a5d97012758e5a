"""Forcings that explain the observed target better with the opposite sign, or half a year later."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from dgviz.sensitivity.doctor.dates import aligned, correlation
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding

HALF_A_YEAR = pd.Timedelta(days=365.25 / 2)
CLEAR = 0.5  # correlation with the observed, from which on it tells
BETTER = 0.15  # more than that with the forcing as it is


def turned(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    """Rerun with each forcing turned round: with its sign where it has one, and by half a year."""
    observed = observed[examined.site.tensors.warmup :][: examined.n_steps]
    as_it_is = correlation(*aligned(examined.mean_of(examined.target), observed, 0))
    half = _half_a_year(examined)
    for name in examined.varying:
        values = examined.tensors.forcings[name]
        ways = {}
        if bool((values < 0).any()) and bool((values > 0).any()):
            ways["with the opposite sign", "its sign"] = -values
        if half and examined.n_steps > 3 * half:
            ways["half a year later", "its dates, and on which side of the equator it was taken"] = values.roll(half, 0)
        for (words, look), given in ways.items():
            figure = correlation(*aligned(examined.target_with(name, given), observed, 0))
            if figure > max(CLEAR, as_it_is + BETTER):
                yield Finding(
                    "turned forcing",
                    f"With {name} {words} the simulated {examined.target} is much more like the observed one "
                    f"(correlation {figure:.2f}, {as_it_is:.2f} as it is). Look at {look}.",
                    "note",
                    quantities=(name,),
                    figure=figure,
                )


def _half_a_year(examined: Examined) -> int:
    """How many steps half a year has; 0 where steps are no times."""
    times = examined.site.time.values
    if len(times) < 2 or not np.issubdtype(times.dtype, np.datetime64):
        return 0
    return round(HALF_A_YEAR / pd.Timedelta(np.median(np.diff(times))))
