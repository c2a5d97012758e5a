"""Ecosystem productivity against published values, closed forms and the law of its twin."""

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz import open_dataset
from dgviz.domains import ecosystem
from dgviz.domains.ecosystem.evaluation.backdrop import light_and_leaves
from dgviz.domains.ecosystem.evaluation.dry_steps import driest_and_wettest, stress_of_steps
from dgviz.domains.ecosystem.evaluation.rivals import light_use, rivals, season
from dgviz.domains.ecosystem.evaluation.seasons import seasons
from dgviz.domains.ecosystem.evaluation.stress_forms import against_dry_air, against_dry_soil
from dgviz.domains.ecosystem.productivity import UnlimitedTransport
from dgviz.domains.ecosystem.stress import LearnedStress, MonotoneStress
from dgviz.domains.ecosystem.water import density, viscosity
from dgviz.experiment.config import RunConfig
from dgviz.experiment.leakage import leaks
from dgviz.processes.declare import Parameter

domain = ecosystem.domain
# 20 degC, sea level, 820 Pa, 400 ppm: the worked example of the P-model's authors.
EXAMPLE = dict(tair=20.0, pressure=101325.0, vpd=820.0, co2=400.0, fapar=0.91, ppfd=834.0, wetness=1.0)


def number(value):
    return torch.full((1, 1, 1), float(value), dtype=torch.float64)


def simulate(choices=None, parameters=None, **changes):
    """Every flux of one step, with defaults unless given."""
    model = domain.build(**(choices or {}))
    given = EXAMPLE | changes
    values = {name: declared.default for name, declared in model.of(Parameter).items()} | (parameters or {})
    with torch.no_grad():
        outputs = model({k: number(given[k]) for k in model.forcings}, {k: number(v) for k, v in values.items()})
    return {name: value.item() for name, value in outputs.items()}


def test_the_published_example_to_its_last_digit():
    outputs = simulate()
    assert round(outputs["chi"], 7) == 0.7142325
    assert round(outputs["light_use_efficiency"], 8) == 0.39557657
    assert round(outputs["gpp"], 5) == 300.21888
    assert round(outputs["vcmax"], 5) == 73.25175


def test_water_has_the_density_and_viscosity_of_the_tables():
    """At 20 degC and 1 atm: 998.2 kg m-3 and 1001.6 uPa s; at 25 degC 890.0 uPa s (IAPWS)."""
    cool, warm, pressure = number(20.0), number(25.0), number(101325.0)
    assert density(cool, pressure).item() == pytest.approx(998.2, abs=0.01)
    assert viscosity(cool, pressure).item() == pytest.approx(1001.6, abs=0.1)
    assert viscosity(warm, pressure).item() == pytest.approx(890.0, abs=0.1)


def test_carbon_is_in_proportion_to_light_and_leaves():
    whole, half, none = simulate(), simulate(ppfd=417.0), simulate(fapar=0.0)
    assert half["gpp"] == pytest.approx(whole["gpp"] / 2, rel=1e-12)
    assert half["light_use_efficiency"] == whole["light_use_efficiency"] and none["gpp"] == 0


def test_stomata_close_in_dry_air_and_more_so_the_more_water_costs():
    chi = [simulate(vpd=vpd)["chi"] for vpd in (100.0, 820.0, 3000.0)]
    assert 1 > chi[0] > chi[1] > chi[2] > 0
    assert simulate(parameters={"beta_cost": 50.0})["chi"] < chi[1]
    constant = {"stomata": "ConstantRatio"}
    assert simulate(constant, vpd=100.0)["chi"] == simulate(constant, vpd=3000.0)["chi"] == 0.7


def test_the_quantum_yield_has_its_optimum_at_32_degrees_and_ends_in_frost():
    found = {tair: simulate(tair=tair)["quantum_yield"] for tair in (-20.0, 10.0, 31.0, 32.35, 34.0)}
    assert found[-20.0] == 0 and found[10.0] < found[31.0] < found[32.35] > found[34.0]
    constant = {"quantum_yield": "ConstantYield"}
    assert simulate(constant, tair=-5.0)["quantum_yield"] == simulate(constant, tair=32.0)["quantum_yield"] == 0.085


def test_a_limit_of_electron_transport_costs_a_fifth_to_a_half():
    free = simulate({"productivity": "UnlimitedTransport"})
    assert 0.5 < simulate()["gpp"] / free["gpp"] < 0.8


