"""The reaches of a river, cut into pieces in the order in which water passes them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from dgviz.processes.sweep import Tree

LONGEST_PIECE = 5000.0  # m: about the way of a flood in a step of 1 hour
SMALLEST_SLOPE = 1e-4  # of a bed; where maps say that a river is flatter, its water surface is not


@dataclass(frozen=True)
class Network(Tree):
    """The pieces of all reaches, from the headwaters down: the position of the `reach` of each piece, and the `last`,
    lowest piece of each reach."""

    reach: Tensor
    last: Tensor

    @classmethod
    def of(cls, number: Tensor, downstream: Tensor, n_pieces: Tensor) -> "Network":
        """From the number of each reach `(reach,)`, the number of the next one downstream, and its number of pieces.

        Where no reach has the number given as downstream, the water leaves. Raises ValueError naming a number that two
        reaches share, or a reach whose water comes back to it.
        """
        to = _positions(number, downstream)
        below_end = _pieces_below(number, to, n_pieces)
        reach = torch.repeat_interleave(n_pieces)
        first = n_pieces.cumsum(0) - n_pieces
        place = torch.arange(len(reach), device=number.device) - first[reach]  # counted from the reach's upper end
        # Pieces from the outlet; headwaters are furthest and come first.
        distance = below_end[reach] + n_pieces[reach] - 1 - place
        order = torch.argsort(-distance, stable=True)
        rank = torch.argsort(order)
        top = torch.cat([first, first.new_tensor([len(reach)])])  # of the next reach, or beyond all pieces
        at_end = place == n_pieces[reach] - 1
        below = torch.where(at_end, top[to[reach]], torch.arange(len(reach), device=number.device) + 1)
        rank = torch.cat([rank, rank.new_tensor([len(rank)])])
        level = (distance.max() - distance)[order]
        levels = torch.arange(int(level.max()) + 2, device=number.device)
        starts = tuple(torch.searchsorted(level, levels).tolist())
        last = rank[first + n_pieces - 1]
        return cls(rank[below][order], level, starts, reach[order], last)

    def gather(self, amounts: Tensor) -> Tensor:
        """What passes the end of each piece `(piece,)` when `amounts` `(piece,)` enter: the sum of all upstream."""
        n = len(amounts)
        # (I - A) q = amounts, where A moves what passes one piece to the next below; triangular in this order.
        matrix = torch.eye(n + 1, dtype=amounts.dtype, device=amounts.device)
        matrix[self.below, torch.arange(n, device=amounts.device)] = -1
        return torch.linalg.solve_triangular(matrix[:n, :n], amounts[:, None], upper=False, unitriangular=True)[:, 0]


def _positions(number: Tensor, downstream: Tensor) -> Tensor:
    """The position of the next reach downstream, the number of reaches where there is none."""
    if len(number.unique()) < len(number):
        twice = next(n for i, n in enumerate(number.tolist()) if n in number[:i].tolist())
        raise ValueError(
            f"The river reach {twice:g} is there twice. A river is simulated as a whole, so that no reach of it can be "
            "repeated with another value of a parameter."
        )
    match = downstream[:, None] == number
    return torch.where(match.any(1), match.int().argmax(1), len(number))


def _pieces_below(number: Tensor, to: Tensor, n_pieces: Tensor) -> Tensor:
    """How many pieces lie below the end of each reach."""
    below = torch.zeros(len(to) + 1, dtype=n_pieces.dtype, device=n_pieces.device)
    extended = torch.cat([n_pieces, n_pieces.new_zeros(1)])
    for _ in range(len(to) + 1):
        # One reach further down in each round, until nothing changes; with a loop it never ends.
        further = torch.cat([(below + extended)[to], below[-1:]])
        if torch.equal(further, below):
            return below[:-1]
        below = further
    loop = number[below[:-1].argmax()]
    raise ValueError(f"The water of the river reach {loop:g} comes back to it. Correct the links between reaches.")


@dataclass(frozen=True)
class Bed:
    """What routing needs to know of each piece `(piece,)`: its `area` (m2), the `fall` from its upper to its lower end
    (m), its `width` (m), its `slope` and the area of the `land` beside it (km2)."""

    area: Tensor
    fall: Tensor
    width: Tensor
    slope: Tensor
    land: Tensor


def cut(number: Tensor, downstream: Tensor, land: Tensor, length: Tensor, slope: Tensor, width: Tensor):
    """The network and the bed of reaches.

    Given for each reach, `(reach,)`: its number, the number of the next one downstream, the land beside it (km2), its
    length (m), slope and width (m).
    """
    n_pieces = (length / LONGEST_PIECE).ceil().long()
    slope = slope.clamp(min=SMALLEST_SLOPE)
    network = Network.of(number, downstream, n_pieces)
    length = length / n_pieces  # of a piece
    of_reach = length * width, length * slope, width, slope, land / n_pieces
    return network, Bed(*(values[network.reach] for values in of_reach))
