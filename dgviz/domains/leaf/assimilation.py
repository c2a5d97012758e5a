"""Photosynthesis of a C3 leaf: carboxylation by Rubisco, limited by its amount or by light.

With Ci the CO2 between the cells and Gamma* its compensation point without respiration,

    Wc = V Ci / (Ci + Km),  Wj = (J / 4) Ci / (Ci + 2 Gamma*),  A = (1 - Gamma* / Ci) min(Wc, Wj) - Rd
"""

from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Process

LEAST_CO2 = 1.0  # umol mol-1: 1 - Gamma* / Ci has no value without CO2
LEAST_RATE = 1e-12  # (umol m-2 s-1)^2: the square root has no slope at zero, in the dark


def carboxylation(
    ci: Tensor, vcmax: Tensor, electron_transport: Tensor, gamma_star: Tensor, km: Tensor
) -> tuple[Tensor, Tensor]:
    """What Rubisco and what light allow, Wc and Wj, umol m-2 s-1."""
    return vcmax * ci / (ci + km), electron_transport / 4 * ci / (ci + 2 * gamma_star)


def minimum(one: Tensor, other: Tensor, sharpness: Tensor) -> Tensor:
    """The smaller of two rates that are not negative, rounded off where `sharpness` is below 1."""
    # (a + b)^2 - 4 theta a b = (a - b)^2 + 4 (1 - theta) a b: without cancellation
    root = torch.sqrt((one - other).square() + 4 * (1 - sharpness) * one * other + LEAST_RATE)
    smooth = (one + other - root) / (2 * sharpness)
    return torch.where(sharpness < 1, smooth, torch.minimum(one, other))


def net_rates(
    ci: Tensor,
    vcmax: Tensor,
    electron_transport: Tensor,
    gamma_star: Tensor,
    km: Tensor,
    rd: Tensor,
    sharpness: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Net assimilation, and what it would be if Rubisco alone or light alone limited it, umol m-2 s-1."""
    ci = ci.clamp(min=LEAST_CO2)
    of_rubisco, of_light = carboxylation(ci, vcmax, electron_transport, gamma_star, km)
    kept = 1 - gamma_star / ci  # the rest is lost by photorespiration
    both = minimum(of_rubisco, of_light, sharpness)
    return kept * both - rd, kept * of_rubisco - rd, kept * of_light - rd


def net_slope(
    ci: Tensor,
    vcmax: Tensor,
    electron_transport: Tensor,
    gamma_star: Tensor,
    km: Tensor,
    rd: Tensor,
    sharpness: Tensor,
) -> Tensor:
    """The derivative of net assimilation in `ci` above `LEAST_CO2`, mol m-2 s-1."""
    one, other = carboxylation(ci, vcmax, electron_transport, gamma_star, km)
    # d/dCi of x Ci / (Ci + k) is x k / (Ci + k)^2
    rise, other_rise = one * km / (ci * (ci + km)), other * 2 * gamma_star / (ci * (ci + 2 * gamma_star))
    root = torch.sqrt((one - other).square() + 4 * (1 - sharpness) * one * other + LEAST_RATE)
    under_root = (one - other) * (rise - other_rise) + 2 * (1 - sharpness) * (rise * other + one * other_rise)
    smooth = (rise + other_rise - under_root / root) / (2 * sharpness)
    both_rise = torch.where(sharpness < 1, smooth, torch.where(one < other, rise, other_rise))
    return gamma_star / ci.square() * minimum(one, other, sharpness) + (1 - gamma_star / ci) * both_rise


class Farquhar(Process):
    """Farquhar-von Caemmerer-Berry photosynthesis.

    Net assimilation is what the scarcer of Rubisco and light allows, less photorespiration and respiration. Its limits
    are net rates too: the assimilation lies on the lower of their curves above the compensation point.

    Source: Farquhar et al. (1980), doi:10.1007/BF00386231.
    """

    rubisco_limited = Flux("umol m-2 s-1", "Net assimilation limited by Rubisco")
    light_limited = Flux("umol m-2 s-1", "Net assimilation limited by light")
    net_assimilation = Flux("umol m-2 s-1", "Net assimilation", out_of="air", into="leaf")

    equations = (
        r"W_c = \frac{V C_i}{C_i + K_m}, \quad W_j = \frac{J}{4}\,\frac{C_i}{C_i + 2\,\Gamma^*}",
        r"A = (1 - \Gamma^* / C_i)\,\min(W_c,\ W_j) - R_d",
    )
    symbols: ClassVar[dict[str, str]] = {
        "A": "net_assimilation",
        "C_i": "ci",
        "V": "vcmax",
        "J": "electron_transport",
        r"\Gamma": "gamma_star",
        "K_m": "km",
        "R_d": "rd",
        "W_c": "carboxylation that Rubisco allows [umol m-2 s-1]",
        "W_j": "carboxylation that light allows [umol m-2 s-1]",
    }

    def forward(self, *, ci, vcmax, electron_transport, gamma_star, km, rd, sharpness):
        net, rubisco, light = net_rates(ci, vcmax, electron_transport, gamma_star, km, rd, sharpness)
        return dict(rubisco_limited=rubisco, light_limited=light, net_assimilation=net)
