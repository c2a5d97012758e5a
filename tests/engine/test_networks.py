"""Networks, weights, buffers and plain attributes inside a stepped process."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from dgviz.domains import discover
from tests.engine.both import BACKENDS, ULP, assert_same, made, outcome

hydrology = discover()["hydrology"]
DAYS = dict(
    a=torch.tensor([-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.2, 3.0], dtype=torch.float64),
    b=torch.tensor([0.5, 2.2, -3.0, 1.0, -0.1, 0.0, 1.5, -1.0], dtype=torch.float64),
    c=torch.ones(8, dtype=torch.float64),
)


def weight(*values):
    return nn.Parameter(torch.tensor(values[0] if len(values) == 1 else values))


def pair(a, b):
    return torch.stack([a, b], -1)


def sequence(activation):
    return nn.Sequential(nn.Linear(2, 3), activation, nn.Linear(3, 3, bias=False), activation, nn.Linear(3, 1))


def tie(process):
    process.first, process.second = nn.Linear(2, 2), nn.Linear(2, 2, bias=False)
    process.second.weight = process.first.weight


def applied(name):
    return lambda p, a, b, c: getattr(p, name)(pair(a, b)).squeeze(-1)


# By a name: what the process holds, and what it makes of it.
NETWORKS = {
    "a layer": (lambda p: setattr(p, "net", nn.Linear(2, 1)), applied("net")),
    "no bias": (lambda p: setattr(p, "net", nn.Linear(2, 1, bias=False)), applied("net")),
    "tanh": (lambda p: setattr(p, "net", sequence(nn.Tanh())), applied("net")),
    "relu": (lambda p: setattr(p, "net", sequence(nn.ReLU())), applied("net")),
    "sigmoid": (lambda p: setattr(p, "net", sequence(nn.Sigmoid())), applied("net")),
    "a layer used twice": (
        lambda p: setattr(p, "net", nn.Linear(2, 2)),
        lambda p, a, b, c: p.net(torch.tanh(p.net(pair(a, b)))).sum(-1),
    ),
    "tied weights": (tie, lambda p, a, b, c: p.second(torch.tanh(p.first(pair(a, b)))).sum(-1)),
    "a number": (lambda p: setattr(p, "w", weight(0.3)), lambda p, a, b, c: torch.exp(p.w * a) + p.w * b),
    "a vector": (lambda p: setattr(p, "w", weight(0.3, -0.5)), lambda p, a, b, c: (p.w * pair(a, b)).sum(-1)),
    "parts of a vector": (
        lambda p: setattr(p, "w", weight(0.3, -0.5, 0.4)),
        lambda p, a, b, c: torch.exp(p.w)[1] * a + sum(w * b for w in p.w),
    ),
    "a matrix": (
        lambda p: setattr(p, "w", nn.Parameter(torch.arange(6.0).reshape(2, 3) / 5)),
        lambda p, a, b, c: torch.tanh(pair(a, b) @ p.w) @ p.w[0],
    ),
    "a list of weights": (
        lambda p: setattr(p, "w", nn.ParameterList([weight(0.3), weight(-0.5)])),
        lambda p, a, b, c: p.w[0] * a + p.w[1] * b,
    ),
    "a weight that is not used": (lambda p: setattr(p, "net", nn.Linear(2, 1)), lambda p, a, b, c: a * b),
}


def build(name):
    torch.manual_seed(1)
    fill, function = NETWORKS[name]
    return made(function, fill).double()


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_have_the_gradients_that_torch_gives(name):
    model = build(name)
    assert_same(model, DAYS, other=model.named_parameters())


@pytest.mark.parametrize("name", ["tanh", "a vector"])
def test_a_changed_weight_is_a_changed_result(name):
    model = build(name)
    before = outcome(model, DAYS, "fused")[0]
    with torch.no_grad():
        vector_to_parameters(2 * parameters_to_vector(model.parameters()), model.parameters())
    assert not outcome(model, DAYS, "fused")[0].equal(before)
    assert_same(model, DAYS, other=model.named_parameters())


def test_weights_that_do_not_learn_are_still_used():
    model = build("tanh").requires_grad_(False)
    assert_same(model, DAYS)
    model.processes[0].net[0].weight.requires_grad_()
    assert_same(model, DAYS, other=[("weight", model.processes[0].net[0].weight)])


def test_single_and_double_precision_of_a_model_do_not_mix():
    model = build("tanh").float()
    # The numbers that single precision holds, exactly the same in double precision.
    series = {k: v.float().double() for k, v in DAYS.items()}
    magnitudes = magnitudes_of_terms(model.double(), series)
    model = model.float()
    found = []
    for backend in BACKENDS:
        y, gradients = outcome(model, series, backend, torch.float32, weights(model))
        found.append({"y": y, **gradients})
    for name, magnitude in magnitudes.items():
        loop, kernel = (some[name] for some in found)
        assert loop.dtype == kernel.dtype == torch.float32
        assert ((loop - kernel).abs() <= ROUNDINGS * ULP[torch.float32] * magnitude).all(), name
    assert_same(model.double(), series, other=model.named_parameters())


# In units of the last place of the terms; the largest difference met is a quarter of one.
ROUNDINGS = 2


def weights(model):
    return dict(model.named_parameters())


def magnitudes_of_terms(model, series):
    """How large the terms of each sum are, in the flux and in its gradients: rounding is a share of them.

    Terms may nearly cancel, so their sum tells nothing of it. Each term holds a weight or a forcing as a factor: the
    derivative of the sum by that factor, times the factor, is the term.
    """
    leaves = {k: v.reshape(-1, 1, 1).clone().requires_grad_() for k, v in series.items()} | weights(model)
    y = model({k: leaves[k] for k in series}, {}, ["y"], backend="torch")["y"]
    magnitudes = {"y": torch.stack([terms(day, leaves) for day in y.flatten()]).reshape(y.shape)}
    slopes = torch.linspace(0.5, 2.0, len(y), dtype=y.dtype)
    # What a day gives to each gradient is a term of its own.
    days = [gradients_of(slope * day, leaves) for slope, day in zip(slopes, y.flatten(), strict=True)]
    for name, leaf in leaves.items():
        of_days = [torch.stack([terms(g, leaves) for g in day[name].flatten()]) for day in days]
        magnitudes[name] = sum(of_days).reshape(leaf.shape)
    return magnitudes


def gradients_of(value, leaves):
    found = torch.autograd.grad(
        value, list(leaves.values()), create_graph=True, allow_unused=True, materialize_grads=True
    )
    return dict(zip(leaves, found, strict=True))


def terms(value, leaves):
    """The sum of the magnitudes of the terms of a number, and its own."""
    if not value.requires_grad:
        return value.abs().detach()
    parts = torch.autograd.grad(
        value, list(leaves.values()), retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return value.abs().detach() + sum(
        (p * leaf).detach().abs().sum() for p, leaf in zip(parts, leaves.values(), strict=True)
    )


@pytest.mark.parametrize("value", [torch.tensor([0.5, 2.0]), torch.tensor([1, 3])], ids=["numbers", "whole numbers"])
def test_a_changed_buffer_is_a_changed_result(value):
    model = made(lambda p, a, b, c: p.kept[0] * a + p.kept[1] * b, lambda p: p.register_buffer("kept", value.clone()))
    assert_same(model, DAYS)
    model.processes[0].kept += 1
    assert_same(model, DAYS)


def test_a_buffer_may_be_true_or_false():
    model = made(
        lambda p, a, b, c: torch.where(p.on, a, b) + p.on * a, lambda p: p.register_buffer("on", torch.tensor(True))
    )
    assert_same(model, DAYS)
    model.processes[0].on.fill_(False)
    assert_same(model, DAYS)


# By a name: a plain attribute, how it is used and how it is changed after the first run.
ATTRIBUTES = {
    "a number": (lambda p: setattr(p, "k", 2.0), lambda p, a: p.k * a, lambda p: setattr(p, "k", 3.0)),
    "nothing": (
        lambda p: setattr(p, "k", None),
        lambda p, a: a if p.k is None else p.k * a,
        lambda p: setattr(p, "k", 3.0),
    ),
    "a word": (
        lambda p: setattr(p, "k", "exp"),
        lambda p, a: getattr(torch, p.k)(a),
        lambda p: setattr(p, "k", "tanh"),
    ),
    "an item of a list": (
        lambda p: setattr(p, "k", [1.0, 2.0]),
        lambda p, a: p.k[1] * a,
        lambda p: p.k.__setitem__(1, 5.0),
    ),
    "a value of a table": (
        lambda p: setattr(p, "k", dict(slope=1.0)),
        lambda p, a: p.k["slope"] * a,
        lambda p: p.k.update(slope=3.0),
    ),
    "a tensor": (lambda p: setattr(p, "k", torch.tensor(2.0)), lambda p, a: p.k * a, lambda p: p.k.fill_(3.0)),
    "a layer's kind": (
        lambda p: setattr(p, "k", nn.Tanh()),
        lambda p, a: p.k(a),
        lambda p: setattr(p, "k", nn.Sigmoid()),
    ),
    "the length of a vector": (
        lambda p: setattr(p, "k", weight(0.5, 2.0)),
        lambda p, a: sum(w * a for w in p.k),
        lambda p: setattr(p, "k", weight(0.5, 2.0, 4.0)),
    ),
    "training": (lambda p: None, lambda p, a: a * a if p.training else a, lambda p: p.eval()),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_changed_after_the_first_run_is_seen(name):
    fill, function, change = ATTRIBUTES[name]
    model = made(lambda p, a, b, c: function(p, a), fill)
    before = outcome(model, DAYS, "fused")[0]
    change(model.processes[0])
    assert not outcome(model, DAYS, "fused")[0].equal(before)
    assert_same(model, DAYS)


def test_the_width_of_a_transition_may_change_after_the_first_run(example):
    model = hydrology.build(snow="SmoothDegreeDaySnow")
    forcings, parameters = example(model)
    model(forcings, parameters, ["snowfall"], backend="fused")
    model.processes[1].width = 4.0
    snowfall = (model(forcings, parameters, ["snowfall"], backend=k)["snowfall"] for k in ("torch", "fused"))
    torch.testing.assert_close(*snowfall, rtol=1e-12, atol=0)


def test_an_obstacle_may_go_and_come():
    model = made(lambda p, a, b, c: p.f(a), lambda p: setattr(p, "f", nn.Softplus()))
    assert model.backend("cpu")[0] == "torch"
    model.processes[0].f = nn.Tanh()
    assert model.backend("cpu")[0] == "fused"
    model.processes[0].f = nn.SiLU()
    assert model.backend("cpu") == ("torch", "Made: it calls torch's 'silu', which the engine does not know")


def test_a_flux_with_features_is_an_obstacle_of_its_process():
    model = made(lambda p, a, b, c: p.w * a, lambda p: setattr(p, "w", nn.Parameter(torch.ones(1))))
    chosen, why = model.backend("cpu")
    assert chosen == "torch" and why.startswith("Made: its flux 'y' has features of its own, (1,); a learned number is")


@pytest.mark.parametrize("kind", ["Learned", "Monotone"])
def test_learned_closures_learn_as_in_torch(kind, example):
    torch.manual_seed(3)
    slots = dict(soil="Recharge", evapotranspiration="Evapotranspiration", groundwater="Percolation")
    model = hydrology.build(**{slot: kind + flux for slot, flux in slots.items()}).double()
    forcings, parameters = example(model, n_time=120)
    gradients = []
    for backend in ("torch", "fused"):
        flow = model(forcings, parameters, ["streamflow"], backend=backend)["streamflow"]
        gradients.append(torch.autograd.grad(flow.square().sum(), list(model.parameters())))
    for expected, actual in zip(*gradients, strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-12 * expected.abs().max().item())


def test_a_network_that_would_take_too_long_to_compile_runs_in_the_loop():
    large = made(applied("net"), lambda p: setattr(p, "net", nn.Sequential(nn.Linear(2, 300), nn.Linear(300, 1))))
    assert large.backend("cpu") == ("torch", "Made has 1201 weights; more than 1000 take too long to compile")


@pytest.mark.parametrize("n_weights, backend", [(1000, "fused"), (1001, "torch")])
def test_a_thousand_weights_are_not_too_many(n_weights, backend):
    model = made(lambda p, a, b, c: a * b, lambda p: p.register_buffer("kept", torch.zeros(n_weights)))
    assert model.backend("cpu")[0] == backend
