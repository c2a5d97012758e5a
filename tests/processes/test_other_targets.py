"""What is not told: the names of other targets under which a process gives what it gives under that of the run."""

import pytest

from dgviz.domains import discover
from dgviz.processes.other_targets import other_targets

DOMAINS = discover()
LEAF, SOLUTES = DOMAINS["leaf"], DOMAINS["solutes"]


@pytest.mark.parametrize(
    ("model", "targets", "target", "others"),
    [
        (SOLUTES.build(), SOLUTES.targets, "silica", {"nitrate", "chloride", "sulfate"}),
        (SOLUTES.build(solute="TrendingSolute"), SOLUTES.targets, "nitrate", {"silica", "chloride", "sulfate"}),
        (LEAF.build(), LEAF.targets, "gs", set()),  # another process gives the other target
        (SOLUTES.empty(), SOLUTES.targets, "nitrate", set()),  # a network alone gives its own
    ],
)
def test_they_are_what_the_process_of_the_target_gives_beside_it(model, targets, target, others):
    assert other_targets(model, targets, target) == others
