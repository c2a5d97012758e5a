"""The kernels give the values and gradients of the plain loop, wherever three options of a domain meet."""

import pytest
import torch

from dgviz.processes.declare import Parameter, State
from tests.combinations import PAIRS, differ, each, every_pair, every_triple
from tests.engine.both import ULP, assert_equal, everything, runs


@pytest.fixture
def inputs(example):
    """Makes forcings, parameters (every second one varies by day and member) and initial stores, all with gradients."""

    def make(model, n_time, n_site, n_member, first_varies):
        forcings, parameters = example(model, n_time=n_time, n_site=n_site, n_member=n_member)
        random = torch.Generator().manual_seed(2)

        def uniform(*shape):
            return torch.rand(shape, generator=random, dtype=torch.float64)

        for name in list(parameters)[first_varies::2]:
            low, high = model.of(Parameter)[name].range
            noise = low + (high - low) * uniform(n_time, n_site, n_member)
            parameters[name] = (0.8 * parameters[name] + 0.2 * noise).detach().requires_grad_()
        initial = {k: (10 * uniform(1, n_site, n_member)).requires_grad_() for k in model.of(State)}
        return {k: v.requires_grad_() for k, v in forcings.items()}, parameters, initial

    return make


def build(domain, choices):
    torch.manual_seed(5)
    return domain.build(**choices).double()


@every_triple
def test_kernels_are_equal_to_the_loop(domain, choices, inputs):
    model = build(domain, choices)
    first_varies = len(differ(choices, domain.complete({})) - {"routing"}) % 2
    expected, actual = runs(model, *inputs(model, 37, 3, 5, first_varies))
    assert_equal(actual, expected)


@every_pair
def test_long_series_of_many_sites_are_equal_to_the_loop(domain, choices, inputs):
    model = build(domain, choices)
    expected, actual = runs(model, *inputs(model, 731, 7, 5, first_varies=1))
    assert_equal(actual, expected)


@each(PAIRS[::2])
def test_single_precision_errs_no_more_than_the_loop_does(domain, choices, inputs):
    """Both round in other places: the loop keeps the gradients of stores in double precision between days, the kernels
    round products and sums of a gradient once together, and their functions err by up to two units of the last place.
    The factor is twice the largest met; one rounding of the result itself is everybody's. What the loop leaves exactly
    empty may keep what a double loses: 1e-12."""
    model = build(domain, choices)
    forcings, parameters, initial = inputs(model, 120, 3, 5, first_varies=0)

    def error(backend):
        found = everything(
            build(domain, choices).float(), *map(in_single, (forcings, parameters, initial)), None, backend
        )
        return {key: (found[key].double() - exact[key]).norm().item() for key in exact}

    rounded = (in_single(some, torch.float64) for some in (forcings, parameters, initial))
    exact = everything(build(domain, choices).float().double(), *rounded, None, "torch")
    of_loop, of_kernels = error("torch"), error("fused")
    for key, value in exact.items():
        rounding = value.norm().item() * ULP[torch.float32]
        assert of_kernels[key] <= 8 * (of_loop[key] + rounding) + 1e-12, key


def in_single(some, dtype=torch.float32):
    """Numbers that single precision holds, in some precision."""
    return {k: v.detach().float().to(dtype).requires_grad_() for k, v in some.items()}
