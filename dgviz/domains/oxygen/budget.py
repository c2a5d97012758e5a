"""What the exchange with the air, production and respiration make of the oxygen in a well-mixed reach.

    dO/dt = k (O_s - O) + P - R O / (K + O)

Respiration slows down where oxygen runs out. Every term but k O_s is either independent of O or, with R / (K + O) taken
as it is at the beginning of a day, in proportion to it: dO/dt = s - r O, which a day solves exactly:

    O(1) = O(0) e^-r + (s / r) (1 - e^-r),    mean(O) = s / r + (O(0) - s / r) (1 - e^-r) / r

so that no step can blow up or take more oxygen than there is.
"""

from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Process, State

# mg L-1: with so much oxygen respiration is half of what it could be. A choice, not a measurement: it lets respiration
# fade where there is none left to take, and is small against the oxygen of most rivers (at 9 mg L-1 a tenth less).
HALF = 1.0
BALANCE = r"\frac{dO}{dt} = k\,(O_s - O) + P - R\,\frac{O}{K + O}"
SYMBOLS = {
    "O": "dissolved_oxygen",
    "O_s": "saturation",
    "k": "reaeration_rate",
    "P": "production_rate",
    "R": "respiration_rate",
    "K": "oxygen at which respiration is half of what it could be, 1 mg/L",
}


class OxygenStore(Process):
    """Oxygen that is stored from day to day.

    What comes from the air and from plants and what is respired or lost to the air change the oxygen in the water,
    which remembers them for as long as the exchange with the air takes.

    Source: Odum (1956), doi:10.4319/lo.1956.1.2.0102.
    """

    oxygen = State("mg L-1", "Oxygen in the water at the end of the day", initial=9.0)

    dissolving = Flux("mg L-1 d-1", "Oxygen dissolved from the air", out_of="atmosphere", into="oxygen")
    photosynthesis = Flux("mg L-1 d-1", "Oxygen made by plants", out_of="plants", into="oxygen")
    respiration = Flux("mg L-1 d-1", "Oxygen respired", out_of="oxygen", into="organisms")
    degassing = Flux("mg L-1 d-1", "Oxygen lost to the air", out_of="oxygen", into="atmosphere")
    dissolved_oxygen = Flux("mg L-1", "Dissolved oxygen")

    equations = (
        BALANCE,
        r"s = k\,O_s + P, \quad r = k + \frac{R}{K + O_t}, \quad g = \frac{1 - e^{-r}}{r}",
        r"O_{t+1} = O_t\,e^{-r} + s\,g, \quad \bar{O} = \frac{s}{r} + \left(O_t - \frac{s}{r}\right) g",
    )
    symbols: ClassVar[dict[str, str]] = {
        **SYMBOLS,
        "O": "oxygen",
        r"\bar{O}": "dissolved_oxygen",
        "s": "gain that does not depend on the oxygen in the water [mg L-1 d-1]",
        "r": "rate of adjustment [d-1]",
        "g": "share of a constant gain that is felt within a day",
        "t": "day",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, oxygen, saturation, reaeration_rate, production_rate, respiration_rate):
        dissolving = reaeration_rate * saturation
        use = respiration_rate / (HALF + oxygen)
        gain, rate = dissolving + production_rate, reaeration_rate + use
        equilibrium = gain / rate
        mean = equilibrium + (oxygen - equilibrium) * (-torch.expm1(-rate) / rate)
        return dict(
            dissolving=dissolving,
            photosynthesis=production_rate,
            respiration=use * mean,
            degassing=reaeration_rate * mean,
            dissolved_oxygen=mean,
        )


class SteadyOxygen(Process):
    """Oxygen in balance on every day.

    Gains and losses of a day are equal: nothing is remembered. Only the ratios of production and respiration to the
    exchange with the air tell in the oxygen, not the three themselves.

    Source: Odum (1956), doi:10.4319/lo.1956.1.2.0102.
    """

    dissolving = Flux("mg L-1 d-1", "Oxygen dissolved from the air", out_of="atmosphere")
    photosynthesis = Flux("mg L-1 d-1", "Oxygen made by plants", out_of="plants")
    respiration = Flux("mg L-1 d-1", "Oxygen respired", into="organisms")
    degassing = Flux("mg L-1 d-1", "Oxygen lost to the air", into="atmosphere")
    dissolved_oxygen = OxygenStore.dissolved_oxygen

    equations = (
        r"k\,(O_s - O) + P = R\,\frac{O}{K + O}",
        r"O = \frac{b + \sqrt{b^2 + 4 K s}}{2}, \quad s = O_s + \frac{P}{k}, \quad b = s - K - \frac{R}{k}",
    )
    symbols: ClassVar[dict[str, str]] = {
        **SYMBOLS,
        "s": "oxygen without respiration [mg L-1]",
        "b": "sum of both roots [mg L-1]",
    }

    def forward(self, *, saturation, reaeration_rate, production_rate, respiration_rate):
        without = saturation + production_rate / reaeration_rate
        oxygen = larger_root(without - HALF - respiration_rate / reaeration_rate, HALF * without)
        return dict(
            dissolving=reaeration_rate * saturation,
            photosynthesis=production_rate,
            respiration=respiration_rate * oxygen / (HALF + oxygen),
            degassing=reaeration_rate * oxygen,
            dissolved_oxygen=oxygen,
        )


def larger_root(b: Tensor, c: Tensor) -> Tensor:
    """The positive root of O^2 - b O - c = 0 with c > 0, without a difference of nearly equal numbers."""
    root = torch.sqrt(b * b + 4 * c)
    # For b < 0: (b + root) / 2 = 2 c / (root - b)
    return torch.where(b > 0, (b + root) / 2, 2 * c / (root + b.abs()))
