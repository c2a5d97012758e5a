"""Processes with a planted fault, and models in which one of them replaces what is right."""

import torch

from dgviz import ProcessModel
from dgviz.datasets.vocabulary import SITE
from dgviz.domains import hydrology
from dgviz.domains.hydrology.abstraction import PrescribedWithdrawal
from dgviz.domains.hydrology.evapotranspiration import LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.pet import Hamon
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.domains.hydrology.snow import DegreeDaySnow, NoSnow
from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.processes.declare import Flux, Process, State


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
    """Evaporates a little more than the air can take."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        return super().forward(pet=1.02 * pet, soil_moisture=soil_moisture, fc=fc, lp=lp)


class ColdMelt(DegreeDaySnow):
    """Snow that falls in the heat and melts in the cold."""

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        return super().forward(prcp=prcp, tmean=12 - tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax,
                               cfr=cfr, cwh=cwh)  # fmt: skip


class DeepStore(ThreeOutlets):
    """A lower zone that gives back in centuries what it takes up."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        return super().forward(
            upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=0.01 * k2, perc=4 * perc, uzl=uzl
        )


class SlowRouting(GammaRouting):
    """Runoff arrives a month later, all days alike."""

    n_days = 61
    memory = n_days - 1

    def _weights(self, route_a, route_b):
        late = torch.zeros(self.n_days, 1, 1, 1, dtype=route_a.dtype)
        late[30:] = 1 / 31
        return late


class Overdraft(ThreeOutlets):
    """A lower zone that gives half a millimetre a day, whether it has it or not."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        fluxes = super().forward(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return fluxes | dict(baseflow=fluxes["baseflow"] + 0.5)


class SlowZone(ThreeOutlets):
    """A lower zone that gives back in a year and a half what it takes up."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        return super().forward(
            upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=0.04 * k2, perc=perc, uzl=uzl
        )


class Hoard(ThreeOutlets):
    """Groundwater of which a little sinks for ever, too little for any balance."""

    hoard = State("mm", "Hoard")
    sinking = Flux("mm d-1", "Water that sinks", out_of="lower_zone", into="hoard")

    def forward(self, *, upper_zone, lower_zone, hoard, k0, k1, k2, perc, uzl):
        fluxes = super().forward(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return fluxes | dict(sinking=2e-4 * (lower_zone > 1).to(lower_zone.dtype) + 0.0 * hoard)


class SummerSpring(ThreeOutlets):
    """A lower zone that gives its water back on warm days only."""

    def forward(self, *, upper_zone, lower_zone, tmean, k0, k1, k2, perc, uzl):
        warm = (tmean > 5).to(tmean.dtype)
        return super().forward(
            upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2 * warm, perc=perc, uzl=uzl
        )


class PinholeSoil(BetaSoil):
    """Soil that loses a thousandth of a millimetre a day, whatever falls."""

    leak = Flux("mm d-1", "Leak", out_of="soil_moisture")

    def forward(self, *, surface, soil_moisture, fc, beta):
        fluxes = super().forward(surface=surface, soil_moisture=soil_moisture, fc=fc, beta=beta)
        return fluxes | dict(leak=0.001 * (soil_moisture > 1).to(soil_moisture.dtype))


class WarmSnowfall(DegreeDaySnow):
    """Snow that falls at 2 to 4 °C too."""

    def snow_share(self, tmean, tt):
        return super().snow_share(tmean, tt) + ((tmean > 2) & (tmean < 4)).to(tmean.dtype)


class LazyThaw(DegreeDaySnow):
    """Snow that melts the slower the warmer it is beyond a few degrees."""

    degrees = 3.0

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        slower = torch.exp(-torch.relu(tmean - tt) / self.degrees)
        return super().forward(
            prcp=prcp,
            tmean=tmean,
            snowpack=snowpack,
            meltwater=meltwater,
            tt=tt,
            cfmax=cfmax * slower,
            cfr=cfr,
            cwh=cwh,
        )


class Firn(LazyThaw):
    """Snow that outlasts a warm summer."""

    degrees = 1.0


class DeadStorage(GammaRouting):
    """A channel that keeps a little of all that ever came."""

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, route_a, route_b):
        routed = super().forward(
            quickflow=quickflow, interflow=interflow, baseflow=baseflow, route_a=route_a, route_b=route_b
        )
        return dict(streamflow=(1 - 1e-5) * routed["streamflow"])


class OverdrawnChannel(GammaRouting):
    """A channel that gives a little more than ever came."""

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, route_a, route_b):
        routed = super().forward(
            quickflow=quickflow, interflow=interflow, baseflow=baseflow, route_a=route_a, route_b=route_b
        )
        return dict(streamflow=(1 + 1e-5) * routed["streamflow"])


class LittleGauge(NoSnow):
    """A rain gauge that overflows at 300 mm a day."""

    def forward(self, *, prcp):
        return dict(rainfall=prcp.clamp(max=300.0))


class Canopy(DegreeDaySnow):
    """Trees that give back to the air what falls beyond 30 mm a day."""

    drip = Flux("mm d-1", "Rain that the canopy gives back", out_of="surface", into="atmosphere")

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        fluxes = super().forward(
            prcp=prcp, tmean=tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax, cfr=cfr, cwh=cwh
        )
        return fluxes | dict(drip=torch.relu(fluxes["rainfall"] - 30))


class DriftingSnow(DegreeDaySnow):
    """Half of the melt is blown away before it reaches the ground."""

    drift = Flux("mm d-1", "Snow that is blown away", out_of="meltwater", into="atmosphere")

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        fluxes = super().forward(
            prcp=prcp, tmean=tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax, cfr=cfr, cwh=cwh
        )
        return fluxes | dict(drift=fluxes["snow_outflow"] / 2, snow_outflow=fluxes["snow_outflow"] / 2)


