"""Trees of places, and steps to sweep down them."""

import torch

from dgviz.processes.sweep import Tree


def tree_of(n_places, seed=0, branching=3):
    """A tree in which each place gives to a random one of the next level; some give to none."""
    random = torch.Generator().manual_seed(seed)
    levels, left = [], n_places
    while left:
        size = min(left, int(torch.randint(1, branching + 1, (), generator=random)))
        levels.append(size)
        left -= size
    starts = torch.tensor([0, *levels]).cumsum(0).tolist()
    below = torch.full((n_places,), n_places)
    for (first, end), after in zip(zip(starts, starts[1:], strict=False), starts[2:], strict=False):
        below[first:end] = torch.randint(end, after, (end - first,), generator=random)
    cut_off = torch.rand(n_places, generator=random) < 0.1
    level = torch.repeat_interleave(torch.tensor(levels))
    return Tree(torch.where(cut_off, n_places, below), level, tuple(starts))


def leaking(entering, store, rate):
    """A bucket that loses a share of what it holds."""
    leaving = (store + entering) * rate
    return leaving, store + entering - leaving


def winding(entering, one, two, exponent, size, share):
    """Two states, powers, exponentials, a kink, and a state that is the inflow itself."""
    leaving = torch.where(entering > size, entering**exponent, size * one.sqrt()) * share + two.tanh()
    return leaving, (one * share + leaving.clamp(max=3.0) / (1 + entering)).abs(), entering


def given_to_leaking(tree, n_time):
    entering, store, rate = _random(tree, n_time)[:3]
    return entering, (store[0],), (rate,)


def given_to_winding(tree, n_time):
    entering, one, two, exponent, size, share = _random(tree, n_time)
    return entering, (one[0], two[0]), (exponent, size[:1], share[:1])


def _random(tree, n_time):
    """What enters, states and inputs `(time, place)` between 0.1 and 0.9, some of which are used once only."""
    random = torch.Generator().manual_seed(5)
    return (0.1 + 0.8 * torch.rand(6, n_time, len(tree.below), generator=random, dtype=torch.float64)).unbind()


STEPS = {"leaking": (leaking, given_to_leaking), "winding": (winding, given_to_winding)}
