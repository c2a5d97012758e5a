"""How the rate of a reaction grows with temperature."""

import torch
from torch import Tensor

ZERO_CELSIUS = 273.15  # K
STANDARD = 25.0  # degC, at which rates are given


def arrhenius(temperature: Tensor, energy: float, gas_constant: float) -> Tensor:
    """The rate at a temperature (degC) over that at 25 degC, for an activation energy in J mol-1.

    f(E) = exp(E (T - T0) / (T0 R T)), with T0 = 298.15 K. Published values were computed with a gas constant R of their
    own (J mol-1 K-1), of which their last digits tell.
    """
    standard = STANDARD + ZERO_CELSIUS
    return torch.exp(energy * (temperature - STANDARD) / (standard * gas_constant * (temperature + ZERO_CELSIUS)))
