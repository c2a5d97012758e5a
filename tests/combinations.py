"""Combinations of the options of all domains: few in which all pairs or triples of options meet, and every one.

A process that joins sites, such as a river, is slow and sees the others only by what they send it: it meets every other
option once, not every pair of them.
"""

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


def groups(domain, choices, size):
    """The groups of `size` options that meet in these choices; groups of two with an option that joins sites."""
    options = list(choices.items())
    joining = [(slot, name) for slot, name in options if domain.option(slot, name).joins_sites]
    others = [option for option in options if option not in joining]
    pairs = {pair for pair in itertools.combinations(options, 2) if set(pair) & set(joining)}
    return pairs | set(itertools.combinations(others, min(size, len(others))))


def covering(domain, size):
    """Few combinations, in which every group of options that occurs in any combination occurs."""
    choices = combinations(domain)
    found = [groups(domain, choice, size) for choice in choices]
    few, missing = [], set().union(*found)
    while missing:
        best = max(range(len(choices)), key=lambda i: len(found[i] & missing))
        few.append(choices[best])
        missing -= found[best]
    return few


def differ(choices, defaults):
    """The slots in which choices are not the default."""
    return {slot for slot, option in choices.items() if option != defaults[slot]}


def each(cases, *marks):
    """Runs a test for each of the cases, `(domain, choices)`."""
    named = [pytest.param(*case, id="-".join(case[1].values()), marks=marks) for case in cases]
    return pytest.mark.parametrize("domain, choices", named)


ALL = [(domain, choices) for domain in DOMAINS.values() for choices in combinations(domain)]
PAIRS, TRIPLES = (
    [(domain, choices) for domain in DOMAINS.values() for choices in covering(domain, size)] for size in (2, 3)
)
every_pair, every_triple = each(PAIRS), each(TRIPLES)
# The triples always, the rest of the full product only with `-m exhaustive`.
REST = [case for case in ALL if case not in TRIPLES]
every_combination = pytest.mark.parametrize(
    "domain, choices", [*every_triple.args[1], *each(REST, pytest.mark.exhaustive).args[1]]
)
