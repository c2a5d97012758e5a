"""Rainfall-runoff: the HBV concept as interchangeable processes.

Sequential scheme with a step of one day, after Bergstroem (1992) and Seibert and Vis (2012); ranges as in the
differentiable form of Feng et al. (2022).
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv1d, linear, pad, relu

from ..declare import Attribute, Flux, Forcing, Parameter, Process, Quantity, State
from . import Domain

SMALLEST = 1e-6  # keeps the base of a power positive, where its gradient would be infinite


def _solar_geometry(lat: Tensor, day_of_year: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Solar declination, sunset hour angle (rad) and inverse relative distance (FAO-56, equations 23 to 25)."""
    angle = 2 * math.pi * day_of_year / 365
    declination = 0.409 * torch.sin(angle - 1.39)
    cosine = -torch.tan(torch.deg2rad(lat)) * torch.tan(declination)
    return declination, torch.arccos(cosine.clamp(-0.999999, 0.999999)), 1 + 0.033 * torch.cos(angle)


def _extraterrestrial_radiation(lat: Tensor, day_of_year: Tensor) -> Tensor:
    """Radiation at the top of the atmosphere, MJ m-2 d-1 (FAO-56, equation 21)."""
    declination, sunset, distance = _solar_geometry(lat, day_of_year)
    latitude = torch.deg2rad(lat)
    height = sunset * torch.sin(latitude) * torch.sin(declination)
    height = height + torch.cos(latitude) * torch.cos(declination) * torch.sin(sunset)
    return 24 * 60 / math.pi * 0.0820 * distance * relu(height)


class Hamon(Process):
    """Hamon: day length and saturated vapour.

    Potential evapotranspiration grows with the square of the day length and the vapour density of saturated air.
    Needs the least data; its published variants differ by a factor of 1.8.

    Source: Hamon (1961), doi:10.1061/JYCEAJ.0000599; coefficient as in PRMS, doi:10.3133/tm6B7.
    """

    pet = Flux("mm d-1", "Potential evapotranspiration")
    equations = (
        r"E_p = 0.0055 \cdot 25.4 \left(\tfrac{N}{12}\right)^2 \rho_s",
        r"\rho_s = 216.7\, e_s / (T + 273.3)",
    )

    def forward(self, *, tmean, lat, day_of_year):
        _, sunset, _ = _solar_geometry(lat, day_of_year)
        day_length = 24 / math.pi * sunset
        saturation = 6.108 * torch.exp(17.26939 * tmean / (tmean + 237.3))
        density = 216.7 * saturation / (tmean + 273.3)
        return dict(pet=0.0055 * 25.4 * (day_length / 12) ** 2 * density)


class Hargreaves(Process):
    """Hargreaves: radiation and the daily temperature range.

    The range between minimum and maximum temperature stands for the clearness of the sky.

    Source: Hargreaves and Samani (1985), doi:10.13031/2013.26773.
    """

    pet = Hamon.pet
    equations = (r"E_p = 0.0023 \cdot 0.408\, R_a\, (T + 17.8) \sqrt{T_x - T_n}",)

    def forward(self, *, tmean, tmin, tmax, lat, day_of_year):
        radiation = 0.408 * _extraterrestrial_radiation(lat, day_of_year)
        span = (tmax - tmin).clamp(min=SMALLEST).sqrt()
        return dict(pet=0.0023 * radiation * relu(tmean + 17.8) * span)


class Oudin(Process):
    """Oudin: radiation and mean temperature.

    Made for rainfall-runoff models: simple, and as good in them as formulas that need wind and humidity.

    Source: Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026.
    """

    pet = Hamon.pet
    equations = (r"E_p = \tfrac{R_a}{\lambda \rho} \, \tfrac{T + 5}{100} \quad (T > -5)",)

    def forward(self, *, tmean, lat, day_of_year):
        return dict(pet=_extraterrestrial_radiation(lat, day_of_year) / 2.45 * relu(tmean + 5) / 100)


class GivenPet(Process):
    """From the data set.

    Potential evapotranspiration as the data set gives it in its variable `pet`.
    """

    def forward(self):
        return {}


