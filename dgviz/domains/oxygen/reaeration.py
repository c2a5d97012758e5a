"""How fast water exchanges oxygen with the air."""

import math
from typing import ClassVar

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Parameter, Process

WARMING = 1.024  # of the rate per degree
REFERENCE = 20.0  # degC
LEAST_RATIO = 0.02  # of discharge to its mean: a dry bed has no depth
DEPTH_EXPONENT, VELOCITY_EXPONENT = 0.40, 0.34  # downstream of a gauge they are the same, at a gauge they vary


def warmed(rate: Tensor, temperature: Tensor, per_degree: float) -> Tensor:
    """A rate at 20 °C as it is at another temperature: k theta^(T - 20)."""
    return rate * torch.exp(math.log(per_degree) * (temperature - REFERENCE))


class WarmedReaeration(Process):
    """Reaeration that rises with temperature.

    Source: Demars and Manson (2013), doi:10.1016/j.watres.2012.09.054.
    """

    ka = Parameter("d-1", "Reaeration rate at 20 °C", range=(0.05, 10.0), default=2.0)
    reaeration_rate = Flux("d-1", "Reaeration rate")

    equations = (r"k = k_{20}\, 1.024^{T - 20}",)
    symbols: ClassVar[dict[str, str]] = {"k": "reaeration_rate", "k_{20}": "ka", "T": "water_temperature"}

    def forward(self, *, water_temperature, ka):
        return dict(reaeration_rate=warmed(ka, water_temperature, WARMING))


class OConnorDobbins(Process):
    """Reaeration from velocity and depth.

    Fast and shallow water takes up oxygen faster. Depth and velocity follow discharge by hydraulic geometry.

    Source: O'Connor and Dobbins (1958), Transactions of the American Society of Civil Engineers 123, 641-684;
    Leopold and Maddock (1953), doi:10.3133/pp252.
    """

    mean_depth = Parameter("m", "Depth at mean discharge", range=(0.1, 8.0), default=1.0)
    mean_velocity = Parameter("m s-1", "Velocity at mean discharge", range=(0.05, 2.0), default=0.4)
    reaeration_rate = WarmedReaeration.reaeration_rate

    equations = (
        r"k = 3.93\, U^{0.5} H^{-1.5}\, 1.024^{T - 20}",
        r"H = \bar{H}\,(Q / \bar{Q})^{0.40}, \quad U = \bar{U}\,(Q / \bar{Q})^{0.34}",
    )
    symbols: ClassVar[dict[str, str]] = {
        "k": "reaeration_rate",
        "T": "water_temperature",
        "U": "velocity [m s-1]",
        "H": "depth [m]",
        r"\bar{U}": "mean_velocity",
        r"\bar{H}": "mean_depth",
        "Q": "discharge",
        r"\bar{Q}": "mean_discharge",
    }

    def forward(self, *, water_temperature, discharge, mean_discharge, mean_depth, mean_velocity):
        log_ratio = torch.log((discharge / mean_discharge).clamp(min=LEAST_RATIO))
        depth = mean_depth * torch.exp(DEPTH_EXPONENT * log_ratio)
        velocity = mean_velocity * torch.exp(VELOCITY_EXPONENT * log_ratio)
        rate = 3.93 * velocity.sqrt() / (depth * depth.sqrt())  # d-1 from m s-1 and m
        return dict(reaeration_rate=warmed(rate, water_temperature, WARMING))
