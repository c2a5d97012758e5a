"""Groundwater zones and their outlets."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.small_network import NETWORK, MonotoneNetwork, SmallNetwork
from dgviz.processes.declare import Flux, Parameter, Process, State


class ThreeOutlets(Process):
    """Two groundwater zones, three outlets.

    The upper zone percolates to the lower zone, then gives quickflow from what is above `uzl`, then interflow from what
    is left. The lower zone gives baseflow.

    Source: Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    k0 = Parameter("d-1", "Quickflow recession", range=(0.05, 0.9), default=0.2)
    k1 = Parameter("d-1", "Interflow recession", range=(0.01, 0.5), default=0.1)
    k2 = Parameter("d-1", "Baseflow recession", range=(0.001, 0.2), default=0.05)
    perc = Parameter("mm d-1", "Maximum percolation", range=(0.0, 10.0), default=1.0)
    uzl = Parameter("mm", "Upper-zone threshold for quickflow", range=(0.0, 100.0), default=20.0)

    upper_zone = State("mm", "Upper groundwater zone", initial=0.001)
    lower_zone = State("mm", "Lower groundwater zone", initial=0.001)

    percolation = Flux("mm d-1", "Percolation", out_of="upper_zone", into="lower_zone")
    quickflow = Flux("mm d-1", "Quickflow", out_of="upper_zone", into="channel")
    interflow = Flux("mm d-1", "Interflow", out_of="upper_zone", into="channel")
    baseflow = Flux("mm d-1", "Baseflow", out_of="lower_zone", into="channel")

    equations: ClassVar[tuple[str, ...]] = (
        r"G = \min(\mathrm{PERC},\ Z_u)",
        r"Q_0 = K_0\,(Z_u - \mathrm{UZL})^+, \quad Q_1 = K_1\,Z_u, \quad Q_2 = K_2\,Z_l",
    )
    symbols: ClassVar[dict[str, str]] = {
        "K_0": "k0",
        "K_1": "k1",
        "K_2": "k2",
        r"\mathrm{PERC}": "perc",
        r"\mathrm{UZL}": "uzl",
        "G": "percolation",
        "Q_0": "quickflow",
        "Q_1": "interflow",
        "Q_2": "baseflow",
        "Z_u": "upper_zone",
        "Z_l": "lower_zone",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def percolate(self, upper_zone: Tensor, lower_zone: Tensor, perc: Tensor) -> Tensor:
        """The percolation of a day."""
        return torch.minimum(upper_zone, perc)

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        percolation = self.percolate(upper_zone, lower_zone, perc)
        # In sequence, as in HBV: each outlet draws on what the one before it left.
        upper = upper_zone - percolation
        quickflow = k0 * relu(upper - uzl)
        return dict(
            percolation=percolation,
            quickflow=quickflow,
            interflow=k1 * (upper - quickflow),
            baseflow=k2 * (lower_zone + percolation),
        )


class LearnedPercolation(ThreeOutlets):
    """Three outlets with learned percolation.

    As with three outlets, but a small network shared by all sites says what share of the maximum percolates, from the
    water in both zones and that maximum. No more percolates than the upper zone holds.

    Source: Höge et al. (2022), doi:10.5194/hess-26-5085-2022; Seibert and Vis (2012), doi:10.5194/hess-16-3315-2012.
    """

    network = SmallNetwork
    learned = ("percolation",)

    equations: ClassVar[tuple[str, ...]] = (
        r"G = \min\left(\mathrm{PERC}\,\sigma\!\left(\mathrm{NN}(Z_u,\ Z_l,\ \mathrm{PERC})\right),\ Z_u\right)",
        *ThreeOutlets.equations[1:],
    )
    symbols = ThreeOutlets.symbols | NETWORK

    def __init__(self):
        super().__init__()
        self.share = self.network(3)

    def percolate(self, upper_zone: Tensor, lower_zone: Tensor, perc: Tensor) -> Tensor:
        """The percolation of a day."""
        # Scaled to about -1 ... 1 at usual storages.
        share = self.share(upper_zone / 25 - 1, lower_zone / 50 - 1, perc / 5 - 1)
        return torch.minimum(upper_zone, perc * share)


class MonotonePercolation(LearnedPercolation):
    """Three outlets with learned, monotone percolation.

    As with learned percolation, but whatever the network learns, percolation never falls while the upper zone fills.

    Source: Höge et al. (2022), doi:10.5194/hess-26-5085-2022; monotone networks: Daniels and Velikova (2010),
    doi:10.1109/TNN.2010.2044803.
    """

    network = MonotoneNetwork

    equations = (*LearnedPercolation.equations, r"\partial\,\mathrm{NN} / \partial Z_u \ge 0")


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

    equations = (r"G = \min(\mathrm{PERC},\ Z_u)", r"Q_1 = K_1\,Z_u, \quad Q_2 = K_2\,Z_l")
    symbols = ThreeOutlets.symbols

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

    equations = (r"Q_2 = K_2\,Z_l",)
    symbols = ThreeOutlets.symbols

    def forward(self, *, upper_zone, lower_zone, k2):
        # A pass-through: the upper zone is empty again at the end of the day.
        return dict(percolation=upper_zone, baseflow=k2 * (lower_zone + upper_zone))


class ZonesInWrongOrder(Process):
    """Control: groundwater zones in the wrong order.

    Absurd on purpose: all water first passes the zone that drains as slowly as baseflow, and the quick outlet gets only
    what that lets through. It conserves mass. With constant parameters it should do worse than the zones in their
    order. Where parameters that change from day to day make up for that, the network has mended the structure, and a
    good score says nothing about the processes.

    Source: after the model "NonSense" of Acuña Espinoza et al. (2024), doi:10.5194/hess-28-2705-2024.
    """

    k0 = ThreeOutlets.k0
    k2 = ThreeOutlets.k2

    upper_zone = ThreeOutlets.upper_zone
    lower_zone = ThreeOutlets.lower_zone

    percolation = ThreeOutlets.percolation
    baseflow = ThreeOutlets.baseflow

    equations = (r"G = K_2\,Z_u, \quad Q_2 = K_0\,Z_l",)
    symbols = ThreeOutlets.symbols

    def forward(self, *, upper_zone, lower_zone, k0, k2):
        percolation = k2 * upper_zone
        return dict(percolation=percolation, baseflow=k0 * (lower_zone + percolation))
