"""The losses against their formulas; missing days do not count."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.learn.losses import LOSSES, kge_loss, nse, nse_loss, rmse_loss
from dgviz.quantities import Target
from dgviz.scores import metrics
from dgviz.scores.metrics import kge_2009

ones = torch.ones_like  # all sites count equally
FLOW = Target("mm d-1", "Flow", range=(0.0, 100.0), floor=0.0, scale=0.1, logarithmic=True)
TEMPERATURE = Target("degC", "Temperature", range=(-50.0, 50.0), scale=0.2)


def of_flow(loss):
    """A loss whose target is a flow."""
    return lambda *given: loss(*given, FLOW)


every_loss = pytest.mark.parametrize("loss", [of_flow(loss) for loss in LOSSES.values()], ids=list(LOSSES))


@pytest.fixture
def flows():
    """Simulated and observed flow `(time, site)` and its deviation."""
    random = torch.Generator().manual_seed(1)
    observed = 5 * torch.rand(200, 3, generator=random, dtype=torch.float64) ** 3
    simulated = (1.2 * observed + torch.rand(200, 3, generator=random, dtype=torch.float64)).requires_grad_()
    return simulated, observed, observed.std(0, unbiased=False)


@every_loss
def test_missing_days_count_as_if_they_were_not_there(loss, flows):
    simulated, observed, deviation = flows
    gaps = observed.clone()
    gaps[50:120] = torch.nan
    kept = torch.cat([torch.arange(50), torch.arange(120, 200)])
    torch.testing.assert_close(
        loss(simulated, gaps, deviation, ones(deviation)),
        loss(simulated[kept], observed[kept], deviation, ones(deviation)),
    )
    (gradient,) = torch.autograd.grad(loss(simulated, gaps, deviation, ones(deviation)), simulated)
    assert gradient.isfinite().all()
    assert (gradient[50:120] == 0).all() and (gradient[:50] != 0).any()


@every_loss
def test_gaps_of_one_site_leave_the_others_alone(loss, flows):
    simulated, observed, deviation = flows
    observed = observed.clone()
    observed[:, 1] = torch.nan
    torch.testing.assert_close(
        loss(simulated, observed, deviation, ones(deviation)),
        loss(simulated[:, ::2], observed[:, ::2], deviation[::2], ones(deviation[::2])),
    )


@every_loss
def test_without_any_observation_nothing_is_learned(loss, flows):
    simulated, observed, deviation = flows
    value = loss(simulated, torch.full_like(observed, torch.nan), deviation, ones(deviation))
    (gradient,) = torch.autograd.grad(value, simulated)
    assert value.isfinite() and (gradient == 0).all()


@every_loss
def test_a_perfect_simulation_is_the_minimum(loss, flows):
    _, observed, deviation = flows
    best = loss(observed, observed, deviation, ones(deviation))
    assert best < 1e-3
    for changed in (observed + 0.1, observed * 1.05, observed * 0.95, observed.flip(0), 0 * observed):
        assert loss(changed, observed, deviation, ones(deviation)) > best + 1e-4


@every_loss
def test_gradients_match_finite_differences(loss, flows):
    simulated, observed, deviation = flows
    assert torch.autograd.gradcheck(lambda s: loss(s, observed[:20], deviation, ones(deviation)), simulated[:20])


@every_loss
@pytest.mark.parametrize("constant", [0.0, 2.0])
def test_gradients_are_finite_on_constant_flow(loss, constant):
    for start in (0.0, 1.0):
        simulated = torch.full((30, 2), start, requires_grad=True)
        observed = torch.full((30, 2), constant)
        loss(simulated, observed, torch.zeros(2), torch.ones(2)).backward()
        assert simulated.grad.isfinite().all()


def test_nse_loss_is_its_formula(flows):
    simulated, observed, deviation = flows
    expected = ((simulated - observed) ** 2 / (deviation + 0.1) ** 2).mean()
    torch.testing.assert_close(of_flow(nse_loss)(simulated, observed, deviation, ones(deviation)), expected)


def test_rmse_loss_is_its_formula(flows):
    simulated, observed, deviation = flows
    log_s, log_o = (((q + 1e-6) ** 0.5 + 0.1).log10() for q in (simulated, observed))
    expected = 0.75 * ((simulated - observed) ** 2).mean() ** 0.5 + 0.25 * ((log_s - log_o) ** 2).mean() ** 0.5
    torch.testing.assert_close(
        of_flow(rmse_loss)(simulated, observed, deviation, ones(deviation)), expected, rtol=1e-6, atol=1e-6
    )


def test_kge_loss_is_one_less_the_score(flows):
    """Up to what keeps it finite on constant flow: 1e-3 mm d-1 beside means, 1e-6 beside variances."""
    simulated, observed, deviation = flows
    tables = (xr.DataArray(q.detach().numpy(), dims=("time", "site")) for q in (simulated, observed))
    expected = 1 - kge_2009(*tables).mean().item()
    assert of_flow(kge_loss)(simulated, observed, deviation, ones(deviation)).item() == pytest.approx(
        expected, rel=2e-3
    )


def test_kge_loss_of_a_target_without_a_floor_counts_the_difference_of_the_means(flows):
    """Over the deviation of the observed, in place of the ratio of the means."""
    simulated, observed, deviation = flows
    s, o = (xr.DataArray(q.detach().numpy(), dims=("time", "site")) for q in (simulated, observed))
    shift = metrics.bias(s, o) / o.std("time")
    parts = metrics.correlation(s, o) - 1, metrics.alpha(s, o) - 1, shift
    expected = np.sqrt(sum(part**2 for part in parts)).mean().item()
    assert kge_loss(simulated, observed, deviation, ones(deviation), TEMPERATURE).item() == pytest.approx(
        expected, rel=1e-4
    )


def test_a_site_without_variation_does_not_count_in_the_kge(flows):
    simulated, observed, deviation = flows
    steady = observed.detach().clone()
    steady[:, 0] = 1.0
    without = of_flow(kge_loss)(simulated[:, 1:], observed[:, 1:], deviation[1:], ones(deviation[1:]))
    torch.testing.assert_close(of_flow(kge_loss)(simulated, steady, deviation, ones(deviation)), without)


@every_loss
def test_a_simulation_of_nan_is_no_good_one(loss, flows):
    _, observed, deviation = flows
    assert not loss(torch.full_like(observed, torch.nan), observed, deviation, ones(deviation)).isfinite()


@every_loss
def test_a_site_of_no_weight_does_not_count_and_a_common_factor_changes_nothing(loss, flows):
    simulated, observed, deviation = flows
    weight = ones(deviation)
    torch.testing.assert_close(
        loss(simulated, observed, deviation, 7 * weight), loss(simulated, observed, deviation, weight)
    )
    weight[0] = 0
    rest = loss(simulated[:, 1:], observed[:, 1:], deviation[1:], weight[1:])
    torch.testing.assert_close(loss(simulated, observed, deviation, weight), rest)


def test_a_target_without_a_floor_has_losses_that_know_no_zero(flows):
    """Shifted by any constant, simulation and observation lose as much as before: 0 degC is no physical zero."""
    simulated, observed, deviation = flows
    for loss in LOSSES.values():
        here = loss(simulated, observed, deviation, ones(deviation), TEMPERATURE)
        there = loss(simulated - 30, observed - 30, deviation, ones(deviation), TEMPERATURE)
        torch.testing.assert_close(here, there)


def test_the_scale_of_the_target_is_that_below_which_errors_do_not_count(flows):
    simulated, observed, deviation = flows
    expected = ((simulated - observed) ** 2 / (deviation + 0.2) ** 2).mean()
    torch.testing.assert_close(nse_loss(simulated, observed, deviation, ones(deviation), TEMPERATURE), expected)


def test_the_efficiency_of_a_site_is_that_of_the_scores(flows):
    simulated, observed, _ = flows
    gaps = observed.clone()
    gaps[20:60, 0] = torch.nan
    tables = (xr.DataArray(q.detach().numpy(), dims=("time", "site")) for q in (simulated, gaps))
    torch.testing.assert_close(nse(simulated, gaps).detach(), torch.from_numpy(metrics.nse(*tables).values))
