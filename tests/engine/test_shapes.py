"""Sizes, shapes and layouts of what goes in, and every choice of what comes out."""

import pytest
import torch

from dgviz.domains import discover
from dgviz.processes.declare import Flux, State
from tests.engine.both import BACKENDS, assert_equal, everything, runs

hydrology = discover()["hydrology"]
SHAPES = ["111", "T11", "1S1", "11M", "T1M", "1SM", "TS1", "TSM"]


@pytest.fixture
def model():
    return hydrology.build()


def sized(example, model, n_time=20, n_site=3, n_member=5):
    """Forcings and parameters that all have gradients, half of the parameters varying from day to day."""
    forcings, parameters = example(model, n_time=n_time, n_site=n_site, n_member=n_member)
    factors = torch.rand(n_time, 1, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for name in list(parameters)[::2]:
        parameters[name] = (parameters[name] * (0.5 + 0.5 * factors)).detach().requires_grad_()
    return {k: v.requires_grad_() for k, v in forcings.items()}, parameters


def assert_backends_agree(model, forcings, parameters, initial=None, only=None):
    expected, actual = runs(model, forcings, parameters, initial, only)
    assert_equal(actual, expected)
    return actual


@pytest.mark.parametrize("n_member", [1, 2, 5, 16, 17, 128, 129, 256])
def test_any_number_of_members(n_member, model, example):
    assert_backends_agree(model, *sized(example, model, n_time=18, n_site=2, n_member=n_member))


@pytest.mark.parametrize("n_time", [1, 2, 15, 16, 17, 32, 33])
def test_any_number_of_days(n_time, model, example):
    assert_backends_agree(model, *sized(example, model, n_time=n_time))


@pytest.mark.parametrize("n_site, n_member", [(1, 1), (1, 5), (40, 1), (129, 1), (60, 5), (9, 16)])
def test_any_number_of_sites(n_site, n_member, model, example):
    assert_backends_agree(model, *sized(example, model, n_time=18, n_site=n_site, n_member=n_member))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["tmean", "beta", "route_b"])
def test_an_input_may_be_constant_in_any_dimension(name, shape, model, example):
    forcings, parameters = sized(example, model)
    inputs = forcings if name in forcings else parameters
    size = [full if letter in shape else 1 for full, letter in zip((20, 3, 5), "TSM", strict=True)]
    value = inputs[name].detach().mean() * (0.5 + torch.rand(size, generator=torch.Generator().manual_seed(3)).double())
    inputs[name] = value.requires_grad_()
    found = assert_backends_agree(model, forcings, parameters)
    kind = "forcing" if inputs is forcings else "parameter"
    assert found[f"gradient of {kind}", name].shape == value.shape


def test_all_inputs_may_be_constant(model, example):
    forcings, parameters = example(model, n_time=1, n_site=1, n_member=1)
    assert_backends_agree(model, forcings, parameters)


@pytest.mark.parametrize(
    "layout",
    [
        lambda v: v.transpose(0, 2).contiguous().transpose(0, 2),
        lambda v: torch.stack([v, v], -1)[..., 1],
        lambda v: v[:1].expand(v.shape),
        lambda v: v.flip(0).flip(0)[:, torch.arange(v.shape[1])],
        lambda v: torch.cat([v, v])[len(v) :],
    ],
    ids=["transposed", "strided", "expanded", "indexed", "offset"],
)
def test_any_layout_in_memory(layout, model, example):
    forcings, parameters = sized(example, model)
    expected, actual = (
        everything(
            model,
            {k: layout(v) for k, v in forcings.items()},
            {k: layout(v) for k, v in parameters.items()},
            {},
            None,
            backend,
        )
        for backend in BACKENDS
    )
    assert_equal(actual, expected)


@pytest.mark.parametrize("learning", ["prcp", "tmean", "beta", "fc", "k2", "route_a", "snowpack"])
def test_gradients_of_one_input_alone(learning, model, example):
    forcings, parameters = sized(example, model)
    initial = {"snowpack": torch.full((1, 3, 5), 4.0, dtype=torch.float64, requires_grad=True)}
    for inputs in (forcings, parameters, initial):
        inputs.update({k: v.detach().requires_grad_(k == learning) for k, v in inputs.items()})
    found = assert_backends_agree(model, forcings, parameters, initial)
    gradients = {name for kind, name in found if kind.startswith("gradient")}
    assert gradients == {learning}


def test_no_gradients_at_all(model, example):
    forcings, parameters = sized(example, model)
    with torch.no_grad():
        expected, actual = (model.run(forcings, parameters, backend=k)[0] for k in BACKENDS)
    assert_equal(actual, expected)
    assert not any(v.requires_grad for v in actual.values())


