"""Soil moisture, and the share of the water on the ground that recharges groundwater."""

from typing import ClassVar

from torch.nn.functional import relu

from dgviz.domains.small_network import NETWORK, MonotoneNetwork, SmallNetwork
from dgviz.processes.declare import Flux, Parameter, Process, State

SMALLEST = 1e-6  # keeps the base of a power positive, where its gradient would be infinite


class BetaSoil(Process):
    """Soil moisture with a recharge curve.

    The wetter the soil, the larger the share of the water on the ground that recharges groundwater; the rest stays in
    the soil. What exceeds field capacity runs off too.

    Source: Bergström (1992), SMHI Reports RH 4; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    fc = Parameter("mm", "Field capacity", range=(50.0, 1000.0), default=200.0)
    beta = Parameter("1", "Shape of the recharge curve", range=(1.0, 6.0), default=2.0)

    soil_moisture = State("mm", "Soil moisture", "lwe_thickness_of_soil_moisture_content", initial=0.001, capacity="fc")

    recharge = Flux("mm d-1", "Groundwater recharge", out_of="surface", into="upper_zone")
    infiltration = Flux("mm d-1", "Infiltration", out_of="surface", into="soil_moisture")
    excess = Flux("mm d-1", "Saturation excess", out_of="soil_moisture", into="upper_zone")

    equations = (r"R = I\,\min\left((\theta / \mathrm{FC})^{\beta},\ 1\right)", r"X = (\theta + I - R - \mathrm{FC})^+")
    symbols = {
        r"\mathrm{FC}": "fc",
        r"\beta": "beta",
        r"\theta": "soil_moisture",
        "I": "surface",
        "R": "recharge",
        "X": "excess",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def forward(self, *, surface, soil_moisture, fc, beta):
        # R = I (theta / fc)^beta
        recharge = surface * (soil_moisture / fc).clamp(SMALLEST, 1.0) ** beta
        infiltration = surface - recharge
        return dict(recharge=recharge, infiltration=infiltration, excess=relu(soil_moisture + infiltration - fc))


class LearnedRecharge(Process):
    """Soil moisture with learned recharge.

    A small network shared by all sites gives the share of the water on the ground that recharges groundwater, from
    soil moisture, field capacity and that water itself: of a storm it may be more than of a drizzle. The rest stays in
    the soil; what exceeds field capacity runs off too.

    Source: Höge et al. (2022), doi:10.5194/hess-26-5085-2022; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    network = SmallNetwork
    learned = ("recharge",)

    fc = BetaSoil.fc
    soil_moisture = BetaSoil.soil_moisture

    recharge = BetaSoil.recharge
    infiltration = BetaSoil.infiltration
    excess = BetaSoil.excess

    equations: ClassVar[tuple[str, ...]] = (
        r"R = I\,\sigma\!\left(\mathrm{NN}(\theta / \mathrm{FC},\ \mathrm{FC},\ I)\right)",
        BetaSoil.equations[1],
    )
    symbols = BetaSoil.symbols | NETWORK

    def __init__(self):
        super().__init__()
        self.share = self.network(3)

    def forward(self, *, surface, soil_moisture, fc):
        # Scaled to about -2 ... 2, where the hyperbolic tangent of the network is steep.
        recharge = surface * self.share(4 * soil_moisture / fc - 2, fc / 500 - 1, surface / 20 - 1)
        infiltration = surface - recharge
        return dict(recharge=recharge, infiltration=infiltration, excess=relu(soil_moisture + infiltration - fc))


class MonotoneRecharge(LearnedRecharge):
    """Soil moisture with learned, monotone recharge.

    As the learned form, but whatever the network learns, the share that recharges groundwater never falls while soil
    moisture grows.

    Source: Höge et al. (2022), doi:10.5194/hess-26-5085-2022; monotone networks: Daniels and Velikova (2010),
    doi:10.1109/TNN.2010.2044803.
    """

    network = MonotoneNetwork

    equations = (*LearnedRecharge.equations, r"\partial\,\mathrm{NN} / \partial\theta \ge 0")
