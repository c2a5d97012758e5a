"""Terms of the heat balance of a reach, the temperature at which they balance, and how a reach nears it.

Source: Theurer et al. (1984), Instream Water Temperature Model, U.S. Fish and Wildlife Service FWS/OBS-84/15, as in the
stream temperature module of PRMS, Sanders et al. (2017), doi:10.3133/tm6D4.
"""

import torch
from torch import Tensor

ZERO = 273.16  # K, as in the paper
BLACK_BODY = 5.4e-8  # W m-2 K-4: the emissivity of water times the constant of Stefan and Boltzmann
LATENT, LATENT_SLOPE = 2495e6, 2.36e6  # J m-3, J m-3 K-1: heat of vaporisation, and how it falls with temperature
BED = 1.65  # W m-2 K-1, conduction through the bed of the stream
HEAT_OF_WATER = 4.182e6  # J m-3 K-1
# hPa: the ratio of Bowen has no value in saturated air. Nearer to saturation, as on 13 % of the days at the
# basins of the watershed's twin, convection is less than the equation says: that of air that lacks as much.
LEAST_DEFICIT = 2.0
LEAST_VAPOUR = 0.01  # hPa: at zero the root has no slope
TREES = 5.24e-8  # W m-2 K-4: the emissivity of leaves times the constant of Stefan and Boltzmann
WEIGHT_OF_WATER = 9805.0  # N m-3
NEWTON_STEPS = 5  # from the temperature of the air to a rest below 1e-9 K


def through_shade(trees: Tensor, hills: Tensor, albedo: Tensor, srad: Tensor, tair: Tensor, sky: Tensor) -> Tensor:
    """The radiation that the water takes up, W m-2: of the sun, of the air (`sky`) and of the trees that give shade."""
    open_sky = (1 - trees) * (1 - hills)
    return open_sky * ((1 - albedo) * srad + sky) + TREES * trees * (1 - hills) * fourth_power(tair + ZERO)


def exchange_with_air(
    tair: Tensor, vapour_pressure: Tensor, elevation: Tensor, pet: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Evaporation, which costs heat, and convection, which is its share by the ratio of Bowen.

    As a loss b E (L + l T_a) T - l E T that grows with the temperature T of the water, a gain l b E T^2, and a gain
    L E (b T_a - 1) that does not depend on it, with L and l the heat of vaporisation and its slope.
    """
    evaporation = pet * 1e-3 / 86400.0  # m s-1
    bowen = 0.00061 * (1013.0 - 0.1055 * elevation) / deficit(tair, vapour_pressure)
    linear = bowen * evaporation * (LATENT + LATENT_SLOPE * tair) - LATENT_SLOPE * evaporation
    return linear, LATENT_SLOPE * bowen * evaporation, LATENT * evaporation * (bowen * tair - 1)


def fourth_power(kelvin: Tensor) -> Tensor:
    """Two squares: a power with any exponent costs far more."""
    return kelvin.square().square()


def saturation(tair: Tensor) -> Tensor:
    """The vapour pressure of saturated air, hPa."""
    return 6.108 * torch.exp(17.26939 * tair / (tair + 237.3))


def deficit(tair: Tensor, vapour_pressure: Tensor) -> Tensor:
    """What the air lacks to be saturated, hPa."""
    return (saturation(tair) - vapour_pressure).clamp(min=LEAST_DEFICIT)


def atmospheric(tair: Tensor, vapour_pressure: Tensor, cloud: Tensor) -> Tensor:
    """The radiation of the air, W m-2; `cloud` is the share of the sky under clouds."""
    root = vapour_pressure.clamp(min=LEAST_VAPOUR).sqrt()
    return (3.354939e-8 + 2.74995e-9 * root) * (1 + 0.17 * cloud**2) * fourth_power(tair + ZERO)


def balanced(start: Tensor, linear: Tensor, quadratic: Tensor, gain: Tensor) -> Tensor:
    """The temperature at which A (T + 273.16)^4 + B T - C T^2 = D, by Newton's method.

    At the root the derivative of a Newton step with respect to where it starts is zero, so the gradient of the last
    step alone is left: -F_p / F_T, that of the implicit function.
    """
    temperature = start
    for _ in range(NEWTON_STEPS):
        kelvin = temperature + ZERO
        rest = BLACK_BODY * fourth_power(kelvin) + linear * temperature - quadratic * temperature**2 - gain
        slope = 4 * BLACK_BODY * kelvin * kelvin.square() + linear - 2 * quadratic * temperature
        temperature = temperature - rest / slope
    return temperature


def approach(source: Tensor, equilibrium: Tensor, linear: Tensor, quadratic: Tensor, exposure: Tensor) -> Tensor:
    """The temperature at the end of the reach; `exposure` is its surface over its discharge, s m-1.

    Exact for a loss of heat that is quadratic in the distance d from equilibrium, K1 d - K2 d^2, with the K2 that
    makes it right at the source: there the loss is K1 d + (6 A K^2 - C) d^2 + 4 A K d^3 + A d^4 with K in kelvin.
    """
    kelvin, distance = equilibrium + ZERO, source - equilibrium
    first = 4 * BLACK_BODY * kelvin * kelvin.square() + linear - 2 * quadratic * equilibrium
    second = quadratic - BLACK_BODY * (6 * kelvin**2 + 4 * kelvin * distance + distance**2)
    left = torch.exp(-first * exposure / HEAT_OF_WATER)
    return equilibrium + distance * left / (1 - second / first * distance * (1 - left))
