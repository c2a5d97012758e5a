"""How the capacities of a leaf, its respiration and the kinetics of Rubisco change with its temperature.

Each is its value at 25 degC times a factor. With T the temperature of the leaf in kelvin and T0 = 298.15 K,

    Arrhenius: f(T) = exp(E (T - T0) / (T0 R T))
    peaked:    f(T) = Arrhenius (1 + exp((T0 S - H) / (T0 R))) / (1 + exp((T S - H) / (T R)))

The peaked one falls where it is so hot that enzymes lose their shape.
"""

import math
from typing import ClassVar

import torch
from torch import Tensor

from dgviz.domains.arrhenius import STANDARD, ZERO_CELSIUS, arrhenius
from dgviz.processes.declare import Flux, Parameter, Process

GAS_CONSTANT = 8.314  # J mol-1 K-1
OXYGEN = 210.0  # mmol mol-1 of the air

VCMAX = (58550.0, 200000.0, 629.26)  # J mol-1 of activation and of deactivation, J mol-1 K-1 of entropy
JMAX = (29680.0, 200000.0, 631.88)
Q10_RESPIRATION = 1.92

GAMMA_STAR_25, GAMMA_STAR_ENERGY = 42.75, 37830.0  # umol mol-1, J mol-1
KC_25, KC_ENERGY = 404.9, 79430.0  # umol mol-1, J mol-1
KO_25, KO_ENERGY = 278.4, 36380.0  # mmol mol-1, J mol-1


def rising(tleaf: Tensor, energy: float) -> Tensor:
    """The factor on a rate at 25 degC, for a leaf at `tleaf` (degC)."""
    return arrhenius(tleaf, energy, GAS_CONSTANT)


def peaked(tleaf: Tensor, energy: float, deactivation: float, entropy: float) -> Tensor:
    """The factor on a capacity at 25 degC, for a leaf at `tleaf` (degC); it falls in great heat."""
    kelvin, standard = tleaf + ZERO_CELSIUS, STANDARD + ZERO_CELSIUS
    lost_at_standard = math.exp((standard * entropy - deactivation) / (standard * GAS_CONSTANT))
    lost = torch.exp((kelvin * entropy - deactivation) / (kelvin * GAS_CONSTANT))
    return rising(tleaf, energy) * (1 + lost_at_standard) / (1 + lost)


def rubisco(tleaf: Tensor) -> tuple[Tensor, Tensor]:
    """The CO2 compensation point without respiration and the Michaelis constant in air, umol mol-1.

    Source: Bernacchi et al. (2001), doi:10.1111/j.1365-3040.2001.00668.x.
    """
    for_carbon = KC_25 * rising(tleaf, KC_ENERGY)
    for_oxygen = KO_25 * rising(tleaf, KO_ENERGY)
    # Km = Kc (1 + O / Ko): oxygen competes for the enzyme
    return GAMMA_STAR_25 * rising(tleaf, GAMMA_STAR_ENERGY), for_carbon * (1 + OXYGEN / for_oxygen)


def respiration(tleaf: Tensor, rd25: Tensor) -> Tensor:
    """Respiration in the light, umol m-2 s-1: it nearly doubles over 10 degC."""
    return rd25 * Q10_RESPIRATION ** ((tleaf - STANDARD) / 10)


