"""The simulated target beside the observed one: of opposite sign, of another size, or below what can flow."""

from collections.abc import Iterator

import numpy as np

from dgviz.processes.declare import Flux
from dgviz.sensitivity.doctor.dates import LEAST, aligned, correlation
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, number

OPPOSITE = -0.5  # correlation of what is simulated with what was observed
ALIKE, SCALE = 0.9, 1.6  # correlation from which on a slope tells, and the slope
FACTOR = 5.0  # between their means


def unlike_observed(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    """A target that falls where the observed one rises, or is many times as large or as small."""
    target = examined.target
    observed = observed[examined.site.tensors.warmup :][: examined.n_steps]
    simulated, observed = aligned(examined.mean_of(target), observed, 0)
    figure = correlation(simulated, observed)
    if figure < OPPOSITE:
        yield Finding(
            "swapped sign",
            f"The simulated {target} falls where the observed one rises (correlation {figure:.2f}). Look at the sign "
            f"of {target}, in the data and in what computes it.",
            quantities=(target,),
            figure=figure,
        )
    elif figure > ALIKE:
        slope = float(np.polyfit(simulated, observed, 1)[0])
        if not 1 / SCALE <= slope <= SCALE:
            yield Finding(
                "another scale than observed",
                f"The observed {target} moves {number(slope)} times as much as the simulated one, and along with it "
                f"(correlation {figure:.2f}). Look at the units of both, and of the forcings.",
                "note",
                quantities=(target,),
                figure=slope,
            )
    # A ratio tells of amounts above a true zero alone.
    if len(observed) < LEAST or min(observed.min(), simulated.min()) < 0 or not observed.any() or not simulated.any():
        return
    ratio = float(simulated.mean() / observed.mean())
    if not 1 / FACTOR <= ratio <= FACTOR:
        yield Finding(
            "another size than observed",
            f"The simulated {target} is in the mean {number(ratio)} times the observed one. Look at the units of the "
            "observed one and of the forcings, and whether the model has learned anything of this site.",
            "note",
            quantities=(target,),
            figure=ratio,
        )


def flows_back(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    """Observed values below zero of a flux that moves something."""
    flux, below = examined.processes.of(Flux).get(examined.target), observed < 0
    if flux is not None and (flux.into or flux.out_of) and below.any():
        yield Finding(
            "negative target",
            f"The observed {examined.target} is below zero at {below.sum()} times, down to "
            f"{number(float(observed[below].min()))} {flux.units}: it would flow back. Look at marks of missing "
            "values, and leave these out.",
            "note",
            quantities=(examined.target,),
            figure=float(observed[below].min()),
        )
