"""Models with given parameters under example forcings, to be put through checks, and models with a planted fault."""

import pandas as pd
import torch
import xarray as xr

from dgviz import ProcessModel
from dgviz.checks import Trial
from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from tests.conftest import make_example


class Given(torch.nn.Module):
    """A process model with given parameters; `added` gives, of the forcings, what a network would add to its target."""

    corrected = False
    attribute_names = ()

    def __init__(self, process_model, parameters, target, added=None):
        super().__init__()
        self.process_model, self.given, self.target, self.added = process_model, parameters, target, added

    def parts(self, tensors):
        return [(self, tensors)]

    def parameters_of(self, tensors):
        return self.given

    def forward(self, tensors, only=None):
        return self.process_model(tensors.forcings, self.given, only, of_processes(tensors.initial))

    def mean(self, tensors, only=None):
        values = self.process_model.mean(tensors.forcings, self.given, only, of_processes(tensors.initial))
        return values | {self.target: values[self.target] + self.added(tensors.forcings)} if self.added else values


def site_of(process_model, target, forcings, parameters, times, *, added=None, year=365):
    """One site with these forcings `(time, site, 1)` and parameters; what comes before `times` warms up."""
    n_time = max(len(values) for values in forcings.values())
    parameters = {name: values.detach() for name, values in parameters.items()}
    tensors = Tensors(forcings, torch.zeros(1, 1), torch.zeros(n_time, 1), n_time - len(times), year=year)
    model = Given(process_model, parameters, target, added)
    return SiteModel(model, tensors, xr.DataArray(times, dims="time"), target)


def trial_of(
    process_model, target, n_time, *, warmup=0, where=0.4, n_member=2, freq="D", forcings=None, added=None, year=365
):
    """The model with parameters at a place in their ranges, by default in the middle; `forcings` replace the example's.

    Without a place, at their declared defaults. `n_time` steps are scored, after `warmup` others.
    """
    example, parameters = make_example(process_model, n_time=warmup + n_time, n_site=1, n_member=n_member, where=where)
    if where is None:
        declared = process_model.of(Parameter)
        parameters = {k: torch.full_like(v, declared[k].default) for k, v in parameters.items()}
    times = pd.date_range("2001-03-01", periods=n_time, freq=freq)
    given = example | (forcings or {})
    return Trial(site_of(process_model, target, given, parameters, times, added=added, year=year))


def with_fault(domain, *faults):
    """The default model of a science, with each process replaced by the fault that is made from it."""
    options = [options[0] for options in domain.slots.values()]
    chosen = [next((fault for fault in faults if issubclass(fault, option)), option) for option in options]
    return ProcessModel([process() for process in chosen], {**domain.forcings, **domain.attributes}, domain.outside)
