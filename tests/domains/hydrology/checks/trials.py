"""Trials of models with given parameters, over weather with seasons."""

import pandas as pd
import torch
import xarray as xr

from dgviz.checks import Trial
from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from tests.conftest import make_example

WARMUP, DAYS = 60, 180
YEAR = 100  # days of these trials, the first of which are repeated


class Given(torch.nn.Module):
    """A process model with given parameters, and what a network would add to its target for the rain that fell."""

    def __init__(self, process_model, parameters, added):
        super().__init__()
        self.process_model, self.given, self.added = process_model, parameters, added

    def parameters_of(self, tensors):
        return self.given

    def mean(self, tensors, only=None):
        values = self.process_model.mean(tensors.forcings, self.given, only, of_processes(tensors.initial))
        return values | {"streamflow": values["streamflow"] + self.added(tensors.forcings["prcp"][..., 0])}


def trial_of(process_model, added=torch.zeros_like, n_time=WARMUP + DAYS):
    """The model under example weather, with parameters in the middle of their ranges."""
    forcings, parameters = make_example(process_model, n_time=n_time, n_site=1, n_member=2, where=0.4)
    parameters = {k: v.detach() for k, v in parameters.items()}
    tensors = Tensors(forcings, torch.zeros(1, 1), torch.zeros(n_time, 1), WARMUP, year=YEAR)
    time = xr.DataArray(pd.date_range("2001-03-01", periods=n_time - WARMUP), dims="time")
    return Trial(SiteModel(Given(process_model, parameters, added), tensors, time, "streamflow"))
