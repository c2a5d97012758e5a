"""What data have to hold for any process model of a domain is what some slot reads whichever option fills it."""

import inspect

import pytest

from dgviz.datasets.science import all_vocabularies
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains import discover
from dgviz.processes.declare import Flux


def must_read(option) -> set[str]:
    """The arguments of an option that have no default."""
    arguments = inspect.signature(option.forward).parameters.values()
    return {argument.name for argument in arguments if argument.default is inspect.Parameter.empty}


@pytest.mark.parametrize("name", all_vocabularies())
def test_the_needed_forcings_are_those_of_every_option_of_a_slot(name):
    domain = discover()[name]
    options = [option for options in domain.slots.values() for option in options]
    made = {key for option in options for key, quantity in option.declared.items() if isinstance(quantity, Flux)}
    read = set().union(*(set.intersection(*map(must_read, options)) for options in domain.slots.values()))
    needed = read & domain.forcings.keys() - made - CALENDAR.keys() - domain.derived.keys()
    assert needed == {*all_vocabularies()[name].needed}
