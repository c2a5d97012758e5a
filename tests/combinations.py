"""Combinations of the options of all domains: every one, and a few in which all pairs (or triples) of options meet."""

import itertools

import pytest

from dgviz.domains import discover
from dgviz.processes.declare import Parameter, State

DOMAINS = discover()


def combinations(domain):
    """Every choice of an option for each slot. A slot without parameters and stores (such as the formula of potential
    evapotranspiration) cannot interact with the others: each of its options is combined with the defaults."""
    names = {slot: [option.__name__ for option in options] for slot, options in domain.slots.items()}
    defaults = {slot: options[0] for slot, options in names.items()}
    alone = [k for k, options in domain.slots.items() if not any(p.of(Parameter) or p.of(State) for p in options)]
    together = names | {slot: names[slot][:1] for slot in alone}
    chosen = [dict(zip(together, options, strict=True)) for options in itertools.product(*together.values())]
    return chosen + [defaults | {slot: option} for slot in alone for option in names[slot][1:]]


def covering(choices, size):
    """A few of the choices, in which every group of `size` options that occurs in one of them occurs."""
    groups = [set(itertools.combinations(choice.items(), size)) for choice in choices]
    few, missing = [], set().union(*groups)
    while missing:
        best = max(range(len(choices)), key=lambda i: len(groups[i] & missing))
        few.append(choices[best])
        missing -= groups[best]
    return few


def differ(choices, defaults):
    """The slots in which choices are not the default."""
    return {slot for slot, option in choices.items() if option != defaults[slot]}


def each(cases):
    """Runs a test for each of the cases, `(domain, choices)`."""
    return pytest.mark.parametrize("domain, choices", cases, ids=["-".join(choices.values()) for _, choices in cases])


ALL = [(domain, choices) for domain in DOMAINS.values() for choices in combinations(domain)]
PAIRS, TRIPLES = (
    [(domain, choices) for domain in DOMAINS.values() for choices in covering(combinations(domain), size)]
    for size in (2, 3)
)
every_combination, every_pair, every_triple = map(each, (ALL, PAIRS, TRIPLES))
