"""Soil moisture, and the share of the water on the ground that recharges groundwater."""

from torch.nn.functional import relu

from ...declare import Flux, Parameter, Process, State

SMALLEST = 1e-6  # keeps the base of a power positive, where its gradient would be infinite


class BetaSoil(Process):
    """Soil moisture with a recharge curve.

    The wetter the soil, the larger the share of the water on the ground that recharges groundwater; the rest stays in
    the soil. What exceeds field capacity runs off too.

    Source: Bergstroem (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = Parameter("mm", "Field capacity", range=(50.0, 1000.0), default=200.0)
    beta = Parameter("1", "Shape of the recharge curve", range=(1.0, 6.0), default=2.0)

    soil_moisture = State("mm", "Soil moisture", "lwe_thickness_of_soil_moisture_content", initial=0.001)

    recharge = Flux("mm d-1", "Groundwater recharge", out_of="surface", into="upper_zone")
    infiltration = Flux("mm d-1", "Infiltration", out_of="surface", into="soil_moisture")
    excess = Flux("mm d-1", "Saturation excess", out_of="soil_moisture", into="upper_zone")

    equations = (r"R = I\,\min\left((\theta / f_c)^{\beta},\ 1\right)", r"X = (\theta + I - R - f_c)^+")

    def forward(self, *, surface, soil_moisture, fc, beta):
        recharge = surface * (soil_moisture / fc).clamp(SMALLEST, 1.0) ** beta
        infiltration = surface - recharge
        return dict(recharge=recharge, infiltration=infiltration, excess=relu(soil_moisture + infiltration - fc))
