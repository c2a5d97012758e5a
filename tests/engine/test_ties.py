"""Derivatives in a direction where operations have kinks: one-sided, and alike in the kernels and in the loop."""

import pytest
import torch
from torch.autograd import forward_ad

from tests.engine.both import BACKENDS, made

# What is tried, of a and b; beside it its derivative along (da, db) where a = b = 0.
TIES = {
    "minimum": (lambda _, a, b, c: torch.minimum(a, b), min),
    "maximum": (lambda _, a, b, c: torch.maximum(a, b), max),
    "min": (lambda _, a, b, c: a.min(b), min),
    "max": (lambda _, a, b, c: torch.max(a, b), max),
    "relu": (lambda _, a, b, c: torch.relu(a), lambda da, db: max(da, 0)),
    "functional relu": (lambda _, a, b, c: torch.nn.functional.relu(a), lambda da, db: max(da, 0)),
    "method relu": (lambda _, a, b, c: a.relu(), lambda da, db: max(da, 0)),
    "abs": (lambda _, a, b, c: a.abs(), lambda da, db: abs(da)),
    "operator abs": (lambda _, a, b, c: abs(a), lambda da, db: abs(da)),
    "clamp from below": (lambda _, a, b, c: a.clamp(min=0.0), lambda da, db: max(da, 0)),
    "clamp from above": (lambda _, a, b, c: torch.clamp(a, max=0.0), lambda da, db: min(da, 0)),
    "clamp by another": (lambda _, a, b, c: torch.clip(a, b, b + 1), max),
    "clamp_min": (lambda _, a, b, c: a.clamp_min(0.0), lambda da, db: max(da, 0)),
    "clamp_max": (lambda _, a, b, c: a.clamp_max(0.0), lambda da, db: min(da, 0)),
    "of a tangent": (
        lambda _, a, b, c: torch.minimum(torch.relu(2 * a - b), b),
        lambda da, db: min(max(2 * da - db, 0), db),
    ),
}
DIRECTIONS = [(x, y) for x in (-2.0, 0.0, 1.5) for y in (-1.0, 0.0, 3.0)]


def tangent(model, series, directions, backend):
    """The derivative of the flux `y` along directions of a and b, `(time,)`."""
    with torch.no_grad(), forward_ad.dual_level():
        forcings = {
            k: forward_ad.make_dual(v.reshape(-1, 1, 1), d.reshape(-1, 1, 1))
            for (k, v), d in zip(series.items(), directions, strict=True)
        }
        y = model(forcings, {}, ["y"], backend=backend)["y"]
        return forward_ad.unpack_dual(y).tangent.flatten()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", TIES)
def test_at_a_tie_the_derivative_is_one_sided(name, backend):
    function, expected = TIES[name]
    directions = torch.tensor(DIRECTIONS, dtype=torch.float64)
    zeros = torch.zeros(len(DIRECTIONS), dtype=torch.float64)
    found = tangent(made(function), dict(a=zeros, b=zeros, c=zeros), [*directions.T, zeros], backend)
    assert found.tolist() == [float(expected(*direction)) for direction in DIRECTIONS]


@pytest.mark.parametrize("name", TIES)
def test_away_from_ties_a_tangent_is_that_of_the_gradient(name):
    random = torch.Generator().manual_seed(3)
    series = {k: torch.randn(200, generator=random, dtype=torch.float64) for k in "abc"}
    directions = [torch.randn(200, generator=random, dtype=torch.float64) for _ in "abc"]
    model = made(TIES[name][0])
    forcings = {k: v.reshape(-1, 1, 1).clone().requires_grad_() for k, v in series.items()}
    y = model(forcings, {}, ["y"], backend="fused")["y"]
    gradients = torch.autograd.grad(y.sum(), list(forcings.values()), materialize_grads=True)
    expected = sum(g.flatten() * d for g, d in zip(gradients, directions, strict=True))
    for backend in BACKENDS:
        found = tangent(model, series, directions, backend)
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["minimum", "maximum", "relu", "clamp from below", "abs"])
def test_what_is_no_number_stays_so_under_a_direction(name, backend):
    nan = torch.full((1,), torch.nan, dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    for series in (dict(a=nan, b=one, c=one), dict(a=one, b=nan, c=one)):
        model = made(TIES[name][0])
        forcings = {k: v.reshape(1, 1, 1) for k, v in series.items()}
        plain = model(forcings, {}, ["y"], backend=backend)["y"]
        with torch.no_grad(), forward_ad.dual_level():
            dual = {k: forward_ad.make_dual(v, torch.ones_like(v)) for k, v in forcings.items()}
            y = forward_ad.unpack_dual(model(dual, {}, ["y"], backend=backend)["y"]).primal
        torch.testing.assert_close(y, plain, equal_nan=True, rtol=0, atol=0)


def test_processes_on_whole_series_are_one_sided_too():
    from dgviz import ProcessModel
    from dgviz.processes.declare import Flux, Forcing, Process

    class Whole(Process):
        y = Flux("mm d-1", "What is tried")

        def forward(self, *, a):
            return dict(y=torch.relu(a))

    model = ProcessModel([Whole()], {"a": Forcing("mm d-1", "a")}, ())
    zero = torch.zeros(1, dtype=torch.float64)
    assert tangent(model, dict(a=zero), [zero + 1], "auto").item() == 1
    assert tangent(model, dict(a=zero), [zero - 1], "auto").item() == 0
