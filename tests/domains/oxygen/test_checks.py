"""The checks of oxygen pass where they should, and fail on the fault that each is there to find."""

import pytest
import torch

from dgviz.domains import oxygen
from dgviz.domains.oxygen.evaluation.checks import colder_water_holds_more, no_light_no_production, oxygen_saturates
from dgviz.domains.oxygen.production import LightProduction, SeasonalProduction
from dgviz.domains.oxygen.saturation import SaturationAtPressure, benson_krause
from dgviz.processes.declare import Process
from tests import trials
from tests.combinations import DOMAINS, PAIRS, each

WARMUP, DAYS = 30, 120
domain = oxygen.domain


def trial_of(model):
    """The model under example forcings, with parameters in the middle of their ranges."""
    return trials.trial_of(model, "dissolved_oxygen", DAYS, warmup=WARMUP)


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
