"""What the kernels refuse, leave to the loop or must survive: found by people who tried to break them."""

import dataclasses
import os
import sys
import threading
import time

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad

from dgviz.domains import discover
from dgviz.engine import threads
from tests.engine.both import made, outcome

hydrology = discover()["hydrology"]
DAYS = dict(a=torch.linspace(-1, 1, 4).double(), b=torch.full((4,), 0.5).double(), c=torch.ones(4).double())


@dataclasses.dataclass
class Limits:
    high: float = 0.5


def apart(model):
    """The largest difference between what the backends give."""
    values = [outcome(model, DAYS, backend)[0] for backend in ("torch", "fused")]
    return (values[0] - values[1]).abs().max().item()


@pytest.mark.parametrize(
    "name, first, second",
    [
        ("act", torch.tanh, torch.sigmoid),
        ("act", Limits().high, 2.0),
        ("ends", {0.1}, {0.1, 0.7}),
        ("ends", (), (0.3,)),
    ],
    ids=["function", "number", "set", "tuple"],
)
def test_an_attribute_that_another_takes_the_place_of_takes_effect(name, first, second):
    def value(process, a, b, c):
        act, ends = getattr(process, "act", None), getattr(process, "ends", ())
        return (act(a) if callable(act) else a * (act or 1.0)) + sum(sorted(ends))

    model = made(value, lambda p: setattr(p, name, first))
    assert apart(model) < 1e-12
    setattr(model.processes[0], name, second)
    assert apart(model) < 1e-12


def test_a_field_that_is_changed_takes_effect():
    model = made(lambda p, a, b, c: torch.clamp(a, max=p.limits.high), lambda p: setattr(p, "limits", Limits()))
    assert apart(model) < 1e-12
    model.processes[0].limits.high = -0.5
    assert apart(model) < 1e-12


@pytest.mark.parametrize(
    "function, fill, reason",
    [
        (lambda p, a, b, c: a * torch.rand(()), None, "draws random numbers"),
        (lambda p, a, b, c: a, lambda p: setattr(p, "lock", threading.Lock()), "Made: cannot pickle"),
        (lambda p, a, b, c: a, lambda p: setattr(p, "made", nn.Parameter(torch.ones(2)) * 2), "Made: Only Tensors"),
        (lambda p, a, b, c: a * p.w, lambda p: setattr(p, "w", nn.Parameter(torch.ones(1))), "tensor without axes"),
    ],
    ids=["random numbers", "a lock", "a tensor that was computed", "a number with an axis"],
)
def test_what_cannot_be_traced_runs_in_the_loop_and_says_why(function, fill, reason):
    model = made(function, fill)
    chosen, why = model.backend("cpu")
    assert chosen == "torch" and reason in why
    assert outcome(model, DAYS, "auto")[0].shape == (4, 1, 1)


def run(example, **options):
    model = hydrology.build(snow="NoSnow", groundwater="LinearReservoir", **options)
    forcings, parameters = example(model, n_time=40)
    return model, forcings, {k: v.detach().requires_grad_() for k, v in parameters.items()}


def test_inputs_of_two_precisions_are_taken_in_the_higher(example):
    model, forcings, parameters = run(example)
    single = {name: values.float() for name, values in forcings.items()}
    double = {name: values.double() for name, values in single.items()}
    for backend in ("fused", "torch"):
        mixed = model(single, parameters, backend=backend)["streamflow"]
        assert mixed.dtype == torch.float64 and mixed.equal(model(double, parameters, backend=backend)["streamflow"])


def test_plain_arrays_and_numbers_are_taken(example):
    model, forcings, _ = run(example)
    parameters = model.defaults()
    expected = model(forcings, parameters)["streamflow"]
    arrays = {name: values[..., 0].numpy() for name, values in forcings.items()}
    assert model(arrays, parameters)["streamflow"].equal(expected)
    numbers = {name: float(values) for name, values in parameters.items()}
    torch.testing.assert_close(model(arrays, numbers)["streamflow"], expected, rtol=1e-6, atol=1e-9)
    one_site = {name: values[:, 0] if len(values) > 1 else values[0, 0] for name, values in arrays.items()}
    assert model(one_site, parameters)["streamflow"][:, 0].equal(expected[:, 0])


def test_transforms_of_torch_run_in_the_loop(example, caplog):
    caplog.set_level("INFO", "dgviz")
    model, forcings, parameters = run(example)

    def total(fc):
        return model(forcings, parameters | {"fc": fc})["streamflow"].sum()

    (expected,) = torch.autograd.grad(total(parameters["fc"]), parameters["fc"])
    torch.testing.assert_close(torch.func.grad(total)(parameters["fc"].detach()), expected)
    assert "a transform of torch.func is at work" in caplog.text


@pytest.mark.parametrize("moved", ["fc", "route_a"])
def test_a_derivative_of_a_derivative_is_refused_in_either_order(moved, example):
    model, forcings, parameters = run(example)
    with forward_ad.dual_level():
        dual = parameters | {moved: forward_ad.make_dual(parameters[moved], torch.ones_like(parameters[moved]))}
        flow = model(forcings, dual)["streamflow"].sum()
        with pytest.raises(RuntimeError, match="backend='torch'"):
            torch.autograd.grad(forward_ad.unpack_dual(flow).tangent, parameters[moved], retain_graph=True)
        with pytest.raises(RuntimeError, match="backend='torch'"):
            torch.autograd.grad(flow, dual[moved])


def test_no_days_are_refused(example):
    model, forcings, parameters = run(example)
    with pytest.raises(ValueError, match=r"'prcp' has the shape \(0, .*Give at least one of each"):
        model({k: v[:0] if len(v) > 1 else v for k, v in forcings.items()}, parameters)


def test_after_an_interrupt_no_thread_works_on():
    here, working, ended = threading.current_thread(), threading.Event(), []

    def work(next_part):
        while next_part() is not None:
            if threading.current_thread() is here:
                working.wait(10)
                raise KeyboardInterrupt
            working.set()
            time.sleep(0.2)
            ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        threads.spread(work, 100, 2)
    assert len(ended) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 warns of every fork of a process with threads")
def test_a_forked_process_has_threads_of_its_own():
    def work(next_part):
        while next_part() is not None:
            time.sleep(0.01)

    threads.spread(work, 8, 2)
    child = os.fork()
    if not child:
        threads.spread(work, 8, 2)
        os._exit(7)
    deadline = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    if not ended[0]:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended[1]) == 7 if ended[0] else False
