"""Where the public names of dgviz are from; `dgviz` itself, which lists them, looks here when one is used."""

# ruff: noqa: F401  they are for others

from dgviz.domains import Domain, discover
from dgviz.engine import CompiledModel as ProcessModel
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run, compare, list_runs
from dgviz.experiment.sources import open_dataset
from dgviz.learn import DifferentiableModel, fit
from dgviz.processes.declare import Attribute, Flux, Forcing, Parameter, Process, Quantity, State
from dgviz.processes.step import WiringError
