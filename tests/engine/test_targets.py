"""Code for other processors: older ones that this one can stand in for, and those for which it can only be compiled."""

import platform

import llvmlite.binding as llvm
import pytest
import torch

from dgviz.domains import discover
from dgviz.engine.cpu import compile as compiling
from dgviz.engine.cpu import convolution

hydrology = discover()["hydrology"]
OLDER = {  # the name of a processor, what it can do beyond the first of its kind, and the bytes of its registers
    "x86-64": ("", 16),
    "nehalem": ("+sse4.2,+popcnt", 16),
    "haswell": ("+avx,+avx2,+bmi2,+fma", 32),
    "skylake-avx512": ("+avx,+avx2,+fma,+avx512f,+avx512bw,+avx512dq,+avx512vl", 64),
}
OTHERS = ["aarch64-unknown-linux-gnu", "arm64-apple-darwin", "x86_64-pc-windows-msvc"]


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing known of this processor or compiled for it, before and after."""
    caches = compiling.vector_bytes, convolution._function
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    for cached in caches:
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="stands in for older x86-64 processors only")
@pytest.mark.parametrize("name", OLDER)
def test_an_older_processor_gets_the_same_from_narrower_vectors(name, example, fresh, monkeypatch):
    features, n_bytes = OLDER[name]
    here = compiling._target()
    if lacking := set(filter(None, features.split(","))) - set(here[3].split(",")):
        pytest.skip(f"this processor lacks {', '.join(sorted(lacking))}")
    monkeypatch.setattr(compiling, "_target", lambda: (*here[:2], name, features))
    assert compiling.vector_bytes() == n_bytes
    model = hydrology.build(evapotranspiration="GammaEvapotranspiration")
    forcings, parameters = example(model, n_time=40)
    parameters = {k: v.detach().requires_grad_() for k, v in parameters.items()}
    flows = [model(forcings, parameters, ["streamflow"], backend=b)["streamflow"] for b in ("torch", "fused")]
    loop, fused = (torch.autograd.grad(flow.sum(), list(parameters.values())) for flow in flows)
    torch.testing.assert_close(flows[1], flows[0], rtol=1e-12, atol=1e-12)
    for expected, gradient in zip(loop, fused, strict=True):
        torch.testing.assert_close(gradient, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("triple", OTHERS)
def test_kernels_compile_for_other_machines(triple, example, fresh, monkeypatch):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    sources, compile_ = [], compiling._compile
    monkeypatch.setattr(compiling, "_compile", lambda source: sources.append(source) or compile_(source))
    monkeypatch.setattr(compiling, "vector_bytes", lambda: 16)
    model = hydrology.build()
    forcings, parameters = example(model, n_time=20)
    parameters = {k: v.float().detach().requires_grad_() for k, v in parameters.items()}
    model({k: v.float() for k, v in forcings.items()}, parameters, backend="fused")["streamflow"].sum().backward()
    assert len(sources) >= 2
    monkeypatch.setattr(compiling, "_target", lambda: (llvm.Target.from_triple(triple), triple, "generic", ""))
    machine = {"a": b"\x7fELF", "m": b"\xcf\xfa\xed\xfe", "x": b"\x64\x86"}  # how its object files begin
    begins = machine["m" if "darwin" in triple else triple[0]]
    assert all(compile_(source).startswith(begins) for source in sources)
