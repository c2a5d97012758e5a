"""From the land beside each reach down a river: Muskingum-Cunge routing, with and without conservation of mass."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import relu

from dgviz.domains.hydrology.reaches import Bed, cut
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.processes.declare import Flux, Parameter, Process
from dgviz.processes.sweep import sweep

SECONDS_PER_DAY = 86400.0
SMALLEST_FLOW = 1e-3  # m3 s-1: below it a reach empties at the speed of this flow, else a dry one never would
M3_PER_MM_KM2 = 1000.0


class MuskingumCunge(Process):
    """River network, conserving mass.

    A site is a reach with the land beside it. Its runoff enters the reach along its way, joins what comes from the
    reaches upstream, and travels at the speed that Manning's formula gives a wide channel: faster in floods and over
    smooth beds. In Todini's form of the Muskingum-Cunge scheme storage follows from inflow and outflow, so that no
    water is lost. It routes the mean over the members.

    In a step of 1 hour a flood travels some kilometres, and a reach is cut into pieces of at most 5 km. Beside a fine
    solution, the peak of a flood that rises within 10 hours is then right to 2 % after 50 km, in pieces of 1 km to 7 %
    (too high: the flood passes several in a step); one that rises within a day is right to 0.1 %, where the bed falls
    0.1 m in a kilometre to 0.6 %. Runoff is the same all day long and enters a piece at its upper end: that leaves up
    to 1.6 % in the daily peaks of the Delaware.

    Source: Todini (2007), doi:10.5194/hess-11-1645-2007; Cunge (1969), doi:10.1080/00221686909500264.
    """

    member_mean = True
    joins_sites = True
    carries = "river"
    n_steps: ClassVar[int] = 24  # in a day
    n_iterations: ClassVar[int] = 2  # of the reference flow

    manning_n = Parameter("1", "Channel roughness", range=(0.01, 0.3), default=0.05)

    channel = GammaRouting.channel
    runoff = Flux("mm d-1", "Runoff into the river", out_of="channel", into="outlet")
    streamflow = Flux("mm d-1", "Streamflow")
    river_storage = Flux("mm", "Water in the reach, over the land upstream")

    equations: ClassVar[tuple[str, ...]] = (
        r"K = L B y / Q, \quad y = (Q\,n / (B\,S_0^{1/2}))^{3/5}, \quad Q = (I_t + O_t) / 2",
        r"C = \Delta t / K, \quad D = 0.36\,y / (S_0 L), \quad X = (1 - D + C)/2",
        r"S_t = K\left(X\,I_t + (1 - X)\,O_t\right) = S_{t-1} + \Delta t\,(I_t - O_t)",
        r"0 \le O_t \le I_t + S_{t-1} / \Delta t",
    )
    symbols: ClassVar[dict[str, str]] = {
        "n": "manning_n",
        "L": "reach_length",
        "B": "reach_width",
        "S_0": "reach_slope",
        "I": "inflow of a piece of reach [m3 s-1]",
        "O": "outflow of a piece of reach [m3 s-1]",
        "Q": "reference flow [m3 s-1]",
        "y": "water depth, by Manning's formula with the channel roughness [m]",
        "K": "travel time [s]",
        "X": "weight of the inflow in storage",
        "C": "Courant number",
        "D": "diffusion number (inverse of the cell Reynolds number)",
        "S": "water in the piece of reach [m3]",
        r"\Delta t": "time step, 1 hour [s]",
        "t": "number of the time step",
    }

    def forward(
        self,
        *,
        quickflow=0.0,
        interflow=0.0,
        baseflow,
        manning_n,
        reach,
        downstream_reach,
        reach_area,
        reach_length,
        reach_slope,
        reach_width,
        abstraction=None,
        river=None,
    ):
        made = quickflow + interflow + baseflow
        left = made if abstraction is None else made - abstraction
        runoff, _ = torch.broadcast_tensors(left, reach)
        of_reach = reach, downstream_reach, reach_area, reach_length, reach_slope, reach_width
        network, bed = cut(*(values.double().flatten() for values in of_reach))
        at = network.reach
        lateral = runoff[..., 0].double()[:, at] * bed.land * (M3_PER_MM_KM2 / SECONDS_PER_DAY)
        roughness = manning_n.expand(-1, runoff.shape[1], -1)[..., 0].double()[:, at]
        # Manning for a wide channel: y = (Q n / (B sqrt(S0)))^0.6 = depth Q^0.6
        depth = (roughness / (bed.width * bed.slope.sqrt())) ** 0.6
        before = self.steady(network.gather(lateral[0]), depth[0], bed) if river is None else river[..., 0]
        inputs = depth, bed.area[None], bed.fall[None]
        leaving, *states = sweep(self.step, network, self.n_steps, lateral, tuple(before), inputs)
        upstream = (M3_PER_MM_KM2 * network.gather(bed.land)[network.last]).clamp(min=1.0)  # m3 for each mm
        held = self.held(states, depth, bed)
        of_reach = held.new_zeros(runoff.shape[:2]).index_add(1, at, held)
        depths = leaving[:, network.last] * SECONDS_PER_DAY / upstream, of_reach / upstream
        streamflow, river_storage = (v[..., None].to(runoff.dtype) for v in depths)
        carried = torch.stack([state[-1] for state in states])[..., None]
        return dict(runoff=runoff, streamflow=streamflow, river_storage=river_storage, river=carried)

    @property
    def seconds(self) -> float:
        """The length of a time step."""
        return SECONDS_PER_DAY / self.n_steps

    def steady(self, flow: Tensor, depth: Tensor, bed: Bed) -> tuple[Tensor, ...]:
        """The states of pieces through which the same `flow` (m3 s-1) has passed for long: their storage (m3)."""
        return (flow * _residence(flow, depth, bed.area),)

    def step(self, inflow: Tensor, *known: Tensor) -> tuple[Tensor, ...]:
        """Outflow (m3 s-1, mean of a time step) and storage (m3, at its end) of pieces; see `sweep`."""
        storage, depth, area, fall = known
        # First guess of Q = (I + O) / 2, with O of a uniform flow that holds the storage: V = A depth O^0.6.
        flow = (inflow + (storage.clamp(min=0.0) / (area * depth)) ** (5 / 3)) / 2
        for _ in range(self.n_iterations):
            residence = _residence(flow, depth, area)
            # K X = (K (1 - D) + dt) / 2
            of_inflow = (residence * (1 - _diffusion(flow, residence, area, fall)) + self.seconds) / 2
            left = storage + (self.seconds - of_inflow) * inflow
            outflow = (left / (self.seconds + residence - of_inflow)).clamp(min=0.0)
            # No more leaves than is there and comes in.
            there = storage / self.seconds + inflow
            outflow = torch.where(outflow <= there, outflow, there)
            flow = (inflow + outflow) / 2
        # S(t) = S(t - 1) + dt (I - O)
        return outflow, storage + self.seconds * (inflow - outflow)

    def held(self, states: Sequence[Tensor], depth: Tensor, bed: Bed) -> Tensor:
        """The water in pieces (m3)."""
        return states[0]


class PlainMuskingumCunge(MuskingumCunge):
    """River network, plain Muskingum-Cunge that loses water.

    As the form that conserves mass, but each step applies the coefficients of its own flow to water that entered under
    the coefficients of the step before: what the reach then holds is not what came in minus what went out. A flood
    loses up to some percent of its volume. Here to be compared with.

    Source: Cunge (1969), doi:10.1080/00221686909500264; Ponce and Yevjevich (1978), J. Hydraul. Div. 104, 1663-1667;
    the loss: Todini (2007), doi:10.5194/hess-11-1645-2007.
    """

    equations = (
        r"c = 5\,Q / (3\,B y), \quad K = L / c, \quad X = (1 - Q / (B S_0 c L)) / 2",
        r"O_t = \frac{(\Delta t - 2 K X) I_t + (\Delta t + 2 K X) I_{t-1} + (2 K (1 - X) - \Delta t) O_{t-1}}"
        r"{2 K (1 - X) + \Delta t}, \quad Q = (I_t + I_{t-1} + O_{t-1}) / 3",
    )
    symbols = MuskingumCunge.symbols | {"c": "wave celerity [m s-1]"}

    def steady(self, flow: Tensor, depth: Tensor, bed: Bed) -> tuple[Tensor, ...]:
        """Inflow and outflow of pieces through which the same `flow` (m3 s-1) has passed for long."""
        return flow, flow

    def step(self, inflow: Tensor, *known: Tensor) -> tuple[Tensor, ...]:
        """Outflow of pieces in a time step (m3 s-1), then both flows for the next step; see `sweep`."""
        inflow_before, outflow_before, depth, area, fall = known
        flow = (inflow + inflow_before + outflow_before) / 3
        residence = _residence(flow, depth, area)
        # K = L / c with the celerity c = 5/3 Q / (B y): 3/5 of the residence time
        travel = 0.6 * residence
        of_inflow = travel * (1 - _diffusion(flow, residence, area, fall) / 0.6)
        rest = 2 * travel - of_inflow
        moved = (self.seconds - of_inflow) * inflow + (self.seconds + of_inflow) * inflow_before
        outflow = relu(moved + (rest - self.seconds) * outflow_before) / (rest + self.seconds)
        return outflow, inflow, outflow

    def held(self, states: Sequence[Tensor], depth: Tensor, bed: Bed) -> Tensor:
        """The water (m3) that pieces need to carry their flow; it differs from what the flows have left there."""
        flow = (states[0] + states[1]) / 2
        return flow * _residence(flow, depth, bed.area)


def _residence(flow: Tensor, depth: Tensor, area: Tensor) -> Tensor:
    """The time in which a `flow` (m3 s-1) replaces the water of a piece (s): volume over flow."""
    return area * depth * flow.clamp(min=SMALLEST_FLOW) ** -0.4


def _diffusion(flow: Tensor, residence: Tensor, area: Tensor, fall: Tensor) -> Tensor:
    """Todini's corrected cell Reynolds number: how much the slope of the water surface spreads a wave in a piece."""
    return 0.36 * flow * residence / (area * fall)
