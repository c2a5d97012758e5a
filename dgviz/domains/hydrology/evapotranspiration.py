"""Actual evapotranspiration from the soil."""

from typing import ClassVar

import torch

from dgviz.domains.hydrology.soil import SMALLEST, BetaSoil
from dgviz.domains.small_network import NETWORK, MonotoneNetwork, SmallNetwork
from dgviz.processes.declare import Flux, Parameter, Process


class LinearEvapotranspiration(Process):
    """Evapotranspiration, linear in soil moisture.

    Evapotranspiration is potential while soil moisture is above `lp * fc` and falls linearly to zero below it.

    Source: Bergström (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = BetaSoil.fc
    lp = Parameter("1", "Soil-moisture threshold for ET reduction", range=(0.2, 1.0), default=0.9)
    evapotranspiration = Flux(
        "mm d-1",
        "Actual evapotranspiration",
        "lwe_water_evaporation_rate",
        out_of="soil_moisture",
        into="atmosphere",
    )

    equations = (r"E = \min\left(E_p\,\min(\theta / (\mathrm{LP}\,\mathrm{FC}),\ 1),\ \theta\right)",)
    symbols = {
        r"\mathrm{LP}": "lp",
        r"\mathrm{FC}": "fc",
        "E": "evapotranspiration",
        "E_p": "pet",
        r"\theta": "soil_moisture",
    }

    def forward(self, *, pet, soil_moisture, fc, lp):
        # Rounding can leave a little less than nothing in the soil; unlike relu, clamp has a slope where it is empty.
        supply = soil_moisture.clamp(min=0.0)
        return dict(evapotranspiration=torch.minimum(pet * (supply / (lp * fc)).clamp(max=1.0), supply))


class GammaEvapotranspiration(Process):
    """Evapotranspiration with an exponent.

    As the linear form, with the curve below `lp * fc` bent by `gamma`: above 1 plants close early, below 1 late.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    fc = BetaSoil.fc
    lp = LinearEvapotranspiration.lp
    gamma = Parameter("1", "Shape of the evapotranspiration curve", range=(0.3, 5.0), default=1.0)
    evapotranspiration = LinearEvapotranspiration.evapotranspiration

    equations = (r"E = \min\left(E_p\,\min(\theta / (\mathrm{LP}\,\mathrm{FC}),\ 1)^{\gamma},\ \theta\right)",)
    symbols = LinearEvapotranspiration.symbols | {r"\gamma": "gamma"}

    def forward(self, *, pet, soil_moisture, fc, lp, gamma):
        supply = soil_moisture.clamp(min=0.0)
        wetness = (supply / (lp * fc)).clamp(SMALLEST, 1.0)
        return dict(evapotranspiration=torch.minimum(pet * wetness**gamma, supply))


class LearnedEvapotranspiration(Process):
    """Evapotranspiration, learned.

    A small network shared by all sites gives the ratio of actual to potential evapotranspiration from soil moisture,
    field capacity and potential evapotranspiration. It can neither exceed the potential nor empty the soil.

    Source: the idea of a learned closure in a process model: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    network = SmallNetwork
    learned = ("evapotranspiration",)

    fc = BetaSoil.fc
    evapotranspiration = LinearEvapotranspiration.evapotranspiration

    equations: ClassVar[tuple[str, ...]] = (
        r"E = \min\left(E_p\,\sigma\!\left(\mathrm{NN}(\theta / \mathrm{FC},\ \mathrm{FC},\ E_p)\right),"
        r"\ \theta\right)",
    )
    symbols = LinearEvapotranspiration.symbols | NETWORK

    def __init__(self):
        super().__init__()
        self.ratio = self.network(3)

    def forward(self, *, pet, soil_moisture, fc):
        supply = soil_moisture.clamp(min=0.0)
        # Scaled to about -2 ... 2, where the hyperbolic tangent of the network is steep.
        ratio = self.ratio(4 * supply / fc - 2, fc / 500 - 1, pet / 3 - 1)
        return dict(evapotranspiration=torch.minimum(pet * ratio, supply))


class MonotoneEvapotranspiration(LearnedEvapotranspiration):
    """Evapotranspiration, learned, monotone.

    As the learned form, but whatever the network learns, the ratio of actual to potential evapotranspiration never
    falls while soil moisture grows.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404; monotone networks: Daniels and Velikova (2010),
    doi:10.1109/TNN.2010.2044803.
    """

    network = MonotoneNetwork

    equations = (*LearnedEvapotranspiration.equations, r"\partial\,\mathrm{NN} / \partial\theta \ge 0")
