"""The kernels give the values and gradients of the plain loop, for every combination of options of every domain."""

import itertools

import pytest
import torch

from dgviz.declare import Parameter, State
from dgviz.domains import discover
from tests.engine.both import ULP, assert_equal, everything, runs

DOMAINS = discover()


def combinations(domain):
    """Every choice of an option for each slot; one without parameters and stores is combined with defaults."""
    names = {slot: [option.__name__ for option in options] for slot, options in domain.slots.items()}
    defaults = {slot: options[0] for slot, options in names.items()}
    before = [s for s, options in domain.slots.items() if not any(p.of(Parameter) or p.of(State) for p in options)]
    chosen = [dict(zip(names, options, strict=True)) for options in itertools.product(*names.values())]
    alone = [slot for slot in before if len(names[slot]) > 2]
    return [c for c in chosen if all(c[slot] == defaults[slot] for slot in alone) or _differ(c, defaults) <= set(alone)]


def _differ(choices, defaults):
    return {slot for slot, option in choices.items() if option != defaults[slot]}


def covering(choices):
    """A few of the choices, in which every pair of options that occurs in one of them occurs."""
    few, missing = [], set().union(*map(_pairs, choices))
    while missing:
        few.append(max(choices, key=lambda c: len(_pairs(c) & missing)))
        missing -= _pairs(few[-1])
    return few


def _pairs(choices):
    return set(itertools.combinations(sorted(choices.items()), 2))


ALL = [(name, choices) for name, domain in DOMAINS.items() for choices in combinations(domain)]
FEW = [(name, choices) for name, domain in DOMAINS.items() for choices in covering(combinations(domain))]


def each(cases):
    return pytest.mark.parametrize("name, choices", cases, ids=["-".join([n, *c.values()]) for n, c in cases])


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


def build(name, choices):
    torch.manual_seed(5)
    return DOMAINS[name].build(**choices).double()


@each(ALL)
def test_every_combination_is_equal_to_the_loop(name, choices, inputs):
    model = build(name, choices)
    first_varies = len(_differ(choices, ALL[0][1]) - {"routing"}) % 2
    expected, actual = runs(model, *inputs(model, 37, 3, 5, first_varies))
    assert_equal(actual, expected)


@each(FEW)
def test_long_series_of_many_sites_are_equal_to_the_loop(name, choices, inputs):
    model = build(name, choices)
    expected, actual = runs(model, *inputs(model, 731, 7, 5, first_varies=1))
    assert_equal(actual, expected)


@each(FEW[::2])
def test_single_precision_errs_no_more_than_the_loop_does(name, choices, inputs):
    """Both round in other places: the loop keeps the gradients of stores in double precision between days, the kernels
    round products and sums of a gradient once together, and their functions err by up to two units of the last place.
    The factor is twice the largest met; one rounding of the result itself is everybody's."""
    model = build(name, choices)
    forcings, parameters, initial = inputs(model, 120, 3, 5, first_varies=0)

    def error(backend):
        found = everything(
            build(name, choices).float(), *map(in_single, (forcings, parameters, initial)), None, backend
        )
        return {key: (found[key].double() - exact[key]).norm().item() for key in exact}

    rounded = (in_single(some, torch.float64) for some in (forcings, parameters, initial))
    exact = everything(build(name, choices).float().double(), *rounded, None, "torch")
    of_loop, of_kernels = error("torch"), error("fused")
    for key, value in exact.items():
        rounding = value.norm().item() * ULP[torch.float32]
        assert of_kernels[key] <= 8 * (of_loop[key] + rounding) + 1e-30, key


def in_single(some, dtype=torch.float32):
    """Numbers that single precision holds, in some precision."""
    return {k: v.detach().float().to(dtype).requires_grad_() for k, v in some.items()}
