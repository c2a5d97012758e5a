"""How a stretch of river exchanges heat with the air and with the water that flows in.

The lumped heat balance of Toffolon and Piccolroaz: with theta = Q / mean(Q), the discharge over its long-term mean,

    dT/dt = [a1 + a2 Ta - a3 T + theta (a5 + a6 cos(2 pi (t - a7)) - a8 T)] / theta^a4

where Ta is the temperature of the air and t the time of the year, from 0 to 1. It is linear in T: over a day on which
the forcings are constant, dT/dt = s - r T is solved by

    T(1) = T(0) e^-r + (s / r) (1 - e^-r),    mean(T) = s / r + (T(0) - s / r) (1 - e^-r) / r

An explicit step would blow up where r is above 2; this one cannot. Each flux is its term at the mean temperature of the
day, so that the fluxes add up to the change.
"""

import math
from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Parameter, Process, State

DAYS_IN_YEAR = 365.25
LEAST_RATIO = 0.02  # of discharge to its mean: theta^a4 of a dry bed is not defined
LEAST_RATE = 1e-6  # d-1: below it (1 - e^-r) / r loses its digits, and is 1 to as many


def relaxation(rate: Tensor) -> Tensor:
    """(1 - e^-r) / r, from 1 at r = 0 to 0: the share of a constant forcing that is felt within a day."""
    rate = rate.clamp(min=LEAST_RATE)
    return -torch.expm1(-rate) / rate


class EightParameters(Process):
    """Heat exchange with eight parameters.

    Water takes up heat from the air, faster the warmer the air and the shallower the river, and from the water that
    flows in, whose temperature follows a season of its own. The depth of the river grows with discharge as `a4` says.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    a1 = Parameter("degC d-1", "Constant heat gain", range=(-2.0, 8.0), default=0.5)
    a2 = Parameter("d-1", "Heat gain per degree of the air", range=(0.0, 1.5), default=0.3)
    a3 = Parameter("d-1", "Heat loss per degree of the water", range=(0.01, 2.0), default=0.35)
    a4 = Parameter("1", "Exponent of depth over discharge", range=(-1.0, 1.0), default=0.3)
    a5 = Parameter("degC d-1", "Heat gain from inflow", range=(0.0, 10.0), default=0.5)
    a6 = Parameter("degC d-1", "Seasonal range of the heat gain from inflow", range=(0.0, 5.0), default=0.3)
    a7 = Parameter("1", "Time of the year of the warmest inflow", range=(0.0, 1.0), default=0.6)
    a8 = Parameter("d-1", "Exchange of water by inflow", range=(0.0, 2.0), default=0.1)

    water_temperature = State("degC", "Water temperature", initial=8.0, floor=None)

    from_air = Flux("degC d-1", "Heat gain from the air", out_of="atmosphere", into="water_temperature")
    from_inflow = Flux("degC d-1", "Heat gain from inflow", out_of="upstream", into="water_temperature")

    equations = (
        r"\theta = Q / \bar{Q}, \quad \frac{dT}{dt} = s - r\,T",
        r"s = \frac{a_1 + a_2 T_a + \theta\,(a_5 + a_6 \cos 2\pi(t - a_7))}{\theta^{a_4}}, "
        r"\quad r = \frac{a_3 + \theta\,a_8}{\theta^{a_4}}",
        r"T_{t+1} = T_t\,e^{-r} + (s / r)\,(1 - e^{-r})",
    )
    symbols: ClassVar[dict[str, str]] = {
        **{f"a_{i}": f"a{i}" for i in range(1, 9)},
        "T": "water_temperature",
        "T_a": "tair",
        "Q": "discharge",
        r"\bar{Q}": "mean_discharge",
        r"\theta": "discharge over its mean",
        "s": "heat gain that does not depend on the water's temperature [degC d-1]",
        "r": "rate of adjustment [d-1]",
        "t": "time: of the year, from 0 to 1, inside the cosine; day as an index",
        "e": "base of the natural logarithm",
    }

    def forward(
        self, *, tair, discharge, mean_discharge, day_of_year, water_temperature, a1, a2, a3, a4, a5, a6, a7, a8
    ):
        ratio = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        per_depth = torch.exp(-a4 * torch.log(ratio))  # theta^-a4
        inflow = a5 + a6 * season(day_of_year, a7)
        return exchange(
            water_temperature,
            per_depth * (a1 + a2 * tair),
            per_depth * a3,
            per_depth * ratio * inflow,
            per_depth * ratio * a8,
        )


class SevenParameters(Process):
    """Heat exchange with seven parameters.

    As with eight, in a river whose depth does not change with discharge.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    a1, a2, a3 = EightParameters.a1, EightParameters.a2, EightParameters.a3
    a5, a6, a7, a8 = EightParameters.a5, EightParameters.a6, EightParameters.a7, EightParameters.a8
    water_temperature = EightParameters.water_temperature
    from_air, from_inflow = EightParameters.from_air, EightParameters.from_inflow

    equations = (
        r"\frac{dT}{dt} = a_1 + a_2 T_a - a_3 T + \theta\,(a_5 + a_6 \cos 2\pi(t - a_7) - a_8 T)",
        EightParameters.equations[2],
    )
    symbols = EightParameters.symbols

    def forward(self, *, tair, discharge, mean_discharge, day_of_year, water_temperature, a1, a2, a3, a5, a6, a7, a8):
        ratio = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        inflow = a5 + a6 * season(day_of_year, a7)
        return exchange(water_temperature, a1 + a2 * tair, a3, ratio * inflow, ratio * a8)


