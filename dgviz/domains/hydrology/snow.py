"""Snow: what falls as rain or snow, and what of the snow reaches the ground."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.small_network import LOGISTIC
from dgviz.processes.declare import Flux, Parameter, Process, State


class DegreeDaySnow(Process):
    """Degree-day snow.

    Precipitation on days below `tt` falls as snow. The pack melts in proportion to the degrees above `tt`, refreezes
    below it, and releases the liquid water that it cannot hold.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    tt = Parameter("degC", "Rain-snow threshold temperature", range=(-2.5, 2.5), default=0.0)
    cfmax = Parameter("mm d-1 degC-1", "Degree-day factor", range=(0.5, 10.0), default=3.0)
    cfr = Parameter("1", "Refreezing coefficient", range=(0.0, 0.1), default=0.05)
    cwh = Parameter("1", "Water holding capacity of snow", range=(0.0, 0.2), default=0.1)

    snowpack = State("mm", "Frozen water in the snowpack", "lwe_thickness_of_surface_snow_amount", initial=0.001)
    meltwater = State("mm", "Liquid water in the snowpack", initial=0.001)
    surface = State("mm", "Water on the ground")

    snowfall = Flux("mm d-1", "Snowfall", out_of="atmosphere", into="snowpack")
    rainfall = Flux("mm d-1", "Rainfall", "rainfall_rate", out_of="atmosphere", into="surface")
    melt = Flux("mm d-1", "Snowmelt", out_of="snowpack", into="meltwater")
    refreezing = Flux("mm d-1", "Refreezing", out_of="meltwater", into="snowpack")
    snow_outflow = Flux("mm d-1", "Outflow from snow", out_of="meltwater", into="surface")

    equations = (
        r"P_s = P\ [T < \mathrm{TT}], \quad P_r = P - P_s",
        r"M = \min\left(\mathrm{CFMAX}\,(T - \mathrm{TT})^+,\ S\right)",
        r"F = \min\left(\mathrm{CFR}\,\mathrm{CFMAX}\,(\mathrm{TT} - T)^+,\ W\right)",
        r"O = (W - \mathrm{CWH}\,S)^+",
    )
    symbols: ClassVar[dict[str, str]] = {
        r"\mathrm{TT}": "tt",
        r"\mathrm{CFMAX}": "cfmax",
        r"\mathrm{CFR}": "cfr",
        r"\mathrm{CWH}": "cwh",
        "P": "prcp",
        "T": "tmean",
        "P_s": "snowfall",
        "P_r": "rainfall",
        "M": "melt",
        "F": "refreezing",
        "O": "snow_outflow",
        "S": "snowpack",
        "W": "meltwater",
        "[A]": "1 where A holds, else 0",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def snow_share(self, tmean: Tensor, tt: Tensor) -> Tensor:
        """The share of precipitation that falls as snow."""
        # A step has no slope: `tt` learns through melt and refreezing only. The smooth form below differs.
        return (tmean < tt).to(tmean.dtype)

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        snowfall = prcp * self.snow_share(tmean, tt)
        # What rounding left below zero is not there to melt or freeze; clamp keeps the gradient of an empty store.
        frozen = (snowpack + snowfall).clamp(min=0.0)
        thaw = cfmax * relu(tmean - tt)
        melt = _taken(thaw, frozen)
        liquid = (meltwater + melt).clamp(min=0.0)
        refreezing = _taken(cfr * cfmax * relu(tt - tmean), liquid)
        # W - cwh S, both after the melt and refreezing of the day
        above = relu(liquid - refreezing - cwh * (frozen - melt + refreezing))
        return dict(
            snowfall=snowfall,
            rainfall=prcp - snowfall,
            melt=melt,
            refreezing=refreezing,
            # Where all snow melts all water leaves: the same number, with a slope where it is 0, which relu lacks.
            snow_outflow=torch.where(thaw > frozen, liquid, above),
        )


def _taken(wanted: Tensor, there: Tensor) -> Tensor:
    """The smaller of both; at a tie it is what is wanted, because more in an empty store would not be taken either."""
    return torch.where(there < wanted, there, wanted)


class SmoothDegreeDaySnow(DegreeDaySnow):
    """Degree-day snow, smooth threshold.

    As degree-day snow, but around `tt` precipitation is a mixture of rain and snow, so that the partition too has a
    gradient with respect to `tt`.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012; smoothing after Kavetski and Kuczera (2007),
    doi:10.1029/2006WR005195.
    """

    width = 0.5  # degC, of the transition

    equations = (
        r"P_s = P\,\sigma\left((\mathrm{TT} - T)/0.5\right), \quad P_r = P - P_s",
        *DegreeDaySnow.equations[1:],
    )
    symbols = DegreeDaySnow.symbols | {r"\sigma": LOGISTIC}

    def snow_share(self, tmean: Tensor, tt: Tensor) -> Tensor:
        """The share of precipitation that falls as snow."""
        return torch.sigmoid((tt - tmean) / self.width)


class NoSnow(Process):
    """No snow: all precipitation is rain."""

    surface = DegreeDaySnow.surface
    rainfall = DegreeDaySnow.rainfall

    def forward(self, *, prcp):
        return dict(rainfall=prcp)
