"""Derivatives of the kernels: against finite differences, forward in time, and a second time."""

import pytest
import torch
from torch.autograd import forward_ad

from dgviz.domains import discover
from dgviz.processes.declare import State
from tests.engine.both import BACKENDS, assert_equal

hydrology = discover()["hydrology"]
GROUPS = ("forcings", "parameters", "initial")
CHOICES = [
    dict(),
    dict(snow="SmoothDegreeDaySnow", evapotranspiration="GammaEvapotranspiration", capillary_rise="CapillaryRise"),
    dict(snow="NoSnow", groundwater="TwoOutlets", routing="NoRouting"),
    dict(evapotranspiration="LearnedEvapotranspiration", groundwater="LinearReservoir"),
]
every_choice = pytest.mark.parametrize("choices", CHOICES, ids=lambda c: "-".join(c.values()) or "defaults")


def away_from_kinks(example, model, n_time=4):
    """Wet days that are clearly warm or cold, and stores that are neither empty nor full."""
    forcings, parameters = example(model, n_time=n_time, n_site=1, n_member=2, where=0.37)
    days = torch.arange(n_time, dtype=torch.float64)[:, None, None]
    forcings |= dict(prcp=4 + days, tmean=torch.where(days % 3 < 1, -6.0, 7.0) + days / 10)
    initial = {k: torch.full((1, 1, 2), 11.0, dtype=torch.float64) for k in model.of(State)}
    return forcings, parameters, initial


def build(choices):
    torch.manual_seed(2)
    return hydrology.build(**choices).double()


@every_choice
def test_gradients_match_finite_differences(choices, example):
    model = build(choices)
    groups = away_from_kinks(example, model)
    names = [list(group) for group in groups]
    leaves = [v.detach().clone().requires_grad_() for group in groups for v in group.values()]

    def run(*values):
        left = iter(values)
        forcings, parameters, initial = ({k: next(left) for k in keys} for keys in names)
        found, state = model.run(forcings, parameters, initial=initial, backend="fused")
        # Each with a factor of its own, so that no two can stand in for each other.
        return sum(i * v for i, v in enumerate(found.values(), 1)), sum(i * state[k] for i, k in enumerate(initial, 1))

    assert torch.autograd.gradcheck(run, tuple(leaves), eps=1e-6, atol=1e-6)


@every_choice
@pytest.mark.parametrize("directions", [*GROUPS, "all"])
def test_forward_derivatives_are_those_of_the_loop(directions, choices, example):
    model = build(choices)
    found = []
    for backend in BACKENDS:
        with torch.no_grad(), forward_ad.dual_level():
            forcings, parameters, initial = (
                with_tangents(group, directions in (name, "all"))
                for name, group in zip(GROUPS, example_with_stores(example, model), strict=True)
            )
            values, state = model.run(forcings, parameters, initial=initial, backend=backend)
            duals = {("value", k): v for k, v in values.items()} | {("state", k): v for k, v in state.items()}
            tangents = {key: forward_ad.unpack_dual(v).tangent for key, v in duals.items()}
            found.append({k: torch.zeros_like(duals[k]) if t is None else t.clone() for k, t in tangents.items()})
    assert_equal(found[1], found[0], floor=1.0)
    assert any(t.abs().sum() > 0 for t in found[0].values())


def example_with_stores(example, model):
    forcings, parameters = example(model, n_time=40, n_member=3)
    initial = {k: torch.full((1, 3, 3), 5.0, dtype=torch.float64) for k in model.of(State)}
    return forcings, parameters, initial


def with_tangents(group, wanted):
    """Numbers with a random direction each."""
    random = torch.Generator().manual_seed(4)
    group = {k: v.detach() for k, v in group.items()}
    directions = {k: torch.rand(v.shape, generator=random, dtype=v.dtype) for k, v in group.items()}
    return {k: forward_ad.make_dual(v, directions[k]) for k, v in group.items()} if wanted else group


