"""Sweeps down a tree by kernels equal those of torch; what cannot be compiled runs in torch, and that is said."""

import logging

import pytest
import torch
from torch.autograd import forward_ad

from dgviz.domains.hydrology import MuskingumCunge, PlainMuskingumCunge
from dgviz.engine.cpu import compile as compiling
from dgviz.engine.sweep import FusedSweep
from dgviz.processes.sweep import Tree, sweep
from tests.domains.hydrology.test_river import random_river, storms
from tests.engine.trees import STEPS, leaking, tree_of

every_step = pytest.mark.parametrize("name", list(STEPS))
NEAR = dict(rtol=1e-12, atol=1e-13)


def swept(fused, *arguments):
    if not fused:
        return sweep(*arguments)
    with FusedSweep():
        return sweep(*arguments)


def loss(results):
    """A sum in which no number stands for another."""
    return sum((torch.linspace(0.5, 2.0, r.numel(), dtype=r.dtype).reshape(r.shape) * r).sum() for r in results)


def outcome(fused, step, tree, n_steps, entering, states, inputs):
    """Results, then the gradients of all that is given."""
    entering, *others = (v.clone().requires_grad_() for v in (entering, *states, *inputs))
    states, inputs = others[: len(states)], others[len(states) :]
    results = swept(fused, step, tree, n_steps, entering, states, inputs)
    return *results, *torch.autograd.grad(loss(results), [entering, *others])


@every_step
@pytest.mark.parametrize("n_places, n_time, n_steps", [(1, 1, 1), (7, 5, 4), (31, 2, 1), (32, 3, 24), (150, 4, 8)])
def test_values_and_gradients_are_those_of_the_loop(name, n_places, n_time, n_steps):
    step, given = STEPS[name]
    for branching in (1, 3, 60):
        tree = tree_of(n_places, seed=n_places, branching=branching)
        arguments = step, tree, n_steps, *given(tree, n_time)
        for actual, expected in zip(outcome(True, *arguments), outcome(False, *arguments), strict=True):
            torch.testing.assert_close(actual, expected, **NEAR)


@every_step
def test_a_gradient_is_the_same_whatever_else_is_asked_for(name):
    step, given = STEPS[name]
    tree = tree_of(12, seed=4)
    entering, states, inputs = given(tree, 3)
    *_, of_last = outcome(True, step, tree, 4, entering, states, inputs)
    last = inputs[-1].clone().requires_grad_()
    results = swept(True, step, tree, 4, entering, states, [*inputs[:-1], last])
    torch.testing.assert_close(torch.autograd.grad(loss(results), last)[0], of_last, **NEAR)


def tangents(fused, step, tree, n_steps, entering, states, inputs, directions):
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(v, d) for v, d in zip((entering, *states, *inputs), directions, strict=True)]
        n = 1 + len(states)
        results = swept(fused, step, tree, n_steps, duals[0], duals[1:n], duals[n:])
        return [forward_ad.unpack_dual(r).tangent.clone() for r in results]


@every_step
def test_tangents_are_those_of_the_loop_and_agree_with_the_gradients(name):
    step, given = STEPS[name]
    tree = tree_of(40, seed=2)
    arguments = step, tree, 6, *given(tree, 5)
    _, _, _, entering, states, inputs = arguments
    random = torch.Generator().manual_seed(1)
    directions = [torch.rand(v.shape, generator=random, dtype=v.dtype) - 0.5 for v in (entering, *states, *inputs)]
    along = tangents(True, *arguments, directions)
    for actual, expected in zip(along, tangents(False, *arguments, directions), strict=True):
        torch.testing.assert_close(actual, expected, **NEAR)
    gradients = outcome(True, *arguments)[len(along) :]
    # <weights, J d> = <J' weights, d>
    back = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    assert loss(along).item() == pytest.approx(back.item(), rel=1e-12)


@pytest.mark.parametrize("scheme", [MuskingumCunge, PlainMuskingumCunge])
def test_a_river_is_that_of_the_loop(scheme):
    river, found = random_river(60, 7), []
    for fused in (True, False):
        runoff = (storms(20, 60, 3) + 0.1).requires_grad_()
        roughness = (0.02 + 0.1 * torch.rand(1, 60, 1, generator=torch.Generator().manual_seed(1))).double()
        roughness.requires_grad_()
        start = scheme()(baseflow=runoff[:1].detach(), manning_n=roughness.detach(), **river)["river"].requires_grad_()
        with FusedSweep() if fused else torch.enable_grad():
            given = scheme()(baseflow=runoff, manning_n=roughness, river=start, **river)
        results = [given[k] for k in ("streamflow", "river_storage", "river")]
        found.append([*results, *torch.autograd.grad(loss(results), [runoff, roughness, start])])
    for actual, expected in zip(*found, strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-11 * expected.abs().max().item())


