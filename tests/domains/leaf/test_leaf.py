"""Leaf gas exchange against published values, closed forms and finite differences."""

import pytest
import torch

from dgviz.domains import leaf
from dgviz.domains.leaf.assimilation import net_rates, net_slope
from dgviz.domains.leaf.stomata import WATER_TO_CO2
from dgviz.domains.leaf.temperature import JMAX, VCMAX, peaked
from dgviz.processes.declare import Parameter
from dgviz.processes.symbols import explained

domain = leaf.domain
SIMULATED = ["MedlynStomata", "BallBerryStomata", "FixedConductance"]
simulated = pytest.mark.parametrize("stomata", SIMULATED)
AIR = dict(tleaf=25.0, ppfd=1500.0, vpd=1.5, rh=60.0, co2=400.0, ci=280.0)


def inputs(model, n=1, **values):
    """Forcings and parameters that are the same at every point unless given as a list."""
    forcings, parameters = AIR | values, {k: p.default for k, p in model.of(Parameter).items()} | values

    def series(value):
        return torch.as_tensor(value, dtype=torch.float64).expand(n)[:, None, None]

    return {k: series(forcings[k]) for k in model.forcings}, {k: series(parameters[k]) for k in model.of(Parameter)}


def simulate(n=1, values=None, **slots):
    model = domain.build(**slots)
    with torch.no_grad():
        return {k: v[:, 0, 0] for k, v in model(*inputs(model, n, **(values or {}))).items()}


def test_the_published_point():
    """At the defaults of the usual code of this field, to its last printed digit."""
    found = simulate(values=dict(vcmax25=50.0, jmax25=100.0, rd25=0.92, g1=4.0, g0=0.0), stomata="MedlynStomata")
    assert f"{found['net_assimilation'].item():.9g}" == "12.0341148"
    assert found["gs"].item() == pytest.approx(0.201499173, abs=6e-10)
    assert f"{found['ci'].item():.9g}" == "306.235049"


@simulated
def test_carbon_gets_in_as_fast_as_it_is_fixed(stomata):
    """A = gs / 1.57 (Ca - Ci), for leaves that take up CO2."""
    found = simulate(n=4, values=dict(co2=[150.0, 400.0, 900.0, 1900.0], g0=0.02), stomata=stomata)
    through = found["gs"] / WATER_TO_CO2 * (torch.tensor([150.0, 400.0, 900.0, 1900.0]) - found["ci"])
    torch.testing.assert_close(through, found["net_assimilation"], rtol=1e-9, atol=1e-9)
    assert (found["net_assimilation"] > 0).all()


def test_without_g0_the_root_is_the_one_with_open_stomata():
    """Closed stomata, A = 0, solve the equations too; with g0 = 0 the other root is Ci = Ca - 1 / m."""
    found = simulate(values=dict(g0=0.0), stomata="MedlynStomata")
    assert found["ci"].item() == pytest.approx(400.0 - 400.0 / (1 + 4.0 / 1.5**0.5), rel=1e-9)
    assert found["net_assimilation"] > 10


def test_stomata_that_would_let_in_too_little_are_closed():
    """Where Ca - 1 / m lies below the compensation point the larger root is that point: A = 0."""
    found = simulate(values=dict(co2=70.0, g1=0.5, vpd=4.0, g0=0.0), stomata="MedlynStomata")
    assert abs(found["net_assimilation"].item()) < 1e-6 and found["ci"] > 70.0 - 70.0 / (1 + 0.5 / 4.0**0.5)


@simulated
@pytest.mark.parametrize("air", [dict(ppfd=0.0), dict(co2=30.0)], ids=["dark", "little CO2"])
def test_a_leaf_that_gives_off_co2_has_that_of_its_surface_inside(stomata, air):
    found = simulate(values=dict(g0=0.02, **air), stomata=stomata)
    assert found["net_assimilation"] < 0 and found["ci"].item() == pytest.approx({**AIR, **air}["co2"])


@simulated
def test_it_is_displayed_that_such_a_leaf_has_the_carbon_dioxide_of_its_surface(stomata):
    option = domain.option("stomata", stomata)
    assert r"C_i = C_a \quad (A(C_a) \le 0)" in option.equations
    assert {"A", "C_i", "C_a"} <= explained(option).keys()


def test_in_the_dark_only_respiration_is_left():
    found = simulate(values=dict(ppfd=0.0, rd25=1.3), stomata="MeasuredCi")
    assert found["net_assimilation"].item() == pytest.approx(-1.3, abs=1e-6)


@pytest.mark.parametrize("limitation", ["SmoothMinimum", "HardMinimum"])
def test_at_the_compensation_point_only_respiration_is_left(limitation):
    found = simulate(values=dict(ci=42.75, rd25=1.3), stomata="MeasuredCi", limitation=limitation)
    assert found["net_assimilation"].item() == pytest.approx(-1.3, abs=1e-9)


