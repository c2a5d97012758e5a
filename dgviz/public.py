"""The public names of dgviz, in one place; `dgviz` itself imports them when the first is used."""

from dgviz.domains import Domain, discover
from dgviz.engine import CompiledModel as ProcessModel
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run, compare, list_runs
from dgviz.experiment.sources import open_dataset
from dgviz.learn import DifferentiableModel, fit
from dgviz.processes.declare import Attribute, Flux, Forcing, Parameter, Process, Quantity, State
from dgviz.processes.step import WiringError

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
