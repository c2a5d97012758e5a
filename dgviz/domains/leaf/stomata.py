"""How the CO2 between the cells of a leaf comes about: measured, or through stomata that follow assimilation.

CO2 gets in as fast as it is fixed: A = gc (Ca - Ci), with gc the conductance to CO2, gs / 1.57, and Ca the CO2 at the
surface of the leaf. Stomata open with assimilation, gc = g0 / 1.57 + m A, so that

    F(Ci) = A(Ci) (1 - m (Ca - Ci)) - (g0 / 1.57) (Ca - Ci) = 0

It has more than one root: without g0 closed stomata, A = 0, are one too. The larger is wanted. It lies between Ca - 1/m
and Ca; F is negative below it and positive above, so it is found by halving, without gradient, and one step of Newton
with gradient gives the derivative (implicit function theorem). A leaf that gives off CO2 even at the CO2 of its surface
does so without resistance, Ci = Ca.
"""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.leaf.assimilation import LEAST_CO2, net_rates, net_slope
from dgviz.processes.declare import Flux, Parameter, Process

WATER_TO_CO2 = 1.57  # conductance to water vapour over that to CO2
DRIEST = 0.5  # kPa: below this deficit stomata do not open further
N_HALVINGS = 40  # of some hundred umol mol-1: to the last digit
LEAST_SLOPE = 1e-6  # of F where two roots are one


def solve_ci(co2: Tensor, g0: Tensor, per_rate: Tensor, rates: dict[str, Tensor]) -> Tensor:
    """The CO2 between the cells, umol mol-1, at which as much gets in through g0 / 1.57 + per_rate A as is fixed.

    Differentiable in everything; `rates` are what `net_rates` takes beside it.
    """
    co2 = co2.clamp(min=LEAST_CO2)

    def excess(ci: Tensor) -> Tensor:
        """What is fixed at `ci` beyond what gets in: F above."""
        return net_rates(ci, **rates)[0] * (1 - per_rate * (co2 - ci)) - g0 / WATER_TO_CO2 * (co2 - ci)

    with torch.no_grad():
        root = _halve(excess, (co2 - 1 / per_rate.clamp(min=1e-9)).clamp(min=LEAST_CO2), co2).detach()
        # F' = A' (1 - m (Ca - Ci)) + m A + g0 / 1.57
        opened = 1 - per_rate * (co2 - root)
        slope = net_slope(root, **rates) * opened + per_rate * net_rates(root, **rates)[0] + g0 / WATER_TO_CO2
        slope = slope.clamp(min=LEAST_SLOPE).detach()
    # Ci = Ci* - F(Ci*) / F'(Ci*): its derivative is that of the root
    taken_up = net_rates(co2, **rates)[0] > 0
    return torch.where(taken_up, root - excess(root) / slope, co2)


def _halve(excess: Callable[[Tensor], Tensor], low: Tensor, high: Tensor) -> Tensor:
    """Where `excess` changes from negative to positive between `low` and `high`."""
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        beyond = excess(middle) > 0
        low, high = torch.where(beyond, low, middle), torch.where(beyond, middle, high)
    return (low + high) / 2


def opening(net: Tensor, g0: Tensor, per_rate: Tensor) -> Tensor:
    """The conductance to water vapour, mol m-2 s-1: g0 + 1.57 m A, and g0 where nothing is taken up."""
    return g0 + WATER_TO_CO2 * per_rate * relu(net)


def through_stomata(co2: Tensor, g0: Tensor, per_rate: Tensor, rates: dict[str, Tensor]) -> dict[str, Tensor]:
    """The CO2 between the cells and the conductance of stomata that open in proportion to assimilation."""
    ci = solve_ci(co2, g0, per_rate, rates)
    return dict(ci=ci, gs=opening(net_rates(ci, **rates)[0], g0, per_rate))


