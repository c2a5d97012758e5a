"""Discharge as the sum of quick water from shallow layers and slow water from deep ones, both over mean discharge."""

import math
from typing import ClassVar

import torch

from dgviz.processes.declare import Flux, Parameter, Process, State

LEAST_RATIO = 1e-3  # of discharge to its mean: a dry bed has no concentration


class SlowStore(Process):
    """Slow flow from a linear store.

    A share of the water goes deep and comes back slowly, in proportion to what is stored; the rest is quick. Slow flow
    is never above discharge: what is held back stays in the store, so that quick and slow water sum up to discharge
    and none is lost. It is a digital filter with one parameter for the share and one for the time.

    Source: Eckhardt (2005), doi:10.1002/hyp.5675.
    """

    slow_share = Parameter("1", "Share of the water that goes deep", range=(0.05, 0.98), default=0.6)
    slow_days = Parameter("d", "Residence time of slow water", range=(5.0, 300.0), default=40.0)

    slow_water = State("d", "Slow water, in days of mean discharge", initial=30.0)
    recharge = Flux("1", "Water that goes deep, over mean discharge", out_of="catchment", into="slow_water")
    slow_flow = Flux("1", "Slow flow over mean discharge", out_of="slow_water", into="outlet")
    quick_flow = Flux("1", "Quick flow over mean discharge", out_of="catchment", into="outlet")

    equations = (
        r"\theta = Q / \bar{Q}, \quad \theta_d = \min\left(\theta,\ (S + b\,\theta)\,(1 - e^{-1 / \tau})\right)",
        r"\theta_s = \theta - \theta_d, \quad \frac{dS}{dt} = b\,\theta - \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {
        "Q": "discharge",
        r"\bar{Q}": "mean_discharge",
        r"\theta": "discharge over its mean",
        r"\theta_d": "slow_flow",
        r"\theta_s": "quick_flow",
        "S": "slow_water",
        "b": "slow_share",
        r"\tau": "slow_days",
        "t": "day",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, discharge, mean_discharge, slow_water, slow_share, slow_days):
        flow = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        recharge = slow_share * flow
        slow = torch.minimum((slow_water + recharge) * -torch.expm1(-1 / slow_days), flow)
        return dict(recharge=recharge, slow_flow=slow, quick_flow=flow - slow)


class ShareOfFlow(Process):
    """Slow flow as a share that falls with discharge.

    The higher the river, the more of its water comes from shallow layers. Nothing is remembered: rising and falling
    water are alike.

    Source: Miller et al. (2014), doi:10.1002/2013WR014939.
    """

    half_flow = Parameter("1", "Flow over its mean at which half is quick", range=(0.05, 10.0), default=1.0)
    steepness = Parameter("1", "Steepness of the rise of quick flow", range=(0.3, 3.0), default=1.0)

    slow_flow = Flux("1", "Slow flow over mean discharge", out_of="catchment", into="outlet")
    quick_flow = SlowStore.quick_flow

    equations = (
        r"\theta = Q / \bar{Q}, \quad \theta_d = \frac{\theta}{1 + (\theta / h)^n}, \quad \theta_s = \theta - \theta_d",
    )
    symbols: ClassVar[dict[str, str]] = {**SlowStore.symbols, "h": "half_flow", "n": "steepness"}

    def forward(self, *, discharge, mean_discharge, half_flow, steepness):
        flow = (discharge / mean_discharge).clamp(min=LEAST_RATIO)
        share = torch.sigmoid(-steepness * torch.log(flow / half_flow))
        return dict(slow_flow=share * flow, quick_flow=(1 - share) * flow)


def season(day_of_year: torch.Tensor, peak: torch.Tensor) -> torch.Tensor:
    """A wave of the year between -1 and 1 that is highest at the time `peak`, from 0 to 1."""
    return torch.cos(2 * math.pi * (day_of_year / 365.25 - peak))
