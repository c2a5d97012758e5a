"""The heat of a reach between its springs and the gauge: radiation, evaporation, shade, and the sources of its water.

Source: Theurer et al. (1984), Instream Water Temperature Model, U.S. Fish and Wildlife Service FWS/OBS-84/15, as in the
stream temperature module of PRMS, Sanders et al. (2017), doi:10.3133/tm6D4.
"""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.stream_temperature.exchange import EightParameters
from dgviz.processes.declare import Flux, Parameter, Process, State

ZERO = 273.16  # K, as in the paper
BLACK_BODY = 5.4e-8  # W m-2 K-4: the emissivity of water times the constant of Stefan and Boltzmann
LATENT, LATENT_SLOPE = 2495e6, 2.36e6  # J m-3, J m-3 K-1: heat of vaporisation, and how it falls with temperature
BED = 1.65  # W m-2 K-1, conduction through the bed of the stream
HEAT_OF_WATER = 4.182e6  # J m-3 K-1
LEAST_DEFICIT = 2.0  # hPa: the ratio of Bowen has no value in saturated air
TREES = 5.24e-8  # W m-2 K-4: the emissivity of leaves times the constant of Stefan and Boltzmann
WEIGHT_OF_WATER = 9805.0  # N m-3
LEAST_RUNOFF = 1e-6  # mm d-1
LEAST_FLOW = 1e-4  # m3 s-1: a dry bed has no temperature
NEWTON_STEPS = 5  # from the temperature of the air to a rest below 1e-9 K
MM_KM2 = 1e3 / 86400.0  # m3 s-1 in 1 mm d-1 over 1 km2