def test_below_the_compensation_point_the_smaller_carboxylation_counts():
    """A = (1 - Gamma* / Ci) min(Wc, Wj) - Rd: the loss is that of the smaller rate, not the larger loss."""
    found = simulate(values=dict(ci=30.0), stomata="MeasuredCi", limitation="HardMinimum")
    assert found["net_assimilation"] == torch.maximum(found["rubisco_limited"], found["light_limited"])


def test_the_limits_are_equal_at_the_transition_point():
    """V (Ci + 2 Gamma*) = (J / 4) (Ci + Km), solved for Ci."""
    values = simulate(stomata="MeasuredCi")
    v, j4, km, g = (values[k].item() for k in ("vcmax", "electron_transport", "km", "gamma_star"))
    transition = ((j4 / 4) * km - 2 * v * g) / (v - j4 / 4)
    below, at, above = (
        simulate(values=dict(ci=ci), stomata="MeasuredCi") for ci in (0.9 * transition, transition, 1.1 * transition)
    )
    assert at["rubisco_limited"].item() == pytest.approx(at["light_limited"].item(), rel=1e-12)
    assert below["rubisco_limited"] < below["light_limited"] and above["rubisco_limited"] > above["light_limited"]


def test_the_smooth_minimum_is_hardly_below_the_hard_one():
    ci = torch.linspace(60, 2000, 200, dtype=torch.float64).tolist()
    smooth, hard = (
        simulate(n=200, values=dict(ci=ci), stomata="MeasuredCi", limitation=name)["net_assimilation"]
        for name in ("SmoothMinimum", "HardMinimum")
    )
    assert (smooth <= hard + 1e-9).all() and (hard - smooth).max() < 0.01 * hard.max()


@pytest.mark.parametrize("about", [VCMAX, JMAX], ids=["vcmax", "jmax"])
def test_capacities_are_those_of_25_degrees_there_and_fall_in_great_heat(about):
    factors = peaked(torch.tensor([15.0, 25.0, 35.0, 50.0], dtype=torch.float64), *about)
    assert factors[1] == pytest.approx(1.0) and factors[0] < 1 < factors[2] and factors[3] < factors[2]


def test_without_a_response_temperature_does_nothing():
    cold, warm = (
        simulate(values=dict(tleaf=t), temperature="NoResponse", stomata="MeasuredCi")["net_assimilation"]
        for t in (5.0, 35.0)
    )
    assert cold == warm


@simulated
@pytest.mark.parametrize("limitation", ["SmoothMinimum", "HardMinimum"])
@pytest.mark.parametrize("driest", [1.5, 5.0])
def test_the_gradient_through_the_root_is_that_of_finite_differences(stomata, limitation, driest):
    """Of conductance and CO2 between the cells too, in all parameters and in what the air gives."""
    model = domain.build(stomata=stomata, limitation=limitation)
    forcings, parameters = inputs(model, vpd=driest, g0=0.01)
    names, given = [*forcings, *parameters], {**forcings, **parameters}

    def outputs(*values):
        known = dict(zip(names, values, strict=True))
        found = model({k: known[k] for k in forcings}, {k: known[k] for k in parameters}, backend="torch")
        return torch.stack([found[k].sum() for k in ("net_assimilation", "gs", "ci")])

    values = [given[name] for name in names]
    exact = torch.autograd.functional.jacobian(outputs, tuple(values))
    for place, name in enumerate(names):
        step = 1e-5 * values[place].abs().clamp(min=1e-2)
        moved = [[v + s * step if i == place else v for i, v in enumerate(values)] for s in (-1, 1)]
        difference = (outputs(*moved[1]) - outputs(*moved[0])) / (2 * step.item())
        torch.testing.assert_close(exact[place].flatten(), difference, rtol=1e-6, atol=1e-8, msg=f"{name}: {exact}")


def test_the_slope_of_a_curve_is_that_of_finite_differences():
    ci = torch.tensor([30.0, 80.0, 300.0, 535.0, 1500.0], dtype=torch.float64)
    for sharpness in (0.9999, 1.0):
        rates = dict(vcmax=50.0, electron_transport=95.0, gamma_star=42.75, km=710.0, rd=1.0, sharpness=sharpness)
        rates = {k: torch.full_like(ci, v) for k, v in rates.items()}
        difference = (net_rates(ci + 1e-4, **rates)[0] - net_rates(ci - 1e-4, **rates)[0]) / 2e-4
        torch.testing.assert_close(net_slope(ci, **rates), difference, rtol=1e-6, atol=1e-9)


def test_stomata_close_in_dry_air_and_a_simulated_leaf_gains_less():
    found = simulate(n=3, values=dict(vpd=[1.0, 2.0, 4.0]), stomata="MedlynStomata")
    assert (found["gs"].diff() < 0).all() and (found["net_assimilation"].diff() < 0).all()
