"""Processes with a planted fault, and models in which one of them replaces what is right."""

import torch

from dgviz import ProcessModel
from dgviz.domains import hydrology
from dgviz.domains.hydrology.evapotranspiration import LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.domains.hydrology.snow import DegreeDaySnow, NoSnow
from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.processes.declare import Flux, Process


class LeakySoil(BetaSoil):
    """A leaky bucket: each day a hundredth of the soil's water goes nowhere."""

    leak = Flux("mm d-1", "Leak", out_of="soil_moisture")

    def forward(self, *, surface, soil_moisture, fc, beta):
        fluxes = super().forward(surface=surface, soil_moisture=soil_moisture, fc=fc, beta=beta)
        return fluxes | dict(leak=0.01 * soil_moisture)


class BlockedGauge(NoSnow):
    """A rain gauge that takes no more than 5 mm a day."""

    def forward(self, *, prcp):
        return dict(rainfall=prcp.clamp(max=5.0))


class Drizzle(NoSnow):
    """Rain that the data do not know of."""

    def forward(self, *, prcp):
        return dict(rainfall=prcp + 20.0)


class Tomorrow(Process):
    """Sees tomorrow's rain."""

    seen = Flux("mm d-1", "Rain as it is seen")

    def forward(self, *, prcp):
        return dict(seen=torch.cat([prcp[1:], prcp[-1:]]))


class Neighbours(Process):
    """Takes the mean rain of all sites that happen to be simulated."""

    seen = Tomorrow.seen

    def forward(self, *, prcp):
        return dict(seen=prcp.mean(1, keepdim=True).expand_as(prcp))


class RainAsSeen(NoSnow):
    """Rain as another process sees it."""

    def forward(self, *, seen):
        return dict(rainfall=seen)


class ThirstyAir(LinearEvapotranspiration):
    """Evaporates half as much again as the air can take."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        return super().forward(pet=1.5 * pet, soil_moisture=soil_moisture, fc=fc, lp=lp)


class ColdMelt(DegreeDaySnow):
    """Snow that falls in the heat and melts in the cold."""

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        return super().forward(prcp=prcp, tmean=12 - tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax,
                               cfr=cfr, cwh=cwh)  # fmt: skip


class DeepStore(ThreeOutlets):
    """A lower zone that gives back in centuries what it takes up."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        return super().forward(
            upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=0.01 * k2, perc=perc, uzl=uzl
        )


class ForgetfulRouting(GammaRouting):
    """Looks back without saying so."""

    memory = 0


def sponge(prcp):
    """A network that takes water out of the flow three days after rain."""
    return -0.2 * torch.cat([torch.zeros_like(prcp[:3]), prcp[:-3]])


def rising(prcp):
    """A network that lets the flow rise whatever the weather."""
    return torch.linspace(0, 90, len(prcp), dtype=prcp.dtype)[:, None].expand_as(prcp)


def model_with(first=None, **slots):
    """The default model with an option in some slots, after a process that comes first."""
    domain = hydrology.domain
    options = {slot: options[0] for slot, options in domain.slots.items()} | slots
    processes = [p() for p in (first, *options.values()) if p]
    return ProcessModel(processes, {**domain.forcings, **domain.attributes}, domain.outside)