class MedlynStomata(Process):
    """Stomata after Medlyn.

    They open with assimilation and close in dry air, as if carbon were gained for the least water. A leaf that takes
    up no CO₂ has that of its surface between its cells.

    Source: Medlyn et al. (2011), doi:10.1111/j.1365-2486.2010.02375.x.
    """

    g1 = Parameter("kPa0.5", "Stomatal slope", range=(0.5, 12.0), default=4.0)
    g0 = Parameter("mol m-2 s-1", "Residual stomatal conductance", range=(0.0, 0.1), default=0.0)

    ci = Flux("umol mol-1", "Intercellular CO₂")
    gs = Flux("mol m-2 s-1", "Stomatal conductance to water vapour")

    equations = (
        r"g_s = g_0 + 1.57 \left(1 + \frac{g_1}{\sqrt{D}}\right) \frac{A}{C_a}",
        r"A(C_i) = \frac{g_s}{1.57}\,(C_a - C_i)",
        r"C_i = C_a \quad (A(C_a) \le 0)",
    )
    symbols: ClassVar[dict[str, str]] = {
        "A": "net_assimilation",
        "g_s": "gs",
        "g_0": "g0",
        "g_1": "g1",
        "D": "vpd",
        "C_a": "co2",
        "C_i": "ci",
    }

    def forward(self, *, co2, vpd, vcmax, electron_transport, gamma_star, km, rd, sharpness, g1, g0):
        per_rate = (1 + g1 / vpd.clamp(min=DRIEST).sqrt()) / co2.clamp(min=LEAST_CO2)
        rates = dict(
            vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd, sharpness=sharpness
        )
        return through_stomata(co2, g0, per_rate, rates)


class BallBerryStomata(Process):
    """Stomata after Ball and Berry.

    They open with assimilation and with the relative humidity at the surface of the leaf. A leaf that takes up no CO₂
    has that of its surface between its cells.

    Source: Ball et al. (1987), doi:10.1007/978-94-017-0519-6_48.
    """

    bb = Parameter("1", "Ball-Berry slope", range=(2.0, 20.0), default=9.0)
    g0 = MedlynStomata.g0
    ci, gs = MedlynStomata.ci, MedlynStomata.gs

    equations = (r"g_s = g_0 + b\,\frac{A\,h}{C_a}", *MedlynStomata.equations[1:])
    symbols: ClassVar[dict[str, str]] = {**MedlynStomata.symbols, "b": "bb", "h": "rh"}

    def forward(self, *, co2, rh, vcmax, electron_transport, gamma_star, km, rd, sharpness, bb, g0):
        per_rate = bb * rh / 100 / (WATER_TO_CO2 * co2.clamp(min=LEAST_CO2))  # rh in percent
        rates = dict(
            vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd, sharpness=sharpness
        )
        return through_stomata(co2, g0, per_rate, rates)


class FixedConductance(Process):
    """Stomata that stand still.

    One conductance, whatever the air and the light. A leaf that takes up no CO₂ has that of its surface between its
    cells.

    Source: Farquhar and Sharkey (1982), doi:10.1146/annurev.pp.33.060182.001533.
    """

    fixed_gs = Parameter("mol m-2 s-1", "Stomatal conductance", range=(0.01, 1.0), default=0.2)
    ci, gs = MedlynStomata.ci, MedlynStomata.gs

    equations = (r"g_s = g", *MedlynStomata.equations[1:])
    symbols: ClassVar[dict[str, str]] = {**MedlynStomata.symbols, "g": "fixed_gs"}

    def forward(self, *, co2, vcmax, electron_transport, gamma_star, km, rd, sharpness, fixed_gs):
        rates = dict(
            vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd, sharpness=sharpness
        )
        return through_stomata(co2, fixed_gs, torch.zeros_like(fixed_gs), rates)


class MeasuredCi(Process):
    """CO2 between the cells as measured.

    Stomata are not simulated: the data say what they let in.
    """

    def forward(self):
        return {}
