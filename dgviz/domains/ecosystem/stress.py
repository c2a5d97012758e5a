"""What dry soil and dry air take of the light use efficiency, beyond what stomata at the least cost explain.

Forms of a textbook, and small networks in their place.
"""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.small_network import NETWORK, MonotoneNetwork, SmallNetwork
from dgviz.processes.declare import Flux, Parameter, Process

AT_EASE = 1.0, 500.0, 20.0  # wet soil, moist air (Pa) and mild warmth (degC)


class NoStress(Process):
    """No stress: soils are never too dry."""

    stress = Flux("1", "Light use efficiency over that without stress")

    def forward(self):
        return dict(stress=torch.ones(()))


class SoilMoistureStress(Process):
    """Stress by dry soil, a parabola.

    Nothing is lost down to a threshold of soil moisture; below it a parabola leads to what is left in dry soil.

    Source: Stocker et al. (2020), doi:10.5194/gmd-13-1545-2020.
    """

    dry_share = Parameter("1", "Share that is left in dry soil", range=(0.0, 0.95), default=0.3)
    threshold = Parameter("1", "Root-zone water below which stress begins", range=(0.1, 1.0), default=0.6)
    stress = NoStress.stress

    equations = (r"s = 1 - (1 - s_0)\left(\left(1 - w / w_c\right)^+\right)^2",)
    symbols: ClassVar[dict[str, str]] = {
        "s": "stress",
        "s_0": "dry_share",
        "w": "wetness",
        "w_c": "threshold",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def forward(self, *, wetness, dry_share, threshold):
        return dict(stress=1 - (1 - dry_share) * relu(1 - wetness / threshold) ** 2)


class VpdStress(Process):
    """Stress by dry air, a ramp.

    Nothing is lost in moist air, all in dry air, and in between the loss grows with the vapour pressure deficit.

    Source: Running et al. (2004), doi:10.1641/0006-3568(2004)054[0547:ACSMOG]2.0.CO;2.
    """

    vpd_open = Parameter("Pa", "Vapour pressure deficit at which stress begins", range=(0.0, 1500.0), default=650.0)
    vpd_closed = Parameter(
        "Pa", "Vapour pressure deficit at which nothing is left", range=(2000.0, 12000.0), default=4000.0
    )
    stress = NoStress.stress

    equations = (r"s = 1 - \min\left(\left(\frac{D - D_0}{D_1 - D_0}\right)^+,\ 1\right)",)
    symbols: ClassVar[dict[str, str]] = {
        "s": "stress",
        "D": "vpd",
        "D_0": "vpd_open",
        "D_1": "vpd_closed",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def forward(self, *, vpd, vpd_open, vpd_closed):
        return dict(stress=1 - ((vpd - vpd_open) / (vpd_closed - vpd_open)).clamp(0.0, 1.0))


def scaled(wetness: Tensor, vpd: Tensor, tair: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the networks of stress see, about -2 to 2; of the vapour pressure deficit its root, as stomata do."""
    return 4 * wetness - 2, vpd.clamp(min=1.0).sqrt() / 15 - 2, tair / 10 - 1


class LearnedStress(Process):
    """Learned stress.

    A small network shared by all sites gives the light use efficiency from the water in the root zone, the dryness of
    the air and its temperature, over that in wet soil and moist air at 20 degC. So the network alone tells what is
    lost, and the quantum yield what there is to lose.

    Source: a network in place of a process: Höge et al. (2022), doi:10.5194/hess-26-5085-2022.
    """

    network = SmallNetwork
    learned = ("stress",)
    stress = NoStress.stress

    equations: ClassVar[tuple[str, ...]] = (
        r"s = \sigma\left(\mathrm{NN}(w,\ D,\ T)\right) / \sigma\left(\mathrm{NN}(1,\ 500,\ 20)\right)",
    )
    symbols: ClassVar[dict[str, str]] = {"s": "stress", "w": "wetness", "D": "vpd", "T": "tair"} | NETWORK

    def __init__(self):
        super().__init__()
        self.share = self.network(3)

    def forward(self, *, wetness, vpd, tair):
        at_ease = (torch.full((1,) * tair.ndim, value, dtype=tair.dtype, device=tair.device) for value in AT_EASE)
        return dict(stress=self.share(*scaled(wetness, vpd, tair)) / self.share(*scaled(*at_ease)))


class MonotoneStress(LearnedStress):
    """Learned stress that never grows with water.

    As the learned form, but whatever the network learns, wetter soil never means more stress.

    Source: monotone networks: Daniels and Velikova (2010), doi:10.1109/TNN.2010.2044803.
    """

    network = MonotoneNetwork
    equations = (*LearnedStress.equations, r"\partial\,\mathrm{NN} / \partial w \ge 0")