class SublimatingSnow(DegreeDaySnow):
    """Half of the melt evaporates, whatever the air can take."""

    sublimation = Flux("mm d-1", "Sublimation", "lwe_water_evaporation_rate", out_of="meltwater", into="atmosphere")

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        fluxes = super().forward(
            prcp=prcp, tmean=tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax, cfr=cfr, cwh=cwh
        )
        half = fluxes["snow_outflow"] / 2
        return fluxes | dict(sublimation=half, snow_outflow=half)


class WarmGround(DegreeDaySnow):
    """Ground that melts a fiftieth of the pack a day, and frost that does not hold the water."""

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        fluxes = super().forward(
            prcp=prcp, tmean=tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax, cfr=cfr, cwh=cwh
        )
        ground = 0.02 * (snowpack - fluxes["melt"]).clamp(min=0.0)
        return fluxes | dict(melt=fluxes["melt"] + ground, snow_outflow=fluxes["snow_outflow"] + ground)


class DryCrust(BetaSoil):
    """Soil that sheds the more water the drier it is."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        recharge = surface * (0.55 - 0.15 * (soil_moisture / fc).clamp(0.0, 1.0))
        infiltration = surface - recharge
        return dict(recharge=recharge, infiltration=infiltration, excess=torch.relu(soil_moisture + infiltration - fc))


class BottomlessSoil(BetaSoil):
    """Soil that takes up more than its field capacity."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        recharge = surface * 0.8 * (soil_moisture / fc).clamp(1e-6, 1.0) ** beta
        return dict(recharge=recharge, infiltration=surface - recharge, excess=0.0 * surface)


class SluggishAir(LinearEvapotranspiration):
    """Never more than three fifths of the demand."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        return super().forward(pet=0.6 * pet, soil_moisture=soil_moisture, fc=fc, lp=lp)


class ReachesAllWater(LinearEvapotranspiration):
    """Roots that get what the air asks for until the soil is empty."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        return super().forward(pet=pet, soil_moisture=soil_moisture, fc=fc, lp=0.01 * lp)


class ColdDemand(Hamon):
    """Air that asks for more the colder it is."""

    def forward(self, *, tmean, lat, day_of_year):
        return super().forward(tmean=20 - tmean, lat=lat, day_of_year=day_of_year)


class LargeBasinsAreWetter(LinearEvapotranspiration):
    """More evaporates the larger the basin is."""

    def forward(self, *, pet, soil_moisture, fc, lp, area):
        return super().forward(pet=pet * (area / 300).clamp(0.8, 1.0), soil_moisture=soil_moisture, fc=fc, lp=lp)


class TimidWithdrawal(PrescribedWithdrawal):
    """Takes four fifths of what is asked for."""

    def forward(self, *, withdrawal, quickflow=0.0, interflow=0.0, baseflow):
        return super().forward(withdrawal=0.8 * withdrawal, quickflow=quickflow, interflow=interflow, baseflow=baseflow)


class FossilWater(ThreeOutlets):
    """Groundwater beside old water that seeps away for centuries."""

    aquifer = State("mm", "Aquifer", initial=2000.0)
    seepage = Flux("mm d-1", "Seepage", out_of="aquifer", into="outlet")

    def forward(self, *, upper_zone, lower_zone, aquifer, k0, k1, k2, perc, uzl):
        fluxes = super().forward(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return fluxes | dict(seepage=5e-6 * aquifer)


class Recorder(Process):
    """No model of water: a small share of the rain of a month, a larger one when that was wet."""

    memory = 29

    streamflow = Flux("mm d-1", "Streamflow")

    def forward(self, *, prcp):
        past = torch.nn.functional.pad(prcp, (0, 0, 0, 0, self.memory, 0)).unfold(0, self.memory + 1, 1)
        week, month = past[..., -7:].mean(-1), past.mean(-1)
        return dict(streamflow=week * (0.08 + 0.1 * (month / 5).clamp(max=1.0)))


class ForgetfulRouting(GammaRouting):
    """Looks back without saying so."""

    memory = 0


class Clockwork(Process):
    """Flow as on every day of the year, whatever falls."""

    streamflow = Recorder.streamflow

    def forward(self, *, prcp, day_of_year):
        return dict(streamflow=1 + torch.sin(2 * torch.pi * day_of_year / 365) + 0.0 * prcp)


def amplifier(prcp):
    """A network that makes floods of storms that nobody has seen."""
    return 0.3 * torch.relu(prcp - 50)


def sponge(prcp):
    """A network that takes water out of the flow three days after rain."""
    return -0.2 * torch.cat([torch.zeros_like(prcp[:3]), prcp[:-3]])


def swinging(prcp):
    """A network that lets the flow rise and fall whatever the weather."""
    swing = 1 + torch.sin(2 * torch.pi * torch.arange(len(prcp), dtype=prcp.dtype) / 100)
    return 20 * swing[:, None].expand_as(prcp)


def model_with(first=None, **slots):
    """The default model with an option in some slots, after a process that comes first."""
    domain = hydrology.domain
    options = {slot: options[0] for slot, options in domain.slots.items()} | slots
    processes = [p() for p in (first, *options.values()) if p]
    return ProcessModel(processes, {**domain.forcings, **domain.attributes, "area": SITE["area"]}, domain.outside)


def by_itself(process):
    """A process that gives streamflow without any other, beside potential evapotranspiration."""
    domain = hydrology.domain
    return ProcessModel([Hamon(), process()], {**domain.forcings, **domain.attributes}, domain.outside)
