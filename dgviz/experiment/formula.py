"""A formula for a learned curve, by sparse regression: the fewest terms that come near it.

Source: the idea of Brunton et al. (2016), doi:10.1073/pnas.1517384113, with all subsets tried in place of thresholds,
as the terms are few.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import xarray as xr

NEAR = 0.01  # of the range of a curve: a formula within it is as good as the curve
MOST = 3  # terms


@dataclass(frozen=True)
class Formula:
    """A formula in `x`, in words, and its error: the root mean square, as a share of the range of the curve."""

    words: str
    error: float

    @property
    def near(self) -> bool:
        """Is it as good as the curve?"""
        return self.error <= NEAR


def formula_of(curve: xr.DataArray) -> Formula:
    """The formula with the fewest terms that comes within 1 % of a curve `(point,)`, in the units of its coordinate.

    Without one the nearest of three terms: its error then says that the curve is none of these.
    """
    x, y = curve[curve.dims[0]].values.astype("float64"), curve.values.astype("float64")
    terms, nearest = _terms(x), None
    for n_terms in range(1, MOST + 1):
        fits = [_fit(names, terms, y) for names in combinations(terms, n_terms)]
        found = min(fits, key=lambda fit: fit.error)
        if nearest is None or found.error < nearest.error:
            nearest = found
        if nearest.near:
            break
    return nearest


def _terms(x: np.ndarray) -> dict[str, np.ndarray]:
    """What a formula may be made of, by its words. Half of the largest `x`, to two digits, scales what bends."""
    scale = float(f"{max(abs(x)) / 2:.2g}") or 1.0
    terms = {"": np.ones_like(x), "x": x, "x²": x**2, "x³": x**3}
    terms[f"exp(\u2212x / {scale:g})"] = np.exp(-x / scale)
    if x.min() >= 0:
        terms |= {"√x": np.sqrt(x), f"x / (x + {scale:g})": x / (x + scale)}
    return terms


def _fit(names: tuple[str, ...], terms: dict[str, np.ndarray], y: np.ndarray) -> Formula:
    """Least squares of some terms, each scaled by its largest value so that none outweighs the others."""
    columns = np.stack([terms[name] for name in names], -1)
    largest = abs(columns).max(0)
    weights = np.linalg.lstsq(columns / largest, y, rcond=None)[0] / largest
    error = float(np.sqrt(np.mean((columns @ weights - y) ** 2)) / np.ptp(y))
    return Formula(_in_words(names, weights), error)


def _in_words(names: tuple[str, ...], weights: np.ndarray) -> str:
    """As "0.4 − 1.2 x²"."""
    words = ""
    for name, weight in zip(names, weights, strict=True):
        sign = "\u2212" if weight < 0 else "+"
        size = f"{abs(weight):.3g}" + f" {name}" * bool(name)
        words += f" {sign} {size}" if words else f"{sign.replace('+', '')}{size}"
    return words