def test_a_forward_derivative_agrees_with_the_gradient(example):
    model = build({})
    forcings, parameters = example(model, n_time=40)
    flow = model(forcings, parameters, ["streamflow"], backend="fused")["streamflow"].sum()
    gradient = torch.autograd.grad(flow, parameters["beta"])[0]
    direction = torch.rand(gradient.shape, generator=torch.Generator().manual_seed(1)).double()
    with forward_ad.dual_level():
        parameters["beta"] = forward_ad.make_dual(parameters["beta"].detach(), direction)
        flow = model(forcings, parameters, ["streamflow"], backend="fused")["streamflow"].sum()
        along = forward_ad.unpack_dual(flow).tangent
    torch.testing.assert_close(along, (gradient * direction).sum(), rtol=1e-12, atol=0)


def test_a_forward_derivative_along_weights_is_refused_with_the_fix(example):
    model = build(dict(evapotranspiration="LearnedEvapotranspiration"))
    forcings, parameters = example(model)
    weight = model.processes[3].ratio.output.weight
    with forward_ad.dual_level(), pytest.raises(RuntimeError, match="backend='torch'"):
        dual = forward_ad.make_dual(weight.detach(), torch.ones_like(weight))
        torch.func.functional_call(
            model, {"processes.3.ratio.output.weight": dual}, (forcings, parameters), dict(backend="fused")
        )


@pytest.mark.parametrize("target", ["streamflow", "soil_moisture"])
def test_the_derivative_of_a_gradient_is_refused_with_the_fix(target, example):
    model = build({})
    forcings, parameters = example(model)
    value = model(forcings, parameters, [target], backend="fused")[target].sum()
    with pytest.raises(RuntimeError, match=r"no derivatives of their own \(create_graph=True.*backend='torch'"):
        torch.autograd.grad(value, parameters["beta"], create_graph=True)


@pytest.mark.parametrize("target", ["streamflow", "soil_moisture"])
def test_a_gradient_that_carries_a_direction_is_refused(target, example):
    model = build({})
    forcings, parameters = example(model)
    with forward_ad.dual_level():
        along = parameters | {"fc": forward_ad.make_dual(parameters["fc"], torch.ones_like(parameters["fc"]))}
        value = model(forcings, along, [target], backend="fused")[target].sum()
        with pytest.raises(RuntimeError, match="after the level has ended"):
            torch.autograd.grad(value, parameters["beta"])


@pytest.mark.parametrize("target", ["streamflow", "soil_moisture"])
def test_many_gradients_in_one_pass_are_refused_with_the_fix(target, example):
    model = build({})
    forcings, parameters = example(model)
    value = model(forcings, parameters, [target], backend="fused")[target].flatten()
    with pytest.raises(RuntimeError, match="one gradient a pass.*ProcessModel.map"):
        torch.autograd.grad(value, parameters["beta"], torch.eye(len(value)).double(), is_grads_batched=True)


@pytest.mark.parametrize("choices", CHOICES[:2] + CHOICES[3:], ids=lambda c: "-".join(c.values()) or "defaults")
def test_the_gradient_of_a_derivative_in_a_direction_is_that_of_the_loop(choices, example):
    model = build(choices)
    forcings, parameters = example(model, n_time=30, n_site=2)
    leaves = {k: v.detach().requires_grad_() for k, v in parameters.items()}
    found = []
    for backend in BACKENDS:
        with forward_ad.dual_level():
            along = {k: forward_ad.make_dual(v, torch.full_like(v, 0.1)) for k, v in leaves.items()}
            loss = model.mean(forcings, along, ["streamflow"], backend=backend)["streamflow"].square().sum()
            slope = forward_ad.unpack_dual(loss).tangent
        gradients = torch.autograd.grad(slope, list(leaves.values()), materialize_grads=True)
        found.append(dict(zip(leaves, gradients, strict=True)))
    assert_equal(found[1], found[0], tolerance=1e-10)
    assert any(gradient.abs().sum() > 0 for gradient in found[0].values())


def test_the_loop_has_second_derivatives(example):
    model = build({})
    forcings, parameters = example(model)
    value = model(forcings, parameters, ["soil_moisture"], backend="torch")["soil_moisture"].square().sum()
    (first,) = torch.autograd.grad(value, parameters["beta"], create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), parameters["beta"])
    assert second.abs().sum() > 0