def test_in_inference_mode(model, example):
    forcings, parameters = example(model)
    with torch.inference_mode():
        expected, actual = (hydrology.build()(forcings, parameters, backend=k) for k in BACKENDS)
    assert_equal(actual, expected)


@pytest.mark.parametrize("name", [*hydrology.build().of(Flux), *hydrology.build().of(State)])
def test_one_output_alone(name, model, example):
    forcings, parameters = sized(example, model)
    expected, actual = (
        {(k, n): v for (k, n), v in everything_of(model, forcings, parameters, name, backend).items()}
        for backend in BACKENDS
    )
    assert_equal(actual, expected)


def everything_of(model, forcings, parameters, name, backend):
    """One output, asked for alone, and the gradients of its squares."""
    value = model(forcings, parameters, only=[name], backend=backend)[name]
    leaves = {**forcings, **parameters}
    gradients = torch.autograd.grad(value.square().sum(), list(leaves.values()), allow_unused=True)
    some = zip(leaves.items(), gradients, strict=True)
    return {("value", name): value, **{("gradient", k): torch.zeros_like(v) if g is None else g for (k, v), g in some}}


@pytest.mark.parametrize("used", ["melt", "quickflow", "soil_moisture", "streamflow"])
def test_a_loss_may_use_one_of_many_outputs(used, model, example):
    forcings, parameters = sized(example, model)
    leaves = [*forcings.values(), *parameters.values()]
    gradients = []
    for backend in BACKENDS:
        value = model(forcings, parameters, backend=backend)[used]
        found = torch.autograd.grad(value[7, 1].square().sum(), leaves, allow_unused=True)
        gradients.append(
            {i: torch.zeros_like(v) if g is None else g for i, (v, g) in enumerate(zip(leaves, found, strict=True))}
        )
    assert_equal(gradients[1], gradients[0])


@pytest.mark.parametrize("store", hydrology.build().of(State))
def test_the_gradient_of_the_state_at_the_end(store, model, example):
    forcings, parameters = sized(example, model)
    leaves = [*forcings.values(), *parameters.values()]
    gradients = []
    for backend in BACKENDS:
        _, state = model.run(forcings, parameters, only=[], backend=backend)
        found = torch.autograd.grad(state[store].square().sum(), leaves, allow_unused=True)
        gradients.append(
            {i: torch.zeros_like(v) if g is None else g for i, (v, g) in enumerate(zip(leaves, found, strict=True))}
        )
    assert_equal(gradients[1], gradients[0])


def test_gradients_add_up_over_runs_of_the_same_graph(model, example):
    forcings, parameters = sized(example, model)
    flow = model(forcings, parameters, ["streamflow"], backend="fused")["streamflow"].sum()
    once = torch.autograd.grad(flow, parameters["beta"], retain_graph=True)[0]
    assert torch.autograd.grad(flow, parameters["beta"])[0].equal(once)


def test_what_was_given_is_not_changed(model, example):
    forcings, parameters = sized(example, model)
    initial = {k: torch.ones(1, 3, 5, dtype=torch.float64) for k in model.of(State)}
    before = {k: v.detach().clone() for k, v in {**forcings, **parameters, **initial}.items()}
    values, state = model.run(forcings, parameters, initial=initial, backend="fused")
    sum(v.sum() for v in (*values.values(), *state.values())).backward()
    for name, value in {**forcings, **parameters, **initial}.items():
        assert value.equal(before[name]), name


def test_the_mean_over_members_is_that_of_the_loop(model, example):
    forcings, parameters = sized(example, model)
    expected, actual = (model.mean(forcings, parameters, backend=k) for k in BACKENDS)
    assert_equal(actual, expected)


# A day without a value, or with an infinite one, in one forcing of one site.
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")], ids=str)
@pytest.mark.parametrize("name", ["prcp", "tmean", "day_of_year"])
def test_a_missing_or_infinite_value_spoils_what_it_spoils_in_the_loop(name, odd, model, example):
    forcings, parameters = example(model, n_time=40, n_site=4, n_member=5)
    usual = model(forcings, parameters, backend="fused")
    forcings[name] = forcings[name].expand(40, 4, 1).clone()
    forcings[name][18, 2] = odd
    with torch.no_grad():
        expected, actual = (model(forcings, parameters, backend=k) for k in BACKENDS)
    assert any(not v.isfinite().all() for v in expected.values())
    assert_equal(actual, expected)
    others = [0, 1, 3]
    for key, value in actual.items():
        assert value[:, others].equal(usual[key][:, others]), key
        assert value[:18].isfinite().all(), key
