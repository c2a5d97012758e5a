"""Water that people take out of the streams of a regulated basin, above its gauge."""

import torch

from dgviz.domains import Slot
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.processes.declare import Flux, Process


class NoAbstraction(Process):
    """No abstraction: all runoff passes the gauge."""

    def forward(self):
        return {}


class PrescribedWithdrawal(Process):
    """Prescribed withdrawal.

    What the data give as `withdrawal` is taken from the runoff of the same day and leaves the basin without passing the
    gauge, never more than there is. Without it, the stores of a diverted basin learn to swallow the water.

    Source: Döll et al. (2012), doi:10.1016/j.jog.2011.05.001, for water that is taken from rivers.
    """

    member_mean = True  # as all that is in the channel

    channel = GammaRouting.channel
    abstraction = Flux("mm d-1", "Abstraction", out_of="channel", into="outlet")
    equations = (r"A = \min(W,\ Q_0 + Q_1 + Q_2)",)
    symbols = {"A": "abstraction", "W": "withdrawal", "Q_0": "quickflow", "Q_1": "interflow", "Q_2": "baseflow"}

    def forward(self, *, withdrawal, quickflow=0.0, interflow=0.0, baseflow):
        return dict(abstraction=torch.minimum(withdrawal, quickflow + interflow + baseflow))


SLOT = Slot(after="groundwater", options=(NoAbstraction, PrescribedWithdrawal))
