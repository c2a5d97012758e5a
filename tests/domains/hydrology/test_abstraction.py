"""Prescribed withdrawal: the gauge sees less by what is taken, and nothing else changes."""

import pytest
import torch

from dgviz.domains import discover
from dgviz.experiment.config import RunConfig

hydrology = discover()["hydrology"]


@pytest.fixture
def pair(example):
    """A model without and one with abstraction, their forcings with little withdrawal, and parameters."""
    plain, regulated = hydrology.build(), hydrology.build(abstraction="PrescribedWithdrawal")
    forcings, parameters = example(regulated, n_time=200)
    forcings["withdrawal"] = torch.full_like(forcings["prcp"], 0.05)
    return plain, regulated, forcings, parameters


@pytest.mark.parametrize("backend", ["fused", "torch"])
def test_the_gauge_sees_less_by_what_is_taken(backend, pair):
    plain, regulated, forcings, parameters = pair
    with torch.no_grad():
        before, after = (model(forcings, parameters, backend=backend) for model in (plain, regulated))
    runoff = (before["quickflow"] + before["interflow"] + before["baseflow"]).mean(-1, keepdim=True)
    torch.testing.assert_close(
        after["abstraction"], torch.minimum(torch.tensor(0.05).double(), runoff).expand(-1, -1, 2)
    )
    assert after["upper_zone"].equal(before["upper_zone"]) and after["lower_zone"].equal(before["lower_zone"])
    missing = (before["streamflow"] - after["streamflow"]).mean(-1).sum(0)
    # What is still on its way on the last day has not arrived yet.
    waiting = (before["channel"] - after["channel"])[-1].mean(-1)
    torch.testing.assert_close(missing + waiting, after["abstraction"].mean(-1).sum(0), rtol=1e-6, atol=1e-6)


def test_without_a_withdrawal_nothing_changes(pair):
    plain, regulated, forcings, parameters = pair
    forcings["withdrawal"] = torch.zeros_like(forcings["prcp"])
    with torch.no_grad():
        assert regulated(forcings, parameters)["streamflow"].equal(plain(forcings, parameters)["streamflow"])


@pytest.mark.parametrize("routing", ["NoRouting", "GammaRouting", "MuskingumCunge"])
def test_no_more_is_taken_than_there_is(routing, example):
    model = hydrology.build(abstraction="PrescribedWithdrawal", routing=routing)
    forcings, parameters = example(model, n_time=60)
    forcings["withdrawal"] = torch.full_like(forcings["prcp"], 1000.0)
    with torch.no_grad():
        values = model(forcings, parameters)
    assert values["streamflow"][20:].abs().max() < 0.5 and values["abstraction"].min() >= 0


def test_it_is_off_by_default():
    assert RunConfig().processes["abstraction"] == "NoAbstraction"
    assert "withdrawal" not in RunConfig().build().forcings
