"""Morris, Sobol and derivatives on functions whose indices are known, and on the target of a site."""

import sys

import numpy as np
import pytest
import torch

from dgviz.experiment.runs import list_runs
from dgviz.learn import Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.paths import data_folder
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.global_sensitivity import disagreement, global_sensitivity
from dgviz.sensitivity.target_statistics import TargetStatistics, global_target_sensitivity
from dgviz.sensitivity.unit_cube import UnitCube
from tests.sensitivity.linear import RANGES, linear_site

pytest.importorskip("SALib", reason="global sensitivity takes SALib: pip install 'dgviz[sensitivity]'")

A, B = 7.0, 0.1  # of Ishigami and Homma (1990), doi:10.1109/ISUMA.1990.151285
ISHIGAMI = {name: Parameter("1", name, range=(-np.pi, np.pi)) for name in ("x1", "x2", "x3")}
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])


def ishigami(values):
    """sin x1 + a sin^2 x2 + b x3^4 sin x1, and a constant."""
    x1, x2, x3 = (values[name] for name in ISHIGAMI)
    y = x1.sin() + A * x2.sin() ** 2 + B * x3**4 * x1.sin()
    return torch.stack([y, torch.zeros_like(y) + 3], -1)


@pytest.fixture(scope="module")
def found():
    return global_sensitivity(ishigami, ISHIGAMI, ["y", "constant"], n=4096)


def test_the_indices_of_ishigami_lie_within_their_intervals(found):
    y = found.sel(output="y")
    assert (abs(y.first_order - FIRST) <= y.first_order_interval).all()
    assert (abs(y.total - TOTAL) <= y.total_interval).all()
    np.testing.assert_allclose(y.first_order, FIRST, atol=0.02)
    np.testing.assert_allclose(y.total, TOTAL, atol=0.02)
    assert (y.total_interval < 0.06).all() and (y.total_interval > 0).all()


def test_the_bound_by_derivatives_is_the_known_one_and_no_total_is_larger(found):
    """E[(dy/dx)^2] is 1/2 + b pi^4 / 5 + b^2 pi^8 / 18, a^2 / 2 and 8 b^2 pi^6 / 7; the ranges are 2 pi wide."""
    variance = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
    squares = np.array([0.5 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18, A**2 / 2, 8 * B**2 * np.pi**6 / 7])
    y = found.sel(output="y")
    np.testing.assert_allclose(y.derivative_bound, squares * 4 / variance, rtol=0.03)
    assert (abs(y.derivative_bound - squares * 4 / variance) <= y.derivative_bound_interval).all()
    assert (y.derivative_bound >= y.total).all()


def test_more_samples_make_the_intervals_smaller(found):
    few = global_sensitivity(ishigami, ISHIGAMI, ["y", "constant"], n=64)
    for name in ("first_order", "total", "derivative_bound"):
        assert (few[f"{name}_interval"].sel(output="y") > 2 * found[f"{name}_interval"].sel(output="y")).all(), name


def test_an_output_that_does_not_vary_has_no_indices(found):
    constant = found.sel(output="constant")
    assert constant.total.isnull().all() and constant.elementary_effect.isnull().all()
    assert disagreement(found, "constant") == "No parameter changes the constant."


def test_elementary_effects_of_a_linear_model_are_its_slopes():
    found = global_sensitivity(lambda v: (3 * v["x1"] - v["x3"])[:, None], ISHIGAMI, ["y"], n=64)
    np.testing.assert_allclose(found.elementary_effect[0], np.array([3, 0, 1]) * 2 * np.pi, atol=1e-9)
    np.testing.assert_allclose(found.local[0], np.array([3, 0, 1]) * 2 * np.pi, atol=1e-9)
    np.testing.assert_allclose(found.total[0], [0.9, 0, 0.1], atol=0.06)


RATES = {"k": Parameter("d-1", "Rate", range=(1e-4, 1.0)), "share": Parameter("1", "Share", range=(0.05, 1.0))}


def test_rates_are_sampled_by_their_logarithm_and_their_derivatives_transformed():
    """Of ln k and the share: additive, so the bound of each is known: 12 / pi^2 times its share of the variance."""
    found = global_sensitivity(lambda v: (v["k"].log() + 4 * v["share"])[:, None], RATES, ["y"], n=1024)
    assert found.logarithmic.values.tolist() == [True, False]
    variances = np.array([np.log(1e4) ** 2, (4 * 0.95) ** 2]) / 12
    expected = variances / variances.sum()
    np.testing.assert_allclose(found.total[0], expected, atol=0.03)
    np.testing.assert_allclose(found.derivative_bound[0], 12 / np.pi**2 * expected, rtol=0.03)
    np.testing.assert_allclose(found.local[0], [np.log(1e4), 3.8], rtol=1e-9)


def test_places_and_values_are_one_another_s_inverse_and_a_factor_of_twenty_is_none_too_many():
    cube = UnitCube(RATES | {"wide": Parameter("1", "Wide", range=(0.05, 1.001))})
    assert cube.logarithmic.tolist() == [True, False, True]
    middle = cube.values(torch.tensor([[0.5, 0.5, 0.5]], dtype=torch.float64))
    assert middle["k"].item() == pytest.approx(1e-2) and middle["share"].item() == pytest.approx(0.525)
    np.testing.assert_allclose(cube.places_of({name: value.item() for name, value in middle.items()}), 0.5)


