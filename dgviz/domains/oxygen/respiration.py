"""How much oxygen all that lives in the water and on its bed would use, if there were plenty."""

from typing import ClassVar

import torch

from dgviz.domains.oxygen.reaeration import REFERENCE, warmed
from dgviz.processes.declare import Flux, Parameter, Process

WARMING = 1.047  # of the rate per degree


class WarmedRespiration(Process):
    """Respiration that rises with temperature.

    By 4.7 percent per degree, as in the first models of oxygen in rivers and most since.

    Source: Demars et al. (2011), doi:10.1111/j.1365-2427.2010.02554.x.
    """

    r = Parameter("mg L-1 d-1", "Respiration at 20 °C", range=(0.0, 25.0), default=2.0)
    respiration_rate = Flux("mg L-1 d-1", "Respiration where oxygen does not limit it")

    equations = (r"R = R_{20}\, 1.047^{T - 20}",)
    symbols: ClassVar[dict[str, str]] = {"R": "respiration_rate", "R_{20}": "r", "T": "water_temperature"}

    def forward(self, *, water_temperature, r):
        return dict(respiration_rate=warmed(r, water_temperature, WARMING))


class Q10Respiration(Process):
    """Respiration whose rise with temperature is learned.

    Source: Demars et al. (2011), doi:10.1111/j.1365-2427.2010.02554.x.
    """

    r = WarmedRespiration.r
    q10 = Parameter("1", "Factor of respiration per 10 degrees", range=(1.0, 4.0), default=1.6)
    respiration_rate = WarmedRespiration.respiration_rate

    equations = (r"R = R_{20}\, Q_{10}^{(T - 20) / 10}",)
    symbols: ClassVar[dict[str, str]] = {**WarmedRespiration.symbols, "Q_{10}": "q10"}

    def forward(self, *, water_temperature, r, q10):
        return dict(respiration_rate=r * torch.exp(torch.log(q10) * (water_temperature - REFERENCE) / 10))
