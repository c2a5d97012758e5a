"""How much oxygen water holds in equilibrium with the air."""

from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Parameter, Process

KELVIN = 273.15  # at 0 °C
SCALE_HEIGHT = 8430.0  # m: the pressure of the air falls as exp(-elevation / SCALE_HEIGHT), about


def benson_krause(temperature: Tensor) -> Tensor:
    """Saturation of fresh water in mg L-1 at a temperature in °C, under one atmosphere of moist air."""
    t = temperature + KELVIN
    # ln O_s = -139.34411 + 1.575701e5 / T - 6.642308e7 / T^2 + 1.2438e10 / T^3 - 8.621949e11 / T^4, as nested products
    return torch.exp(-139.34411 + (1.575701e5 + (-6.642308e7 + (1.2438e10 - 8.621949e11 / t) / t) / t) / t)


class SaturationAtPressure(Process):
    """Saturation under a learned air pressure.

    Cold water holds more oxygen than warm water, and all water less where the air is thin: in proportion to the
    pressure, which stands for the elevation where that is not known.

    Source: Benson and Krause (1984), doi:10.4319/lo.1984.29.3.0620.
    """

    pressure = Parameter("1", "Air pressure over that at sea level", range=(0.7, 1.05), default=1.0)
    saturation = Flux("mg L-1", "Oxygen at saturation")

    equations = (
        r"O_s = p \exp\left(-139.34411 + \frac{1.575701 \cdot 10^5}{T} - \frac{6.642308 \cdot 10^7}{T^2} "
        r"+ \frac{1.2438 \cdot 10^{10}}{T^3} - \frac{8.621949 \cdot 10^{11}}{T^4}\right)",
    )
    symbols: ClassVar[dict[str, str]] = {
        "O_s": "saturation",
        "T": "temperature of the water [K]",
        "p": "pressure",
    }

    def forward(self, *, water_temperature, pressure):
        return dict(saturation=pressure * benson_krause(water_temperature))


class SaturationAtSeaLevel(Process):
    """Saturation at sea level.

    Source: Benson and Krause (1984), doi:10.4319/lo.1984.29.3.0620.
    """

    saturation = SaturationAtPressure.saturation
    equations = (SaturationAtPressure.equations[0].replace(r"p \exp", r"\exp"),)
    symbols = SaturationAtPressure.symbols

    def forward(self, *, water_temperature):
        return dict(saturation=benson_krause(water_temperature))


class SaturationAtElevation(Process):
    """Saturation at the elevation of the site.

    The pressure of the air falls with elevation as in a standard atmosphere, by a tenth in 900 m.

    Source: Benson and Krause (1984), doi:10.4319/lo.1984.29.3.0620.
    """

    saturation = SaturationAtPressure.saturation
    equations = (*SaturationAtPressure.equations, r"p = e^{-z / 8430}")
    symbols: ClassVar[dict[str, str]] = {
        **SaturationAtPressure.symbols,
        "p": "air pressure over that at sea level",
        "z": "elevation",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, water_temperature, elevation):
        return dict(saturation=torch.exp(-elevation / SCALE_HEIGHT) * benson_krause(water_temperature))
