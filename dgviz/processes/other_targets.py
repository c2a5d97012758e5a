"""What a process gives under the names of other targets than that of the run."""

from collections.abc import Collection

from dgviz.processes.declare import Flux
from dgviz.processes.model import ProcessModel


def other_targets(model: ProcessModel, targets: Collection[str], target: str) -> frozenset[str]:
    """The targets that the process which gives the one of the run gives beside it: nothing is told of these.

    Such a process is of one target at a time, and gives the same for each.
    """
    giving = [process.of(Flux).keys() for process in model.processes if target in process.declared]
    return frozenset(targets).intersection(*giving) - {target} if giving else frozenset()