class DegreeDaySnow(Process):
    """Degree-day snow.

    Precipitation on days below `tt` falls as snow. The pack melts in proportion to the degrees above `tt`, refreezes
    below it, and releases the liquid water that it cannot hold.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    tt = Parameter("degC", "Rain-snow threshold temperature", range=(-2.5, 2.5))
    cfmax = Parameter("mm d-1 degC-1", "Degree-day factor", range=(0.5, 10.0))
    cfr = Parameter("1", "Refreezing coefficient", range=(0.0, 0.1))
    cwh = Parameter("1", "Water holding capacity of snow", range=(0.0, 0.2))

    snowpack = State("mm", "Frozen water in the snowpack", initial=0.001)
    meltwater = State("mm", "Liquid water in the snowpack", initial=0.001)
    surface = State("mm", "Water on the ground")

    snowfall = Flux("mm d-1", "Snowfall", out_of="atmosphere", into="snowpack")
    rainfall = Flux("mm d-1", "Rainfall", "rainfall_rate", out_of="atmosphere", into="surface")
    melt = Flux("mm d-1", "Snowmelt", out_of="snowpack", into="meltwater")
    refreezing = Flux("mm d-1", "Refreezing", out_of="meltwater", into="snowpack")
    snow_outflow = Flux("mm d-1", "Outflow from snow", out_of="meltwater", into="surface")

    equations = (
        r"P_s = P\ [T < t_t], \quad P_r = P - P_s",
        r"M = \min\left(c_{fmax}\,(T - t_t)^+,\ S\right)",
        r"F = \min\left(c_{fr}\,c_{fmax}\,(t_t - T)^+,\ W\right)",
        r"O = (W - c_{wh}\,S)^+",
    )

    def snow_share(self, tmean: Tensor, tt: Tensor) -> Tensor:
        """The share of precipitation that falls as snow."""
        return (tmean < tt).to(tmean.dtype)

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        snowfall = prcp * self.snow_share(tmean, tt)
        # What rounding left below zero is not there to melt or freeze; clamp keeps the gradient of an empty store.
        frozen = (snowpack + snowfall).clamp(min=0.0)
        melt = torch.minimum(cfmax * relu(tmean - tt), frozen)
        liquid = (meltwater + melt).clamp(min=0.0)
        refreezing = torch.minimum(cfr * cfmax * relu(tt - tmean), liquid)
        return dict(
            snowfall=snowfall,
            rainfall=prcp - snowfall,
            melt=melt,
            refreezing=refreezing,
            snow_outflow=relu(liquid - refreezing - cwh * (frozen - melt + refreezing)),
        )


class SmoothDegreeDaySnow(DegreeDaySnow):
    """Degree-day snow, smooth threshold.

    As degree-day snow, but around `tt` precipitation is a mixture of rain and snow, so that the partition too has a
    gradient with respect to `tt`.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012; smoothing after Kavetski and Kuczera (2007),
    doi:10.1029/2006WR005195.
    """

    width = 0.5  # degC, of the transition

    equations = (
        r"P_s = P\,\sigma\left((t_t - T)/0.5\right), \quad P_r = P - P_s",
        *DegreeDaySnow.equations[1:],
    )

    def snow_share(self, tmean: Tensor, tt: Tensor) -> Tensor:
        """The share of precipitation that falls as snow."""
        return torch.sigmoid((tt - tmean) / self.width)


class NoSnow(Process):
    """No snow: all precipitation is rain."""

    surface = DegreeDaySnow.surface
    rainfall = DegreeDaySnow.rainfall

    def forward(self, *, prcp):
        return dict(rainfall=prcp)


class BetaSoil(Process):
    """Soil moisture with a recharge curve.

    The wetter the soil, the larger the share of the water on the ground that recharges groundwater; the rest stays in
    the soil. What exceeds field capacity runs off too.

    Source: Bergstroem (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = Parameter("mm", "Field capacity", range=(50.0, 1000.0))
    beta = Parameter("1", "Shape of the recharge curve", range=(1.0, 6.0))

    soil_moisture = State("mm", "Soil moisture", "lwe_thickness_of_soil_moisture_content", initial=0.001)

    recharge = Flux("mm d-1", "Groundwater recharge", out_of="surface", into="upper_zone")
    infiltration = Flux("mm d-1", "Infiltration", out_of="surface", into="soil_moisture")
    excess = Flux("mm d-1", "Saturation excess", out_of="soil_moisture", into="upper_zone")

    equations = (r"R = I\,\min\left((\theta / f_c)^{\beta},\ 1\right)", r"X = (\theta + I - R - f_c)^+")

    def forward(self, *, surface, soil_moisture, fc, beta):
        recharge = surface * (soil_moisture / fc).clamp(SMALLEST, 1.0) ** beta
        infiltration = surface - recharge
        return dict(recharge=recharge, infiltration=infiltration, excess=relu(soil_moisture + infiltration - fc))


class LinearEvapotranspiration(Process):
    """Evapotranspiration, linear in soil moisture.

    Evapotranspiration is potential while soil moisture is above `lp * fc` and falls linearly to zero below it.

    Source: Bergstroem (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = BetaSoil.fc
    lp = Parameter("1", "Limit for potential evapotranspiration", range=(0.2, 1.0))
    evapotranspiration = Flux(
        "mm d-1",
        "Actual evapotranspiration",
        "lwe_water_evaporation_rate",
        out_of="soil_moisture",
        into="atmosphere",
    )

    equations = (r"E = \min\left(E_p\,\min(\theta / (l_p f_c),\ 1),\ \theta\right)",)

    def forward(self, *, pet, soil_moisture, fc, lp):
        supply = relu(soil_moisture)
        return dict(evapotranspiration=torch.minimum(pet * (supply / (lp * fc)).clamp(max=1.0), supply))


class GammaEvapotranspiration(Process):
    """Evapotranspiration with an exponent.

    As the linear form, with the curve below `lp * fc` bent by `gamma`: above 1 plants close early, below 1 late.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    fc = BetaSoil.fc
    lp = LinearEvapotranspiration.lp
    gamma = Parameter("1", "Shape of the evapotranspiration curve", range=(0.3, 5.0))
    evapotranspiration = LinearEvapotranspiration.evapotranspiration

    equations = (r"E = \min\left(E_p\,\min(\theta / (l_p f_c),\ 1)^{\gamma},\ \theta\right)",)

    def forward(self, *, pet, soil_moisture, fc, lp, gamma):
        supply = relu(soil_moisture)
        wetness = (supply / (lp * fc)).clamp(SMALLEST, 1.0)
        return dict(evapotranspiration=torch.minimum(pet * wetness**gamma, supply))


class LearnedEvapotranspiration(Process):
    """Evapotranspiration, learned.

    A small network shared by all sites gives the ratio of actual to potential evapotranspiration from soil moisture,
    field capacity and potential evapotranspiration. It can neither exceed the potential nor empty the soil.

    Source: the idea of a learned closure in a process model: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    fc = BetaSoil.fc
    evapotranspiration = LinearEvapotranspiration.evapotranspiration

    equations = (r"E = \min\left(E_p\,\sigma\!\left(\mathrm{NN}(\theta / f_c,\ f_c,\ E_p)\right),\ \theta\right)",)

    def __init__(self):
        super().__init__()
        self.hidden, self.output = torch.nn.Linear(3, 8), torch.nn.Linear(8, 1)

    def forward(self, *, pet, soil_moisture, fc):
        supply = relu(soil_moisture)
        inputs = torch.broadcast_tensors(4 * supply / fc - 2, fc / 500 - 1, pet / 3 - 1)
        hidden = torch.tanh(self._affine(self.hidden, torch.stack(inputs, -1)))
        ratio = torch.sigmoid(self._affine(self.output, hidden).squeeze(-1))
        return dict(evapotranspiration=torch.minimum(pet * ratio, supply))

    @staticmethod
    def _affine(layer: torch.nn.Linear, inputs: Tensor) -> Tensor:
        return linear(inputs, layer.weight.to(inputs.dtype), layer.bias.to(inputs.dtype))


class NoCapillaryRise(Process):
    """No capillary rise: groundwater never returns to the soil."""

    def forward(self):
        return {}


class CapillaryRise(Process):
    """Capillary rise.

    Water climbs from the lower zone into the soil, the more of it the drier the soil.

    Source: Song et al. (2024), doi:10.5194/hess-28-3051-2024 (HBV 1.1p).
    """

    fc = BetaSoil.fc
    c = Parameter("d-1", "Capillary rise coefficient", range=(0.0, 1.0))
    capillary_rise = Flux("mm d-1", "Capillary rise", out_of="lower_zone", into="soil_moisture")

    equations = (r"C = c\,Z_l\,\left(1 - \min(\theta / f_c,\ 1)\right)",)

    def forward(self, *, lower_zone, soil_moisture, fc, c):
        return dict(capillary_rise=c * relu(lower_zone) * (1 - (soil_moisture / fc).clamp(max=1.0)))


class ThreeOutlets(Process):
    """Two groundwater zones, three outlets.

    The upper zone percolates to the lower zone, then gives quickflow from what is above `uzl`, then interflow from what
    is left. The lower zone gives baseflow.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    k0 = Parameter("d-1", "Quickflow recession", range=(0.05, 0.9))
    k1 = Parameter("d-1", "Interflow recession", range=(0.01, 0.5))
    k2 = Parameter("d-1", "Baseflow recession", range=(0.001, 0.2))
    perc = Parameter("mm d-1", "Maximum percolation", range=(0.0, 10.0))
    uzl = Parameter("mm", "Upper-zone threshold for quickflow", range=(0.0, 100.0))

    upper_zone = State("mm", "Upper groundwater zone", initial=0.001)
    lower_zone = State("mm", "Lower groundwater zone", initial=0.001)

    percolation = Flux("mm d-1", "Percolation", out_of="upper_zone", into="lower_zone")
    quickflow = Flux("mm d-1", "Quickflow", out_of="upper_zone", into="channel")
    interflow = Flux("mm d-1", "Interflow", out_of="upper_zone", into="channel")
    baseflow = Flux("mm d-1", "Baseflow", out_of="lower_zone", into="channel")

    equations = (
        r"G = \min(p_{erc},\ Z_u)",
        r"Q_0 = k_0\,(Z_u - u_{zl})^+, \quad Q_1 = k_1\,Z_u, \quad Q_2 = k_2\,Z_l",
    )

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        percolation = torch.minimum(upper_zone, perc)
        upper = upper_zone - percolation
        quickflow = k0 * relu(upper - uzl)
        return dict(
            percolation=percolation,
            quickflow=quickflow,
            interflow=k1 * (upper - quickflow),
            baseflow=k2 * (lower_zone + percolation),
        )


class TwoOutlets(Process):
    """Two groundwater zones, two outlets.

    As with three outlets, without the threshold: the upper zone gives interflow, the lower zone baseflow.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    k1 = ThreeOutlets.k1
    k2 = ThreeOutlets.k2
    perc = ThreeOutlets.perc

    upper_zone = ThreeOutlets.upper_zone
    lower_zone = ThreeOutlets.lower_zone

    percolation = ThreeOutlets.percolation
    interflow = ThreeOutlets.interflow
    baseflow = ThreeOutlets.baseflow

    equations = (r"G = \min(p_{erc},\ Z_u)", r"Q_1 = k_1\,Z_u, \quad Q_2 = k_2\,Z_l")

    def forward(self, *, upper_zone, lower_zone, k1, k2, perc):
        percolation = torch.minimum(upper_zone, perc)
        return dict(
            percolation=percolation,
            interflow=k1 * (upper_zone - percolation),
            baseflow=k2 * (lower_zone + percolation),
        )


class LinearReservoir(Process):
    """One linear reservoir.

    All recharge reaches one store on the same day, and a fixed share of that store flows out each day.

    Source: Maillet (1905), Essais d'hydraulique souterraine et fluviale; Seibert and Vis (2012),
    doi:10.5194/hess-16-3315-2012.
    """

    k2 = ThreeOutlets.k2

    upper_zone = ThreeOutlets.upper_zone
    lower_zone = ThreeOutlets.lower_zone

    percolation = ThreeOutlets.percolation
    baseflow = ThreeOutlets.baseflow

    equations = (r"Q_2 = k_2\,Z_l",)

    def forward(self, *, upper_zone, lower_zone, k2):
        return dict(percolation=upper_zone, baseflow=k2 * (lower_zone + upper_zone))


class GammaRouting(Process):
    """Gamma unit hydrograph.

    Runoff reaches the gauge over the next 15 days, distributed as a gamma density. It routes the mean over the members.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    member_mean = True
    n_days = 15
    memory = n_days - 1

    route_a = Parameter("1", "Shape of the unit hydrograph", range=(0.0, 2.9))
    route_b = Parameter("d", "Time scale of the unit hydrograph", range=(0.0, 6.5))

    channel = State("mm", "Water on its way to the gauge")
    streamflow = Flux("mm d-1", "Streamflow", out_of="channel", into="outlet")

    equations = (
        r"Q_t = \sum_{k} w_k\,(Q_0 + Q_1 + Q_2)_{t-k}",
        r"w_k \propto t_k^{a - 1} e^{-t_k / b}, \quad a = r_a + 0.1,\ b = r_b + 0.5,\ t_k = k + \tfrac12",
    )

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, route_a, route_b):
        return dict(streamflow=self._convolve(quickflow + interflow + baseflow, self._weights(route_a, route_b)))

    def _weights(self, route_a: Tensor, route_b: Tensor) -> Tensor:
        """The share of runoff that arrives after 0, 1, ... days, `(day, time, site, member)`; sums to 1 over days."""
        day = torch.arange(0.5, self.n_days, dtype=route_a.dtype, device=route_a.device)[:, None, None, None]
        return torch.softmax((route_a - 0.9) * day.log() - day / (route_b + 0.5), dim=0)

    def _convolve(self, runoff: Tensor, weights: Tensor) -> Tensor:
        n_time = len(runoff)
        if weights.shape[1] > 1:  # the unit hydrograph of the day on which the runoff was made
            arriving = weights * runoff
            return sum(pad(arriving[k], (0, 0, 0, 0, k, 0))[:n_time] for k in range(self.n_days))
        kernel = weights.expand(-1, 1, *runoff.shape[1:]).reshape(self.n_days, 1, -1)
        series = pad(runoff.reshape(n_time, -1).T, (self.n_days - 1, 0))
        routed = conv1d(series[None], kernel.flip(0).permute(2, 1, 0), groups=kernel.shape[-1])
        return routed[0].T.reshape(runoff.shape)