class FiveParameters(Process):
    """Heat exchange with five parameters.

    Discharge is not needed: the water that flows in brings a season of its own, whatever its amount.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    a1, a2, a3 = EightParameters.a1, EightParameters.a2, EightParameters.a3
    a6, a7 = EightParameters.a6, EightParameters.a7
    water_temperature = EightParameters.water_temperature
    from_air, from_inflow = EightParameters.from_air, EightParameters.from_inflow

    equations = (r"\frac{dT}{dt} = a_1 + a_2 T_a - a_3 T + a_6 \cos 2\pi(t - a_7)", EightParameters.equations[2])
    symbols = EightParameters.symbols

    def forward(self, *, tair, day_of_year, water_temperature, a1, a2, a3, a6, a7):
        inflow = a6 * season(day_of_year, a7)
        return exchange(water_temperature, a1 + a2 * tair, a3, inflow, torch.zeros_like(inflow))


class FourParameters(Process):
    """Heat exchange with four parameters.

    Water exchanges heat with the air alone, the faster the shallower the river is at its discharge.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    a1, a2, a3, a4 = EightParameters.a1, EightParameters.a2, EightParameters.a3, EightParameters.a4
    water_temperature = EightParameters.water_temperature
    from_air = EightParameters.from_air

    equations = (r"\frac{dT}{dt} = (a_1 + a_2 T_a - a_3 T) / \theta^{a_4}", EightParameters.equations[2])
    symbols = EightParameters.symbols

    def forward(self, *, tair, discharge, mean_discharge, water_temperature, a1, a2, a3, a4):
        ratio = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        per_depth = torch.exp(-a4 * torch.log(ratio))
        return dict(from_air=change(water_temperature, per_depth * (a1 + a2 * tair), per_depth * a3))


class ThreeParameters(Process):
    """Heat exchange with three parameters.

    Water exchanges heat with the air alone, at the same rate whatever the discharge.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    a1, a2, a3 = EightParameters.a1, EightParameters.a2, EightParameters.a3
    water_temperature = EightParameters.water_temperature
    from_air = EightParameters.from_air

    equations = (r"\frac{dT}{dt} = a_1 + a_2 T_a - a_3 T", EightParameters.equations[2])
    symbols = EightParameters.symbols

    def forward(self, *, tair, water_temperature, a1, a2, a3):
        return dict(from_air=change(water_temperature, a1 + a2 * tair, a3))


def season(day_of_year: Tensor, warmest: Tensor) -> Tensor:
    """A wave of the year between -1 and 1 that is highest at the time `warmest`, from 0 to 1."""
    return torch.cos(2 * math.pi * (day_of_year / DAYS_IN_YEAR - warmest))


def change(temperature: Tensor, gain: Tensor, rate: Tensor) -> Tensor:
    """The change of a temperature over a day under dT/dt = gain - rate T, exactly: (s - r T(0)) (1 - e^-r) / r."""
    return (gain - rate * temperature) * relaxation(rate)


def exchange(
    temperature: Tensor, air_gain: Tensor, air_rate: Tensor, inflow_gain: Tensor, inflow_rate: Tensor
) -> dict[str, Tensor]:
    """Both fluxes of a day, each at the mean temperature of the day.

    The mean is T(0) plus what the change has reached on average: (s - r T(0)) (1 - g) / r, with g = (1 - e^-r) / r.
    """
    gain, rate = air_gain + inflow_gain, (air_rate + inflow_rate).clamp(min=LEAST_RATE)
    mean = temperature + (gain - rate * temperature) * (1 - relaxation(rate)) / rate
    return dict(from_air=air_gain - air_rate * mean, from_inflow=inflow_gain - inflow_rate * mean)
