"""The concentration of a river as a mixture of waters, or as a power of its discharge; nothing is stored."""

from typing import ClassVar

import torch

from dgviz.domains.solutes.separation import LEAST_RATIO, season
from dgviz.processes.declare import Flux, Parameter, Process

NAMES = ("nitrate", "chloride", "sulfate", "silica")
SEASON = {
    "w": "winter",
    "v": "spring",
    "t": "time of the year, from 0 to 1",
}


class EndMembers(Process):
    """Two waters with concentrations of their own.

    Quick water has the concentration of shallow layers, slow water that of deep ones, and both follow the season. Where
    the shallow water has more, the river is flushed by floods; where the deep has more, floods dilute it.

    Source: Zhi and Li (2020), doi:10.1021/acs.est.0c01340.
    """

    shallow = Parameter("mg L-1", "Concentration in shallow water", range=(0.01, 150.0), default=10.0)
    deep = Parameter("mg L-1", "Concentration in deep water", range=(0.01, 250.0), default=10.0)
    winter = Parameter("1", "Excess on 1 January, a share", range=(-0.6, 0.6), default=0.0)
    spring = Parameter("1", "Excess on 1 April, a share", range=(-0.6, 0.6), default=0.0)

    concentration = Flux("mg L-1", "Concentration")

    equations = (r"C = \frac{\theta_s\,C_s + \theta_d\,C_d}{\theta_s + \theta_d}\,(1 + w \cos 2\pi t + v \sin 2\pi t)",)
    symbols: ClassVar[dict[str, str]] = {
        **SEASON,
        "C": "concentration",
        "C_s": "shallow",
        "C_d": "deep",
        r"\theta_s": "quick_runoff",
        r"\theta_d": "slow_runoff",
    }

    def forward(self, *, quick_runoff, slow_runoff, day_of_year, shallow, deep, winter, spring):
        mixed = (quick_runoff * shallow + slow_runoff * deep) / (quick_runoff + slow_runoff)
        return dict(concentration=mixed * season(day_of_year, winter, spring))


class PowerLaw(Process):
    """A power of discharge.

    The straight line that is drawn through concentration against discharge on logarithmic axes, with a season and a
    term for the share of quick water, which is larger in rising than in falling water.

    Source: Godsey et al. (2009), doi:10.1002/hyp.7315.
    """

    level = Parameter("mg L-1", "Concentration at mean discharge", range=(0.01, 150.0), default=10.0)
    exponent = Parameter("1", "Exponent of discharge", range=(-1.5, 1.5), default=0.0)
    quick_effect = Parameter("1", "Effect of the share of quick water", range=(-1.0, 1.0), default=0.0)
    winter, spring = EndMembers.winter, EndMembers.spring
    concentration = EndMembers.concentration

    equations = (
        r"C = c\,\theta^n\,\exp\left(h\,\frac{\theta_s}{\theta}\right)\,(1 + w \cos 2\pi t + v \sin 2\pi t), "
        r"\quad \theta = \theta_s + \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {
        **EndMembers.symbols,
        r"\theta": "discharge over its mean",
        "c": "level",
        "n": "exponent",
        "h": "quick_effect",
    }

    def forward(self, *, quick_runoff, slow_runoff, day_of_year, level, exponent, quick_effect, winter, spring):
        flow = quick_runoff + slow_runoff
        power = torch.exp(exponent * torch.log(flow) + quick_effect * quick_runoff / flow)
        return dict(concentration=level * power * season(day_of_year, winter, spring))


class FlowPathPowerLaw(Process):
    """A power of discharge and of the ratio of quick to slow water.

    The ratio tells through which layers the water came: at the same discharge a wet winter carries another
    concentration than the first flood after a dry summer. Where it follows discharge and wetness by powers, log
    concentration is a regression on log discharge, log wetness and the season in which plants take up nitrate.

    Source: Hirsch et al. (2010), doi:10.1111/j.1752-1688.2010.00482.x, without its trend and weights; that the layers
    differ: Zhi and Li (2020), doi:10.1021/acs.est.0c01340.
    """

    level, exponent = PowerLaw.level, PowerLaw.exponent
    path_exponent = Parameter("1", "Exponent of the ratio of quick to slow water", range=(-2.0, 2.0), default=0.0)
    winter, spring = EndMembers.winter, EndMembers.spring
    concentration = EndMembers.concentration

    equations = (
        r"C = c\,\theta^n\left(\frac{\theta_s}{\theta_d}\right)^m \exp(w \cos 2\pi t + v \sin 2\pi t), "
        r"\quad \theta = \theta_s + \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {**PowerLaw.symbols, "m": "path_exponent"}

    def forward(self, *, quick_runoff, slow_runoff, day_of_year, level, exponent, path_exponent, winter, spring):
        ratio = quick_runoff.clamp(min=LEAST_RATIO) / slow_runoff.clamp(min=LEAST_RATIO)
        power = exponent * torch.log(quick_runoff + slow_runoff) + path_exponent * torch.log(ratio)
        return dict(concentration=level * torch.exp(power + season(day_of_year, winter, spring) - 1))


class NamedSolute(Process):
    """The solute that is learned.

    The model is of one solute at a time, and gives its concentration under the name of each: that of the target is
    what it was trained for.
    """

    nitrate = Flux("mg L-1", "Nitrate as N")
    chloride = Flux("mg L-1", "Chloride")
    sulfate = Flux("mg L-1", "Sulfate as SO4")
    silica = Flux("mg L-1", "Silica as Si")

    def forward(self, *, concentration):
        return dict.fromkeys(NAMES, concentration)


class TrendingSolute(Process):
    """The solute that is learned, with a trend over the years.

    The logarithm of the concentration rises or falls along a straight line, as where more and more fertilizer, or
    less, has reached the ground. Fit for decades: what is learned from few years is not to be drawn on.

    Source: Hirsch et al. (2010), doi:10.1111/j.1752-1688.2010.00482.x, without its weights.
    """

    trend = Parameter("yr-1", "Trend of the logarithm of concentration", range=(-0.1, 0.1), default=0.0)
    nitrate, chloride = NamedSolute.nitrate, NamedSolute.chloride
    sulfate, silica = NamedSolute.sulfate, NamedSolute.silica

    equations = (r"Z = C\,e^{g\,y}",)
    symbols: ClassVar[dict[str, str]] = {
        "Z": "the solute that is learned",
        "C": "concentration",
        "g": "trend",
        "y": "years",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, concentration, years, trend):
        return dict.fromkeys(NAMES, concentration * torch.exp(trend * years))