def test_gradients_through_a_river_match_finite_differences():
    river = random_river(5, 4)
    river["reach_area"] = river["reach_area"] + 5.0
    runoff = (storms(3, 5) + 0.5).requires_grad_()
    roughness = torch.full((1, 5, 1), 0.04, dtype=torch.float64).requires_grad_()
    process = MuskingumCunge()
    process.n_steps = 4

    def run(runoff, roughness):
        with FusedSweep():
            given = process(baseflow=runoff, manning_n=roughness, **river)
        return given["streamflow"], given["river_storage"]

    assert torch.autograd.gradcheck(run, (runoff, roughness), eps=1e-6, atol=1e-6, check_forward_ad=True)


def random_step(entering, store, rate):
    return leaking(entering, store, rate * torch.rand(()))


def erring(entering, store, rate):
    return leaking(entering, torch.erf(store), rate)


def learned(entering, store, rate, weight=torch.tensor(0.5, dtype=torch.float64, requires_grad=True)):  # noqa: B008
    return leaking(entering, store, rate * weight)


@pytest.mark.parametrize(
    "step, reason",
    [
        (random_step, "draws random numbers"),
        (erring, "calls torch's 'erf', which the engine does not know"),
        (learned, "reads a learned tensor"),
    ],
)
def test_what_cannot_be_traced_runs_in_torch_and_says_why(step, reason, caplog):
    tree = tree_of(6)
    arguments = step, tree, 2, *STEPS["leaking"][1](tree, 3)
    with caplog.at_level(logging.INFO, "dgviz.engine.sweep"):
        found = swept(True, *arguments)
    assert f"{step.__name__} goes down its tree in torch: it {reason}" in caplog.text
    if step is not random_step:
        for actual, expected in zip(found, swept(False, *arguments), strict=True):
            assert torch.equal(actual, expected)


def test_single_precision_runs_in_torch_and_says_so(caplog):
    tree = tree_of(6)
    entering, states, inputs = STEPS["leaking"][1](tree, 3)
    with caplog.at_level(logging.INFO, "dgviz.engine.sweep"):
        found = swept(
            True, leaking, tree, 2, entering.float(), [s.float() for s in states], [v.float() for v in inputs]
        )
    assert "there are no kernels of it for torch.float32" in caplog.text
    assert found[0].dtype == torch.float32


def test_the_gradient_of_a_gradient_is_refused():
    tree = tree_of(6)
    entering, states, inputs = STEPS["leaking"][1](tree, 3)
    entering.requires_grad_()
    with pytest.raises(RuntimeError, match="have no derivatives of their own"):
        torch.autograd.grad(
            swept(True, leaking, tree, 2, entering, states, inputs)[0].sum(), entering, create_graph=True
        )


def test_second_derivatives_are_gradients_of_tangents():
    step, given = STEPS["winding"]
    tree = tree_of(9, seed=6)
    entering, states, inputs = given(tree, 3)
    values = [v.clone().requires_grad_() for v in (entering, *states, *inputs)]
    directions = [torch.linspace(-1.0, 1.0, v.numel(), dtype=v.dtype).reshape(v.shape) for v in values]
    n = 1 + len(states)

    def slope(*values):
        with forward_ad.dual_level():
            duals = [forward_ad.make_dual(v, d) for v, d in zip(values, directions, strict=True)]
            results = swept(True, step, tree, 3, duals[0], duals[1:n], duals[n:])
            return loss([forward_ad.unpack_dual(r).tangent for r in results])

    assert torch.autograd.gradcheck(slope, values)


def test_a_kernel_is_kept_on_disk_and_one_of_another_step_is_another(tmp_path, monkeypatch):
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    sources, compile_ = [], compiling._compile
    monkeypatch.setattr(compiling, "_compile", lambda source: sources.append(source) or compile_(source))
    tree = tree_of(6)
    given = STEPS["leaking"][1](tree, 3)
    for share in (0.123, 0.123, 0.321):  # found neither on disk nor in memory before

        def step(entering, store, rate, share=share):
            return leaking(entering, store, rate * share)

        outcome(True, step, tree, 2, *given)
    assert len(sources) == len(list((tmp_path / "kernels").iterdir())) == 4  # forward and backward of two steps


def test_a_tree_without_branches_passes_on_what_enters():
    """Every place hands on all that it takes in: at the end of a chain of n places the sum of all n."""
    chain = Tree(torch.arange(1, 41), torch.arange(40), tuple(range(41)))
    entering = torch.rand(3, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    nothing = torch.zeros(40, dtype=torch.float64)
    leaving, held = swept(True, leaking, chain, 5, entering, [nothing], [torch.ones(1, 40, dtype=torch.float64)])
    torch.testing.assert_close(leaving, entering.cumsum(1))
    assert not held.any()
