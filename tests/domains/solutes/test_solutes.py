"""Solutes against closed forms, and their rivals."""

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz import Run, RunConfig, carry_out, open_dataset
from dgviz.domains import solutes
from dgviz.domains.solutes.evaluation.rivals import predict, rivals
from dgviz.domains.solutes.evaluation.slopes import against_regression, slopes
from dgviz.domains.solutes.stores import mean_of_day
from dgviz.processes.declare import Parameter

domain = solutes.domain
STORES = ("SoluteStores", "WarmedSoluteStores")


def simulate(model, discharge, **values):
    """Every flux and store `(time,)` for a series of discharge around a mean of 1; parameters have their defaults."""
    flow = torch.as_tensor(np.asarray(discharge, "float64"))[:, None, None]
    given = {"mean_discharge": 1.0, "years": 0.0, "day_of_year": 91.3125, "water_temperature": 20.0}
    given |= {k: p.default for k, p in model.of(Parameter).items()} | values
    forcings = {k: torch.full((len(flow), 1, 1), float(given[k])).double() for k in model.forcings if k != "discharge"}
    parameters = {k: torch.full((1, 1, 1), float(given[k])).double() for k in model.of(Parameter)}
    with torch.no_grad():
        return {k: v[:, 0, 0] for k, v in model(forcings | {"discharge": flow}, parameters).items()}


def storms(n_days=400):
    return 0.3 + np.random.default_rng(0).gamma(0.3, 2.0, n_days)


@pytest.mark.parametrize("separation", ["SlowStore", "ShareOfDischarge", "ShareOfWetness"])
def test_quick_and_slow_water_sum_up_to_discharge(separation):
    flow = storms()
    outputs = simulate(domain.build(separation=separation), flow)
    torch.testing.assert_close(outputs["quick_runoff"] + outputs["slow_runoff"], torch.as_tensor(flow))
    assert outputs["quick_runoff"].min() >= 0 and outputs["slow_runoff"].min() > 0


def test_the_slow_store_empties_as_an_exponential():
    """Where the river has more water than the store gives and nothing goes deep, the store keeps e^(-1/tau) a day."""
    model = domain.build(separation="SlowStore")
    water = simulate(model, np.full(50, 20.0), slow_share=0.0, slow_days=40.0)["slow_water"]
    torch.testing.assert_close(water, 30.0 * torch.exp(-torch.arange(1, 51).double() / 40.0))


def test_in_a_steady_river_the_share_that_goes_deep_is_the_slow_runoff():
    outputs = simulate(domain.build(separation="SlowStore"), np.full(1000, 2.0), slow_share=0.7, slow_days=30.0)
    assert outputs["slow_runoff"][-1].item() == pytest.approx(1.4) and outputs["uptake"][-1].item() == pytest.approx(0)


def test_a_wet_catchment_gives_more_quick_water_at_the_same_discharge():
    """Wetness nears the discharge of the last weeks as an exponential, and the share follows its power."""
    outputs = simulate(domain.build(), np.full(50, 4.0), steepness=0.0, wet_steepness=1.0, wet_days=20.0)
    first = 30.0 * (1 - np.exp(-1 / 20.0))
    recent = 4.0 + (first - 4.0) * torch.exp(-torch.arange(50).double() / 20.0)
    torch.testing.assert_close(outputs["drying"], recent)
    torch.testing.assert_close(outputs["quick_runoff"], 4.0 * recent / (1 + recent))


def test_half_of_the_water_is_quick_at_the_flow_that_says_so():
    outputs = simulate(
        domain.build(separation="ShareOfDischarge"), [0.5, 1.5, 500.0], half_discharge=1.5, steepness=2.0
    )
    share = outputs["quick_runoff"] / torch.tensor([0.5, 1.5, 500.0]).double()
    assert share.tolist() == pytest.approx([1 / (1 + 9), 0.5, 1.0], abs=1e-4)


def test_a_mixture_lies_between_the_waters_and_goes_to_the_shallow_one_in_floods():
    model = domain.build(separation="ShareOfDischarge", concentration="EndMembers")
    outputs = simulate(model, [1e-2, 1.0, 1e4], shallow=2.0, deep=8.0, half_discharge=1.0, steepness=1.0)
    assert outputs["concentration"].tolist() == pytest.approx([8.0, 5.0, 2.0], abs=0.1)


