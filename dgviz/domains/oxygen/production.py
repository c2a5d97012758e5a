"""How much oxygen the plants in the water make."""

import math
from typing import ClassVar

import torch

from dgviz.processes.declare import Flux, Parameter, Process

DAYS_IN_YEAR = 365.25


class SeasonalProduction(Process):
    """Production with the light of the season.

    Plants in the water make oxygen as the light of the year goes: it may peak at midsummer, or in spring before leaves
    shade the water.

    Source: Odum (1956), doi:10.4319/lo.1956.1.2.0102.
    """

    p = Parameter("mg L-1 d-1", "Mean production", range=(0.0, 15.0), default=1.0)
    p_season = Parameter("1", "Seasonal share of production", range=(0.0, 1.0), default=0.6)
    p_peak = Parameter("1", "Time of the year of the highest production", range=(0.0, 1.0), default=0.45)
    production_rate = Flux("mg L-1 d-1", "Oxygen that plants can make")

    equations = (r"P = \bar{P}\,(1 + a \cos 2\pi(t - t_p))",)
    symbols: ClassVar[dict[str, str]] = {
        "P": "production_rate",
        r"\bar{P}": "p",
        "a": "p_season",
        "t_p": "p_peak",
        "t": "time of the year, from 0 to 1",
    }

    def forward(self, *, day_of_year, p, p_season, p_peak):
        season = torch.cos(2 * math.pi * (day_of_year / DAYS_IN_YEAR - p_peak))
        return dict(production_rate=p * (1 + p_season * season))


class LightProduction(Process):
    """Production with measured light.

    In weak light it grows with the light, in strong light it comes to its most.

    Source: Webb et al. (1974), doi:10.1007/BF00345747.
    """

    p_most = Parameter("mg L-1 d-1", "Production in full light", range=(0.0, 30.0), default=3.0)
    light_k = Parameter("W m-2", "Light at which production levels off", range=(20.0, 500.0), default=150.0)
    production_rate = SeasonalProduction.production_rate

    equations = (r"P = P_m\,(1 - e^{-I / I_k})",)
    symbols: ClassVar[dict[str, str]] = {
        "P": "production_rate",
        "P_m": "p_most",
        "I": "srad",
        "I_k": "light_k",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, srad, p_most, light_k):
        return dict(production_rate=-p_most * torch.expm1(-srad / light_k))


class NoProduction(Process):
    """No production: water gets oxygen from the air alone."""

    production_rate = SeasonalProduction.production_rate

    def forward(self, *, water_temperature):
        return dict(production_rate=torch.zeros_like(water_temperature))
