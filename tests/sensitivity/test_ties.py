"""Derivatives to rain on dry days and bare ground, where formulas have kinks: they are those of one millimetre more."""

from dataclasses import replace

import pytest
import torch
from torch.autograd import forward_ad

from dgviz.domains import discover
from dgviz.experiment.runs import list_runs
from dgviz.sensitivity.pathways import in_double

hydrology = discover()["hydrology"]
TARGET = "streamflow"
SNOW = [option.__name__ for option in hydrology.slots["snow"]]
STEP = 1e-7  # mm


@pytest.fixture(params=SNOW)
def made_up(request, example):
    """A model with some snow, its weather with many dry days in warm and cold spells, and its parameters."""
    choices = dict(snow=request.param, capillary_rise="CapillaryRise", evapotranspiration="GammaEvapotranspiration")
    model = hydrology.build(**choices)
    forcings, parameters = example(model, n_time=150, n_site=1)
    forcings["prcp"] = torch.where(forcings["prcp"] < 5, 0.0, forcings["prcp"])
    day = torch.arange(150, dtype=torch.float64)[:, None, None]
    forcings["tmean"] = 2 + 9 * torch.sin(2 * torch.pi * day / 16) + forcings["tmean"] / 10
    return model, forcings, {k: v.detach() for k, v in parameters.items()}


def flow(model, forcings, parameters, rain, backend="auto"):
    """Streamflow `(time, copy)` of copies of one site, each with rain of its own."""
    copies = {k: v.expand(-1, rain.shape[1], -1) for k, v in parameters.items()}
    return model.mean(forcings | {"prcp": rain}, copies, [TARGET], backend=backend)[TARGET]


def by_differences(model, forcings, parameters):
    """d flow / d rain, `(time, day of rain)`, by a little more rain on each day."""
    rain = forcings["prcp"][..., 0]
    more = rain + STEP * torch.eye(len(rain), dtype=rain.dtype)
    flows = flow(model, forcings, parameters, torch.cat([rain, more], 1)[..., None])
    return (flows[:, 1:] - flows[:, :1]) / STEP


def by_tangents(model, forcings, parameters, backend):
    """The same, forward in time."""
    rain = forcings["prcp"]
    days = torch.eye(len(rain), dtype=rain.dtype)[..., None]
    with torch.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(rain.expand(days.shape).clone(), days)
        return forward_ad.unpack_dual(flow(model, forcings, parameters, dual, backend)).tangent


def by_gradients(model, forcings, parameters, days):
    """The same for the flow on some days, backward."""
    rain = forcings["prcp"].clone().requires_grad_()
    flows = flow(model, forcings, parameters, rain)[:, 0]
    return torch.stack([torch.autograd.grad(flows[day], rain, retain_graph=True)[0].flatten() for day in days])


def share_right(found, expected):
    """The share of cells that agree to a millionth of the largest."""
    return ((found - expected).abs() <= 1e-6 * expected.abs().max()).double().mean().item()


@pytest.mark.parametrize("backend", ["torch", "fused"])
def test_tangents_are_those_of_a_little_more_rain(made_up, backend):
    assert share_right(by_tangents(*made_up, backend), by_differences(*made_up)) > 0.99


def test_gradients_are_those_of_a_little_more_rain(made_up):
    days = range(5, 150, 9)
    assert share_right(by_gradients(*made_up, days), by_differences(*made_up)[list(days)]) > 0.99


def test_bare_ground_without_rain_is_met(made_up):
    """Else the tests above would say nothing."""
    model, forcings, parameters = made_up
    dry, cold = forcings["prcp"][1:, :, 0] == 0, forcings["tmean"][1:, :, 0] < -2.5
    if "snowpack" in model.stores:
        dry = dry & (model(forcings, parameters, ["snowpack"])["snowpack"][:-1] == 0).all(-1)
    assert (dry & ~cold).sum() > 20 and (dry & cold).sum() > 2


def test_the_same_holds_for_a_trained_model(delaware):
    run = {run.id: run for run in list_runs("data/runs")}["delaware-hbv"]
    site = in_double(run.at(delaware, "01439500", "1979-10-01", "1980-04-30"))
    tensors = replace(site.tensors, initial=None)
    case = site.process_model, tensors.forcings, {k: v.double() for k, v in site.learned.items()}
    expected = by_differences(*case)
    days = range(5, len(expected), 17)
    assert share_right(by_tangents(*case, "fused"), expected) > 0.99
    assert share_right(by_gradients(*case, days), expected[list(days)]) > 0.99
