"""The density and viscosity of water, which slow its way from the roots to the leaves when it is cold.

Density after Fisher and Dial (1975), viscosity after the formulation of the IAPWS by Huber et al. (2009),
doi:10.1063/1.3088050, without its enhancement near the critical point.
"""

import torch
from torch import Tensor

KELVIN = 273.15
COLDEST = -25.0  # degC: the polynomials of the density hold to about here
PASCAL_PER_BAR = 1e5

# Coefficients of powers of the temperature in degC, from the zeroth: equation of state of Tumlirz.
LAMBDA = (1788.316, 21.55053, -0.4695911, 3.096363e-3, -7.341182e-6)  # bar cm3 g-1
BAR_0 = (5918.499, 58.05267, -1.1253317, 6.6123869e-3, -1.4661625e-5)  # bar
V_INFINITE = (0.6980547, -7.435626e-4, 3.704258e-5, -6.315724e-7, 9.829576e-9, -1.197269e-10, 1.005461e-12,
              -5.437898e-15, 1.69946e-17, -2.295063e-20)  # cm3 g-1  # fmt: skip

CRITICAL = 647.096, 322.0  # K, kg m-3
MU_0 = (1.67752, 2.20462, 0.6366564, -0.241605)  # of 1 / T, Huber et al. table 2
H = {  # (power of 1 / T - 1, power of density - 1): coefficient, Huber et al. table 3
    (0, 0): 0.520094, (1, 0): 0.0850895, (2, 0): -1.08374, (3, 0): -0.289555,
    (0, 1): 0.222531, (1, 1): 0.999115, (2, 1): 1.88797, (3, 1): 1.26613, (5, 1): 0.120573,
    (0, 2): -0.281378, (1, 2): -0.906851, (2, 2): -0.772479, (3, 2): -0.489837, (4, 2): -0.257040,
    (0, 3): 0.161913, (1, 3): 0.257399, (0, 4): -0.0325372, (3, 4): 0.0698452, (4, 5): 0.00872102,
    (3, 6): -0.00435673, (5, 6): -0.000593264,
}  # fmt: skip


def density(tair: Tensor, pressure: Tensor) -> Tensor:
    """Density of water, kg m-3, at a temperature (degC) and pressure (Pa)."""
    tair = tair.clamp(min=COLDEST)
    # v = v_infinite + lambda / (p_0 + p)
    volume = _polynomial(V_INFINITE, tair)
    volume = volume + _polynomial(LAMBDA, tair) / (_polynomial(BAR_0, tair) + pressure / PASCAL_PER_BAR)
    return 1000 / volume


def viscosity(tair: Tensor, pressure: Tensor) -> Tensor:
    """Viscosity of water, uPa s, at a temperature (degC) and pressure (Pa)."""
    warmth = (tair.clamp(min=COLDEST) + KELVIN) / CRITICAL[0]
    excess = density(tair, pressure) / CRITICAL[1] - 1
    dilute = 100 * warmth.sqrt() / _polynomial(MU_0, 1 / warmth)
    powers = sum(h * (1 / warmth - 1) ** i * excess**j for (i, j), h in H.items())
    return dilute * torch.exp((excess + 1) * powers)


def _polynomial(coefficients: tuple[float, ...], x: Tensor) -> Tensor:
    value = torch.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value
