"""What happens at a site with other parameters: shifts mean what they mean in the sensitivities."""

import copy

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.processes.balance import balance
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import parameter_response

WARMUP = 30


@pytest.fixture(scope="module", params=[(), ("beta", "k1")], ids=["static", "dynamic"])
def untrained(request, delaware):
    """A model with its first weights at one site, over four months of winter and spring."""
    torch.manual_seed(0)
    dataset = delaware.isel(site=[5])
    config = RunConfig(members=4, hidden=4, dynamic=request.param)
    model = DifferentiableModel.build(config, dataset).eval()
    model.learn_statistics(model.tensors(dataset, "streamflow"))
    return model, model.tensors(dataset, "streamflow").span(0, 120, WARMUP), dataset.time[:120]


@pytest.fixture(scope="module")
def at(untrained):
    """The same, ready to be simulated."""
    return SiteModel(*untrained, "streamflow")


def values_of(untrained, name):
    """The learned values `(1 or scored day, site, member)` of a parameter and its range."""
    model, tensors, _ = untrained
    with torch.no_grad():
        values = model.parameters_of(tensors)[name].double()
    return values if len(values) == 1 else values[WARMUP:], model.process_model.of(Parameter)[name].range


def test_no_shift_gives_the_simulation_as_it_was_learned(untrained, at):
    model, tensors, time = untrained
    with torch.no_grad():
        flow = model(tensors, ["streamflow"])["streamflow"].mean(-1)[WARMUP:, 0]
    simulated = at.simulate({"beta": 0.0})
    np.testing.assert_allclose(simulated.streamflow, flow, rtol=1e-6)
    assert simulated.indexes["time"].equals(time.indexes["time"])
    xr.testing.assert_identical(simulated, at.simulate())


@pytest.mark.parametrize("name", ["beta", "k1", "fc"])
def test_a_small_shift_is_what_the_sensitivity_says(name, untrained, at):
    model, tensors, time = untrained
    values, (low, high) = values_of(untrained, name)
    step = 2e-3 * (high - low)
    assert float(values.min()) - step > low and float(values.max()) + step < high  # none is held back
    central = (at.simulate({name: step}) - at.simulate({name: -step})).streamflow / (2 * step)
    exact = parameter_response(SiteModel(model, tensors, time, "streamflow"))[name]
    np.testing.assert_allclose(central, exact, atol=0.03 * float(abs(exact).max()))


@pytest.mark.parametrize("name", ["beta", "k1"])
def test_all_members_and_days_are_held_within_the_range(name, untrained, at):
    _, (low, high) = values_of(untrained, name)
    ends = at.simulate({name: 10 * (high - low)})
    xr.testing.assert_identical(ends, at.simulate({name: 2 * (high - low)}))
    assert float(abs(ends.streamflow - at.simulate().streamflow).max()) > 1e-3
    assert np.isfinite(ends.to_array()).all()


@pytest.mark.parametrize("share", [-0.9, -0.3, 0.0, 0.3, 0.9])
@pytest.mark.parametrize("name", ["beta", "k1"])
def test_the_shift_for_a_change_moves_the_mean_by_it_though_some_members_are_held(name, share, untrained, at):
    values, (low, high) = values_of(untrained, name)
    mean = float(values.mean())
    change = share * (high - mean if share > 0 else mean - low)
    moved = (values + at.shift_for(name, change)).clamp(low, high)
    assert float(moved.mean()) == pytest.approx(mean + change, abs=1e-6 * (high - low))


def test_a_change_beyond_the_range_ends_at_it(untrained, at):
    values, (low, high) = values_of(untrained, "k1")
    assert float((values + at.shift_for("k1", 5.0)).clamp(low, high).min()) == pytest.approx(high)
    assert float((values + at.shift_for("k1", -5.0)).clamp(low, high).max()) == pytest.approx(low)


def test_water_is_neither_made_nor_lost_by_a_shift(untrained, at):
    terms = balance(untrained[0].process_model, at.simulate({"fc": 200.0, "k1": 0.1, "cfmax": -2.0}))
    assert abs(float(terms.sel(term="residual"))) < 1e-3


