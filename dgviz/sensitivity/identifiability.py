"""How well observations at one site determine the parameters, and which parameters make up for one another."""

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.autocorrelation import lag_one, whiten
from dgviz.sensitivity.parameter_response import parameter_response

ROUNDING = 1e-14  # of the largest eigenvalue: what is smaller is noise of the arithmetic
SIDE = 0.3  # of an eigenvector, which has length 1: parameters with less play no part in its words


@dataclass(frozen=True)
class LinearErrors:
    """Errors as a linear model: `jacobian (observed, parameter)` and `error (observed,)`, both whitened."""

    jacobian: np.ndarray
    error: np.ndarray

    def information(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues `(direction,)` of the Fisher information, largest first, and vectors `(parameter, direction)`.

        F = J' J / s^2, where s^2 is the variance of the whitened error with n - p degrees of freedom.
        """
        n_observed, n_parameters = self.jacobian.shape
        variance = self.error @ self.error / (n_observed - n_parameters)
        # From the singular values of J: those of J' J would lose half of the digits.
        _, singular, vectors = np.linalg.svd(self.jacobian / np.sqrt(variance), full_matrices=False)
        largest = np.take_along_axis(vectors, abs(vectors).argmax(1)[:, None], 1)
        return singular**2, (vectors * np.sign(largest)).T

    def standard_errors(self) -> np.ndarray:
        """The Cramer-Rao bound `(parameter,)`: the root of the diagonal of the inverse of F."""
        values, vectors = self.information()
        return np.sqrt((vectors**2 / np.maximum(values, ROUNDING * values.max())).sum(1))


def identifiability(site: SiteModel) -> xr.Dataset:
    """What the observed target of a site says of each parameter, to first order about what was learned.

    A parameter is shifted by the same amount in all members and on all days; J, its response, is taken for its whole
    range. The errors of the target over the scored days are taken as autoregressive, e_t = r e_(t-1) + n_t.

    - `standard_error (parameter,)`: Cramer-Rao bound, % of the range; `standard_error_in_units`, in `unit`.
    - `underestimate (parameter,)`: by what factor it would be too small if r were ignored.
    - `spread (parameter,)`: standard deviation of the members, % of the range.
    - `eigenvalue (direction,)` of the Fisher information, the stiffest direction first, and `eigenvector
      (parameter, direction)`: what moves together. Along the last, the sloppiest, the target changes least.
    - `collinearity (parameter, other)` of pairs, and `collinearity_of_all`: 1 where responses are unlike; a change of
      one can be made up for by others but for a share 1 / collinearity. From about 10 on they are not told apart.
    - `autocorrelation` r, `residual_deviation` in units of the target, `n_observed`.

    The attribute `left_out` names parameters whose response is exactly zero. Raises ValueError without parameters that
    have a response, or with fewer observations than it takes.

    Source: Brun et al. (2001), doi:10.1029/2000WR900350, for the collinearity.
    """
    declared, responses, error = site.process_model.of(Parameter), parameter_response(site), _error(site)
    known, r = np.isfinite(error), lag_one(error)
    widths = {name: p.range[1] - p.range[0] for name, p in declared.items() if name in responses}
    scaled = {name: widths[name] * responses[name].values.astype(float) for name in widths}
    names = [name for name in scaled if scaled[name][known].any()]
    _check(site, names, int(known.sum()))
    jacobian, apart = np.stack([scaled[name] for name in names], -1), error - np.nanmean(error)
    fit = LinearErrors(whiten(jacobian, known, r), whiten(apart, known, r))
    errors, width = fit.standard_errors(), np.array([widths[name] for name in names])
    target = site.process_model.attrs(site.target)["units"]
    found = {
        "standard_error": ("parameter", 100 * errors, _about("%", "Standard error, of the range")),
        "standard_error_in_units": ("parameter", errors * width, {"long_name": "Standard error"}),
        "underestimate": (
            "parameter",
            errors / LinearErrors(jacobian[known], apart[known]).standard_errors(),
            _about("1", "Factor by which standard errors of independent errors are too small"),
        ),
        "spread": ("parameter", 100 * _spread(site, names) / width, _about("%", "Spread of members, of the range")),
        "autocorrelation": ((), r, _about("1", "Correlation of errors one step apart")),
        "residual_deviation": ((), np.nanstd(error), _about(target, "Standard deviation of errors")),
        "n_observed": ((), int(known.sum()), _about("1", "Observed steps")),
    }
    units = "parameter", [declared[name].units for name in names]
    left_out = {"left_out": ", ".join(name for name in scaled if name not in names)}
    return xr.Dataset(found | _structure(fit, jacobian[known]), _coordinates(names) | {"unit": units}, left_out)


def _structure(fit: LinearErrors, jacobian: np.ndarray) -> dict[str, tuple]:
    """What moves together: the eigenvalues and eigenvectors of the information, and the collinearity."""
    values, vectors = fit.information()
    pairs, of_all = collinearity(jacobian)
    return {
        "eigenvalue": ("direction", values, _about("1", "Eigenvalue of the Fisher information")),
        "eigenvector": (("parameter", "direction"), vectors, _about("1", "Eigenvector of the Fisher information")),
        "collinearity": (("parameter", "other"), pairs, _about("1", "Collinearity index of pairs")),
        "collinearity_of_all": ((), of_all, _about("1", "Collinearity index of all parameters")),
    }


def _coordinates(names: list[str]) -> dict[str, object]:
    return {"parameter": names, "other": names, "direction": np.arange(1, len(names) + 1)}


def collinearity(jacobian: np.ndarray) -> tuple[np.ndarray, float]:
    """The collinearity index of every pair `(parameter, parameter)` and of all of `jacobian (time, parameter)`.

    1 / sqrt(least eigenvalue of S' S), where the columns of S are responses of length 1: for a pair with the cosine c
    1 / sqrt(1 - |c|). Infinite where a response is a multiple of another.
    """
    directions = jacobian / np.linalg.norm(jacobian, axis=0)
    least = np.linalg.svd(directions, compute_uv=False).min()
    cosine = np.clip(abs(directions.T @ directions), 0, 1)
    with np.errstate(divide="ignore"):
        pairs = 1 / np.sqrt(1 - cosine)
        np.fill_diagonal(pairs, 1.0)
        return pairs, float(1 / np.maximum(least, np.sqrt(ROUNDING)))


def worst_pairs(found: xr.Dataset, n: int = 3) -> list[tuple[str, str, float]]:
    """The pairs of `identifiability` that are told apart least, with their index, the worst first."""
    names = found.parameter.values.tolist()
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    index = {(a, b): float(found.collinearity.sel(parameter=a, other=b)) for a, b in pairs}
    return [(*pair, index[pair]) for pair in sorted(pairs, key=lambda pair: -index[pair])[:n]]


def trade_off(eigenvector: xr.DataArray) -> str:
    """What a direction `(parameter,)` of little information says: "a higher beta is made up for by a lower fc"."""
    order = sorted(eigenvector.parameter.values.tolist(), key=lambda name: -abs(float(eigenvector.sel(parameter=name))))
    sides = {name: float(eigenvector.sel(parameter=name)) for name in order}
    first = order[0]
    others = [name for name in order[1:3] if abs(sides[name]) >= SIDE]
    if not others:
        return f"{first} alone is hardly seen"
    how = [f"a {'higher' if sides[name] * sides[first] > 0 else 'lower'} {name}" for name in others]
    return f"a higher {first} is made up for by {' and '.join(how)}"


def _error(site: SiteModel) -> np.ndarray:
    """Simulated less observed on the scored days `(time,)`; NaN where nothing was observed."""
    warmup = site.tensors.warmup
    with torch.no_grad():
        simulated = site.model.respond(site.tensors, site.learned, [site.target])[site.target]
    return (simulated - site.tensors.target)[warmup:, 0].cpu().double().numpy()


def _spread(site: SiteModel, names: list[str]) -> np.ndarray:
    """The standard deviation over the members `(parameter,)`, of the mean over time."""
    return np.array([float(site.learned[name][:, 0].mean(0).double().std(correction=0)) for name in names])


def _check(site: SiteModel, names: list[str], n_observed: int) -> None:
    if not names:
        raise ValueError(
            f"No parameter moves {site.target} here on a day that was observed: choose another site or time."
        )
    if n_observed <= len(names) + 1:
        raise ValueError(
            f"{site.target} is observed at {n_observed} of the steps asked for, and the model has {len(names)} "
            "parameters that move it. Take a longer time, or a site with more observations."
        )


def _about(units: str, words: str) -> dict[str, str]:
    return {"units": units, "long_name": words}
