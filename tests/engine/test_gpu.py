"""The kernels written for the GPU give what the plain loop gives: on a GPU, or through Triton's interpreter."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch.autograd import forward_ad

from dgviz import ProcessModel
from dgviz.domains import discover
from dgviz.engine.fused import Fused
from dgviz.engine.gpu import GpuKernel
from dgviz.processes.declare import Flux, Forcing, Process, State
from tests.combinations import PAIRS
from tests.conftest import make_example
from tests.engine.both import of_kernels
from tests.engine.interpreter import stand_ins

# At once, because torch imports Triton for its forward derivatives, and Triton reads this when it is imported.
if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"

N_TIME = 17  # two stretches between checkpoints

needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")
HYDROLOGY = discover()["hydrology"]
UNLIKE = dict(
    default={},
    smooth=dict(
        snow="SmoothDegreeDaySnow",
        evapotranspiration="GammaEvapotranspiration",
        capillary_rise="CapillaryRise",
        groundwater="TwoOutlets",
    ),
    learned=dict(snow="NoSnow", evapotranspiration="LearnedEvapotranspiration", groundwater="LinearReservoir"),
)
every_unlike = pytest.mark.parametrize("choices", UNLIKE.values(), ids=UNLIKE)


def different_steps():
    """Combinations in which every two options meet, as far as they differ in what is stepped through time."""
    steps = {}
    for domain, choices in PAIRS:
        key = tuple(type(p).__name__ for p in domain.build(**choices)._step.processes)
        steps.setdefault(key, pytest.param(domain, choices, id="-".join(choices.values())))
    return list(steps.values())


@pytest.fixture(autouse=True)
def _same_weights():
    torch.manual_seed(0)


@pytest.fixture(scope="module", params=["interpreter", "cuda"])
def device(request, tmp_path_factory):
    """Where tensors are whose kernels are those for the GPU: a process has one or the other place."""
    is_cuda = request.param == "cuda"
    if is_cuda != torch.cuda.is_available():
        pytest.skip("there is no GPU" if is_cuda else "the same tests run on this GPU; hide it to interpret them")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DGVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        if is_cuda:
            yield "cuda"
        else:
            with stand_ins():
                yield "cpu"


def on(device, model, dtype=torch.float64):
    """A model whose kernels are those for the GPU, wherever its tensors are."""
    model._fused = Fused(model._step, {device: GpuKernel})
    return model.to(device, dtype)


def tensors(device, model, dtype=torch.float64, **sizes):
    """Forcings and parameters with gradients."""
    given = make_example(model, **{"n_time": N_TIME, "n_site": 3, "n_member": 5} | sizes)
    return tuple({k: v.detach().to(device, dtype).requires_grad_() for k, v in named.items()} for named in given)


def results(model, forcings, parameters, backend, only=None, initial=None):
    """Values, state at the end and gradients of all that has one."""
    values, state = model.run(forcings, parameters, only or of_kernels(model), initial, backend)
    state = {k: v for k, v in state.items() if not model.joins_sites or k in model.of(State)}
    learned = dict(model.named_parameters(), **forcings, **parameters, **(initial or {}))
    total = sum((v * torch.linspace(0.5, 1, v.numel()).to(v).view(v.shape)).sum() for v in values.values())
    total = total + sum(v.square().sum() for v in state.values())
    found = torch.autograd.grad(total, list(learned.values()), allow_unused=True, materialize_grads=True)
    gradients = {f"gradient of {k}": g for k, g in zip(learned, found, strict=True)}
    return values | {f"final {k}": v for k, v in state.items()} | gradients


def assert_equal(actual, expected, tolerance=1e-12):
    """Equal up to a share of the largest number of each (of 0.01 where all are smaller), NaN for NaN."""
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        largest = max(0.01, value.detach().nan_to_num(0, 0, 0).abs().max().item())
        torch.testing.assert_close(
            actual[name], value, rtol=0, atol=tolerance * largest, equal_nan=True, msg=lambda m, n=name: f"{n}: {m}"
        )


def assert_as_the_loop(model, forcings, parameters, tolerance=1e-12, **more):
    fused, loop = (results(model, forcings, parameters, backend, **more) for backend in ("fused", "torch"))
    assert_equal(fused, loop, tolerance)


@needs_triton
@pytest.mark.parametrize("domain, choices", different_steps())
def test_every_step_gives_what_the_loop_gives(device, domain, choices):
    model = on(device, domain.build(**choices))
    assert_as_the_loop(model, *tensors(device, model))


@needs_triton
@every_unlike
def test_single_precision_is_close(device, choices):
    model = on(device, HYDROLOGY.build(**choices), torch.float32)
    assert_as_the_loop(model, *tensors(device, model, torch.float32), tolerance=1e-3)


@needs_triton
@pytest.mark.parametrize("n_site, n_member", [(5, 5), (33, 1), (2, 40)])
def test_sites_and_members_need_not_fill_programs(device, n_site, n_member):
    model = on(device, HYDROLOGY.build(snow="NoSnow", groundwater="LinearReservoir"))
    assert_as_the_loop(model, *tensors(device, model, n_site=n_site, n_member=n_member))


@needs_triton
def test_samples_share_the_series_of_their_site(device):
    model = on(device, HYDROLOGY.build(snow="NoSnow", groundwater="LinearReservoir"))
    forcings, parameters = tensors(device, model, n_site=2)
    samples = {k: (v[:, :, None] * torch.linspace(0.9, 1.1, 3)[:, None].to(v)) for k, v in parameters.items()}
    found = []
    for backend in ("fused", "torch"):
        flow = model.map(forcings, samples, ["streamflow"], backend=backend)["streamflow"]
        slopes = torch.linspace(0.5, 1, flow.numel()).to(flow).view(flow.shape)
        (rain,) = torch.autograd.grad((flow * slopes).sum(), forcings["prcp"], retain_graph=True)
        found.append({"streamflow": flow, "gradient of rain": rain})
    assert_equal(*found)


@needs_triton
def test_only_means_over_the_members_are_kept(device):
    model = on(device, HYDROLOGY.build())
    assert_as_the_loop(model, *tensors(device, model), only=["streamflow"])


@needs_triton
def test_parameters_may_vary_with_time(device):
    model = on(device, HYDROLOGY.build())
    forcings, parameters = tensors(device, model)
    trend = torch.linspace(0.9, 1, N_TIME, dtype=torch.float64, device=device)[:, None, None]
    for name in ("tt", "beta"):
        parameters[name] = (parameters[name] * trend).detach().requires_grad_()
    parameters["k1"] = (parameters["k1"][..., :1] * trend).detach().requires_grad_()  # for all members
    forcings["prcp"] = (forcings["prcp"] * torch.arange(1, 6, device=device)).detach().requires_grad_()
    assert_as_the_loop(model, forcings, parameters)


@needs_triton
def test_missing_numbers_spread_as_in_the_loop(device):
    model = on(device, HYDROLOGY.build())
    forcings, parameters = tensors(device, model)
    forcings["prcp"].data[5, 1] = forcings["tmean"].data[9, 2] = torch.nan
    fused, loop = (results(model, forcings, parameters, backend) for backend in ("fused", "torch"))
    assert loop["streamflow"].isnan().any() and not loop["streamflow"][:, 0].isnan().any()
    assert_equal(fused, loop)


@needs_triton
@every_unlike
def test_a_run_goes_on_from_the_state_of_another(device, choices):
    model = on(device, HYDROLOGY.build(**choices))
    forcings, parameters = tensors(device, model)
    _, state = model.run(forcings, parameters, backend="torch")
    initial = {k: v.detach().requires_grad_() for k, v in state.items()}
    assert_as_the_loop(model, forcings, parameters, initial=initial)


@needs_triton
def test_without_gradients_the_values_are_the_same(device):
    model = on(device, HYDROLOGY.build())
    forcings, parameters = tensors(device, model)
    with torch.no_grad():
        fused, loop = (model(forcings, parameters, backend=backend) for backend in ("fused", "torch"))
    assert_equal(fused, loop)


@needs_triton
def test_two_runs_are_equal_to_the_last_bit(device):
    model = on(device, HYDROLOGY.build(**UNLIKE["learned"]))
    given = tensors(device, model, n_member=40)
    assert_equal(*(results(model, *given, "fused") for _ in range(2)), tolerance=0)


@needs_triton
@every_unlike
def test_derivatives_forward_are_those_of_the_loop(device, choices):
    model = on(device, HYDROLOGY.build(**choices))
    forcings, parameters = tensors(device, model)
    with forward_ad.dual_level(), torch.no_grad():
        forcings["prcp"] = forward_ad.make_dual(forcings["prcp"], torch.ones_like(forcings["prcp"]))
        parameters["fc"] = forward_ad.make_dual(parameters["fc"], torch.full_like(parameters["fc"], 0.5))
        fused, loop = (
            {k: forward_ad.unpack_dual(v).tangent for k, v in model(forcings, parameters, backend=backend).items()}
            for backend in ("fused", "torch")
        )
    moved = {k for k, v in loop.items() if v is not None}
    assert_equal({k: fused[k] for k in moved}, {k: loop[k] for k in moved})


FUNCTIONS = "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "sigmoid", "abs"
OPERATIONS = dict(
    add=torch.add,
    sub=torch.sub,
    mul=torch.mul,
    div=torch.div,
    pow=torch.pow,
    neg=lambda a, b: -a,
    minimum=torch.minimum,
    maximum=torch.maximum,
    relu=lambda a, b: torch.relu(a),
    clamp=lambda a, b: a.clamp(-0.5, 1),
    clamp_min=lambda a, b: a.clamp(min=b),
    clamp_max=lambda a, b: a.clamp(max=b),
    where=lambda a, b: torch.where(~((a < b) & (a != 0.5)) | (b >= 1), a, 3 * b),
    choose=lambda a, b: torch.where((a > b) | (a == b) & (a <= 1), a, 2.0),
    **{name: lambda a, b, name=name: getattr(torch, name)(a) for name in FUNCTIONS},
)


def _operations(self, *, a, b, store):
    return dict(gain=0.1 * a * store, **{name: function(a, b) for name, function in OPERATIONS.items()})


EveryOperation = type(
    "EveryOperation",
    (Process,),
    dict(
        forward=_operations,
        store=State("mm", "Store", initial=1.0),
        gain=Flux("mm d-1", "Gain", into="store"),
        **{name: Flux("mm d-1", name) for name in OPERATIONS},
    ),
)


@needs_triton
@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_every_operation_does_what_torch_does(device, dtype, tolerance):
    forcing = Forcing("mm d-1", "Any number")
    model = on(device, ProcessModel([EveryOperation()], dict(a=forcing, b=forcing), ()))
    odd = torch.tensor([-3, -2, -1, -0.7, -0.5, 0, 1e-3, 0.5, 1, 1.3, 2, 3, torch.nan], dtype=dtype, device=device)
    forcings = dict(a=odd[:, None, None].expand(-1, len(odd), 1), b=odd[None, :, None].expand(len(odd), -1, 1))
    for name in OPERATIONS:
        given = {k: v.clone().requires_grad_() for k, v in forcings.items()}
        assert_as_the_loop(model, given, {}, tolerance, only=[name])


@needs_triton
@pytest.mark.parametrize(
    "name, dtype, members", [("default", "float32", 16), ("smooth", "float64", 1), ("learned", "float32", 64)]
)
def test_kernels_compile_for_a_gpu_that_is_not_there(name, dtype, members, tmp_path, monkeypatch):
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TRITON_INTERPRET", "0")
    script = [sys.executable, "-m", "tests.engine.compile_offline", dtype, str(members), *UNLIKE[name].values()]
    done = subprocess.run(script, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SOURCES = """
