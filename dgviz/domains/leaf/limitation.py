"""How sharply the leaf changes from one limit of photosynthesis to the other."""

from typing import ClassVar

import torch

from dgviz.processes.declare import Flux, Process

NEARLY_SHARP = 1 - 1e-4


class SmoothMinimum(Process):
    """Smooth minimum of the two limits.

    The lower root of a quadratic, which is differentiable where the limits are equal.

    Source: Collatz et al. (1991), doi:10.1016/0168-1923(91)90002-8.
    """

    sharpness = Flux("1", "Sharpness of the minimum of the limits")
    equations = (r"\theta W^2 - (W_c + W_j)\,W + W_c W_j = 0, \quad \theta = 0.9999",)
    symbols: ClassVar[dict[str, str]] = {
        r"\theta": "sharpness",
        "W": "rate of carboxylation [umol m-2 s-1]",
        "W_c": "carboxylation that Rubisco allows [umol m-2 s-1]",
        "W_j": "carboxylation that light allows [umol m-2 s-1]",
    }

    def forward(self, *, vcmax):
        return dict(sharpness=torch.full_like(vcmax, NEARLY_SHARP))


class HardMinimum(Process):
    """Hard minimum of the two limits.

    The smaller one, as first published.

    Source: Farquhar et al. (1980), doi:10.1007/BF00386231.
    """

    sharpness = SmoothMinimum.sharpness
    equations = (r"W = \min(W_c,\ W_j)",)
    symbols = SmoothMinimum.symbols

    def forward(self, *, vcmax):
        return dict(sharpness=torch.ones_like(vcmax))
