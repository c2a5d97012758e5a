"""Potential evapotranspiration."""

import math

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.processes.declare import Flux, Process

RADIATION = "radiation at the top of the atmosphere, from latitude and day of the year [MJ m-2 d-1]"


def solar_geometry(lat: Tensor, day_of_year: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Solar declination, sunset hour angle (rad) and inverse relative distance (FAO-56, equations 23 to 25)."""
    angle = 2 * math.pi * day_of_year / 365
    declination = 0.409 * torch.sin(angle - 1.39)
    # cos(w_s) = -tan(lat) tan(declination); the limits are polar night and midnight sun
    cosine = -torch.tan(torch.deg2rad(lat)) * torch.tan(declination)
    return declination, torch.arccos(cosine.clamp(-0.999999, 0.999999)), 1 + 0.033 * torch.cos(angle)


def extraterrestrial_radiation(lat: Tensor, day_of_year: Tensor) -> Tensor:
    """Radiation at the top of the atmosphere, MJ m-2 d-1 (FAO-56, equation 21)."""
    declination, sunset, distance = solar_geometry(lat, day_of_year)
    latitude = torch.deg2rad(lat)
    # R_a = 24 * 60 / pi * G_sc d_r [w_s sin(lat) sin(decl) + cos(lat) cos(decl) sin(w_s)]
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
        r"E_p = 0.0055 \cdot 25.4 (N / 12)^2\, \rho_s",
        r"\rho_s = 216.7\, e_s / (T + 273.3), \quad e_s = 6.108\, \exp(17.27\,T / (T + 237.3))",
    )
    symbols = {
        "E_p": "pet",
        "T": "tmean",
        "N": "day length, from latitude and day of the year [h]",
        r"\rho_s": "density of saturated water vapour [g m-3]",
        "e_s": "saturation vapour pressure [hPa]",
    }

    def forward(self, *, tmean, lat, day_of_year):
        _, sunset, _ = solar_geometry(lat, day_of_year)
        # h; e_s in hPa after Tetens, density of vapour in g m-3
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
    equations = (r"E_p = 0.0023 \cdot 0.408\, R_a\, (T + 17.8) (T_x - T_n)^{1/2}",)
    symbols = {"E_p": "pet", "T": "tmean", "T_x": "tmax", "T_n": "tmin", "R_a": RADIATION}

    def forward(self, *, tmean, tmin, tmax, lat, day_of_year):
        # 0.408 kg MJ-1: 1 / latent heat, so MJ m-2 d-1 become mm d-1
        radiation = 0.408 * extraterrestrial_radiation(lat, day_of_year)
        span = (tmax - tmin).clamp(min=1e-6).sqrt()  # at zero its gradient would be infinite
        return dict(pet=0.0023 * radiation * relu(tmean + 17.8) * span)


class Oudin(Process):
    """Oudin: radiation and mean temperature.

    Made for rainfall-runoff models: simple, and as good in them as formulas that need wind and humidity.

    Source: Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026.
    """

    pet = Hamon.pet
    equations = (r"E_p = R_a\,(T + 5) / (100\,\lambda \rho), \quad T > -5",)
    symbols = {
        "E_p": "pet",
        "T": "tmean",
        "R_a": RADIATION,
        r"\lambda": "latent heat of vaporization, 2.45 [MJ kg-1]",
        r"\rho": "density of water, so that 1 kg m-2 is 1 mm",
    }

    def forward(self, *, tmean, lat, day_of_year):
        # 2.45 MJ kg-1: latent heat of vaporisation
        return dict(pet=extraterrestrial_radiation(lat, day_of_year) / 2.45 * relu(tmean + 5) / 100)


class GivenPet(Process):
    """From the data set.

    Potential evapotranspiration as the data set gives it in its variable `pet`.
    """

    def forward(self):
        return {}
