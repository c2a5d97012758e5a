"""Dissolved oxygen against published values and closed forms, and its rivals."""

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz import open_dataset
from dgviz.domains import oxygen
from dgviz.domains.oxygen.budget import HALF
from dgviz.domains.oxygen.evaluation.regimes import against_rivals, regimes
from dgviz.domains.oxygen.evaluation.rivals import predict, rivals
from dgviz.domains.oxygen.saturation import benson_krause
from dgviz.processes.declare import Parameter

domain = oxygen.domain
BUDGETS = [option.__name__ for option in domain.slots["budget"]]
LIFELESS = dict(p=0.0, r=0.0)


def simulate(model, n_days=1, start=9.0, **values):
    """Every flux and store `(time,)` under forcings and parameters that never change: defaults unless given."""
    forcings = dict(
        water_temperature=20.0, discharge=2.0, mean_discharge=2.0, day_of_year=100.0, srad=200.0, elevation=0.0
    )
    given = forcings | {k: p.default for k, p in model.of(Parameter).items()} | values

    def series(value, n):
        return torch.full((n, 1, 1), float(value), dtype=torch.float64)

    initial = {"oxygen": series(start, 1)} if "oxygen" in model.stores else {}
    with torch.no_grad():
        outputs = model(
            {k: series(given[k], n_days) for k in model.forcings},
            {k: series(given[k], 1) for k in model.of(Parameter)},
            initial=initial,
        )
    return {k: v[:, 0, 0] for k, v in outputs.items()}


@pytest.mark.parametrize(
    ("temperature", "published"), [(0, 14.621), (10, 11.288), (20, 9.092), (25, 8.263), (30, 7.559)]
)
def test_saturation_is_that_of_the_published_table(temperature, published):
    """Benson and Krause (1984), in mg/L at one atmosphere, to the last digit that is printed."""
    full = benson_krause(torch.tensor(float(temperature), dtype=torch.float64)).item()
    assert full == pytest.approx(published, abs=5e-4)


def test_on_a_mountain_water_holds_less():
    """In 843 m the pressure is e^-0.1 of that at sea level."""
    high = simulate(domain.build(saturation="SaturationAtElevation"), elevation=843.0)["saturation"].item()
    thin = simulate(domain.build(), pressure=np.exp(-0.1))["saturation"].item()
    low = simulate(domain.build(saturation="SaturationAtSeaLevel"))["saturation"].item()
    assert high == pytest.approx(low * np.exp(-0.1)) and thin == pytest.approx(high)


def test_reaeration_is_that_of_o_connor_and_dobbins():
    """k = 3.93 U^0.5 H^-1.5 per day, with U in m/s and H in m, and 2.4 percent more per degree."""
    model = domain.build(reaeration="OConnorDobbins")
    rate = simulate(model, mean_depth=2.0, mean_velocity=0.5)["reaeration_rate"].item()
    assert rate == pytest.approx(3.93 * 0.5**0.5 / 2.0**1.5)
    warm = simulate(model, mean_depth=2.0, mean_velocity=0.5, water_temperature=21.0)["reaeration_rate"].item()
    assert warm / rate == pytest.approx(1.024)
    # Ten times the discharge: 10^0.34 of the velocity and 10^0.4 of the depth.
    flood = simulate(model, mean_depth=2.0, mean_velocity=0.5, discharge=20.0)["reaeration_rate"].item()
    assert flood / rate == pytest.approx(10 ** (0.5 * 0.34 - 1.5 * 0.4))


def test_respiration_rises_by_its_factor():
    warmed, q10 = domain.build(), domain.build(respiration="Q10Respiration")
    assert simulate(warmed, r=2.0, water_temperature=30.0)["respiration_rate"].item() == pytest.approx(2 * 1.047**10)
    assert simulate(q10, r=2.0, q10=1.8, water_temperature=30.0)["respiration_rate"].item() == pytest.approx(3.6)


def test_plants_make_no_oxygen_in_the_dark_and_level_off_in_the_light():
    model = domain.build(production="LightProduction")
    dark, dim, light = (simulate(model, srad=v, p_most=4.0, light_k=20.0)["photosynthesis"] for v in (0, 20, 500))
    assert dark.item() == 0 and dim.item() == pytest.approx(4 * (1 - np.exp(-1))) and light.item() > 3.99


def test_water_without_life_approaches_saturation_as_an_exponential():
    outputs = simulate(domain.build(), n_days=20, start=2.0, ka=0.5, **LIFELESS)
    full, days = outputs["saturation"][0], torch.arange(1, 21, dtype=torch.float64)
    torch.testing.assert_close(outputs["oxygen"], full + (2.0 - full) * torch.exp(-0.5 * days), rtol=1e-12, atol=0)


def test_the_mean_of_a_day_and_its_fluxes_are_integrals():
    """Against the same equation in a hundred thousand steps a day."""
    values = dict(ka=1.5, p=2.0, p_season=0.0, r=6.0)
    outputs = {k: v.item() for k, v in simulate(domain.build(), start=4.0, **values).items()}
    full, oxygen, n = outputs["saturation"], 4.0, 100_000
    use, mean = 6.0 / (HALF + oxygen), 0.0
    for _ in range(n):
        mean += oxygen / n
        oxygen += (1.5 * (full - oxygen) + 2.0 - use * oxygen) / n
    assert outputs["oxygen"] == pytest.approx(oxygen, abs=1e-4)
    assert outputs["dissolved_oxygen"] == pytest.approx(mean, abs=1e-4)
    assert outputs["respiration"] == pytest.approx(use * mean, abs=1e-4)
    assert outputs["degassing"] == pytest.approx(1.5 * mean, abs=1e-4)


