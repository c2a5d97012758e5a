"""The same declarations, compiled: trace, adjoint, kernels. No physics is in here."""

from .fused import Fused

__all__ = ["Fused"]