def test_slower_interflow_lowers_its_peaks(at):
    slow, learned = at.simulate({"k1": -1.0}), at.simulate()
    assert float(slow.interflow.max()) < float(learned.interflow.max())
    assert float(slow.upper_zone.mean()) > float(learned.upper_zone.mean())


@pytest.mark.parametrize("call", [lambda at: at.simulate({"bets": 0.1}), lambda at: at.shift_for("bets", 0.1)])
def test_an_unknown_parameter_is_named_with_the_nearest(call, at):
    with pytest.raises(ValueError, match=r"no parameter 'bets'. It has: tt, .*Did you mean 'beta'\?"):
        call(at)


def alone(at, **parameters):
    """The target with some parameters set, `(time,)`."""
    model, tensors = at.model, at.tensors
    set_to = {k: torch.full_like(at.learned[k], v) for k, v in parameters.items()}
    with torch.no_grad():
        return model.respond(tensors, at.learned | set_to, ["streamflow"])["streamflow"][WARMUP:, 0]


def test_many_parameter_sets_at_once_are_what_each_gives(at):
    beta, fc = torch.tensor([1.5, 2.0, 5.0]), torch.tensor([100.0, 400.0, 300.0])
    found = at.map({"beta": beta, "fc": fc})
    assert found.shape == (120, 3)
    for i in range(3):
        torch.testing.assert_close(found[:, i], alone(at, beta=beta[i].item(), fc=fc[i].item()), rtol=1e-5, atol=1e-6)


def test_many_parameter_sets_of_an_ensemble_are_the_mean_of_its_models(untrained, at):
    model, tensors, time = untrained
    other = copy.deepcopy(model)
    with torch.no_grad():
        for weight in other.network.parameters():
            weight.mul_(0.5)
    both = SiteModel(Ensemble([model, other]), tensors, time, "streamflow")
    beta = torch.tensor([1.5, 5.0])
    expected = (at.map({"beta": beta}) + SiteModel(other, tensors, time, "streamflow").map({"beta": beta})) / 2
    torch.testing.assert_close(both.map({"beta": beta}), expected, rtol=1e-5, atol=1e-6)


def test_samples_may_differ_in_members_and_days(at):
    learned = at.learned["k1"]
    samples = torch.stack([learned[:, 0], learned[:, 0] * 0.5])
    found = at.map({"k1": samples})
    torch.testing.assert_close(found[:, 0], at.map({})[:, 0], rtol=1e-5, atol=1e-6)
    assert (found[:, 1] - found[:, 0]).abs().max() > 1e-3


def test_many_forcings_at_once_and_their_gradient(at):
    rain = at.tensors.forcings["prcp"][:, 0].expand(-1, 2).clone()
    rain[:, 1] *= 1.1
    rain.requires_grad_()
    flow = at.map({}, {"prcp": rain})
    assert flow[:, 1].sum() > flow[:, 0].sum()
    (gradient,) = torch.autograd.grad(flow[-1, 1], rain)
    assert (gradient[:, 0] == 0).all() and gradient[:, 1].sum() > 0


@pytest.mark.parametrize(
    "given, message",
    [
        (({"beat": torch.ones(2)},), "no parameter 'beat'.*Did you mean 'beta'"),
        (({"beta": torch.ones(2, 3)},), r"'beta' have the shape \(2, 3\). Give \(sample,\)"),
        (({"beta": torch.ones(2, 1, 3)},), "1 or 4 members"),
        (({}, {"prpc": torch.ones(150, 2)}), "no forcing 'prpc'.*Did you mean 'prcp'"),
        (({}, {"prcp": torch.ones(7, 2)}), r"\(7, 2\). Give \(days, sample\) with 150 days"),
    ],
)
def test_samples_that_do_not_fit_are_refused(given, message, at):
    with pytest.raises(ValueError, match=message):
        at.map(*given)
