"""From the runoff of a day to the streamflow at the gauge."""

import torch
from torch import Tensor
from torch.nn.functional import conv1d, pad

from dgviz.processes.declare import Flux, Parameter, Process, State


class GammaRouting(Process):
    """Gamma unit hydrograph.

    Runoff reaches the gauge over the next 15 days, distributed as a gamma density. It routes the mean over the members.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    member_mean = True
    n_days = 15
    memory = n_days - 1

    route_a = Parameter("1", "Shape of the unit hydrograph", range=(0.0, 2.9), default=1.4)
    route_b = Parameter("d", "Time scale of the unit hydrograph", range=(0.0, 6.5), default=0.5)

    channel = State("mm", "Water on its way to the gauge")
    streamflow = Flux("mm d-1", "Streamflow", out_of="channel", into="outlet")

    equations = (
        r"Q_t = \sum_{k} w_k\,(Q_0 + Q_1 + Q_2)_{t-k}",
        r"w_k \propto t_k^{a - 1} e^{-t_k / b}, \quad a = r_a + 0.1,\ b = r_b + 0.5,\ t_k = k + 1/2",
    )
    symbols = {
        "r_a": "route_a",
        "r_b": "route_b",
        "Q": "streamflow",
        "Q_0": "quickflow",
        "Q_1": "interflow",
        "Q_2": "baseflow",
        "w_k": "share of runoff that arrives after k days; the shares sum to 1",
        "t_k": "middle of that day [d]",
        "a": "shape of the gamma density",
        "b": "scale of the gamma density [d]",
        "t": "day",
        "k": "delay, 0 to 14 [d]",
        "e": "base of the natural logarithm",
    }

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, abstraction=None, route_a, route_b):
        runoff = quickflow + interflow + baseflow
        left = runoff if abstraction is None else runoff - abstraction
        return dict(streamflow=self._convolve(left, self._weights(route_a, route_b)))

    def _weights(self, route_a: Tensor, route_b: Tensor) -> Tensor:
        """The share of runoff that arrives after 0, 1, ... days, `(day, time, site, member)`; sums to 1 over days."""
        # Gamma density t^(a - 1) e^(-t / b) at the middle of each day; softmax of its logarithm makes the sum 1.
        day = torch.arange(0.5, self.n_days, dtype=route_a.dtype, device=route_a.device)[:, None, None, None]
        return torch.softmax((route_a - 0.9) * day.log() - day / (route_b + 0.5), dim=0)

    def _convolve(self, runoff: Tensor, weights: Tensor) -> Tensor:
        n_time = len(runoff)
        if weights.shape[1] > 1:  # the unit hydrograph of the day on which the runoff was made
            arriving = weights * runoff
            late = (pad(arriving[k], (0, 0, 0, 0, k, 0))[:n_time] for k in range(self.n_days))
            return sum(late)  # type: ignore[return-value]  # there is at least one day
        # One channel for each site and member, each with a kernel of its own (grouped convolution).
        kernel = weights.expand(-1, 1, *runoff.shape[1:]).reshape(self.n_days, 1, -1)
        series = pad(runoff.reshape(n_time, -1).T, (self.n_days - 1, 0))
        routed = conv1d(series[None], kernel.flip(0).permute(2, 1, 0), groups=kernel.shape[-1])
        return routed[0].T.reshape(runoff.shape)


class NoRouting(Process):
    """No routing: runoff reaches the gauge on the same day."""

    member_mean = True

    channel = GammaRouting.channel
    streamflow = GammaRouting.streamflow

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, abstraction=None):
        runoff = quickflow + interflow + baseflow
        return dict(streamflow=runoff if abstraction is None else runoff - abstraction)
