"""A process model whose steps are compiled."""

from dgviz.engine.fused import Fused
from dgviz.processes.model import ProcessModel


class CompiledModel(ProcessModel):
    """A process model that is stepped through time by kernels where it can be, else by the plain loop."""

    compiler = Fused
