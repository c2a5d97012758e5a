"""Differentiable geoscience models that can be seen, touched and questioned."""

from . import politeness  # noqa: F401  first, because it has to come before torch
from .config import RunConfig
from .datasets import open_dataset
from .declare import Attribute, Flux, Forcing, Parameter, Process, Quantity, State
from .domains import Domain, discover
from .model import ProcessModel, WiringError
from .runs import Run, compare, list_runs
from .train import DifferentiableModel, fit
from .worker import carry_out

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
