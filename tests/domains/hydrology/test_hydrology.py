"""The hydrology processes against closed forms, published figures and physics."""

import pytest
import torch

from dgviz import ProcessModel
from dgviz.domains import hydrology
from dgviz.processes.declare import Parameter, State


def tensors(**values):
    return {k: torch.tensor(v, dtype=torch.float64).reshape(-1, 1, 1) for k, v in values.items()}


def build(*processes):
    inputs = {**hydrology.domain.forcings, **hydrology.domain.attributes}
    return ProcessModel([p() for p in processes], inputs, hydrology.domain.outside)


def pet(process, **inputs):
    return process()(**tensors(**inputs))["pet"].flatten()


def test_a_linear_reservoir_follows_its_exponential():
    n, k2, start = 50, 0.1, 100.0
    model = build(hydrology.NoSnow, hydrology.BetaSoil, hydrology.LinearReservoir, hydrology.NoRouting)
    forcings = tensors(prcp=[start, *[0.0] * (n - 1)])
    # All but what the soil can hold reaches the reservoir on the first day; three stores start with 0.001 mm.
    outputs = model(forcings, tensors(fc=[0.002], beta=[1.0], k2=[k2]))
    expected = k2 * (1 - k2) ** torch.arange(n, dtype=torch.float64) * (start + 3 * 0.001 - 0.002)
    torch.testing.assert_close(outputs["baseflow"].flatten(), expected)


def test_zones_in_the_wrong_order_are_two_reservoirs_in_a_row_the_slow_one_first():
    n, k0, k2, start = 50, 0.5, 0.1, 100.0
    model = build(hydrology.NoSnow, hydrology.BetaSoil, hydrology.ZonesInWrongOrder, hydrology.NoRouting)
    forcings = tensors(prcp=[start, *[0.0] * (n - 1)])
    outputs = model(forcings, tensors(fc=[0.001], beta=[1.0], k0=[k0], k2=[k2]))
    day = torch.arange(1, n + 1, dtype=torch.float64)
    # The upper zone starts with 0.001 mm beside the rain, the lower with 0.001 mm of its own.
    expected = k0 * k2 * (start + 0.001) * ((1 - k2) ** day - (1 - k0) ** day) / (k0 - k2)
    expected = expected + k0 * 0.001 * (1 - k0) ** (day - 1)
    torch.testing.assert_close(outputs["streamflow"].flatten(), expected)


def test_zones_in_the_wrong_order_make_no_flood():
    """With the defaults, a storm on wet ground."""
    forcings = tensors(prcp=[80.0, *[0.0] * 29])
    peaks = {}
    for zones in (hydrology.ThreeOutlets, hydrology.ZonesInWrongOrder):
        model = build(hydrology.NoSnow, hydrology.BetaSoil, zones, hydrology.NoRouting)
        parameters = tensors(**{k: [p.default] for k, p in model.of(Parameter).items()})
        initial = {"soil_moisture": tensors(fc=[200.0])["fc"]}
        peaks[zones] = model(forcings, parameters, initial=initial)["streamflow"].max()
    assert peaks[hydrology.ZonesInWrongOrder] < peaks[hydrology.ThreeOutlets] / 3


def test_snow_waits_for_warmth():
    model = build(hydrology.DegreeDaySnow)
    parameters = tensors(tt=[0.0], cfmax=[2.0], cfr=[0.0], cwh=[0.1])
    outputs = model(tensors(prcp=[10.0, 0.0, 0.0], tmean=[-5.0, 1.0, 20.0]), parameters)
    assert outputs["snowfall"].flatten().tolist() == [10.0, 0.0, 0.0]
    assert outputs["melt"].flatten()[1] == 2.0
    # 10.001 mm of snow: 2 mm melt, of which 0.1 * 8.001 mm stay in the pack with the 0.001 mm there at the start.
    torch.testing.assert_close(outputs["snow_outflow"].flatten()[1].item(), 2.001 - 0.8001)
    assert outputs["snowpack"].flatten()[2] == 0 and outputs["meltwater"].flatten()[2] == 0


def test_only_the_smooth_threshold_has_a_gradient_of_the_partition():
    gradients = {}
    for process in (hydrology.DegreeDaySnow, hydrology.SmoothDegreeDaySnow):
        parameters = tensors(tt=[0.0], cfmax=[2.0], cfr=[0.0], cwh=[0.1])
        parameters["tt"].requires_grad_()
        snowfall = build(process)(tensors(prcp=[10.0], tmean=[0.2]), parameters)["snowfall"]
        gradients[process] = (
            torch.autograd.grad(snowfall.sum(), parameters["tt"])[0].item() if snowfall.requires_grad else 0.0
        )
    assert gradients[hydrology.DegreeDaySnow] == 0
    assert gradients[hydrology.SmoothDegreeDaySnow] > 1


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("process", [p.__name__ for p in hydrology.domain.slots["evapotranspiration"]])
def test_evapotranspiration_is_at_most_potential_and_at_most_the_soil_holds(process, where, example):
    model = hydrology.domain.build(evapotranspiration=process)
    forcings, parameters = example(model, n_time=400, where=where)
    outputs = model(forcings, parameters)
    assert (outputs["evapotranspiration"] <= outputs["pet"] + 1e-12).all()
    assert (outputs["soil_moisture"] >= 0).all()


