"""The checks of solutes pass where they should, and fail on the fault that each is there to find."""

import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz.checks import Trial
from dgviz.domains import solutes
from dgviz.domains.solutes.evaluation.checks import mixtures_lie_between, river_carries_what_leaves, waters_add_up
from dgviz.domains.solutes.mixing import EndMembers
from dgviz.domains.solutes.separation import ShareOfDischarge
from dgviz.domains.solutes.stores import SoluteStores
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from tests.combinations import DOMAINS, PAIRS, each
from tests.conftest import make_example

WARMUP, DAYS = 30, 120
domain = solutes.domain


class Given(torch.nn.Module):
    """A process model with given parameters."""

    def __init__(self, process_model, parameters):
        super().__init__()
        self.process_model, self.given = process_model, parameters

    def parameters_of(self, tensors):
        return self.given

    def mean(self, tensors, only=None):
        return self.process_model.mean(tensors.forcings, self.given, only)


def trial_of(model):
    """The model under example forcings, with parameters at random in their ranges."""
    forcings, parameters = make_example(model, n_time=WARMUP + DAYS, n_site=1, n_member=3)
    parameters = {k: v.detach() for k, v in parameters.items()}
    tensors = Tensors(forcings, torch.zeros(1, 1), torch.zeros(WARMUP + DAYS, 1), WARMUP)
    time = xr.DataArray(pd.date_range("2001-03-01", periods=DAYS), dims="time")
    return Trial(SiteModel(Given(model, parameters), tensors, time, "chloride"))


@each([case for case in PAIRS if case[0] is DOMAINS["solutes"]])
def test_any_two_options_pass_together(domain, choices):
    trial = trial_of(domain.build(**choices))
    found = {check.__name__: check(trial).outcome for check in domain.checks}
    stored = "Stores" in choices["concentration"]
    assert found.pop("waters_add_up") == "passed"
    assert found.pop("river_carries_what_leaves") == ("passed" if stored else "does not apply")
    mixed = choices["concentration"] == "EndMembers"
    assert found.pop("mixtures_lie_between") == ("passed" if mixed else "does not apply")
    assert "failed" not in found.values()


FAULTS = [
    (waters_add_up, ShareOfDischarge, "quick_runoff", 0.9),  # water is lost
    (mixtures_lie_between, EndMembers, "concentration", 5.0),  # more than either water has
    (river_carries_what_leaves, SoluteStores, "concentration", 0.9),  # less than what leaves the stores
]


@pytest.mark.parametrize(("check", "process", "flux", "factor"), FAULTS)
def test_a_fault_is_found(check, process, flux, factor, monkeypatch):
    slot = next(slot for slot, options in domain.slots.items() if process in options)
    model, healthy = domain.build(**{slot: process.__name__}), process.forward
    assert check(trial_of(model)).outcome == "passed"

    def faulty(self, **given):
        values = healthy(self, **given)
        return values | {flux: factor * values[flux]}

    monkeypatch.setattr(process, "forward", faulty)
    assert check(trial_of(domain.build(**{slot: process.__name__}))).outcome == "failed"