def test_without_any_stress_nothing_is_lost_and_in_dry_soil_what_is_declared():
    soil = {"stress": "SoilMoistureStress"}
    assert simulate()["stress"] == simulate(soil, wetness=0.6)["stress"] == 1
    assert simulate(soil, wetness=0.0)["stress"] == pytest.approx(0.3)
    assert simulate(soil, wetness=0.3)["stress"] == pytest.approx(1 - 0.7 / 4)


def test_dry_air_takes_from_nothing_to_all_along_a_ramp():
    air = {"stress": "VpdStress"}
    found = [simulate(air, vpd=vpd)["stress"] for vpd in (650.0, (650.0 + 4000.0) / 2, 4000.0, 6000.0)]
    assert found == pytest.approx([1.0, 0.5, 0.0, 0.0])


@pytest.mark.parametrize("process", [LearnedStress, MonotoneStress])
def test_learned_stress_is_none_where_plants_lack_nothing(process):
    torch.manual_seed(0)
    at_ease = process()(wetness=number(1.0), vpd=number(500.0), tair=number(20.0))["stress"]
    assert at_ease.item() == pytest.approx(1.0)


def test_monotone_stress_never_grows_with_water():
    torch.manual_seed(3)
    wetness = torch.linspace(0, 1, 50, dtype=torch.float64)[:, None, None]
    for _ in range(5):
        with torch.no_grad():
            stress = MonotoneStress()(wetness=wetness, vpd=number(1000.0), tair=number(15.0))["stress"]
        assert (stress.diff(dim=0) >= 0).all()


def test_textbook_stress_is_drawn_as_it_is_declared():
    soil, air = against_dry_soil(), against_dry_air()
    assert soil.textbook.dims == ("wetness",) and float(soil.textbook[0]) == pytest.approx(0.3)
    assert air.textbook.dims == ("vpd",) and float(air.textbook[-1]) == pytest.approx(0.0)


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:ecosystem,sites=12")


def periods(dataset):
    return {name: dataset.attrs[f"{name}_period"] for name in ("train", "test")}


def test_the_twin_is_a_plausible_world(twin):
    annual = (twin.gpp.mean("time") * 365.25).values
    assert annual.min() > 50 and annual.max() < 3500  # tundra to rain forest, g m-2 yr-1
    assert twin.step == "month" and float(twin.true_chi.min()) > 0 and float(twin.true_chi.max()) < 1
    assert float(twin.true_stress.min()) < 0.6 and float(twin.true_stress.max()) == 1


def test_the_climate_of_the_twin_is_that_of_the_training_period(twin):
    train = twin.sel(time=slice(*twin.attrs["train_period"].split("/")))
    np.testing.assert_allclose(twin.t_mean, train.tair.mean("time"), rtol=1e-4)
    np.testing.assert_allclose(twin.p_mean, train.prcp.mean("time"), rtol=1e-4)
    config = RunConfig(data="twin:ecosystem,sites=12")
    assert leaks(config, twin) == []
    exchanged = config.edited(train_period=twin.attrs["test_period"], test_period=twin.attrs["train_period"])
    (leak,) = leaks(exchanged, twin)
    assert leak.startswith(f"t_mean, t_season, vpd_mean and 5 more attributes tell of {twin.attrs['train_period']}")


def test_rivals_never_see_the_test_period(twin):
    train = slice(*periods(twin)["train"].split("/"))
    blind = twin.assign(gpp=twin.gpp.where(twin.time <= np.datetime64(train.stop)))
    for predict in (season, light_use):
        np.testing.assert_allclose(predict(blind, train), predict(twin, train))


def test_the_season_of_a_tower_is_a_rival_to_be_taken_seriously(twin):
    found = rivals(twin, periods(twin))
    assert list(found.model.values) == ["Season", "Light use"]
    assert float(found.nse.sel(model="Season").median()) > 0.5


def test_seasons_of_a_made_up_tower_are_those_it_was_made_with():
    times = pd.date_range("2001-01-01", periods=24, freq="MS")
    wave = np.cos(2 * np.pi * (times.month.to_numpy() - 7) / 12)[:, None] * np.ones((1, 2))
    dims, coords = ("time", "site"), {"time": times, "site": ["a", "b"]}
    data = xr.Dataset({"gpp": (dims, 5 + 4 * wave)}, coords)
    found = seasons(xr.Dataset({"gpp": (dims, 5 + 2 * wave)}, coords), data, "2001-01-01/2002-12-31")
    assert found.observed_amplitude.values == pytest.approx(4) and found.simulated_amplitude.values == pytest.approx(2)
    assert found.observed_annual.values == pytest.approx(5 * 365.25) and (found.observed_peak == 7).all()


