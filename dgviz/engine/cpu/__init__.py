"""Kernels for the CPU: machine code made by LLVM, blocks of sites spread over threads."""

import ctypes
from collections.abc import Mapping
from functools import cached_property
from math import gcd

import torch
from torch import Tensor

from dgviz.engine.cpu.compile import compiled, vector_bytes
from dgviz.engine.cpu.kernel import ARGUMENTS, Backward, Forward
from dgviz.engine.cpu.layout import EVERY, Layout
from dgviz.engine.plan import Plan
from dgviz.engine.threads import n_threads, spread

BLOCK = 128  # lanes of a block, or as many as a site has members if these are more
BLOCKS = 32  # at least, where there are so many sites: threads end at about the same time
WORTH_A_THREAD = 100_000  # days x cells
ALIGNMENT = 64  # bytes
REGISTERS = 2  # to a vector: two side by side hide each other's waiting

Arrays = Mapping[tuple[str, str], Tensor | None]
Shape = tuple[int, int, int]  # days, sites, members


class CpuKernel:
    """The kernel of a plan in one precision; it is compiled when it is first launched."""

    def __init__(self, plan: Plan, dtype: torch.dtype, lanes: int):
        self.plan, self.lanes = plan, lanes
        self.width = REGISTERS * vector_bytes() // dtype.itemsize
        self.layout = Layout(plan, lanes, self.width, dtype == torch.float64)
        self._writer = Backward if plan.backward else Forward

    @staticmethod
    def variant(n_member: int) -> int:
        """The lanes of a block: kernels differ in it."""
        widest = REGISTERS * vector_bytes() // 4
        return max(BLOCK, -(-n_member // widest) * widest)

    @cached_property
    def _function(self):
        description = f"{self.plan.description}\n{self.layout.bytes} {self.width} {self.lanes}"
        return compiled(self._writer.name, description, self._write, len(ARGUMENTS))

    def _write(self) -> str:
        return str(self._writer(self.plan, self.layout).module)

    def n_blocks(self, shape: Shape) -> int:
        """The blocks into which the sites are cut."""
        return -(-shape[1] // self._sites_at_once(shape))

    def checkpoints(self, shape: Shape, device: torch.device) -> Tensor:
        """Memory for the stores of every so many days."""
        n_bytes = self.n_blocks(shape) * -(-shape[0] // EVERY) * self.layout.stores_size
        return torch.empty(n_bytes, dtype=torch.uint8, device=device)

    def launch(self, arrays: Arrays, shape: Shape) -> None:
        """Run the kernel on contiguous arrays; one that is None is not there."""
        given = [arrays[key] for key in self._writer.table_keys(self.plan)]
        # After the addresses, how many sites read each series of an input by site.
        readers = [shape[1] // arrays["input", k].shape[1] for k in self.plan.by_site]
        table = (ctypes.c_void_p * (len(given) + len(readers)))(
            *(0 if a is None else a.data_ptr() for a in given), *readers
        )
        function, at_once, n_site = self._function, self._sites_at_once(shape), shape[1]

        def work(next_block):
            scratch = torch.empty(self.layout.size + ALIGNMENT, dtype=torch.uint8)
            # Up to the next multiple of the alignment.
            aligned = -(-scratch.data_ptr() // ALIGNMENT) * ALIGNMENT
            while (block := next_block()) is not None:
                # Sites first ... first + here - 1; the last block may be shorter.
                first = block * at_once
                here = min(at_once, n_site - first)
                function(ctypes.addressof(table), *shape, first, here, block, aligned)

        spread(work, self.n_blocks(shape), self._threads(shape))

    def _sites_at_once(self, shape: Shape) -> int:
        """The sites of a block: what fits its lanes, fewer where threads would wait, if possible in whole vectors.

        The number of threads does not count: it may change before the way back, which reads the checkpoints of blocks.
        """
        _, n_site, n_member = shape
        share = -(-n_site // BLOCKS)
        whole = self.width // gcd(self.width, n_member)
        return min(self.lanes // n_member, -(-share // whole) * whole)

    @staticmethod
    def _threads(shape: Shape) -> int:
        n_time, n_site, n_member = shape
        return min(n_threads(), 1 + n_time * n_site * n_member // WORTH_A_THREAD)
