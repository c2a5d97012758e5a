"""Scores against identities, hand-made series and a second computation in plain Python."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.scores import metrics

PERFECT = {
    "nse_seasonal": 1,
    "kge_2009": 1,
    "kge_2012": 1,
    "nse": 1,
    "log_nse": 1,
    "correlation": 1,
    "alpha": 1,
    "beta": 1,
    "gamma": 1,
}
UNBIASED = {"bias": 0, "pbias": 0, "fhv": 0, "flv": 0, "flv_log": 0, "rmse": 0}


def series(values) -> xr.DataArray:
    days = pd.date_range("1980-01-01", periods=len(values))
    return xr.DataArray(np.asarray(values, float), {"time": days}, "time", attrs={"units": "mm d-1"})


@pytest.fixture
def flows() -> tuple[xr.DataArray, xr.DataArray]:
    """A simulation and an observation (time, site) with days missing in either."""
    random = np.random.default_rng(7)
    coords = {"time": pd.date_range("1980-01-01", periods=400), "site": ["a", "b", "c"]}
    observed = xr.DataArray(random.gamma(1.5, 2.0, (400, 3)), coords, attrs={"units": "mm d-1"})
    simulated = observed * random.lognormal(0.1, 0.4, (400, 3))
    return (
        simulated.where(random.random((400, 3)) > 0.05),
        observed.where(random.random((400, 3)) > 0.1),
    )


def by_hand(s: list[float], o: list[float]) -> dict[str, float]:
    """All metrics of two complete series, from their definitions."""
    n, mean_s, mean_o = len(o), statistics.fmean(s), statistics.fmean(o)
    sigma_s, sigma_o = statistics.pstdev(s), statistics.pstdev(o)
    low, high = round(0.3 * n), round(0.02 * n)
    r = sum((a - mean_s) * (b - mean_o) for a, b in zip(s, o, strict=True)) / (n * sigma_s * sigma_o)

    def nse(s, o):
        return 1 - sum((a - b) ** 2 for a, b in zip(s, o, strict=True)) / (n * statistics.pvariance(o))

    def bias(s, o):
        return 100 * (sum(s) - sum(o)) / sum(o)

    def log_shape(flows):
        lowest = sorted(flows)[:low]
        return sum(math.log(flow / lowest[0]) for flow in lowest)

    alpha, beta = sigma_s / sigma_o, mean_s / mean_o
    return {
        "nse": nse(s, o),
        "log_nse": nse([math.log(a + mean_o / 100) for a in s], [math.log(b + mean_o / 100) for b in o]),
        "kge_2009": 1 - math.hypot(r - 1, alpha - 1, beta - 1),
        "kge_2012": 1 - math.hypot(r - 1, alpha / beta - 1, beta - 1),
        "correlation": r,
        "alpha": alpha,
        "beta": beta,
        "gamma": alpha / beta,
        "pbias": bias(s, o),
        "fhv": bias(sorted(s)[-high:], sorted(o)[-high:]),
        "flv": bias(sorted(s)[:low], sorted(o)[:low]),
        "flv_log": 100 * (log_shape(o) - log_shape(s)) / log_shape(o),
        "bias": mean_s - mean_o,
        "rmse": math.sqrt(statistics.fmean((a - b) ** 2 for a, b in zip(s, o, strict=True))),
    }


each_metric = pytest.mark.parametrize("name", metrics.METRICS)


@pytest.mark.parametrize("name", [name for name in metrics.METRICS if name != "nse_seasonal"])
def test_equals_its_definition_on_the_days_that_both_have(name, flows):
    simulated, observed = flows
    result = metrics.METRICS[name](simulated, observed)
    assert result.dims == ("site",)
    for site in result.site.values:
        s, o = simulated.sel(site=site).values, observed.sel(site=site).values
        both = np.isfinite(s) & np.isfinite(o)
        assert result.sel(site=site).item() == pytest.approx(by_hand(list(s[both]), list(o[both]))[name])


@each_metric
def test_a_perfect_simulation_has_the_best_value(name, flows):
    result = metrics.METRICS[name](flows[1], flows[1])
    np.testing.assert_allclose(result, {**PERFECT, **UNBIASED}[name], atol=1e-12)
    assert result.attrs["best"] == {**PERFECT, **UNBIASED}[name]


@each_metric
def test_masked_days_are_dropped_days(name, flows):
    simulated, observed = (flow.sel(site="a") for flow in flows)
    both = simulated.notnull() & observed.notnull()
    kept = metrics.METRICS[name](simulated[both], observed[both])
    assert metrics.METRICS[name](simulated, observed).item() == pytest.approx(kept.item(), rel=1e-12)


@each_metric
def test_other_dimensions_are_kept_and_broadcast(name, flows):
    simulated, observed = flows
    runs = xr.concat([simulated, 2 * simulated], pd.Index(["first", "second"], name="run"))
    result = metrics.METRICS[name](runs, observed)
    assert set(result.dims) == {"run", "site"}
    xr.testing.assert_allclose(result.sel(run="second", drop=True), metrics.METRICS[name](2 * simulated, observed))


@each_metric
@pytest.mark.parametrize("observed", [[], [3.0], [3.0, np.nan, np.nan], [np.nan] * 3], ids=str)
def test_fewer_than_two_days_give_no_score(name, observed):
    result = metrics.METRICS[name](series([1.0, 2.0, 4.0][: len(observed)]), series(observed))
    assert np.isnan(result)


@pytest.mark.parametrize("name", ["nse", "log_nse", "kge_2009", "kge_2012", "correlation", "alpha", "gamma", "flv_log"])
def test_a_constant_observation_gives_no_score(name):
    observed = series([0.1] * 3)  # their mean is 0.10000000000000002
    assert np.isnan(metrics.METRICS[name](series([1.0, 2.0, 3.0]), observed))


@pytest.mark.parametrize("name", sorted(metrics.METRICS.keys() - {"rmse", "bias"}))
def test_a_river_without_flow_gives_no_score(name):
    assert np.isnan(metrics.METRICS[name](series([1.0, 2.0, 3.0]), series([0.0, 0.0, 0.0])))


@each_metric
def test_says_what_it_is(name, flows):
    metric = metrics.METRICS[name]
    attrs = metric(*flows).attrs
    assert attrs["long_name"] == metric.__doc__.splitlines()[0].rstrip(".")
    assert "doi:10." in metric.__doc__ and "best " in metric.__doc__
    low, high = attrs["limits"]
    assert low <= attrs["best"] <= high
    percent = name in {"pbias", "fhv", "flv", "flv_log"}
    assert attrs["units"] == ("%" if percent else "mm d-1" if name in {"rmse", "bias"} else "1")


def test_the_observed_mean_as_simulation():
    observed = series([1.0, 2.0, 6.0, 7.0, 0.3])
    mean = xr.full_like(observed, observed.mean())
    assert metrics.nse(mean, observed).item() == pytest.approx(0)
    assert metrics.correlation(mean, observed) == 0
    assert metrics.kge_2009(mean, observed).item() == pytest.approx(1 - math.sqrt(2))
    assert metrics.kge_2012(mean, observed).item() == pytest.approx(1 - math.sqrt(2))


def test_a_constant_factor_is_bias_and_variability_at_once():
    observed = series([1.0, 2.0, 6.0, 7.0, 0.3])
    simulated = 1.25 * observed
    for name in ("pbias", "fhv", "flv"):
        assert metrics.METRICS[name](simulated, observed).item() == pytest.approx(25), name
    assert metrics.flv_log(simulated, observed).item() == pytest.approx(0)
    assert metrics.gamma(simulated, observed).item() == pytest.approx(1)
    assert metrics.kge_2009(simulated, observed).item() == pytest.approx(1 - 0.25 * math.sqrt(2))
    assert metrics.kge_2012(simulated, observed).item() == pytest.approx(0.75)


def test_an_inverted_simulation_has_correlation_minus_one():
    observed = series([1.0, 2.0, 6.0, 7.0])
    assert metrics.correlation(8 - observed, observed).item() == pytest.approx(-1)


def test_high_and_low_flows_of_a_hand_made_series():
    observed = series(np.arange(1.0, 101))  # top two days 99 + 100, lowest thirty 1 ... 30
    higher = observed.where(observed < 99, observed + 10)
    lower = observed.where(observed > 30, observed / 2)
    assert metrics.fhv(higher, observed).item() == pytest.approx(100 * 20 / 199)
    assert metrics.flv(higher, observed) == 0
    assert metrics.flv(lower, observed).item() == pytest.approx(-50)
    assert metrics.fhv(lower, observed) == 0


def test_flow_duration_forgives_the_wrong_day():
    observed = series(np.arange(1.0, 101))
    reversed_in_time = observed.copy(data=observed.values[::-1])
    for name in ("fhv", "flv", "flv_log"):
        assert metrics.METRICS[name](reversed_in_time, observed) == 0, name


def test_low_flows_more_even_than_observed_have_a_positive_log_bias():
    observed = series(2.0 ** np.arange(10))  # lowest three: 1 2 4, shape (0 + 1 + 2) log 2
    simulated = observed.copy(data=observed.values**0.5)  # half of that shape
    assert metrics.flv_log(simulated, observed).item() == pytest.approx(50)


def test_log_nse_counts_days_without_flow():
    observed, simulated = series([0.0, 1.0, 2.0]), series([-5.0, 1.0, 3.0])
    assert metrics.log_nse(simulated, observed).item() == pytest.approx(
        1 - math.log(3.01 / 2.01) ** 2 / (3 * statistics.pvariance([math.log(q) for q in (0.01, 1.01, 2.01)]))
    )


def test_days_are_matched_by_date():
    observed = series([1.0, 2.0, 6.0, 7.0, 0.3])
    assert metrics.rmse(observed[::-1][:3], observed) == 0


def test_periods_without_a_common_day_give_no_scores(flows):
    simulated, observed = flows
    table = metrics.scores(simulated[:100], observed[200:])
    assert table.sizes == {"site": 3} and table.isnull().all().to_array().all()


def test_single_precision_flows_are_summed_in_double(flows):
    observed = (flows[1].fillna(0.0) + 1e4).astype("float32")
    simulated = observed * np.float32(1.5)
    expected = simulated.values.astype(float).std(axis=0) / observed.values.astype(float).std(axis=0)
    np.testing.assert_allclose(metrics.alpha(simulated, observed), expected, rtol=1e-9)


def test_scores_stand_side_by_side(flows):
    table = metrics.scores(*flows)
    assert list(table) == list(metrics.METRICS)
    assert list(table.coords) == ["site"]
    for name, result in table.items():
        xr.testing.assert_identical(result, metrics.METRICS[name](*flows))


def seasonal(years=3):
    """Three years of daily values with a season, and its times."""
    times = pd.date_range("2001-01-01", periods=365 * years)
    angle = 2 * np.pi * times.day_of_year.to_numpy() / 365.25
    return times, 10 + 8 * np.sin(angle) + 2 * np.cos(2 * angle)


def test_knowing_only_the_season_has_no_seasonal_efficiency():
    times, season = seasonal()
    noise = np.random.default_rng(0).standard_normal(len(times))
    observed = xr.DataArray(season + noise, {"time": times}, "time")
    known = xr.DataArray(season, {"time": times}, "time")
    assert float(metrics.nse(known, observed)) > 0.95
    assert float(metrics.nse_seasonal(known, observed)) == pytest.approx(0, abs=0.01)
    half = xr.DataArray(season + noise / 2, {"time": times}, "time")
    assert float(metrics.nse_seasonal(half, observed)) == pytest.approx(0.75, abs=0.01)


def test_the_season_of_hours_goes_on_within_the_day():
    """Within a day a season changes by far more than the noise here; it is no error of a simulation that knows it."""
    times = pd.date_range("2001-01-01", periods=365 * 24, freq="h")
    angle = 2 * np.pi * (times.day_of_year.to_numpy() + times.hour.to_numpy() / 24) / 365.25
    known = xr.DataArray(10 + 8 * np.sin(angle), {"time": times}, "time")
    observed = known + 0.001 * np.random.default_rng(0).standard_normal(len(times))
    assert float(metrics.nse_seasonal(known, observed)) == pytest.approx(0, abs=0.01)


def test_a_seasonal_efficiency_needs_dates():
    observed = xr.DataArray(np.arange(50.0) ** 2, dims="time")
    assert np.isnan(metrics.nse_seasonal(observed + 1, observed))


def test_scores_are_those_that_are_named(flows):
    assert list(metrics.scores(*flows, ("rmse", "bias"))) == ["rmse", "bias"]
    with pytest.raises(ValueError, match="There is no score 'mse'. Scores: nse, "):
        metrics.scores(*flows, ("mse",))


def test_a_negative_observation_counts_as_no_flow_in_log_nse():
    simulated, observed = series([1.0, 2.0, 0.5, 3.0]), series([1.0, 2.0, -0.5, 4.0])
    smallest = float(observed.mean()) / 100
    logs = [[math.log(max(q, 0.0) + smallest) for q in flow.values] for flow in (simulated, observed)]
    errors = sum((s - o) ** 2 for s, o in zip(*logs, strict=True))
    expected = 1 - errors / (4 * statistics.pvariance(logs[1]))
    assert metrics.log_nse(simulated, observed).item() == pytest.approx(expected)


def test_there_is_no_season_in_less_than_a_year():
    times = pd.date_range("2001-01-01", periods=300)
    observed = xr.DataArray(np.sin(np.arange(300) / 50), {"time": times}, "time")
    assert np.isnan(float(metrics.nse_seasonal(observed + 0.1, observed)))