def test_a_tower_seen_for_half_a_year_has_no_season(twin):
    short = twin.assign(gpp=twin.gpp.where((twin.site != twin.site[0]) | (twin.time.dt.month < 7)))
    results = xr.Dataset({"gpp": twin.true_gpp.reset_coords(drop=True)})
    found = seasons(results, short, periods(twin)["test"])
    assert found.observed_annual.isnull().values.tolist() == [True] + [False] * 11


def results_of_law(twin):
    """What a run that found the law would have as its results."""
    plain = twin.reset_coords()
    learned = {name: plain[f"true_{name}"].expand_dims(member=1, axis=-1) for name in ("yield_scale", "beta_cost")}
    return xr.Dataset({"gpp": plain.true_gpp, "mean_stress": plain.true_stress.mean("time")} | learned)


def test_the_stress_of_a_step_is_told_from_what_a_run_has_simulated(twin):
    results = results_of_law(twin)
    found = stress_of_steps(results, twin)
    known = found.notnull()
    assert 0.5 < float(known.mean()) <= 1  # none in frost, where nothing grows
    np.testing.assert_allclose(found.where(known), twin.true_stress.where(known), rtol=1e-5)
    assert stress_of_steps(results.drop_vars("yield_scale"), twin) is None


def test_of_the_forms_of_light_use_that_of_the_run_is_found(twin):
    """Without a limit of electron transport the same parameters give more, and the stress is the same."""
    results, last = results_of_law(twin), UnlimitedTransport()
    inputs = {k: torch.as_tensor(twin[k].values.astype("float64")) for k in ("ppfd", "fapar")}
    fluxes = ("ci", "gamma_star", "michaelis", "quantum_yield", "stress")
    given = inputs | {k: torch.as_tensor(twin[f"true_{k}"].transpose("time", "site").values) for k in fluxes}
    free = results.assign(gpp=(("time", "site"), last(**given)["gpp"].numpy()))
    np.testing.assert_allclose(stress_of_steps(free, twin).mean(), stress_of_steps(results, twin).mean(), rtol=1e-5)


def test_dry_and_wet_steps_are_quarters_of_those_in_which_it_grows():
    dims, coords = ("time", "site"), {"site": ["a", "b"], "time": pd.date_range("2001-01-01", periods=40, freq="MS")}
    ramp = xr.DataArray(np.linspace(0, 1, 40)[:, None] * np.ones((1, 2)), coords, dims)
    warm = xr.full_like(ramp, 20.0).where(ramp.site == "a", 5.0)
    dry, wet = driest_and_wettest(ramp, ramp, warm)
    assert dry.values[0] == pytest.approx(ramp[:10, 0].mean()) and wet.values[0] == pytest.approx(ramp[30:, 0].mean())
    assert dry.isnull().values.tolist() == [False, True]


def test_every_picture_of_an_evaluation_has_its_variables(twin):
    results = results_of_law(twin)
    for evaluation in domain.evaluations:
        found = evaluation.compute(results, twin, periods(twin)["test"])
        assert not evaluation.lacking(results, twin)
        for picture in evaluation.pictures:
            assert found[picture.x].dims == found[picture.y].dims == ("site",)
            assert found[picture.x].attrs["units"] and found[picture.x].attrs["long_name"]
    alone = results.drop_vars("mean_stress")
    assert "no stress" in domain.evaluations[1].lacking(alone, twin)


def test_the_bars_of_a_tower_add_up_to_its_light(twin):
    here = twin.isel(site=0)
    bars = light_and_leaves(here)
    np.testing.assert_allclose(bars.absorbed_light + bars.other_light, here.ppfd, rtol=1e-6)


def test_where_the_data_lack_pressure_and_soil_they_are_made_of_height_and_rain(twin):
    pressure = ecosystem.standard_pressure(twin.drop_vars("pressure"), "")
    np.testing.assert_allclose(pressure, twin.pressure, rtol=1e-5)
    assert ecosystem.standard_pressure(twin.drop_vars("elevation"), "") is None
    assert ecosystem.root_zone(twin, "").dims == ("time", "site")
    assert ecosystem.root_zone(twin.drop_vars("prcp"), "") is None
