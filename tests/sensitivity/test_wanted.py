"""The least change that makes a target as wanted: closed forms, reruns, limits, and what cannot be had."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter, State
from dgviz.sensitivity import wanted
from dgviz.sensitivity.least_change import least_change
from dgviz.sensitivity.wanted import BACK
from tests.sensitivity.linear import RANGES, linear_site

SCALE = np.array([high - low for low, high in RANGES.values()])


@pytest.fixture(scope="module")
def line():
    """A target that is linear in its parameters."""
    return linear_site(np.random.default_rng(3).uniform(0.5, 2.0, (40, 3)), np.zeros(40))


def simulated(site, forcings=None, parameters=None, initial=None):
    """The target of a rerun on the scored steps, `(time,)`."""
    tensors = replace(site.tensors, forcings=site.tensors.forcings | (forcings or {}))
    learned = site.learned | (parameters or {})
    if initial:
        return torch.tensor(site.simulate(initial=initial)[site.target].values)
    with torch.no_grad():
        return site.model.respond(tensors, learned, [site.target])[site.target][tensors.warmup :, 0]


@pytest.fixture(scope="module")
def peak(gauge):
    """The position of the highest flow, and that flow."""
    flow = simulated(gauge)
    return int(flow.argmax()), float(flow.max())


def test_of_a_linear_target_the_least_change_is_the_pseudoinverse(line):
    value = float(simulated(line)[7])
    found = wanted(line, {7: value + 0.1}, "parameters")
    # y = a x1 + b x2 + c x3; changes are measured by the widths w of the ranges: u = w x (w x)' / |w x|^2 * 0.1
    columns = [float(line.tensors.forcings[f"x{i}"][7]) for i in (1, 2, 3)]
    along = SCALE * np.array([*columns, 0.0])
    np.testing.assert_allclose(found.change, SCALE * along * 0.1 / (along @ along), rtol=2e-4)
    assert found.attrs["reached"] == pytest.approx(100, abs=0.02)
    assert found.cause.values.tolist() == ["a", "b", "c", "idle"] and found.units.values.tolist()[:2] == ["m", "kg"]


def test_a_target_without_memory_takes_a_change_in_that_step_alone(line):
    value, a = float(simulated(line)[7]), float(line.learned["a"].mean())
    found = wanted(line, {7: value + 0.1}, "forcing", "x1")
    expected = np.zeros(8)
    expected[-1] = 0.1 / a
    np.testing.assert_allclose(found.change, expected, rtol=2e-4, atol=1e-12)


def test_bounds_are_kept_and_what_is_free_makes_up_for_it():
    jacobian, high = torch.tensor([[1.0, 2.0]]).double(), torch.tensor([9.0, 0.3]).double()
    found = least_change(lambda u: jacobian @ u, torch.tensor([5.0]).double(), -high, high)
    np.testing.assert_allclose(found, [4.4, 0.3], rtol=1e-3)


def test_where_a_function_jumps_what_makes_it_jump_is_held():
    def jumps(u):
        return (u[:1] + u[1:]) - 5.0 * (u[:1].detach() > 0.2)

    ends = torch.full((2,), 9.0).double()
    found = least_change(jumps, torch.tensor([1.0]).double(), -ends, ends)
    assert found[0] <= 0.2 and float(jumps(found)) == pytest.approx(1.0, rel=2e-3)


@pytest.mark.parametrize("share", [0.8, 1.3])
def test_a_rerun_with_the_change_of_a_forcing_has_the_peak(gauge, peak, share):
    at, flow = peak
    found = wanted(gauge, {at: share * flow}, "forcing", "prcp")
    rain = gauge.tensors.forcings["prcp"].clone()
    places = gauge.tensors.warmup + at + 1
    np.testing.assert_allclose(found.before, rain[places - BACK - 1 : places, 0, 0])
    rain[places - BACK - 1 : places, 0, 0] = torch.tensor(found.after.values)
    rerun = simulated(gauge, {"prcp": rain})
    np.testing.assert_allclose(found.rerun, rerun, rtol=1e-6)
    assert float(rerun[at]) - flow == pytest.approx((share - 1) * flow, rel=0.02)
    assert float(found.after.min()) >= 0 and found.attrs["falls_short"] == ""


def test_a_rerun_with_other_stores_has_the_peak(gauge, peak):
    at, flow = peak
    found = wanted(gauge, {at: 1.2 * flow}, "stores")
    span = slice(gauge.tensors.warmup + at - BACK, None)
    # The rerun begins with the new stores before the step that lies `BACK` steps before the peak.
    begun = SiteModel(gauge.model, replace(gauge.tensors.part(span), initial=gauge.state_before(span.start), warmup=0),
                      gauge.time[at - BACK :], gauge.target)  # fmt: skip
    change = dict(zip(found.cause.values, found.change.values, strict=True))
    state = {k: begun.tensors.initial[k] + change[k] for k in change}
    assert all((state[k] >= gauge.process_model.of(State)[k].floor).all() for k in state)
    moved = replace(begun.tensors, initial={**begun.tensors.initial, **state})
    with torch.no_grad():
        rerun = begun.model.mean(moved, [gauge.target])[gauge.target][:, 0]
    assert float(rerun[BACK]) - flow == pytest.approx(0.2 * flow, rel=0.02)
    np.testing.assert_allclose(found.rerun[at - BACK :], rerun, rtol=1e-6)


def test_a_rerun_with_other_parameters_has_the_peak_and_they_stay_in_their_ranges(gauge, peak):
    at, flow = peak
    found = wanted(gauge, {at: 0.8 * flow}, "parameters")
    declared = gauge.process_model.of(Parameter)
    moved = {
        str(name): (gauge.learned[str(name)] + float(change)).clamp(*declared[str(name)].range)
        for name, change in zip(found.cause.values, found.change.values, strict=True)
    }
    assert float(simulated(gauge, parameters=moved)[at]) - flow == pytest.approx(-0.2 * flow, rel=0.02)
    for name, after in zip(found.cause.values, found.after.values, strict=True):
        assert declared[str(name)].range[0] <= after <= declared[str(name)].range[1]


def test_the_change_is_smaller_than_that_of_scaling_the_last_days(gauge, peak):
    at, flow = peak
    found = wanted(gauge, {at: 1.2 * flow}, "forcing", "prcp")
    places, rain = slice(gauge.tensors.warmup + at - 3, gauge.tensors.warmup + at + 1), gauge.tensors.forcings["prcp"]
    low, high = 1.0, 9.0
    for _ in range(40):  # bisection for the factor on the rain of the last four days that does the same
        factor = (low + high) / 2
        scaled = rain.clone()
        scaled[places] *= factor
        low, high = (low, factor) if float(simulated(gauge, {"prcp": scaled})[at]) > 1.2 * flow else (factor, high)
    naive = float((scaled - rain).norm())
    assert 0 < float(np.linalg.norm(found.change)) < 0.9 * naive


def test_several_days_can_be_drawn_at_once(gauge, peak):
    at, flow = peak[0], simulated(gauge)
    days = range(at + 5, at + 10)
    found = wanted(gauge, {day: 0.9 * float(flow[day]) for day in days}, "forcing", "prcp")
    np.testing.assert_allclose(found.rerun[list(days)], 0.9 * flow[list(days)], rtol=0.02)
    assert found.wanted.notnull().sum() == 5 and found.attrs["reached"] > 90


@pytest.mark.parametrize("by", ["stores", "parameters"])
def test_a_peak_far_beyond_is_said_to_be_out_of_reach(gauge, peak, by):
    at, flow = peak
    found = wanted(gauge, {at: 300 * flow}, by)
    assert found.attrs["reached"] < 60 and found.at_limit.any()
    assert f"Only {found.attrs['reached']:.0f} % of it can be had: at the limit" in found.attrs["falls_short"]


def test_no_rain_is_the_least_there_can_be(gauge, peak):
    found = wanted(gauge, {peak[0]: 0.0}, "forcing", "prcp")
    assert float(found.after.min()) >= 0 and found.attrs["reached"] < 98
    assert "steps it is at the limit of what it may be" in found.attrs["falls_short"]


def test_what_changes_nothing_is_said_to_change_nothing(line):
    idle = SiteModel(line.model, replace(line.tensors, forcings=line.tensors.forcings | {
        name: 0 * line.tensors.forcings[name] for name in ("x1", "x2", "x3")
    }), line.time, line.target)  # fmt: skip
    found = wanted(idle, {3: 1.0}, "parameters")
    assert not found.change.any() and found.attrs["reached"] == 0
    assert found.attrs["falls_short"] == "Only 0 % of it can be had: the target does not respond."


@pytest.mark.parametrize(
    ("values", "by", "forcing", "words"),
    [
        ({3: 1.0}, "rain", "", "by: there is no way 'rain' to change the target. Ways: forcing, stores, parameters"),
        ({3: 1.0}, "forcing", "x9", "forcing: there is no 'x9'. Forcings: x1, x2, x3"),
        ({3: 1.0}, "stores", "", "stores: this model has none"),
        ({}, "forcing", "x1", "values: none is wanted"),
        ({99: 1.0}, "forcing", "x1", "values: the step 99 is not scored. Give one from 0 to 39"),
        ({3: float("nan")}, "forcing", "x1", "values: nan is wanted in the step 3. Give a number"),
    ],
)
def test_what_cannot_be_asked_is_refused(line, values, by, forcing, words):
    with pytest.raises(ValueError, match=words):
        wanted(line, values, by, forcing)


def test_it_is_labelled(gauge, peak):
    found = wanted(gauge, {peak[0]: 1.1 * peak[1]}, "forcing", "prcp")
    assert found.change.attrs == {"units": "mm d-1", "long_name": "Precipitation, change"}
    assert found.rerun.attrs["units"] == "mm d-1" and found.rerun.attrs["long_name"] == "With the change"
    xr.testing.assert_allclose(found.after, found.before + found.change)