def test_the_season_multiplies_the_concentration():
    """On the ninety-first day and a quarter cos(2 pi t) is 0 and sin(2 pi t) is 1."""
    outputs = simulate(domain.build(concentration="EndMembers"), [1.0], shallow=4.0, deep=4.0, winter=0.5, spring=0.2)
    assert outputs["concentration"].item() == pytest.approx(4.0 * 1.2)


def test_a_power_law_is_a_straight_line_on_logarithmic_axes():
    flow = np.array([0.1, 1.0, 10.0])
    outputs = simulate(domain.build(concentration="PowerLaw"), flow, level=3.0, exponent=-0.4)
    np.testing.assert_allclose(outputs["concentration"], 3.0 * flow**-0.4)


def test_along_flow_paths_concentration_is_a_power_of_discharge_and_one_of_wetness():
    """Where quick over slow water is (discharge over h)^n D^m, the logarithm is linear in both, with a season."""
    values = dict(level=3.0, exponent=0.3, path_exponent=0.8, spring=0.1)
    paths = dict(half_discharge=1.5, steepness=0.6, wet_steepness=0.5, wet_days=20.0)
    flow = storms()
    outputs = simulate(domain.build(concentration="FlowPathPowerLaw"), flow, **values, **paths)
    wetness = outputs["drying"].numpy() ** (0.8 * 0.5)
    expected = 3.0 * flow ** (0.3 + 0.8 * 0.6) * 1.5 ** (-0.8 * 0.6) * wetness * np.exp(0.1)
    np.testing.assert_allclose(outputs["concentration"], expected)


def test_a_trend_multiplies_concentration_by_its_factor_a_year():
    model = domain.build(solute="TrendingSolute")
    start, later = (simulate(model, [1.0], trend=0.03, years=y)["nitrate"].item() for y in (-10.0, 15.0))
    assert later / start == pytest.approx(np.exp(0.03 * 25))


def test_years_count_from_the_middle_of_the_training_period():
    days = pd.date_range("2000-01-01", "2004-12-31")
    data = xr.Dataset({"discharge": (("time", "site"), np.ones((len(days), 2)))}, {"time": days, "site": ["a", "b"]})
    since = solutes.years(data, "2000-01-01/2002-01-01")
    assert since.dims == ("time", "site")
    assert since[0].values == pytest.approx(-1.0, abs=1e-2) and since[-1].values == pytest.approx(4.0, abs=1e-2)


def test_the_mean_of_a_day_is_the_integral():
    start, gain, rate, n = 2.0, 1.5, 0.8, 100_000
    value, mean = start, 0.0
    for _ in range(n):
        mean += value / n
        value += (gain - rate * value) / n
    found = mean_of_day(*(torch.tensor(v).double() for v in (start, gain, rate))).item()
    assert found == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize("concentration", STORES)
def test_the_river_carries_what_leaves_the_stores(concentration):
    outputs = simulate(domain.build(concentration=concentration), storms())
    load = (outputs["quick_runoff"] + outputs["slow_runoff"]) * outputs["concentration"]
    torch.testing.assert_close(load, outputs["flushing"] + outputs["seeping"])


@pytest.mark.parametrize("concentration", STORES)
def test_in_a_steady_river_what_is_released_leaves(concentration):
    """Without decay the load of the river comes to what both layers release."""
    values = dict(shallow_release=6.0, deep_release=2.0, deep_decay=0.0, shallow_days=5.0, deep_days=30.0)
    outputs = simulate(domain.build(concentration=concentration), np.full(2000, 2.0), **values)
    assert outputs["concentration"][-1].item() == pytest.approx((6.0 + 2.0) / 2.0, rel=1e-6)
    assert outputs["leaching"][-1].item() == pytest.approx(6.0 * outputs["slow_runoff"][-1].item() / 2.0, rel=1e-6)


def test_release_rises_with_temperature_by_its_factor():
    model = domain.build(concentration="WarmedSoluteStores")
    warm, cool = (simulate(model, [1.0], q10=1.8, water_temperature=t)["releasing"].item() for t in (25.0, 15.0))
    assert warm / cool == pytest.approx(1.8)


def test_more_water_dilutes_what_is_stored():
    model = domain.build(concentration="SoluteStores")
    low, high = (simulate(model, np.full(3000, flow))["concentration"][-1].item() for flow in (1.0, 2.0))
    assert high < low


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:solutes,sites=8")


def periods(dataset):
    return {name: dataset.attrs[f"{name}_period"] for name in ("train", "test")}