@pytest.mark.parametrize("values", [dict(r=25.0, ka=0.05, p=0.0), dict(r=25.0, ka=10.0, p=15.0), dict(r=0.0, p=15.0)])
def test_a_store_that_settles_is_in_the_balance_of_a_day(values):
    """Also where respiration would use more than there is."""
    settled = simulate(domain.build(), n_days=3000, **values)
    steady = simulate(domain.build(budget="SteadyOxygen"), **values)
    assert settled["oxygen"].min() > 0 and settled["oxygen"].isfinite().all()
    for name in ("dissolved_oxygen", "respiration", "degassing", "photosynthesis", "dissolving"):
        torch.testing.assert_close(settled[name][-1:], steady[name], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("budget", BUDGETS)
def test_colder_and_clean_and_green_water_has_more_oxygen(budget):
    model = domain.build(budget=budget)

    def oxygen(**values):
        return simulate(model, n_days=60, **values)["dissolved_oxygen"][-1].item()

    assert oxygen(water_temperature=5.0) > oxygen()
    assert oxygen(r=6.0) < oxygen(r=1.0)
    assert oxygen(p=6.0, r=1.0) > oxygen(p=1.0, r=1.0)
    assert oxygen(p=15.0, r=0.0) > benson_krause(torch.tensor(20.0)).item()  # supersaturated
    assert oxygen(r=6.0, ka=10.0) > oxygen(r=6.0, ka=1.0)


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:oxygen,sites=8")


def periods(dataset):
    return {name: dataset.attrs[f"{name}_period"] for name in ("train", "test")}


def test_rivals_never_see_the_test_period(twin):
    train = slice(*periods(twin)["train"].split("/"))
    first = twin.indexes["time"].get_loc(periods(twin)["test"].split("/")[0])
    blind = twin.assign(dissolved_oxygen=twin.dissolved_oxygen.where(twin.time < twin.time[first]))
    seen = predict(twin, train)
    for name, values in predict(blind, train).items():
        np.testing.assert_allclose(values, seen[name])


def test_the_ratio_is_exact_where_oxygen_is_a_share_of_saturation(twin):
    full = benson_krause(torch.as_tensor(twin.water_temperature.values.astype("float64"))).numpy()
    share = xr.DataArray(np.linspace(0.6, 1.1, 8), dims="site")
    made = twin.assign(dissolved_oxygen=(share * twin.water_temperature.copy(data=full)).astype("float32"))
    scores = rivals(made, periods(made))
    assert (scores.rmse.sel(model="Saturation ratio") < 1e-5).all()
    assert (scores.rmse.sel(model="Season") > 0.05).all()


def test_a_river_without_samples_has_no_rival(twin):
    unseen = twin.assign(dissolved_oxygen=twin.dissolved_oxygen.where(twin.site != twin.site[2]))
    scores = rivals(unseen, periods(unseen))
    assert scores.rmse.isel(site=2).isnull().all() and scores.rmse.isel(site=3).notnull().all()


def test_the_law_beats_the_rivals(twin):
    results = xr.Dataset({"dissolved_oxygen": twin["true_dissolved_oxygen"].reset_coords(drop=True)})
    results.attrs["train_period"] = twin.attrs["train_period"]
    found = against_rivals(results, twin, twin.attrs["test_period"])
    assert (found.run < found.regression).all() and (found.run < found.ratio).all()
    for evaluation in domain.evaluations:
        found = evaluation.compute(results, twin, twin.attrs["test_period"])
        for picture in evaluation.pictures:
            assert found[picture.x].dims == found[picture.y].dims == ("site",)
            assert found[picture.x].notnull().all() and found[picture.x].attrs["units"]


def test_regimes_of_a_made_up_river_are_those_it_was_made_with():
    """Oxygen that swings by 4 around 6 mg/L on every tenth day, simulated with half the swing on every day."""
    times = pd.date_range("2001-01-01", "2004-12-31")
    wave = np.cos(2 * np.pi * times.day_of_year.to_numpy() / 365.25)[:, None] * np.ones((1, 2))
    sampled = (np.arange(len(times)) % 10 == 0)[:, None]
    dims, coords = ("time", "site"), {"time": times, "site": ["a", "b"]}
    data = xr.Dataset(
        {
            "water_temperature": (dims, np.full_like(wave, 15.0)),
            "dissolved_oxygen": (dims, np.where(sampled, 6 + 4 * wave, np.nan)),
        },
        coords,
    )
    found = regimes(xr.Dataset({"dissolved_oxygen": (dims, 6 + 2 * wave)}, coords), data, "2001-01-01/2004-12-31")
    assert found.observed_amplitude.values == pytest.approx(4) and found.simulated_amplitude.values == pytest.approx(2)
    # 6 + 4 cos < 5 on arccos(-1/4) .. pi of the half year
    assert found.observed_low_days.values == pytest.approx(100 * (1 - np.arccos(-0.25) / np.pi), abs=1.5)
    assert found.simulated_low_days.values == pytest.approx(100 * (1 - np.arccos(-0.5) / np.pi), abs=1.5)
    assert (found.simulated_supersaturated == 0).all() and (found.observed_lowest < found.simulated_lowest).all()
    few = regimes(data.isel(time=slice(100)), data, "2001-01-01/2004-12-31")
    assert few.observed_amplitude.isnull().all()