class EquilibriumTemperature(Process):
    """Equilibrium temperature: shade, width and sources of water.

    Water enters the reach with the temperature of its sources: quickflow with that of the air, interflow and baseflow
    with that of the ground, which follows the air late. On its way to the gauge it approaches the temperature at which
    the stream would gain as much heat as it loses, the faster the wider and the less it is. That temperature is the
    root of the heat balance; its gradient is that of the implicit function. Shade keeps out the sun, and trees that
    give it radiate themselves. The ground's memory is a linear store, a gamma distribution of shape one.

    Source: Theurer et al. (1984), FWS/OBS-84/15; Sanders et al. (2017), doi:10.3133/tm6D4.
    """

    shade_rip = Parameter("1", "Shade of trees on the banks", range=(0.001, 1.0), default=0.3)
    shade_topo = Parameter("1", "Shade of hills and banks", range=(0.001, 1.0), default=0.1)
    albedo = Parameter("1", "Albedo of the water", range=(0.06, 0.1), default=0.07)
    width_a = Parameter("m", "Width at 1 m3 s-1", range=(1.0, 25.0), default=6.0)
    width_b = Parameter("1", "Exponent of width over discharge", range=(0.01, 0.25), default=0.15)
    tgw = Parameter("degC", "Groundwater above the mean of the air", range=(-4.0, 7.0), default=1.0)
    lag_shallow = Parameter("d", "Time lag of the soil's temperature", range=(2.0, 90.0), default=20.0)
    lag_deep = Parameter("d", "Time lag of the groundwater's temperature", range=(30.0, 365.0), default=200.0)

    water_temperature = EightParameters.water_temperature
    shallow_temperature = State("degC", "Temperature of the soil", initial=8.0, floor=None)
    deep_temperature = State("degC", "Temperature of the aquifer", initial=8.0, floor=None)

    into_shallow = Flux("degC d-1", "Warming of the soil", out_of="atmosphere", into="shallow_temperature")
    into_deep = Flux("degC d-1", "Warming of the aquifer", out_of="atmosphere", into="deep_temperature")
    from_inflow = EightParameters.from_inflow
    from_air = EightParameters.from_air
    source_temperature = Flux("degC", "Temperature of the water that enters the reach")
    equilibrium_temperature = Flux("degC", "Equilibrium temperature")

    equations = (
        r"F_s = (T_a - T_s)(1 - e^{-1 / \tau_s}), \quad F_g = (T_a - T_g)(1 - e^{-1 / \tau_g})",
        r"T_0 = \frac{Q_0 T_a^+ + Q_1 T_s + Q_2 (T_g + \Delta)}{Q_0 + Q_1 + Q_2}",
        r"A (T_e + 273.16)^4 + B\,T_e - C\,T_e^2 = D, \quad A = 5.4 \cdot 10^{-8}",
        r"B = b E (2495 \cdot 10^6 + 2.36 \cdot 10^6 T_a) - 2.36 \cdot 10^6 E + 1.65, \quad "
        r"C = 2.36 \cdot 10^6\, b E",
        r"s = 1 - (1 - s_r)(1 - s_h), \quad H_s = (1 - \alpha)(1 - s)\,R, \quad H_f = 9805\,Q\,S / w",
        r"H_a = (3.355 \cdot 10^{-8} + 2.750 \cdot 10^{-9} \sqrt{e_a})(1 + 0.17\,c^2)(1 - s)(T_a + 273.16)^4",
        r"H_v = 5.24 \cdot 10^{-8}\, s_r (1 - s_h)(T_a + 273.16)^4",
        r"D = H_a + H_v + H_s + H_f + 2495 \cdot 10^6 E (b T_a - 1) + 1.65\,(T_g + \Delta)",
        r"K_1 = 4 A (T_e + 273.16)^3 + B - 2 C T_e, \quad w = w_a Q^{w_b} + 0.2, \quad "
        r"r = e^{-K_1 w L / (4.182 \cdot 10^6 Q)}",
        r"T = T_e - \frac{(T_e - T_0)\,r}{1 + (K_2 / K_1)(T_e - T_0)(1 - r)}",
    )
    symbols: ClassVar[dict[str, str]] = {
        "T": "water_temperature",
        "T_0": "source_temperature",
        "T_e": "equilibrium_temperature",
        "T_a": "tair",
        "T_s": "shallow_temperature",
        "T_g": "deep_temperature",
        r"\tau_s": "lag_shallow",
        r"\tau_g": "lag_deep",
        "F_s": "into_shallow",
        "F_g": "into_deep",
        r"\Delta": "tgw",
        "Q": "discharge of the three sources over the drainage area [m3 s-1]",
        "Q_0": "quickflow",
        "Q_1": "interflow",
        "Q_2": "baseflow",
        "A": "loss of heat by radiation [W m-2 K-4]",
        "B": "linear loss of heat [W m-2 K-1]",
        "C": "quadratic gain of heat [W m-2 K-2]",
        "D": "gain of heat that does not depend on the water's temperature [W m-2]",
        "E": "evaporation of open water, from potential evapotranspiration [m s-1]",
        "b": "ratio of Bowen per degree [K-1]",
        "H_a": "radiation of the air, less what the shade keeps out [W m-2]",
        "H_v": "radiation of the trees that give shade [W m-2]",
        "H_s": "sunlight that passes the shade and is not reflected [W m-2]",
        "H_f": "friction [W m-2]",
        "K_1": "first derivative of the loss at equilibrium [W m-2 K-1]",
        "K_2": "second one, with a minus [W m-2 K-2]",
        "w": "width [m]",
        "w_a": "width_a",
        "w_b": "width_b",
        "L": "reach_length",
        "r": "share of the distance from equilibrium that is left at the gauge",
        "e": "base of the natural logarithm",
        "x^+": "positive part: x, or 0 where x is negative",
        "s": "shade of trees and hills",
        "s_r": "shade_rip",
        "s_h": "shade_topo",
        r"\alpha": "albedo",
        "R": "srad",
        "e_a": "vapour_pressure",
        "c": "cloud",
        "S": "channel_slope",
    }

    def forward(
        self,
        *,
        tair,
        srad,
        vapour_pressure,
        cloud,
        pet,
        quickflow,
        interflow,
        baseflow,
        area,
        elevation,
        reach_length,
        channel_slope,
        water_temperature,
        shallow_temperature,
        deep_temperature,
        shade_rip,
        shade_topo,
        albedo,
        width_a,
        width_b,
        tgw,
        lag_shallow,
        lag_deep,
    ):
        # The ground follows the air exactly as a linear store over a day.
        into_shallow = (tair - shallow_temperature) * -torch.expm1(-1 / lag_shallow)
        into_deep = (tair - deep_temperature) * -torch.expm1(-1 / lag_deep)
        soil, ground = shallow_temperature + into_shallow, deep_temperature + into_deep + tgw
        flow = (quickflow + interflow + baseflow).clamp(min=LEAST_RUNOFF)
        # Water does not enter colder than ice.
        source = (quickflow * relu(tair) + interflow * relu(soil) + baseflow * relu(ground)) / flow

        discharge = (flow * area * MM_KM2).clamp(min=LEAST_FLOW)
        width = width_a * torch.exp(width_b * torch.log(discharge)) + 0.2
        of_trees, open_sky = shade_rip * (1 - shade_topo), (1 - shade_rip) * (1 - shade_topo)
        radiation = open_sky * ((1 - albedo) * srad + atmospheric(tair, vapour_pressure, cloud))
        radiation = radiation + TREES * of_trees * fourth_power(tair + ZERO)
        friction = WEIGHT_OF_WATER * discharge / width * channel_slope
        linear, quadratic, turbulent = exchange_with_air(tair, vapour_pressure, elevation, pet)
        gain = radiation + friction + turbulent + BED * ground

        equilibrium = balanced(tair, linear + BED, quadratic, gain)
        left = approach(source, equilibrium, linear + BED, quadratic, width * reach_length * 1e3 / discharge)
        return dict(
            into_shallow=into_shallow,
            into_deep=into_deep,
            source_temperature=source,
            equilibrium_temperature=equilibrium,
            from_inflow=source - water_temperature,
            from_air=left - source,
        )


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
    return (3.354939e-8 + 2.74995e-9 * vapour_pressure.sqrt()) * (1 + 0.17 * cloud**2) * fourth_power(tair + ZERO)


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
