"""Fisher information, standard errors and collinearity of linear models, against closed forms."""

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.runs import list_runs
from dgviz.paths import data_folder
from dgviz.sensitivity.autocorrelation import lag_one, whiten
from dgviz.sensitivity.identifiability import collinearity, identifiability, trade_off, worst_pairs
from tests.sensitivity.linear import RANGES, linear_site, persistent

N, NAMES = 400, ["a", "b", "c"]
WIDTHS = np.array([RANGES[name][1] - RANGES[name][0] for name in NAMES])


def correlations(days: np.ndarray, r: float) -> np.ndarray:
    """Of errors that persist, between all pairs of days, `(day, day)`."""
    return r ** abs(days[:, None] - days).astype(float)


@pytest.fixture
def random():
    return np.random.default_rng(1)


def site_with(random, r, columns=None, members=3):
    """A linear site whose observations differ from what it simulates by errors that persist, with gaps."""
    columns = random.standard_normal((N, 3)) if columns is None else columns
    site = linear_site(columns, np.zeros(N), members)
    simulated = site.simulate()["y"].values
    observed = simulated - persistent(random, N, r, 0.3)
    observed[random.random(N) < 0.3] = np.nan
    return linear_site(columns, observed, members), columns, simulated - observed


def test_standard_errors_are_those_of_generalised_least_squares(random):
    site, columns, error = site_with(random, 0.7)
    found = identifiability(site)
    days = np.flatnonzero(np.isfinite(error))
    r = float(found.autocorrelation)
    weights, scaled = np.linalg.inv(correlations(days, r)), columns[days] * WIDTHS
    apart = error[days] - error[days].mean()
    variance = apart @ weights @ apart / (len(days) - 3)  # of the error itself
    covariance = np.linalg.inv(scaled.T @ weights @ scaled / variance)
    assert found.parameter.values.tolist() == NAMES and int(found.n_observed) == len(days)
    np.testing.assert_allclose(found.standard_error, 100 * np.sqrt(np.diag(covariance)), rtol=1e-9)
    np.testing.assert_allclose(found.standard_error_in_units, np.sqrt(np.diag(covariance)) * WIDTHS, rtol=1e-9)
    fisher = (found.eigenvector * found.eigenvalue) @ found.eigenvector.rename(parameter="other")
    np.testing.assert_allclose(fisher, np.linalg.inv(covariance), rtol=1e-8, atol=1e-8 * float(found.eigenvalue.max()))
    assert found.unit.values.tolist() == ["m", "kg", "1"]


def test_independent_errors_give_the_information_of_least_squares(random):
    columns = np.linalg.qr(random.standard_normal((N, 3)))[0]
    observed = linear_site(columns, np.zeros(N)).simulate()["y"].values
    error = 0.2 * random.standard_normal(N)
    found = identifiability(linear_site(columns, observed - error))
    assert abs(float(found.autocorrelation)) < 0.1
    # Orthogonal columns of length 1: F is diagonal, width^2 / s^2.
    np.testing.assert_allclose(found.eigenvalue, np.sort(WIDTHS**2)[::-1] / error.var(), rtol=0.05)
    assert [abs(found.eigenvector[:, i]).idxmax().item() for i in range(3)] == ["b", "a", "c"]
    np.testing.assert_allclose(found.underestimate, 1, atol=0.1)


def test_errors_that_persist_make_standard_errors_larger_by_the_known_factor(random):
    """Of a response that is constant: sqrt((1 + r) / (1 - r)) in the limit of many steps."""
    columns = np.stack([np.ones(N), random.standard_normal(N), random.standard_normal(N)], -1)
    site = linear_site(columns, np.zeros(N))
    observed = site.simulate()["y"].values - persistent(random, N, 0.69, 0.3)
    found = identifiability(linear_site(columns, observed))
    r = float(found.autocorrelation)
    assert float(found.underestimate.sel(parameter="a")) == pytest.approx(np.sqrt((1 + r) / (1 - r)), rel=0.03)
    assert r == pytest.approx(0.69, abs=0.06)


def test_standard_errors_are_the_spread_of_estimates_from_many_records(random):
    """Of 300 records with errors of their own, estimated by least squares of what is new in each step."""
    columns, r, size = random.standard_normal((N, 3)).cumsum(0) / 10, 0.6, 0.5
    everything = np.ones(N, bool)
    basis = np.linalg.pinv(whiten(columns, everything, r))
    estimates = [basis @ whiten(persistent(random, N, r, size), everything, r) for _ in range(300)]
    simulated = linear_site(columns, np.zeros(N)).simulate()["y"].values
    errors = np.mean(
        [
            identifiability(linear_site(columns, simulated - persistent(random, N, r, size))).standard_error_in_units
            for _ in range(20)
        ],
        0,
    )
    np.testing.assert_allclose(errors, np.std(estimates, 0), rtol=0.12)


