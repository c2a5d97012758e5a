"""Kernels for the GPU: Triton source written for a plan."""

import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec

import torch
from torch import Tensor

from dgviz.engine.gpu.module import module_of
from dgviz.engine.gpu.source import EVERY, Backward, Forward
from dgviz.engine.plan import Plan

WARP = 32  # threads that run together
MOST_WARPS = 32  # of a program

Arrays = Mapping[tuple[str, str], Tensor | None]
Shape = tuple[int, int, int]  # days, sites, members


def obstacle_to_triton() -> str:
    """What Triton lacks to compile kernels here and launch them, or nothing."""
    if find_spec("triton") is None:
        return "triton is not installed"
    if not (os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")):
        return "triton needs a C compiler (gcc or clang), and there is none"
    return ""


class GpuKernel:
    """The kernel of a plan in one precision; it is compiled when it is first launched."""

    def __init__(self, plan: Plan, dtype: torch.dtype, members: int):
        self.plan, self.sites, self.members = plan, max(1, WARP // members), members
        writer = Backward if plan.backward else Forward
        self._kernel = writer(plan, dtype == torch.float64, (self.sites, members))

    @staticmethod
    def variant(n_member: int) -> int:
        """The members for which a tile has room, a power of two: kernels differ in it."""
        return 1 << (n_member - 1).bit_length()

    @cached_property
    def _function(self):
        name = self._kernel.name
        return getattr(module_of(name, self._kernel.source), name)

    def n_blocks(self, shape: Shape) -> int:
        """The programs among which the sites are divided."""
        return -(-shape[1] // self.sites)

    def checkpoints(self, shape: Shape, device: torch.device) -> Tensor:
        """Memory for the stores of every so many days."""
        return self._stores(-(-shape[0] // EVERY), shape, device)

    def launch(self, arrays: Arrays, shape: Shape) -> None:
        """Run the kernel on contiguous arrays; one that is None is not there."""
        like = arrays["input", self.plan.inputs[0]]
        if self.plan.backward:
            arrays = {**arrays, ("history", ""): self._stores(EVERY, shape, like.device)}
        # Here each site has a series of its own.
        whole = {("input", k): _repeated(arrays["input", k], shape[1]) for k in self.plan.by_site}
        given = [whole.get(key, arrays[key]) for key in self._kernel.arrays]
        warps = min(MOST_WARPS, max(1, self.members // WARP))
        with torch.cuda.device_of(like):
            # Without fused products and sums, comparisons come out as in torch.
            options = dict(num_warps=warps, num_stages=1, enable_fp_fusion=False)
            self._function[(self.n_blocks(shape),)](*given, *shape, **options)

    def _stores(self, n: int, shape: Shape, device: torch.device) -> Tensor:
        _, n_site, n_member = shape
        size = n, len(self.plan.program.stores), n_site, n_member
        return torch.empty(size, dtype=torch.float64, device=device)


def _repeated(values: Tensor, n_site: int) -> Tensor:
    """Series `(time, site)` of fewer sites, those of each for equally many consecutive ones."""
    n_each = n_site // values.shape[1]
    return values if n_each == 1 else values.repeat_interleave(n_each, 1)
