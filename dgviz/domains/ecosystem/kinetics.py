"""How temperature and pressure set the constants of photosynthesis."""

import torch
from torch import Tensor

from dgviz.domains.arrhenius import STANDARD, arrhenius
from dgviz.domains.ecosystem.water import viscosity
from dgviz.processes.declare import Flux, Process

GAS_CONSTANT = 8.3145  # J mol-1 K-1
OXYGEN = 0.209476  # mol mol-1
SEA_LEVEL = 101325.0  # Pa


def rising(tair: Tensor, energy: float) -> Tensor:
    """The factor on a rate at 25 degC, in air of `tair` (degC)."""
    return arrhenius(tair, energy, GAS_CONSTANT)


class Rubisco(Process):
    """Constants of Rubisco and the viscosity of water.

    The warmer, the more oxygen competes with carbon dioxide for the enzyme, and the easier water flows to the leaves.

    Source: Bernacchi et al. (2001), doi:10.1111/j.1365-3040.2001.00668.x; as used by Stocker et al. (2020),
    doi:10.5194/gmd-13-1545-2020; viscosity: Huber et al. (2009), doi:10.1063/1.3088050.
    """

    gamma_star = Flux("Pa", "Compensation point of photorespiration")
    michaelis = Flux("Pa", "Michaelis-Menten coefficient of Rubisco")
    viscosity_ratio = Flux("1", "Viscosity of water over that at 25 degC")

    equations = (
        r"\Gamma_s = 4.332\,\frac{p}{p_0}\,f(37830)",
        r"K = 39.97\,f(79430)\left(1 + \frac{0.2095\,p}{27480\,f(36380)}\right)",
        r"f(E) = \exp\frac{E\,(T - 298.15)}{298.15\,R\,T}",
    )
    symbols = {
        r"\Gamma_s": "gamma_star",
        "K": "michaelis",
        "p": "pressure",
        "p_0": "standard pressure, 101325 Pa",
        "f": "response to temperature, 1 at 25 degC",
        "E": "activation energy [J mol-1]",
        "T": "air temperature [K]",
        "R": "gas constant, 8.3145 J mol-1 K-1",
    }

    def forward(self, *, tair, pressure):
        gamma_star = 4.332 * pressure / SEA_LEVEL * rising(tair, 37830.0)
        oxygen = OXYGEN * pressure / (27480.0 * rising(tair, 36380.0))
        michaelis = 39.97 * rising(tair, 79430.0) * (1 + oxygen)
        warm = torch.full_like(tair, STANDARD), torch.full_like(tair, SEA_LEVEL)
        ratio = viscosity(tair, pressure) / viscosity(*warm)
        return dict(gamma_star=gamma_star, michaelis=michaelis, viscosity_ratio=ratio)
