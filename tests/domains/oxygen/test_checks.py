"""The checks of oxygen pass where they should, and fail on the fault that each is there to find."""

import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz.checks import Trial
from dgviz.domains import oxygen
from dgviz.domains.oxygen.evaluation.checks import colder_water_holds_more, no_light_no_production, oxygen_saturates
from dgviz.domains.oxygen.production import LightProduction, SeasonalProduction
from dgviz.domains.oxygen.saturation import SaturationAtPressure, benson_krause
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Process
from tests.combinations import DOMAINS, PAIRS, each
from tests.conftest import make_example

WARMUP, DAYS = 30, 120
domain = oxygen.domain


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
    """The model under example forcings, with parameters in the middle of their ranges."""
    forcings, parameters = make_example(model, n_time=WARMUP + DAYS, n_site=1, n_member=2, where=0.4)
    parameters = {k: v.detach() for k, v in parameters.items()}
    tensors = Tensors(forcings, torch.zeros(1, 1), torch.zeros(WARMUP + DAYS, 1), WARMUP)
    time = xr.DataArray(pd.date_range("2001-03-01", periods=DAYS), dims="time")
    return Trial(SiteModel(Given(model, parameters), tensors, time, "dissolved_oxygen"))


@each([case for case in PAIRS if case[0] is DOMAINS["oxygen"]])
def test_any_two_options_pass_together(domain, choices):
    trial = trial_of(domain.build(**choices))
    found = {check.__name__: check(trial).outcome for check in domain.checks}
    read_light = choices["production"] == "LightProduction"
    assert found.pop("no_light_no_production") == ("passed" if read_light else "does not apply")
    assert found.pop("balance_closes") == ("passed" if choices["budget"] == "OxygenStore" else "does not apply")
    assert set(found.values()) == {"passed"}


class Upside(Process):
    """Saturation that rises with temperature."""

    pressure, saturation = SaturationAtPressure.pressure, SaturationAtPressure.saturation

    def forward(self, *, water_temperature, pressure):
        return dict(saturation=pressure * benson_krause(30 - water_temperature))


class Glowing(Process):
    """Plants that make oxygen in the dark."""

    p_most, light_k = LightProduction.p_most, LightProduction.light_k
    production_rate = SeasonalProduction.production_rate

    def forward(self, *, srad, p_most, light_k):
        return dict(production_rate=p_most * (1 + torch.exp(-srad / light_k)))


class Bubbling(Process):
    """A source of oxygen that is no parameter."""

    production_rate = SeasonalProduction.production_rate

    def forward(self, *, water_temperature):
        return dict(production_rate=torch.ones_like(water_temperature))


@pytest.mark.parametrize(
    ("check", "slot", "fault"),
    [
        (colder_water_holds_more, "saturation", Upside),
        (no_light_no_production, "production", Glowing),
        (oxygen_saturates, "production", Bubbling),
    ],
)
def test_a_fault_is_found(check, slot, fault, monkeypatch):
    monkeypatch.setitem(domain.slots, slot, (fault,))
    assert check(trial_of(domain.build())).outcome == "failed"
