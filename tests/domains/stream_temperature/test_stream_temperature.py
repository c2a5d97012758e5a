"""Stream temperature against closed forms, and its rivals."""

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz import open_dataset
from dgviz.domains import stream_temperature
from dgviz.domains.stream_temperature.evaluation.regimes import against_rivals, regimes
from dgviz.domains.stream_temperature.evaluation.rivals import predict, rivals
from dgviz.domains.stream_temperature.exchange import EightParameters
from dgviz.processes.declare import Parameter

domain = stream_temperature.domain
LUMPED = [option.__name__ for option in domain.slots["exchange"] if "Equilibrium" not in option.__name__]


def constant(model, n_days, **values):
    """Forcings and parameters that never change: defaults unless given."""
    forcings = dict(tair=10.0, discharge=2.0, mean_discharge=2.0, day_of_year=100.0) | values
    parameters = {k: p.default for k, p in model.of(Parameter).items()} | values

    def series(value):
        return torch.full((n_days, 1, 1), float(value), dtype=torch.float64)

    given = {k: series(forcings[k]) for k in model.forcings}
    return given, {k: series(parameters[k])[:1] for k in model.of(Parameter)}


def simulate(model, n_days=60, start=8.0, **values):
    initial = {"water_temperature": torch.full((1, 1, 1), start, dtype=torch.float64)}
    with torch.no_grad():
        return {k: v[:, 0, 0] for k, v in model(*constant(model, n_days, **values), initial=initial).items()}


def test_water_approaches_its_equilibrium_as_an_exponential():
    model = domain.build(exchange="ThreeParameters", ice="NoIce")
    outputs = simulate(model, a1=1.0, a2=0.2, a3=0.25, tair=10.0, start=2.0)
    equilibrium, days = (1.0 + 0.2 * 10.0) / 0.25, torch.arange(1, 61, dtype=torch.float64)
    torch.testing.assert_close(
        outputs["water_temperature"],
        equilibrium + (2.0 - equilibrium) * torch.exp(-0.25 * days),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize("exchange", LUMPED)
def test_a_stiff_river_does_not_blow_up(exchange):
    """At a loss of 2 per day and little water, an explicit step of a day would diverge."""
    model = domain.build(exchange=exchange, ice="NoIce")
    values = dict(a1=8.0, a2=1.5, a3=2.0, a4=1.0, a5=10.0, a6=5.0, a8=2.0, tair=35.0, discharge=0.05)
    temperature = simulate(model, **values)["water_temperature"]
    assert temperature.isfinite().all() and temperature.diff().abs()[-1] < 1e-9 and temperature[-1] < 60


def test_the_fluxes_of_a_day_are_its_change_and_each_its_own_integral():
    """Against the same equation in a thousand steps a day."""
    model = domain.build(ice="NoIce")
    values = dict(a1=0.5, a2=0.3, a3=0.4, a4=0.5, a5=2.0, a6=1.0, a7=0.6, a8=0.5, tair=25.0, discharge=3.0)
    outputs = simulate(model, n_days=1, start=6.0, **values)
    theta, n = 1.5, 100_000
    season = np.cos(2 * np.pi * (100 / 365.25 - 0.6))
    temperature, air, inflow = 6.0, 0.0, 0.0
    for _ in range(n):
        of_air = (0.5 + 0.3 * 25 - 0.4 * temperature) / theta**0.5 / n
        of_inflow = theta * (2.0 + season - 0.5 * temperature) / theta**0.5 / n
        air, inflow, temperature = air + of_air, inflow + of_inflow, temperature + of_air + of_inflow
    assert outputs["from_air"].item() == pytest.approx(air, abs=1e-4)
    assert outputs["from_inflow"].item() == pytest.approx(inflow, abs=1e-4)
    assert outputs["water_temperature"].item() == pytest.approx(temperature, abs=1e-4)


@pytest.mark.parametrize("warmest", [0.0, 0.25, 0.6])
def test_with_five_parameters_the_inflow_warms_most_at_its_time_of_the_year(warmest):
    """On day 100 for ever, water settles where dT/dt is zero."""
    model = domain.build(exchange="FiveParameters", ice="NoIce")
    outputs = simulate(model, n_days=100, a1=1.0, a2=0.2, a3=0.4, a6=2.0, a7=warmest, tair=20.0)
    inflow = 2.0 * np.cos(2 * np.pi * (100 / 365.25 - warmest))
    settled = outputs["water_temperature"][-1].item()
    assert settled == pytest.approx((1.0 + 0.2 * 20.0 + inflow) / 0.4, abs=1e-6)


def test_simpler_exchanges_are_the_full_one_with_parameters_off():
    off = dict(a5=0.0, a6=0.0, a8=0.0)
    full, four = (domain.build(exchange=name) for name in ("EightParameters", "FourParameters"))
    values = dict(a1=0.5, a2=0.3, a3=0.4, a4=0.5, tair=18.0, discharge=5.0)
    torch.testing.assert_close(
        simulate(full, **values, **off)["water_temperature"], simulate(four, **values)["water_temperature"]
    )
    seven, three = (domain.build(exchange=name) for name in ("SevenParameters", "ThreeParameters"))
    torch.testing.assert_close(
        simulate(seven, **values, **off)["water_temperature"], simulate(three, **values)["water_temperature"]
    )


def test_water_freezes_instead_of_cooling_below_zero():
    cold = dict(tair=-15.0, a1=0.0, a5=0.0, a6=0.0)
    free, frozen, covered = (
        simulate(domain.build(ice=name), **cold) for name in ("NoIce", "FreezingPoint", "IceCover")
    )
    assert free["water_temperature"][-1] < -5
    assert frozen["water_temperature"].min() == 0 and frozen["freezing"][-1] > 0
    assert covered["water_temperature"].min() == 0 and covered["ice_heat"][-1] < 0


def test_an_ice_cover_melts_before_the_water_warms():
    model = domain.build(exchange="ThreeParameters", ice="IceCover")
    forcings, parameters = constant(model, 80, a1=0.0, a2=0.3, a3=0.3)
    forcings["tair"][:30], forcings["tair"][30:] = -10.0, 10.0
    with torch.no_grad():
        outputs = {k: v[:, 0, 0] for k, v in model(forcings, parameters).items()}
    icy = outputs["ice_heat"] < 0
    assert icy[29] and not icy[-1] and outputs["water_temperature"][icy].max() == 0
    assert outputs["water_temperature"][-1] > 5


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:stream_temperature,sites=8")


def periods(dataset):
    return {name: dataset.attrs[f"{name}_period"] for name in ("train", "test")}


def test_rivals_never_see_the_test_period(twin):
    train = slice(*periods(twin)["train"].split("/"))
    first = twin.indexes["time"].get_loc(periods(twin)["test"].split("/")[0])
    blind = twin.assign(water_temperature=twin.water_temperature.where(twin.time < twin.time[first]))
    np.testing.assert_allclose(predict(blind, train), predict(twin, train))
    warm = twin.assign(tair=twin.tair + 20.0 * (twin.time >= twin.time[first]))
    before = slice(None, first)
    np.testing.assert_allclose(predict(warm, train)[before], predict(twin, train)[before])


def test_the_regression_is_better_than_the_season_and_near_the_noise(twin):
    scores = rivals(twin, periods(twin)).rmse.median("site")
    climatology, regression = (float(scores.sel(model=name)) for name in ("Climatology", "Regression"))
    assert 0.3 < regression < 0.7 < climatology  # the noise of the twin is 0.3 degC


def test_the_regression_and_the_season_keep_their_names_beside_the_run(twin):
    """A run that is the observations themselves has no error, and the regression less than the season."""
    found = against_rivals(twin[["water_temperature"]], twin, periods(twin)["test"])
    assert float(found.run.max()) == 0
    assert 0.3 < float(found.regression.median()) < 0.7 < float(found.climatology.median())


def test_a_gauge_without_observations_has_no_rival(twin):
    unseen = twin.assign(water_temperature=twin.water_temperature.where(twin.site != twin.site[2]))
    scores = rivals(unseen, periods(unseen))
    assert scores.rmse.isel(site=2).isnull().all() and scores.rmse.isel(site=3).notnull().all()


def test_the_ratio_of_discharge_has_a_least_value():
    model = domain.build(ice="NoIce")
    dry = simulate(model, discharge=0.0, a4=1.0)["water_temperature"]
    assert dry.isfinite().all() and EightParameters.a4.range[1] == 1.0


def test_regimes_of_a_made_up_stream_are_those_it_was_made_with():
    """Water that follows a sinusoidal air at 0.6 with its peak on day 210, and a simulation half as strong."""
    times = pd.date_range("2001-01-01", "2002-12-31")
    wave = np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 210) / 365.25)[:, None] * np.ones((1, 2))
    dims, coords = ("time", "site"), {"time": times, "site": ["a", "b"]}
    data = xr.Dataset({"tair": (dims, 10 + 10 * wave), "water_temperature": (dims, 12 + 6 * wave)}, coords)
    found = regimes(xr.Dataset({"water_temperature": (dims, 12 + 3 * wave)}, coords), data, "2001-01-01/2002-12-31")
    assert found.observed_sensitivity.values == pytest.approx(0.6, abs=1e-6)
    assert found.simulated_sensitivity.values == pytest.approx(0.3, abs=1e-6)
    assert found.observed_amplitude.values == pytest.approx(6, abs=1e-6)
    assert found.simulated_warmest_day.values == pytest.approx(210, abs=0.01)
    assert (found.observed_warm_season > found.simulated_warm_season).all()