class PeakedResponse(Process):
    """Temperature response with a peak.

    Both capacities rise with temperature and fall in great heat; respiration and the kinetics of Rubisco rise.

    Source: Medlyn et al. (2002), doi:10.1046/j.1365-3040.2002.00891.x.
    """

    vcmax25 = Parameter("umol m-2 s-1", "Maximum carboxylation rate at 25 °C", range=(2.0, 130.0), default=50.0)
    jmax25 = Parameter("umol m-2 s-1", "Maximum electron transport rate at 25 °C", range=(4.0, 250.0), default=100.0)
    rd25 = Parameter("umol m-2 s-1", "Day respiration at 25 °C", range=(0.05, 3.5), default=0.92)

    vcmax = Flux("umol m-2 s-1", "Maximum carboxylation rate")
    jmax = Flux("umol m-2 s-1", "Maximum electron transport rate")
    rd = Flux("umol m-2 s-1", "Day respiration")
    gamma_star = Flux("umol mol-1", "CO₂ compensation point without respiration")
    km = Flux("umol mol-1", "Michaelis constant of Rubisco in air")

    equations = (
        r"f(E) = \exp\frac{E\,(T - T_0)}{T_0\,R\,T}, \quad "
        r"g(E, S) = f(E)\,\frac{1 + \exp\frac{T_0 S - H}{T_0 R}}{1 + \exp\frac{T S - H}{T R}}",
        r"V = V_{25}\,g(E_V, S_V), \quad J_m = J_{25}\,g(E_J, S_J), \quad R_d = R_{25} \cdot 1.92^{(T - T_0) / 10}",
        r"\Gamma^* = 42.75\,f(E_g), \quad K_m = K_c\,(1 + O / K_o)",
    )
    symbols: ClassVar[dict[str, str]] = {
        "V": "vcmax",
        "V_{25}": "vcmax25",
        "J_m": "jmax",
        "J_{25}": "jmax25",
        "R_d": "rd",
        "R_{25}": "rd25",
        r"\Gamma": "gamma_star",
        "K_m": "km",
        "K_c": "Michaelis constant for CO2 [umol mol-1]",
        "K_o": "Michaelis constant for oxygen [mmol mol-1]",
        "O": "oxygen of the air [mmol mol-1]",
        "T": "temperature of the leaf [K]",
        "T_0": "25 degC [K]",
        "R": "gas constant [J mol-1 K-1]",
        "f": "factor that rises with temperature",
        "g": "factor with a peak",
        "E": "energy of activation [J mol-1]",
        "E_V": "energy of activation of V [J mol-1]",
        "E_J": "energy of activation of Jm [J mol-1]",
        r"E_g": "energy of activation of the compensation point [J mol-1]",
        "H": "energy of deactivation [J mol-1]",
        "S": "entropy term [J mol-1 K-1]",
        "S_V": "entropy term of V [J mol-1 K-1]",
        "S_J": "entropy term of Jm [J mol-1 K-1]",
    }

    def forward(self, *, tleaf, vcmax25, jmax25, rd25):
        gamma_star, km = rubisco(tleaf)
        return dict(
            vcmax=vcmax25 * peaked(tleaf, *VCMAX),
            jmax=jmax25 * peaked(tleaf, *JMAX),
            rd=respiration(tleaf, rd25),
            gamma_star=gamma_star,
            km=km,
        )


class ArrheniusResponse(Process):
    """Temperature response without a peak.

    Capacities rise with temperature however hot it is.

    Source: Bernacchi et al. (2001), doi:10.1111/j.1365-3040.2001.00668.x; energies of Medlyn et al. (2002),
    doi:10.1046/j.1365-3040.2002.00891.x.
    """

    vcmax25, jmax25, rd25 = PeakedResponse.vcmax25, PeakedResponse.jmax25, PeakedResponse.rd25
    vcmax, jmax, rd = PeakedResponse.vcmax, PeakedResponse.jmax, PeakedResponse.rd
    gamma_star, km = PeakedResponse.gamma_star, PeakedResponse.km

    equations = (
        r"f(E) = \exp\frac{E\,(T - T_0)}{T_0\,R\,T}",
        r"V = V_{25}\,f(E_V), \quad J_m = J_{25}\,f(E_J), \quad R_d = R_{25} \cdot 1.92^{(T - T_0) / 10}",
        PeakedResponse.equations[2],
    )
    symbols = PeakedResponse.symbols

    def forward(self, *, tleaf, vcmax25, jmax25, rd25):
        gamma_star, km = rubisco(tleaf)
        return dict(
            vcmax=vcmax25 * rising(tleaf, VCMAX[0]),
            jmax=jmax25 * rising(tleaf, JMAX[0]),
            rd=respiration(tleaf, rd25),
            gamma_star=gamma_star,
            km=km,
        )


class NoResponse(Process):
    """No temperature response: as at 25 °C.

    Source: constants of Bernacchi et al. (2001), doi:10.1111/j.1365-3040.2001.00668.x.
    """

    vcmax25, jmax25, rd25 = PeakedResponse.vcmax25, PeakedResponse.jmax25, PeakedResponse.rd25
    vcmax, jmax, rd = PeakedResponse.vcmax, PeakedResponse.jmax, PeakedResponse.rd
    gamma_star, km = PeakedResponse.gamma_star, PeakedResponse.km

    equations = (
        r"V = V_{25}, \quad J_m = J_{25}, \quad R_d = R_{25}",
        r"\Gamma^* = 42.75, \quad K_m = K_c\,(1 + O / K_o)",
    )
    symbols = PeakedResponse.symbols

    def forward(self, *, vcmax25, jmax25, rd25):
        gamma_star, km = rubisco(torch.full_like(vcmax25, STANDARD))
        return dict(vcmax=vcmax25, jmax=jmax25, rd=rd25, gamma_star=gamma_star, km=km)