def test_hamon_gives_the_published_figure():
    """4.03 mm d-1 at 20 degC and a day of 14.5 h is what this form of the coefficient gives (PRMS)."""
    latitude, day = 42.0, 172.0  # the longest day: about 15.1 h
    hours = 15.1
    expected = 0.0055 * 25.4 * (hours / 12) ** 2 * 216.7 * 23.36 / (20 + 273.3)
    assert pet(hydrology.Hamon, tmean=[20.0], lat=[latitude], day_of_year=[day]).item() == pytest.approx(
        expected, rel=0.02
    )


def test_extraterrestrial_radiation_is_that_of_fao_56():
    """Example 8 of FAO-56: 3 September at 20 degrees south, 32.2 MJ m-2 d-1."""
    lat, day = torch.tensor(-20.0), torch.tensor(246.0)
    assert hydrology.pet.extraterrestrial_radiation(lat, day).item() == pytest.approx(32.2, abs=0.05)


def test_oudin_is_zero_in_frost_and_linear_above():
    values = pet(hydrology.Oudin, tmean=[-10.0, -5.0, 5.0, 15.0], lat=[40.0], day_of_year=[100.0])
    assert values[0] == 0 and values[1] == 0
    assert (values[3] / values[2]).item() == pytest.approx(2.0)


def test_hargreaves_grows_with_the_square_root_of_the_range():
    low, high = (
        pet(hydrology.Hargreaves, tmean=[15.0], tmin=[15 - d], tmax=[15 + d], lat=[40.0], day_of_year=[180.0])
        for d in (2.0, 8.0)
    )
    assert (high / low).item() == pytest.approx(2.0)


@pytest.mark.parametrize("process", [hydrology.Hamon, hydrology.Hargreaves, hydrology.Oudin])
def test_potential_evapotranspiration_is_finite_in_the_polar_night(process):
    known = dict(tmean=[-40.0, 0.0], tmin=[-40.0, 5.0], tmax=[-40.0, 4.0], lat=[-89.0, 89.0], day_of_year=[1.0, 366.0])
    values = pet(process, **{k: known[k] for k in process.reads})
    assert values.isfinite().all() and (values >= 0).all()


def test_given_pet_is_taken_from_the_forcings(example):
    model = hydrology.domain.build(pet="GivenPet")
    assert "pet" in model.forcings and "lat" not in model.forcings
    forcings, parameters = example(model)
    dry = model(forcings | {"pet": torch.zeros_like(forcings["pet"])}, parameters)
    assert dry["evapotranspiration"].abs().max() == 0


def test_the_unit_hydrograph_delays_but_loses_nothing(example):
    model = hydrology.domain.build()
    forcings, parameters = example(model, n_time=200)
    outputs = model(forcings, parameters)
    runoff = sum(outputs[k] for k in ("quickflow", "interflow", "baseflow")).mean(-1)
    arrived = outputs["streamflow"].mean(-1)
    torch.testing.assert_close(arrived.sum(0) + outputs["channel"][-1].mean(-1), runoff.sum(0))
    assert (arrived.cumsum(0) <= runoff.cumsum(0) + 1e-9).all()


def test_a_unit_hydrograph_that_varies_in_time_equals_the_constant_one(example):
    model = hydrology.domain.build()
    forcings, parameters = example(model, n_time=40)
    varying = parameters | {k: parameters[k].expand(40, -1, -1) for k in ("route_a", "route_b")}
    constant, dynamic = (model(forcings, p)["streamflow"] for p in (parameters, varying))
    torch.testing.assert_close(constant, dynamic)


def test_routing_sees_the_mean_over_members(example):
    model = hydrology.domain.build()
    streamflow = model(*example(model, n_member=4))["streamflow"]
    assert (streamflow == streamflow[..., :1]).all()


def test_later_weather_never_changes_earlier_flow(example):
    model = hydrology.domain.build(capillary_rise="CapillaryRise")
    forcings, parameters = example(model, n_time=60)
    before = model(forcings, parameters)
    for name in ("prcp", "tmean"):
        changed = forcings[name].clone()
        changed[40:] += 5
        after = model(forcings | {name: changed}, parameters)
        for output in before:
            assert torch.equal(before[output][:40], after[output][:40]), (name, output)


SLOTS = {slot: [p.__name__ for p in options] for slot, options in hydrology.domain.slots.items()}
ONE_CHANGED = [{slot: name} for slot, names in SLOTS.items() if slot != "pet" for name in names[1:]]
LAST_OPTIONS = {slot: names[-1] for slot, names in SLOTS.items() if slot != "pet"}


@pytest.mark.parametrize("choices", [{}, *ONE_CHANGED, LAST_OPTIONS], ids=lambda c: "-".join(c.values()) or "default")
def test_thirty_years_close_in_single_precision(choices, example):
    model = hydrology.domain.build(**choices)
    forcings, parameters = example(model, n_time=30 * 365, n_site=4, n_member=2, dtype=torch.float32)
    with torch.no_grad():
        outputs = model(forcings, parameters)
    precipitation = forcings["prcp"].double().sum(0)[:, 0]
    lost = sum(outputs[k].double().sum(0).mean(-1) for k in model.outflows)
    stored = sum((outputs[k][-1].double() - s.initial).mean(-1) for k, s in model.of(State).items())
    assert ((precipitation - lost - stored).abs() / precipitation).max() < 1e-6
