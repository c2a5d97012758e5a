"""Compiles a run's kernels for an H200, without one: `python -m tests.engine.compile_offline float32 16 NoSnow`."""

import sys
from types import SimpleNamespace

import torch
from triton.backends.compiler import GPUTarget
from triton.runtime import JITFunction, driver

from dgviz.domains import discover
from dgviz.engine.fused import Fused
from dgviz.engine.gpu import GpuKernel
from tests.conftest import make_example


def compiled(model, dtype, members):
    """The kernels of values without gradients, of values with them and of the gradients; nothing is run."""
    made, run = [], JITFunction.run

    def only_compile(self, *args, warmup, **options):
        made.append(run(self, *args, warmup=True, **options))

    JITFunction.run = only_compile
    target = GPUTarget("cuda", 90, 32)
    driver.set_active(
        SimpleNamespace(
            get_current_device=lambda: 0, get_current_stream=lambda device: 0, get_current_target=lambda: target
        )
    )
    model._fused = Fused(model._step, {"cpu": GpuKernel})
    forcings, parameters = make_example(model, 3, n_member=members, dtype=dtype)
    with torch.no_grad():
        model(forcings, parameters, backend="fused")
    values = model(forcings, parameters, only=["baseflow", "streamflow"], backend="fused")
    sum(v.sum() for v in values.values()).backward()
    return made


def check(kernel):
    """The machine code is there, and divides and takes roots exactly."""
    assert len(kernel.asm["cubin"]) > 1000
    lines = kernel.asm["ptx"].splitlines()
    assert not [line for line in lines if "div.full" in line or "div.approx" in line or "sqrt.approx" in line]


if __name__ == "__main__":
    dtype, members, *options = sys.argv[1:]
    hydrology = discover()["hydrology"]
    choices = {slot: o.__name__ for slot, known in hydrology.slots.items() for o in known if o.__name__ in options}
    kernels = compiled(hydrology.build(**choices), getattr(torch, dtype), int(members))
    assert len(kernels) == 3
    for kernel in kernels:
        check(kernel)
