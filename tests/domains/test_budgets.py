"""What the stores of a science hold has a name where they hold different things."""

import pytest

from dgviz.domains import discover
from dgviz.processes.declare import State

DOMAINS = discover()


@pytest.mark.parametrize("name", DOMAINS)
def test_each_of_several_substances_has_a_name(name):
    domain = DOMAINS[name]
    units = {q.units for q in domain.quantities().values() if isinstance(q, State)}
    assert len(units) < 2 or units == domain.budgets.keys()
