"""How much light drives the transport of electrons, as a non-rectangular hyperbola.

J is the lower root of  theta J^2 - (alpha I + Jm) J + alpha I Jm = 0,  with I the light: alpha I in little light, at
most Jm.
"""

from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Parameter, Process

YIELD = 0.24  # mol of electrons for a mol of photons
CURVATURE = 0.85


def electron_transport(ppfd: Tensor, jmax: Tensor, alpha: Tensor | float) -> Tensor:
    """The rate at which electrons are transported, umol m-2 s-1."""
    driven = alpha * ppfd
    # (a + b)^2 - 4 theta a b = (a - b)^2 + 4 (1 - theta) a b: without cancellation
    root = torch.sqrt((driven - jmax).square() + 4 * (1 - CURVATURE) * driven * jmax)
    return (driven + jmax - root) / (2 * CURVATURE)


class FixedYield(Process):
    """Light response with a fixed quantum yield.

    0.24 electrons for a photon.

    Source: Medlyn et al. (2002), doi:10.1046/j.1365-3040.2002.00891.x.
    """

    electron_transport = Flux("umol m-2 s-1", "Electron transport rate")

    equations = (r"J = \frac{\alpha I + J_m - \sqrt{(\alpha I + J_m)^2 - 4\,\theta\,\alpha I J_m}}{2\,\theta}",)
    symbols: ClassVar[dict[str, str]] = {
        "J": "electron_transport",
        "J_m": "jmax",
        "I": "ppfd",
        r"\alpha": "quantum yield of electron transport [mol mol-1]",
        r"\theta": "curvature of the light response, 0.85",
    }

    def forward(self, *, ppfd, jmax):
        return dict(electron_transport=electron_transport(ppfd, jmax, YIELD))


class LearnedYield(Process):
    """Light response with a learned quantum yield.

    It shows in light curves; curves in full light say nothing of it.

    Source: Medlyn et al. (2002), doi:10.1046/j.1365-3040.2002.00891.x.
    """

    alpha = Parameter("mol mol-1", "Quantum yield of electron transport", range=(0.05, 0.45), default=YIELD)
    electron_transport = FixedYield.electron_transport

    equations = FixedYield.equations
    symbols: ClassVar[dict[str, str]] = {**FixedYield.symbols, r"\alpha": "alpha"}

    def forward(self, *, ppfd, jmax, alpha):
        return dict(electron_transport=electron_transport(ppfd, jmax, alpha))
