"""Differentiable geoscience models that can be seen, touched and questioned."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dgviz import idle_threads  # noqa: F401  first, because it has to come before torch

if TYPE_CHECKING:
    from dgviz.public import *  # noqa: F403

__all__ = [
    "Attribute",
    "DifferentiableModel",
    "Domain",
    "Flux",
    "Forcing",
    "Parameter",
    "Process",
    "ProcessModel",
    "Quantity",
    "Run",
    "RunConfig",
    "State",
    "WiringError",
    "carry_out",
    "compare",
    "discover",
    "fit",
    "list_runs",
    "open_dataset",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is used: so that the command line is there, and can be ended, at once."""
    if name in __all__:
        return getattr(import_module("dgviz.public"), name)
    raise AttributeError(f"module 'dgviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
