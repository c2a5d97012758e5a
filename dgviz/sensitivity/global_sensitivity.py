"""What matters over the whole ranges of the parameters, beside what matters where a model stands."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import ModuleType

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.processes.declare import Parameter
from dgviz.scores.statistics import rank_correlation
from dgviz.sensitivity.unit_cube import UnitCube

Model = Callable[[Mapping[str, Tensor]], Tensor]

N = 512  # base samples of Sobol's sequence, a power of 2; the model runs about (p + 5) times as often
LEVELS = 4  # of Morris's grid
RESAMPLES = 200  # of the bootstrap
NORMAL = 1.96  # standard deviations to either side hold 95 %
ALIKE = 0.7  # rank correlation from which two rankings agree


def global_sensitivity(
    f: Model,
    parameters: Mapping[str, Parameter],
    outputs: Sequence[str],
    at: Mapping[str, float] | None = None,
    n: int = N,
    seed: int = 0,
) -> xr.Dataset:
    """Morris, Sobol and derivative-based measures of each output to each parameter, `(output, parameter)`.

    `f` takes samples of all parameters, `(sample,)` by name, and gives `(sample, output)`, differentiable. Samples are
    even over the ranges; of a rate, see `UnitCube`, even in its logarithm.

    - `first_order` and `total`: shares of the variance of the output by Sobol, alone and with all others.
    - `elementary_effect`: mean size of Morris's effects, in units of the output for a whole range, or all of its
      logarithm.
    - `derivative_bound`: mean square of our own derivatives over pi^2 times the variance; no total is larger.
    - `local`: size of the derivative at the values `at`, by default the declared ones, scaled like elementary effects.

    Each but the last has `..._interval`, half the width of its 95 % interval by bootstrap. NaN where an output does not
    vary. Raises ImportError without SALib, and ValueError where `f` is not finite.

    Source: Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; Morris (1991), doi:10.2307/1269043; the bound:
    Sobol and Kucherenko (2009), doi:10.1016/j.matcom.2009.01.023.
    """
    cube = UnitCube(parameters)
    parts = [_sobol(f, cube, n, seed), _morris(f, cube, max(n // 8, 4), seed), _derivatives(f, cube, n, seed)]
    point = cube.places_of(at or {name: p.default for name, p in parameters.items()})
    parts.append({"local": abs(cube.gradients(f, point[None])[1][0])})
    found = {name: (("output", "parameter"), values) for part in parts for name, values in part.items()}
    logarithmic = "parameter", cube.logarithmic.numpy()
    coords = {"output": [*outputs], "parameter": [*parameters], "logarithmic": logarithmic}
    return xr.Dataset(found, coords, {"samples": n})


def disagreement(found: xr.Dataset, output: str) -> str:
    """Whether what matters where the model stands is what matters over the ranges, in a sentence."""
    of_output = found.sel(output=output)
    local, whole = of_output.local, of_output.total
    if not (local.max() > 0 and whole.notnull().all()):
        return f"No parameter changes the {output}."
    r = rank_correlation(local, whole)
    here, there = (values.parameter.values[values.values.argmax()] for values in (local, whole))
    alike = f"(rank correlation {r:.2f})".replace("-", "\u2212")
    if here == there and r >= ALIKE:
        return f"Local and global agree: {here} matters most, where the model stands and over all ranges {alike}."
    if here == there:
        return f"Local and global disagree but on the first, {here} {alike}."
    return f"Local and global disagree: {here} matters most where the model stands, {there} over all ranges {alike}."


def _sobol(f: Model, cube: UnitCube, n: int, seed: int) -> dict[str, np.ndarray]:
    """Saltelli's design of n (p + 2) runs."""
    (sample, analyze), problem = _salib("sobol"), cube.problem
    values = cube.run(f, sample.sample(problem, n, calc_second_order=False, seed=seed))
    options = dict(calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    return _by_output(
        {"first_order": "S1", "first_order_interval": "S1_conf", "total": "ST", "total_interval": "ST_conf"},
        values,
        lambda of_output: analyze.analyze(problem, of_output, **options),
        len(cube.names),
    )


def _morris(f: Model, cube: UnitCube, n: int, seed: int) -> dict[str, np.ndarray]:
    """Trajectories of p + 1 runs, each a step of one parameter."""
    (sample, analyze), problem = _salib("morris"), cube.problem
    places = sample.sample(problem, n, num_levels=LEVELS, seed=seed)
    values = cube.run(f, places)
    options = dict(num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed)
    return _by_output(
        {"elementary_effect": "mu_star", "elementary_effect_interval": "mu_star_conf"},
        values,
        lambda of_output: analyze.analyze(problem, places, of_output, **options),
        len(cube.names),
    )


def _by_output(
    names: Mapping[str, str], values: np.ndarray, analyze: Callable[[np.ndarray], Mapping], n_parameters: int
) -> dict[str, np.ndarray]:
    """What SALib finds for each output that varies, `(output, parameter)` by name."""
    found = [analyze(column) if np.ptp(column) > 0 else {} for column in values.T]
    nothing = np.full(n_parameters, np.nan)
    return {
        name: np.stack([np.asarray(each.get(key, nothing), float) for each in found]) for name, key in names.items()
    }


def _derivatives(f: Model, cube: UnitCube, n: int, seed: int) -> dict[str, np.ndarray]:
    """The mean square derivative over pi^2 Var, and its interval by drawing the samples again."""
    places = torch.quasirandom.SobolEngine(len(cube.names), scramble=True, seed=seed).draw(n, dtype=torch.float64)
    values, gradients = cube.gradients(f, places)

    def bound(drawn: np.ndarray) -> np.ndarray:
        variance = values[drawn].var(0)
        with np.errstate(invalid="ignore"):
            return (gradients[drawn] ** 2).mean(0) / (np.pi**2 * variance[:, None])

    random = np.random.default_rng(seed)
    again = np.stack([bound(random.integers(n, size=n)) for _ in range(RESAMPLES)])
    return {"derivative_bound": bound(np.arange(n)), "derivative_bound_interval": NORMAL * again.std(0)}


def _salib(method: str) -> tuple[ModuleType, ModuleType]:
    """SALib's sampler and analysis of a method, imported late: it takes a second, and not everyone has it."""
    try:
        return import_module(f"SALib.sample.{method}"), import_module(f"SALib.analyze.{method}")
    except ImportError:
        raise ImportError(
            'Global sensitivity takes SALib, which is not installed. Install it: pip install "dgviz[sensitivity]".'
        ) from None