def test_every_picture_of_an_evaluation_has_its_variables(twin):
    results = xr.Dataset({"water_temperature": twin["true_water_temperature"].reset_coords(drop=True)})
    results.attrs["train_period"] = twin.attrs["train_period"]
    for evaluation in (each for each in domain.evaluations if not each.lacking(results, twin)):
        found = evaluation.compute(results, twin, twin.attrs["test_period"])
        for picture in evaluation.pictures:
            assert found[picture.x].dims == found[picture.y].dims == ("site",)
            assert found[picture.x].notnull().all() and found[picture.x].attrs["units"]
    truth = domain.evaluations[0].compute(results, twin, twin.attrs["test_period"])
    assert (truth.run < truth.regression).all()  # nothing beats the law itself


def test_the_mean_discharge_knows_nothing_of_the_days_of_the_test():
    days = pd.date_range("2001-01-01", "2002-12-31")
    discharge = np.where(days.year == 2001, 2.0, 50.0)[:, None]
    periods = {"train_period": "2001-01-01/2001-12-31", "test_period": "2002-01-01/2002-12-31"}
    ds = xr.Dataset({"discharge": (("time", "site"), discharge)}, {"time": days, "site": ["a"]}, periods)
    mean = stream_temperature.mean_discharge(ds, ds.train_period)
    assert mean.dims == ("site",) and mean.item() == 2.0 and mean.units == "m3 s-1"
    assert stream_temperature.mean_discharge(ds.drop_vars("discharge"), ds.train_period) is None