def test_local_and_global_rankings_that_differ_are_said():
    """Where x1 is zero the local derivative knows nothing of its square; over the range it matters most."""

    def f(values):
        return (values["x1"] ** 2 + 0.1 * values["x2"] + 0.01 * values["x3"])[:, None]

    at = {"x1": 0.0, "x2": 0.0, "x3": 0.0}
    words = disagreement(global_sensitivity(f, ISHIGAMI, ["y"], at, n=128), "y")
    assert words.startswith("Local and global disagree: x2 matters most where the model stands, x1 over all ranges")
    at["x1"] = 3.0
    words = disagreement(global_sensitivity(f, ISHIGAMI, ["y"], at, n=128), "y")
    assert words.startswith("Local and global agree: x1 matters most") and "(rank correlation 1.00)" in words


def test_the_same_first_with_others_in_another_order_is_said(found):
    changed = found.sel(output=["y"]).copy(deep=True)
    changed["local"][0] = [9.0, 1.0, 2.0]
    changed["total"][0] = [9.0, 2.0, 1.0]
    assert disagreement(changed, "y").startswith("Local and global disagree but on the first, x1 (rank corr")


def test_a_model_that_is_not_finite_is_said():
    with pytest.raises(ValueError, match=r"not finite at \d+ of \d+ samples"):
        global_sensitivity(lambda v: v["x1"].log()[:, None], ISHIGAMI, ["y"], n=16)


def test_without_salib_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(ImportError, match=r"pip install \"dgviz\[sensitivity\]\""):
        global_sensitivity(ishigami, ISHIGAMI, ["y", "constant"], n=16)


@pytest.fixture
def site():
    random = np.random.default_rng(0)
    columns = random.uniform(0, 1, (200, 3))
    observed = columns @ [1.0, 1.5, 0.5] + 0.1 * random.standard_normal(200)
    observed[::9] = np.nan
    return linear_site(columns, observed), columns, observed


def test_statistics_of_the_target_are_those_of_their_names(site):
    site, columns, observed = site
    statistics = TargetStatistics(site)
    assert statistics.names == ["mean", "high", "low", "score"]
    values = {"a": 0.3, "b": 2.0, "c": 0.9, "idle": 0.0}
    found = statistics({k: torch.tensor([v, v], dtype=torch.float64) for k, v in values.items()})
    target = columns @ [0.3, 2.0, 0.9]
    known = np.isfinite(observed)
    low, high = np.quantile(observed[known], [0.3, 0.98])
    error = ((target - observed)[known] ** 2).sum() / ((observed - observed[known].mean())[known] ** 2).sum()
    expected = [target.mean(), target[observed >= high].mean(), target[observed <= low].mean(), 1 - error]
    np.testing.assert_allclose(found, [expected, expected])


def test_a_linear_site_has_the_indices_of_its_law(site):
    site, columns, _ = site
    found = global_target_sensitivity(site, n=256)
    widths = np.array([RANGES[name][1] - RANGES[name][0] for name in "abc"])
    variances = (columns.mean(0) * widths) ** 2
    mean = found.sel(output="mean")
    np.testing.assert_allclose(mean.total[:3], variances / variances.sum(), atol=0.04)
    assert float(mean.total.sel(parameter="idle")) == 0
    np.testing.assert_allclose(mean.local[:3], columns.mean(0) * widths, rtol=1e-9)
    assert found.unit.values.tolist() == ["W", "W", "W", "1"]
    assert found.long_name.values.tolist() == ["Mean sum", "Sum on high days", "Sum on low days", "NSE"]


def test_where_nothing_is_observed_days_are_told_apart_by_what_was_learned():
    columns = np.random.default_rng(0).uniform(0, 1, (100, 3))
    site = linear_site(columns, np.full(100, np.nan))
    statistics = TargetStatistics(site)
    assert statistics.names == ["mean", "high", "low"]
    found = statistics({k: torch.tensor([v], dtype=torch.float64) for k, v in statistics.learned.items()})
    assert found[0, 1] > found[0, 0] > found[0, 2]


def test_an_ensemble_has_the_statistics_of_one_model(untrained):
    """Under given parameters its models are alike, whatever each has learned."""
    (one, tensors, _), (other, *_) = untrained(groundwater="ThreeOutlets"), untrained(groundwater="ThreeOutlets")
    tensors = tensors.to(torch.float64).span(20, 60, 20, [1])
    single = SiteModel(one.double(), tensors, list(range(40)), "streamflow")
    ensemble = SiteModel(Ensemble([one.double(), other.double()]), tensors, list(range(40)), "streamflow")
    values = {k: torch.tensor([v, 0.9 * v], dtype=torch.float64) for k, v in TargetStatistics(single).learned.items()}
    torch.testing.assert_close(TargetStatistics(ensemble)(values), TargetStatistics(single)(values))


def test_a_model_without_parameters_is_said(monkeypatch, site):
    site, *_ = site
    monkeypatch.setattr(SiteModel, "learned", {})
    with pytest.raises(ValueError, match="no parameters to vary"):
        global_target_sensitivity(site)


def test_no_total_of_a_real_site_is_larger_than_its_bound(delaware):
    """Rates too, whose bound is of no use where they are sampled evenly: 288 for a total of 0.08 in a trial."""
    run = {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]
    found = global_target_sensitivity(run.at(delaware, "01439500", "1979-10-01", "1980-09-30"), n=128)
    assert (found.derivative_bound + found.derivative_bound_interval >= found.total - found.total_interval).all()
    assert found.parameter[found.logarithmic].values.tolist() == ["k1", "k2"]
    assert float(found.derivative_bound.sel(output="mean", parameter="k2")) < 20
