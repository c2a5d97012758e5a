"""Discharge as the sum of quick water from shallow layers and slow water from deep ones, both over mean discharge."""

import math
from typing import ClassVar

import torch

from dgviz.processes.declare import Flux, Parameter, Process, State

LEAST_RATIO = 1e-3  # of discharge to its mean: a dry bed has no concentration


class SlowStore(Process):
    """Slow runoff from a linear store: the filter of Eckhardt.

    The store gives slow runoff in proportion to what it holds, and is filled in proportion to quick runoff, so that the
    share of slow water in the long run is a parameter. As store and recharge it is the same filter as
    b_t = ((1 - B) a b_{t-1} + (1 - a) B Q_t) / (1 - a B), with a and B of the equations. Slow runoff is never above
    discharge: where the store would give more, the filter goes on from discharge, and what is stored beyond that is
    taken up, of a dry bed nearly all in a day. Quick and slow water sum up to discharge, or to a thousandth of its mean
    where there is less.

    Source: Eckhardt (2005), doi:10.1002/hyp.5675.
    """

    slow_share = Parameter("1", "Share of slow water in the long run", range=(0.05, 0.98), default=0.6)
    slow_days = Parameter("d", "Residence time of slow water", range=(5.0, 300.0), default=40.0)

    slow_water = State("d", "Slow water, in days of mean discharge", initial=30.0)
    recharge = Flux("1", "Water that goes deep, over mean discharge", out_of="catchment", into="slow_water")
    slow_runoff = Flux("1", "Slow runoff over mean discharge", out_of="slow_water", into="outlet")
    uptake = Flux("1", "Slow water taken up on its way", out_of="slow_water", into="catchment")
    quick_runoff = Flux("1", "Quick runoff over mean discharge", out_of="catchment", into="outlet")

    equations = (
        r"\theta = Q / \bar{Q}, \quad a = e^{-1 / \tau}, \quad "
        r"\theta_d = \min\left(\theta,\ (1 - a)\,\frac{(1 - B)\,S_t + B\,\theta}{1 - a B}\right), \quad "
        r"\theta_s = \theta - \theta_d",
        r"R = \frac{B}{1 - B}\,\theta_s, \quad S_{t+1} = \frac{a}{1 - a}\,\theta_d, \quad "
        r"U = S_t + R - \theta_d - S_{t+1}",
    )
    symbols: ClassVar[dict[str, str]] = {
        "Q": "discharge",
        r"\bar{Q}": "mean_discharge",
        r"\theta": "discharge over its mean",
        r"\theta_d": "slow_runoff",
        r"\theta_s": "quick_runoff",
        "S": "slow_water",
        "U": "uptake",
        "R": "recharge",
        "B": "slow_share",
        "a": "share that stays in the store from day to day",
        r"\tau": "slow_days",
        "t": "day",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, discharge, mean_discharge, slow_water, slow_share, slow_days):
        flow = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        released = -torch.expm1(-1 / slow_days)  # 1 - a
        filled = (1 - slow_share) * slow_water + slow_share * flow
        slow = torch.minimum(released * filled / (1 - slow_share + slow_share * released), flow)
        recharge = slow_share / (1 - slow_share) * (flow - slow)
        # What is left is in proportion to what flows: the filter goes on from the limited flow.
        uptake = (slow_water + recharge - slow / released).clamp(min=0.0)
        return dict(recharge=recharge, slow_runoff=slow, uptake=uptake, quick_runoff=flow - slow)


class ShareOfDischarge(Process):
    """Slow runoff as a share that falls with discharge.

    The higher the river, the more of its water comes from shallow layers. Nothing is remembered: rising and falling
    water are alike.

    Source: Miller et al. (2014), doi:10.1002/2013WR014939.
    """

    half_discharge = Parameter("1", "Discharge over its mean at which half is quick", range=(0.3, 3.0), default=1.0)
    steepness = Parameter("1", "Steepness of the rise of quick runoff with discharge", range=(0.0, 1.0), default=0.5)

    slow_runoff = Flux("1", "Slow runoff over mean discharge", out_of="catchment", into="outlet")
    quick_runoff = SlowStore.quick_runoff

    equations = (
        r"\theta = Q / \bar{Q}, \quad \theta_d = \frac{\theta}{1 + (\theta / h)^n}, \quad \theta_s = \theta - \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {**SlowStore.symbols, "h": "half_discharge", "n": "steepness"}

    def forward(self, *, discharge, mean_discharge, half_discharge, steepness):
        flow = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        share = torch.sigmoid(-steepness * torch.log(flow / half_discharge))
        return dict(slow_runoff=share * flow, quick_runoff=(1 - share) * flow)


class ShareOfWetness(Process):
    """Slow runoff as a share that falls in floods and in wet weeks.

    Wetness is the discharge of the last weeks. The wetter the catchment, the further its flow paths reach into shallow
    layers: at the same discharge, water after a dry summer is another than that of a wet winter.

    Source: Zhi and Li (2020), doi:10.1021/acs.est.0c01340.
    """

    half_discharge, steepness = ShareOfDischarge.half_discharge, ShareOfDischarge.steepness
    wet_steepness = Parameter("1", "Steepness of the rise of quick runoff with wetness", range=(-1.0, 1.0), default=0.0)
    wet_days = Parameter("d", "Days over which a catchment remembers", range=(10.0, 90.0), default=30.0)

    wetness = State("d", "Wetness, in days of mean discharge", initial=30.0)
    wetting = Flux("1", "Wetting, discharge over its mean", out_of="catchment", into="wetness")
    drying = Flux("1", "Drying, discharge of the last weeks over its mean", out_of="wetness", into="catchment")
    slow_runoff = Flux("1", "Slow runoff over mean discharge", out_of="catchment", into="outlet")
    quick_runoff = SlowStore.quick_runoff

    equations = (
        r"\theta = Q / \bar{Q}, \quad D = W_t\,(1 - e^{-1 / \tau}), \quad W_{t+1} = W_t + \theta - D",
        r"\theta_d = \frac{\theta}{1 + (\theta / h)^n\,D^m}, \quad \theta_s = \theta - \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {
        **SlowStore.symbols,
        "h": "half_discharge",
        "n": "steepness",
        "m": "wet_steepness",
        "W": "wetness",
        "D": "drying",
        r"\tau": "wet_days",
    }

    def forward(self, *, discharge, mean_discharge, wetness, half_discharge, steepness, wet_steepness, wet_days):
        flow = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        drying = wetness * -torch.expm1(-1 / wet_days)
        rise = steepness * torch.log(flow / half_discharge) + wet_steepness * torch.log(drying.clamp(min=LEAST_RATIO))
        share = torch.sigmoid(-rise)
        return dict(wetting=flow, drying=drying, slow_runoff=share * flow, quick_runoff=(1 - share) * flow)


def season(day_of_year: torch.Tensor, winter: torch.Tensor, spring: torch.Tensor) -> torch.Tensor:
    """The factor 1 + w cos(2 pi t) + v sin(2 pi t), with t from 0 to 1 over the year."""
    angle = 2 * math.pi * day_of_year / 365.25
    return 1 + winter * torch.cos(angle) + spring * torch.sin(angle)