from dgviz.domains import discover
from dgviz.engine.gpu import GpuKernel
from dgviz.engine.plan import Plan
from dgviz.engine.trace import trace
import torch
step = discover()["hydrology"].build()._step
plan = Plan(trace(step, step.inputs, torch.float32), (), (), step.inputs, step.computed, ())
for plan in (plan, plan.reverse({*step.computed}, {*step.inputs}, False)):
    print(GpuKernel(plan, torch.float32, 16)._kernel.source)
"""


def test_kernels_are_the_same_in_every_session():
    first, second = (
        subprocess.run([sys.executable, "-c", SOURCES], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "2")
    )
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


def test_without_triton_the_plain_loop_runs_and_says_why(monkeypatch):
    monkeypatch.setattr("dgviz.engine.gpu.find_spec", lambda name: None)
    assert HYDROLOGY.build().backend("cuda") == ("torch", "triton is not installed")


def test_without_a_c_compiler_the_plain_loop_runs_and_says_why(monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr("dgviz.engine.gpu.find_spec", lambda name: "found")
    monkeypatch.setattr("dgviz.engine.gpu.shutil.which", lambda name: None)
    chosen, why = HYDROLOGY.build().backend("cuda")
    assert chosen == "torch" and "C compiler" in why


def test_triton_is_imported_only_when_a_kernel_is():
    code = "import sys, dgviz, dgviz.engine.gpu; assert 'triton' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
