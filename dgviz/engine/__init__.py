"""The same declarations, compiled: trace, adjoint, kernels. No physics is in here."""

from dgviz.engine.fused import Fused
from dgviz.engine.model import CompiledModel
from dgviz.engine.threads import n_processors, n_threads

__all__ = ["CompiledModel", "Fused", "n_processors", "n_threads"]