def test_whitened_squares_are_those_of_the_inverse_correlation(random):
    known = random.random(60) < 0.6
    values, r = random.standard_normal((60, 2)), 0.8
    inverse = np.linalg.inv(correlations(np.flatnonzero(known), r))
    white = whiten(values, known, r)
    expected = (1 - r**2) * values[known].T @ inverse @ values[known]
    np.testing.assert_allclose(white.T @ white, expected, rtol=1e-10)


def test_correlation_of_errors_without_neighbours_or_change_is_zero():
    assert lag_one(np.array([1.0, np.nan, 2.0, np.nan, 5.0])) == 0.0
    assert lag_one(np.full(5, 3.0)) == 0.0
    assert lag_one(np.array([1.0, -1.0] * 50)) == pytest.approx(-0.999)


def test_a_planted_pair_is_found_and_the_words_say_what_makes_up_for_it(random):
    x = random.standard_normal((N, 3))
    # One range of c does what two fifths of a range of b do, almost.
    x[:, 2] = 2 * x[:, 1] + 0.01 * x[:, 2]
    site, _, _ = site_with(random, 0.5, x)
    found = identifiability(site)
    (worst, *_) = worst_pairs(found)
    assert worst[:2] == ("b", "c") and worst[2] > 100
    assert float(found.collinearity_of_all) == pytest.approx(worst[2], rel=0.05)
    assert trade_off(found.eigenvector[:, -1]) == "a higher c is made up for by a lower b"
    assert found.standard_error.sel(parameter="c") > 20 * found.standard_error.sel(parameter="a")


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ({"a": 0.7, "b": 0.7, "c": 0.1}, "a higher a is made up for by a higher b"),
        ({"a": 0.5, "b": -0.7, "c": 0.5}, "a higher b is made up for by a lower a and a lower c"),
        ({"a": 0.1, "b": 0.1, "c": 0.99}, "c alone is hardly seen"),
    ],
)
def test_the_words_of_a_direction_name_who_takes_part_and_how(sides, words):
    assert trade_off(xr.DataArray([*sides.values()], {"parameter": [*sides]}, "parameter")) == words


def test_collinearity_of_a_pair_follows_from_the_angle_between_responses():
    angle = np.deg2rad(20)
    pairs, of_all = collinearity(np.array([[1.0, 5 * np.cos(angle)], [0.0, 5 * np.sin(angle)]]))
    expected = 1 / np.sqrt(1 - np.cos(angle))
    np.testing.assert_allclose(pairs, [[1, expected], [expected, 1]])
    assert of_all == pytest.approx(expected)
    assert collinearity(np.array([[1.0, -2.0], [1.0, -2.0]]))[0][0, 1] > 1e6


def test_a_parameter_without_response_is_left_out_and_named(random):
    site, _, _ = site_with(random, 0.5)
    assert identifiability(site).attrs["left_out"] == "idle"


def test_the_spread_is_that_of_the_members(random):
    site, _, _ = site_with(random, 0.5, members=4)
    found = identifiability(site)
    for name, width in zip(NAMES, WIDTHS, strict=True):
        expected = 100 * site.learned[name].std(correction=0).item() / width
        assert float(found.spread.sel(parameter=name)) == pytest.approx(expected)


def test_too_few_observations_are_said(random):
    observed = np.full(N, np.nan)
    observed[:4] = 1.0
    with pytest.raises(ValueError, match="observed at 4 of the steps asked for, and the model has 3 parameters"):
        identifiability(linear_site(random.standard_normal((N, 3)), observed))


def test_a_target_that_no_parameter_moves_is_said():
    with pytest.raises(ValueError, match="No parameter moves y here"):
        identifiability(linear_site(np.zeros((N, 3)), np.arange(N) * 1.0))


def test_the_routing_of_a_real_site_is_collinear(delaware):
    """The two numbers of a unit hydrograph, shape and scale, delay alike: named as a pair in trials on one gauge."""
    run = {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]
    found = identifiability(run.at(delaware, "01439500", "1979-01-01", "1980-12-31"))
    assert {*worst_pairs(found)[0][:2]} == {"route_a", "route_b"}
    assert 0.5 < float(found.autocorrelation) < 0.9 and (found.underestimate > 1).mean() > 0.7
