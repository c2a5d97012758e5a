"""Actual evapotranspiration from the soil."""

import torch
from torch import Tensor
from torch.nn.functional import linear, relu

from ...declare import Flux, Parameter, Process
from .soil import SMALLEST, BetaSoil


class LinearEvapotranspiration(Process):
    """Evapotranspiration, linear in soil moisture.

    Evapotranspiration is potential while soil moisture is above `lp * fc` and falls linearly to zero below it.

    Source: Bergstroem (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = BetaSoil.fc
    lp = Parameter("1", "Limit for potential evapotranspiration", range=(0.2, 1.0), default=0.9)
    evapotranspiration = Flux(
        "mm d-1",
        "Actual evapotranspiration",
        "lwe_water_evaporation_rate",
        out_of="soil_moisture",
        into="atmosphere",
    )

    equations = (r"E = \min\left(E_p\,\min(\theta / (l_p f_c),\ 1),\ \theta\right)",)

    def forward(self, *, pet, soil_moisture, fc, lp):
        supply = relu(soil_moisture)
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

    equations = (r"E = \min\left(E_p\,\min(\theta / (l_p f_c),\ 1)^{\gamma},\ \theta\right)",)

    def forward(self, *, pet, soil_moisture, fc, lp, gamma):
        supply = relu(soil_moisture)
        wetness = (supply / (lp * fc)).clamp(SMALLEST, 1.0)
        return dict(evapotranspiration=torch.minimum(pet * wetness**gamma, supply))


class LearnedEvapotranspiration(Process):
    """Evapotranspiration, learned.

    A small network shared by all sites gives the ratio of actual to potential evapotranspiration from soil moisture,
    field capacity and potential evapotranspiration. It can neither exceed the potential nor empty the soil.

    Source: the idea of a learned closure in a process model: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    fc = BetaSoil.fc
    evapotranspiration = LinearEvapotranspiration.evapotranspiration

    equations = (r"E = \min\left(E_p\,\sigma\!\left(\mathrm{NN}(\theta / f_c,\ f_c,\ E_p)\right),\ \theta\right)",)

    def __init__(self):
        super().__init__()
        self.hidden, self.output = torch.nn.Linear(3, 8), torch.nn.Linear(8, 1)

    def forward(self, *, pet, soil_moisture, fc):
        supply = relu(soil_moisture)
        inputs = torch.broadcast_tensors(4 * supply / fc - 2, fc / 500 - 1, pet / 3 - 1)
        hidden = torch.tanh(self._affine(self.hidden, torch.stack(inputs, -1)))
        ratio = torch.sigmoid(self._affine(self.output, hidden).squeeze(-1))
        return dict(evapotranspiration=torch.minimum(pet * ratio, supply))

    @staticmethod
    def _affine(layer: torch.nn.Linear, inputs: Tensor) -> Tensor:
        return linear(inputs, layer.weight.to(inputs.dtype), layer.bias.to(inputs.dtype))