def test_the_regression_finds_a_power_law_and_sees_nothing_of_the_test_period(twin):
    made = twin.assign(chloride=(3.0 * twin.discharge**-0.3).astype("float32"))
    first = twin.indexes["time"].get_loc(periods(twin)["test"].split("/")[0])
    blind = made.assign(chloride=made.chloride.where(made.time < made.time[first]))
    found = predict(blind, "chloride", slice(*periods(twin)["train"].split("/")))["Log C-Q"]
    np.testing.assert_allclose(found, made.chloride, rtol=1e-3)
    scores = rivals(made, periods(made))
    assert (scores.nse.sel(model="Log C-Q") > 0.999).all() and (scores.nse.sel(model="Season") < 0.99).all()


def test_slopes_are_those_of_the_law(twin):
    made = twin.assign(chloride=(3.0 * twin.discharge**-0.3).astype("float32"))
    simulated = xr.Dataset({"chloride": (2.0 * twin.discharge**0.2).reset_coords(drop=True)})
    found = slopes(simulated, made, made.attrs["test_period"])
    assert found.observed_slope.values == pytest.approx(-0.3, abs=1e-4)
    assert found.simulated_slope.values == pytest.approx(0.2, abs=1e-4)
    few = slopes(simulated, made.isel(time=slice(10)), "1999-01-01/2020-01-01")
    assert few.observed_slope.isnull().all()


def test_the_law_beats_the_rivals_and_every_picture_has_its_variables(twin):
    results = xr.Dataset({"chloride": twin["true_chloride"].reset_coords(drop=True)})
    results.attrs["train_period"] = twin.attrs["train_period"]
    results["elasticity_discharge"] = xr.zeros_like(twin.mean_discharge).reset_coords(drop=True).assign_attrs(units="1")
    found = against_regression(results, twin, twin.attrs["test_period"])
    assert float((found.run < found.regression).mean()) > 0.8 and (found.run < found.season).all()
    for evaluation in domain.evaluations:
        found = evaluation.compute(results, twin, twin.attrs["test_period"])
        for picture in evaluation.pictures:
            assert found[picture.x].dims == found[picture.y].dims == ("site",)
            assert found[picture.x].notnull().all() and found[picture.x].attrs["units"]


def test_what_is_drawn_above_is_the_discharge():
    days = pd.date_range("2001-01-01", periods=3)
    site = xr.Dataset(
        {"discharge": ("time", [1.0, 2.0, 3.0]), "water_temperature": ("time", [1.0] * 3)}, {"time": days}
    )
    assert list(domain.drawn_above(site)) == ["discharge"]


def test_a_run_tells_the_mean_of_its_own_solute_alone(tmp_path):
    run = Run.create(RunConfig(data="twin:solutes,sites=2,years=1", target="chloride", epochs=1), tmp_path)
    carry_out(run)
    told = set(run.results())
    assert {"mean_chloride", "mean_concentration", "mean_quick_runoff"} <= told
    assert not {"mean_nitrate", "mean_sulfate", "mean_silica"} & told


def test_slow_runoff_is_that_of_the_filter_of_eckhardt():
    """b_t = ((1 - BFI) a b_{t-1} + (1 - a) BFI Q_t) / (1 - a BFI), never above Q_t; with storms and a drought."""
    flow = np.concatenate([np.full(60, 1.0), np.full(10, 6.0), np.full(30, 1.5), np.full(20, 0.05), storms(100)])
    share, kept = 0.6, np.exp(-1 / 40.0)
    before, expected = 30.0 * (1 - kept) / kept, []
    for today in flow:
        slow = ((1 - share) * kept * before + (1 - kept) * share * today) / (1 - kept * share)
        before = min(slow, today)
        expected.append(before)
    outputs = simulate(domain.build(separation="SlowStore"), flow, slow_share=share, slow_days=40.0)
    np.testing.assert_allclose(outputs["slow_runoff"], expected, rtol=1e-6)


def test_of_a_dry_bed_the_filter_forgets_what_was_stored():
    outputs = simulate(domain.build(separation="SlowStore"), [0.0], slow_share=0.6, slow_days=40.0)
    assert (outputs["quick_runoff"] + outputs["slow_runoff"]).item() == pytest.approx(1e-3)
    assert outputs["uptake"].item() == pytest.approx(30.0, rel=2e-3)
    moved = outputs["recharge"] - outputs["slow_runoff"] - outputs["uptake"]
    assert (30.0 + moved).item() == pytest.approx(outputs["slow_water"].item())
