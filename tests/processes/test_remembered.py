"""What does not change between runs is computed once, and anew as soon as anything may have changed."""

import copy

import pytest
import torch
from torch.autograd import forward_ad

from dgviz import ProcessModel
from dgviz.processes.declare import Flux, Forcing, Parameter, Process, State


class Doubled(Process):
    """Twice the forcing."""

    twice = Flux("mm d-1", "Twice as much")

    def forward(self, *, a):
        calls.append(a)
        return dict(twice=2 * a)


class Scaled(Doubled):
    """A multiple of the forcing."""

    factor = Parameter("1", "Factor", range=(0.0, 5.0), default=2.0)

    def forward(self, *, a, factor):
        calls.append(a)
        return dict(twice=factor * a)


class Pot(Process):
    """A pot that fills."""

    pot = State("mm", "Water in a pot")
    gain = Flux("mm d-1", "Gain", into="pot")

    def forward(self, *, twice, pot):
        return dict(gain=twice + 0 * pot)


calls: list = []


@pytest.fixture
def model():
    calls.clear()
    return ProcessModel([Doubled(), Pot()], {"a": Forcing("mm d-1", "a")}, ())


@pytest.fixture
def series():
    return torch.arange(5.0).reshape(5, 1, 1)


def test_the_same_inputs_are_computed_once(model, series):
    first, second = (model({"a": series}, {})["pot"] for _ in range(2))
    assert len(calls) == 1 and first.equal(second)
    model.map({"a": series}, {})
    assert len(calls) == 1


def test_another_tensor_is_computed_anew(model, series):
    model({"a": series}, {})
    assert model({"a": series + 1}, {})["twice"].flatten().tolist() == [2, 4, 6, 8, 10]
    assert len(calls) == 2


def test_a_tensor_changed_in_place_is_computed_anew(model, series):
    model({"a": series}, {})
    series += 1
    assert model({"a": series}, {})["twice"].flatten().tolist() == [2, 4, 6, 8, 10]


def test_a_result_that_was_changed_in_place_is_not_given_again(model, series):
    model({"a": series}, {})["twice"].zero_()
    assert model({"a": series}, {})["twice"].flatten().tolist() == [0, 2, 4, 6, 8]


def test_derivatives_are_not_forgotten(model, series):
    model({"a": series}, {})
    series.requires_grad_()
    assert torch.autograd.grad(model({"a": series}, {})["pot"].sum(), series)[0].flatten().tolist() == [10, 8, 6, 4, 2]
    with torch.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(series.detach(), torch.ones_like(series))
        pot = model({"a": dual}, {})["pot"]
        assert forward_ad.unpack_dual(pot).tangent.flatten().tolist() == [2, 4, 6, 8, 10]


def test_what_holds_something_of_its_own_is_computed_anew(model, series):
    model.processes[0].bias = 1.0
    for _ in range(2):
        model({"a": series}, {})
    assert len(calls) == 2


def test_a_parameter_is_another_input(series):
    calls.clear()
    model = ProcessModel([Scaled(), Pot()], {"a": Forcing("mm d-1", "a")}, ())
    for factor in (2.0, 3.0):
        twice = model({"a": series}, {"factor": torch.full((1, 1, 1), factor)})["twice"]
        assert twice.flatten().tolist() == [factor * a for a in range(5)]


def test_a_copy_of_a_model_begins_without_memory(model, series):
    model({"a": series}, {})
    copy.deepcopy(model)({"a": series}, {})
    assert len(calls) == 2


def test_inference_mode_neither_remembers_nor_fails(model, series):
    with torch.inference_mode():
        for _ in range(2):
            model({"a": series}, {})
    assert len(calls) == 2
