"""Kernels of a sweep down a tree: machine code, and the memory that it works in."""

import ctypes
from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import pad

from dgviz.engine.cpu.compile import compiled, vector_bytes
from dgviz.engine.cpu.sweep_passes import Backward, Forward
from dgviz.engine.cpu.sweep_places import ARGUMENTS, BYTES, Key
from dgviz.engine.plan import Plan
from dgviz.processes.sweep import Tree

REGISTERS = 4  # to a vector: side by side they hide each other's waiting


class SweepKernel:
    """The kernel of a plan; it is compiled when it is first launched.

    What is `by_site` in the plan varies in time, `(time, place)`; what it keeps leaves a place and enters the one
    below, under the names in `channels`: what enters by what leaves.
    """

    def __init__(self, plan: Plan, channels: Mapping[str, str]):
        self.plan, self.channels = plan, channels
        self.width = REGISTERS * vector_bytes() // BYTES
        self._writer = Backward if plan.backward else Forward

    @cached_property
    def _function(self):
        description = f"{self.plan.description}\n{self.channels} {self.width}"
        return compiled(f"sweep_{self._writer.name}", description, self._write, len(ARGUMENTS))

    def _write(self) -> str:
        return str(self._writer(self.plan, self.channels, self.width).module)

    def launch(self, arrays: Mapping[Key, Tensor], tree: Tree, n_steps: int) -> None:
        """Run the kernel on contiguous arrays `(time, place)`, `(1, place)` where constant and `(place,)` of states."""
        n_time, n_place = next(iter(arrays.values())).shape
        n_levels = len(tree.starts) - 1
        places = pad(tree.below, (0, self.width), value=n_place)
        given = [torch.tensor(tree.starts), places, *(arrays[key] for key in self._writer.table_keys(self.plan))]
        rows, vectors = self._writer.sizes(self.plan, self.channels)
        # A vector more to each row: the last ones of a level may reach beyond the last place.
        size = rows * (n_place + self.width) + vectors * self.width * _vectors_of_a_time(tree, n_steps, self.width)
        scratch = torch.ones(size, dtype=torch.float64)
        table = (ctypes.c_void_p * len(given))(*(a.data_ptr() for a in given))
        self._function(ctypes.addressof(table), n_time, n_place, n_steps, n_levels, scratch.data_ptr())


def _vectors_of_a_time(tree: Tree, n_steps: int, width: int) -> int:
    starts, n_levels = tree.starts, len(tree.starts) - 1
    sizes = (starts[min(k + 1, n_levels)] - starts[max(0, k - n_steps + 1)] for k in range(n_steps + n_levels - 1))
    return sum(-(-size // width) for size in sizes)
