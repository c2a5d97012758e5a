"""A sweep down a tree: the wave gives what walking from place to place gives, with its derivatives."""

import torch

from dgviz.processes.sweep import sweep
from tests.engine.trees import STEPS, tree_of


def walked(step, tree, n_steps, entering, states, inputs):
    """The same as `sweep`: every place after those above it, step by step."""
    states, means, ends = list(states), [], []
    for t in range(len(entering)):
        total = 0.0
        for _ in range(n_steps):
            taken = list(entering[t].unbind())
            leaving, after = [], []
            for place, below in enumerate(tree.below.tolist()):
                now = (v[t if len(v) > 1 else 0, place] for v in inputs)
                left, *kept = step(taken[place], *(s[place] for s in states), *now)
                leaving.append(left)
                after.append(kept)
                if below < len(taken):
                    taken[below] = taken[below] + left
            total = total + torch.stack(leaving)
            states = [torch.stack(values) for values in zip(*after, strict=True)]
        means.append(total / n_steps)
        ends.append(states)
    return torch.stack(means), *(torch.stack(values) for values in zip(*ends, strict=True))


def test_the_wave_is_a_walk_from_place_to_place():
    tree = tree_of(9, seed=3)
    for step, given in STEPS.values():
        arguments = given(tree, n_time=4)
        for n_steps in (1, 5):
            found = sweep(step, tree, n_steps, *arguments)
            for value, expected in zip(found, walked(step, tree, n_steps, *arguments), strict=True):
                torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)


def test_derivatives_of_the_wave_match_finite_differences():
    tree = tree_of(5, seed=1)
    for step, given in STEPS.values():
        entering, states, inputs = given(tree, n_time=2)
        leaves = [v.clone().requires_grad_() for v in (entering, *states, *inputs)]
        n = 1 + len(states)

        def run(*values, step=step, n=n):
            return sweep(step, tree, 3, values[0], values[1:n], values[n:])

        assert torch.autograd.gradcheck(run, leaves, check_forward_ad=True)
