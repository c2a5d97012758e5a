"""The heat of a reach between its springs and the gauge: radiation, evaporation, shade and sources of its water."""

from typing import ClassVar

import torch
from torch.nn.functional import relu

from dgviz.domains.stream_temperature.exchange import EightParameters
from dgviz.domains.stream_temperature.heat_balance import (
    BED,
    WEIGHT_OF_WATER,
    approach,
    atmospheric,
    balanced,
    exchange_with_air,
    through_shade,
)
from dgviz.processes.declare import Flux, Parameter, Process, State

LEAST_RUNOFF = 1e-6  # mm d-1
LEAST_FLOW = 1e-4  # m3 s-1: a dry bed has no temperature
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
        r"T_0 = \frac{Q_0 T_a^+ + Q_1 (T_s + F_s)^+ + Q_2 (T_g + F_g + \Delta)^+}{Q_0 + Q_1 + Q_2}",
        r"A (T_e + 273.16)^4 + B\,T_e - C\,T_e^2 = D, \quad A = 5.4 \cdot 10^{-8}",
        r"B = b E (2495 \cdot 10^6 + 2.36 \cdot 10^6 T_a) - 2.36 \cdot 10^6 E + 1.65, \quad "
        r"C = 2.36 \cdot 10^6\, b E",
        r"s = 1 - (1 - s_r)(1 - s_h), \quad H_s = (1 - \alpha)(1 - s)\,R, \quad H_f = 9805\,Q\,S / w",
        r"H_a = (3.355 \cdot 10^{-8} + 2.750 \cdot 10^{-9} \sqrt{e_a})(1 + 0.17\,c^2)(1 - s)(T_a + 273.16)^4",
        r"H_v = 5.24 \cdot 10^{-8}\, s_r (1 - s_h)(T_a + 273.16)^4",
        r"D = H_a + H_v + H_s + H_f + 2495 \cdot 10^6 E (b T_a - 1) + 1.65\,(T_g + F_g + \Delta)",
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
        self, *, tair, srad, vapour_pressure, cloud, pet, quickflow, interflow, baseflow,
        area, elevation, reach_length, channel_slope, water_temperature, shallow_temperature, deep_temperature,
        shade_rip, shade_topo, albedo, width_a, width_b, tgw, lag_shallow, lag_deep,
    ):  # fmt: skip
        # The ground follows the air exactly as a linear store over a day.
        into_shallow = (tair - shallow_temperature) * -torch.expm1(-1 / lag_shallow)
        into_deep = (tair - deep_temperature) * -torch.expm1(-1 / lag_deep)
        soil, ground = shallow_temperature + into_shallow, deep_temperature + into_deep + tgw
        flow = (quickflow + interflow + baseflow).clamp(min=LEAST_RUNOFF)
        # Water does not enter colder than ice.
        source = (quickflow * relu(tair) + interflow * relu(soil) + baseflow * relu(ground)) / flow
        discharge = (flow * area * MM_KM2).clamp(min=LEAST_FLOW)
        width = width_a * torch.exp(width_b * torch.log(discharge)) + 0.2

        sky = atmospheric(tair, vapour_pressure, cloud)
        radiation = through_shade(shade_rip, shade_topo, albedo, srad, tair, sky)
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