class NoRouting(Process):
    """No routing: runoff reaches the gauge on the same day."""

    member_mean = True

    channel = GammaRouting.channel
    streamflow = GammaRouting.streamflow

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow):
        return dict(streamflow=quickflow + interflow + baseflow)


domain = Domain(
    title="Rainfall-runoff",
    site="basin",
    forcings=dict(
        prcp=Forcing("mm d-1", "Precipitation", "lwe_precipitation_rate", range=(0.0, 500.0)),
        tmean=Forcing("degC", "Mean air temperature", "air_temperature", range=(-60.0, 50.0)),
        tmin=Forcing("degC", "Minimum air temperature", "air_temperature", range=(-70.0, 45.0)),
        tmax=Forcing("degC", "Maximum air temperature", "air_temperature", range=(-60.0, 60.0)),
        pet=Forcing("mm d-1", "Potential evapotranspiration", range=(0.0, 25.0)),
        day_of_year=Forcing("1", "Day of the year", range=(1.0, 366.0)),
    ),
    attributes=dict(lat=Attribute("degrees_north", "Latitude", "latitude", range=(-90.0, 90.0))),
    targets=dict(streamflow=Quantity("mm d-1", "Streamflow")),
    outside=("atmosphere", "outlet"),
    slots=dict(
        pet=(Hamon, Hargreaves, Oudin, GivenPet),
        snow=(DegreeDaySnow, SmoothDegreeDaySnow, NoSnow),
        soil=(BetaSoil,),
        evapotranspiration=(LinearEvapotranspiration, GammaEvapotranspiration, LearnedEvapotranspiration),
        capillary_rise=(NoCapillaryRise, CapillaryRise),
        groundwater=(ThreeOutlets, TwoOutlets, LinearReservoir),
        routing=(GammaRouting, NoRouting),
    ),
)
