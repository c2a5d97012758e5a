"""Water that climbs from the lower groundwater zone into the soil."""

from torch.nn.functional import relu

from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.processes.declare import Flux, Parameter, Process


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
    c = Parameter("d-1", "Capillary rise coefficient", range=(0.0, 1.0), default=0.01)
    capillary_rise = Flux("mm d-1", "Capillary rise", out_of="lower_zone", into="soil_moisture")

    equations = (r"C = c\,Z_l\,\left(1 - \min(\theta / \mathrm{FC},\ 1)\right)",)
    symbols = {
        "c": "c",
        r"\mathrm{FC}": "fc",
        "C": "capillary_rise",
        "Z_l": "lower_zone",
        r"\theta": "soil_moisture",
    }

    def forward(self, *, lower_zone, soil_moisture, fc, c):
        # C = c Z_l (1 - theta / fc)
        return dict(capillary_rise=c * relu(lower_zone) * (1 - (soil_moisture / fc).clamp(max=1.0)))
