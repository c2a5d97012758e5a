"""Solutes that are stored in shallow and deep water and released there.

Volumes of water are in days of mean discharge and masses in mg L-1 d, so that mass over volume is a concentration, and
a flux, which is flow over mean flow times a concentration, is in mg L-1. In both layers

    V dC/dt = release + what flows in - (flow + V decay) C

is linear in C: over a day on which flow is constant it is solved exactly, and each flux is its term at the mean
concentration of the day, so that the fluxes add up to the change.
"""

from typing import ClassVar

import torch
from torch import Tensor

from dgviz.domains.solutes.mixing import EndMembers
from dgviz.domains.solutes.separation import season
from dgviz.processes.declare import Flux, Parameter, Process, State

REFERENCE = 20.0  # degC
LEAST_RATE = 1e-6  # d-1: below it (1 - e^-r) / r loses its digits


class SoluteStores(Process):
    """Stored solute with seasonal release.

    Shallow layers release it with the season; the river and the deep layers take it from there. Deep layers release
    more of it, or lose it, as nitrate is lost to denitrification. Mass is moved and never made but by release.

    Source: Zhi et al. (2022), doi:10.5194/gmd-15-315-2022.
    """

    shallow_release = Parameter("mg L-1", "Release in shallow layers", range=(0.0, 150.0), default=10.0)
    deep_release = Parameter("mg L-1", "Release in deep layers", range=(0.0, 100.0), default=1.0)
    deep_decay = Parameter("d-1", "Decay in deep layers", range=(0.0, 0.02), default=0.001)
    shallow_days = Parameter("d", "Shallow water, in days of mean discharge", range=(2.0, 200.0), default=30.0)
    deep_days = Parameter("d", "Deep water, in days of mean discharge", range=(30.0, 1500.0), default=300.0)
    winter, spring = EndMembers.winter, EndMembers.spring

    shallow_solute = State("mg L-1 d", "Solute in shallow water", initial=300.0)
    deep_solute = State("mg L-1 d", "Solute in deep water", initial=3000.0)

    releasing = Flux("mg L-1", "Release in shallow layers", out_of="ground", into="shallow_solute")
    weathering = Flux("mg L-1", "Release in deep layers", out_of="ground", into="deep_solute")
    leaching = Flux("mg L-1", "Solute that goes deep", out_of="shallow_solute", into="deep_solute")
    flushing = Flux("mg L-1", "Solute from shallow water to the river", out_of="shallow_solute", into="outlet")
    seeping = Flux("mg L-1", "Solute from deep water to the river", out_of="deep_solute", into="outlet")
    decaying = Flux("mg L-1", "Solute lost in deep layers", out_of="deep_solute", into="decay")
    concentration = EndMembers.concentration

    equations = (
        r"R = R_s\,(1 + w \cos 2\pi y + v \sin 2\pi y), \quad V_s \frac{dC}{dt} = R - (\theta_s + \theta_d)\,C",
        r"V_d \frac{dD}{dt} = R_d + \theta_d\,C - (\theta_d + \lambda V_d)\,D",
        r"Z = \frac{\theta_s\,C + \theta_d\,D}{\theta_s + \theta_d}",
    )
    symbols: ClassVar[dict[str, str]] = {
        "R": "releasing",
        "R_s": "shallow_release",
        "R_d": "deep_release",
        "w": "winter",
        "v": "spring",
        "y": "time of the year, from 0 to 1",
        "V_s": "shallow_days",
        "V_d": "deep_days",
        "C": "concentration in shallow water, mass over volume [mg L-1]",
        "D": "concentration in deep water, mass over volume [mg L-1]",
        "Z": "concentration",
        r"\theta_s": "quick_runoff",
        r"\theta_d": "slow_runoff",
        r"\lambda": "deep_decay",
        "t": "day",
    }

    def forward(
        self,
        *,
        quick_runoff,
        slow_runoff,
        day_of_year,
        shallow_solute,
        deep_solute,
        shallow_release,
        deep_release,
        deep_decay,
        shallow_days,
        deep_days,
        winter,
        spring,
    ):
        release = shallow_release * season(day_of_year, winter, spring)
        stored = (shallow_solute, deep_solute)
        return moved(quick_runoff, slow_runoff, release, deep_release, deep_decay, shallow_days, deep_days, stored)


class WarmedSoluteStores(Process):
    """Stored solute with release that rises with temperature.

    As with seasonal release, which here is that of microbes and weathering in water as warm as the river.

    Source: Zhi et al. (2022), doi:10.5194/gmd-15-315-2022.
    """

    shallow_release, deep_release = SoluteStores.shallow_release, SoluteStores.deep_release
    deep_decay, shallow_days = SoluteStores.deep_decay, SoluteStores.shallow_days
    deep_days = SoluteStores.deep_days
    q10 = Parameter("1", "Factor of release per 10 degrees", range=(0.25, 4.0), default=1.5)

    shallow_solute, deep_solute = SoluteStores.shallow_solute, SoluteStores.deep_solute
    releasing, weathering, leaching = SoluteStores.releasing, SoluteStores.weathering, SoluteStores.leaching
    flushing, seeping, decaying = SoluteStores.flushing, SoluteStores.seeping, SoluteStores.decaying
    concentration = EndMembers.concentration

    equations = (
        r"R = R_s\,Q_{10}^{(T - 20) / 10}, \quad V_s \frac{dC}{dt} = R - (\theta_s + \theta_d)\,C",
        *SoluteStores.equations[1:],
    )
    symbols: ClassVar[dict[str, str]] = {**SoluteStores.symbols, "Q_{10}": "q10", "T": "water_temperature"}

    def forward(
        self,
        *,
        quick_runoff,
        slow_runoff,
        water_temperature,
        shallow_solute,
        deep_solute,
        shallow_release,
        deep_release,
        deep_decay,
        shallow_days,
        deep_days,
        q10,
    ):
        release = shallow_release * torch.exp(torch.log(q10) * (water_temperature - REFERENCE) / 10)
        stored = (shallow_solute, deep_solute)
        return moved(quick_runoff, slow_runoff, release, deep_release, deep_decay, shallow_days, deep_days, stored)


def moved(
    quick: Tensor,
    slow: Tensor,
    release: Tensor,
    weathering: Tensor,
    decay: Tensor,
    shallow_days: Tensor,
    deep_days: Tensor,
    stored: tuple[Tensor, Tensor],
) -> dict[str, Tensor]:
    """The fluxes of a day and the concentration of the river, from what both layers hold at its beginning."""
    shallow, deep = stored
    flow = quick + slow
    upper = mean_of_day(shallow / shallow_days, release / shallow_days, flow / shallow_days)
    gain = weathering + slow * upper
    lower = mean_of_day(deep / deep_days, gain / deep_days, slow / deep_days + decay)
    return dict(
        releasing=release,
        weathering=weathering,
        leaching=slow * upper,
        flushing=quick * upper,
        seeping=slow * lower,
        decaying=decay * deep_days * lower,
        concentration=(quick * upper + slow * lower) / flow,
    )


def mean_of_day(start: Tensor, gain: Tensor, rate: Tensor) -> Tensor:
    """The mean over a day of C under dC/dt = gain - rate C: s / r + (C(0) - s / r) (1 - e^-r) / r."""
    rate = rate.clamp(min=LEAST_RATE)
    settled = gain / rate
    return settled + (start - settled) * (-torch.expm1(-rate) / rate)
