"""The heat balance of a reach against its own residual, its limits, and finite differences."""

import pytest
import torch

from dgviz.domains.stream_temperature import domain
from dgviz.domains.stream_temperature.heat_balance import BLACK_BODY, ZERO, approach, balanced
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.processes.declare import Parameter
from dgviz.processes.model import ProcessModel
from dgviz.scores.statistics import rank_correlation

REACH = dict(
    **dict(tair=18.0, srad=220.0, vapour_pressure=12.0, cloud=0.4, pet=4.0),
    **dict(quickflow=0.2, interflow=0.4, baseflow=0.6, area=80.0, elevation=300.0, reach_length=12.0),
    channel_slope=0.005,
)


def double(value):
    return torch.tensor(float(value), dtype=torch.float64)


@pytest.fixture(scope="module")
def model():
    """The reach alone: no ice, and the plain loop."""
    full = domain.build(exchange="EquilibriumTemperature", ice="NoIce")
    return ProcessModel(full.processes, full.inputs, full.outside)


def simulate(model, n_days=400, **changes):
    """Water and its sources after days that are all alike, by name."""
    values = {k: p.default for k, p in model.of(Parameter).items()} | REACH | changes
    series = {k: torch.full((n_days, 1, 1), float(v), dtype=torch.float64) for k, v in values.items()}
    forcings = {k: series[k] for k in model.forcings}
    outputs = model(forcings, {k: series[k][:1] for k in model.of(Parameter)})
    return {k: v[-1, 0, 0] for k, v in outputs.items()}


def test_at_equilibrium_the_stream_gains_as_much_heat_as_it_loses():
    for gain, linear, quadratic in [(700.0, 20.0, 1e-3), (300.0, 5.0, 0.0), (900.0, 60.0, 0.02)]:
        at = balanced(double(10.0), double(linear), double(quadratic), double(gain))
        loss = BLACK_BODY * (at + ZERO) ** 4 + linear * at - quadratic * at**2
        assert loss.item() == pytest.approx(gain, rel=1e-12)


def test_the_gradient_of_the_root_is_that_of_the_implicit_function():
    """dT/dp = -F_p / F_T, which no iteration tells; here by its closed form."""
    inputs = [double(v).requires_grad_() for v in (20.0, 1e-3, 700.0)]
    at = balanced(double(10.0), *inputs)
    slope = 4 * BLACK_BODY * (at.detach() + ZERO) ** 3 + 20.0 - 2e-3 * at.detach()
    expected = (-at.detach() / slope, at.detach() ** 2 / slope, 1 / slope)
    for found, closed in zip(torch.autograd.grad(at, inputs), expected, strict=True):
        assert found.item() == pytest.approx(closed.item(), rel=1e-9)


def test_every_derivative_of_a_reach_equals_finite_differences_to_1e_6(model):
    values = {k: p.default for k, p in model.of(Parameter).items()} | REACH
    for name, value in values.items():
        step = 1e-5 * max(abs(value), 0.1)
        held = double(value).requires_grad_()
        series = {k: torch.full((30, 1, 1), float(v), dtype=torch.float64) for k, v in values.items()}
        series[name] = held.expand(30, 1, 1)
        outputs = model({k: series[k] for k in model.forcings}, {k: series[k][:1] for k in model.of(Parameter)})
        (exact,) = torch.autograd.grad(outputs["water_temperature"][-1].sum(), held)
        up, down = (simulate(model, 30, **{name: value + d})["water_temperature"] for d in (step, -step))
        assert exact.item() == pytest.approx(((up - down) / (2 * step)).item(), rel=1e-6, abs=1e-8), name


def test_air_without_vapour_has_a_slope(model):
    """The root in the radiation of the air is steep there, but not without end."""
    for vapour in (0.0, 1e-4):
        held = double(vapour).requires_grad_()
        values = {k: p.default for k, p in model.of(Parameter).items()} | REACH
        series = {k: torch.full((5, 1, 1), float(v), dtype=torch.float64) for k, v in values.items()}
        series["vapour_pressure"] = held.expand(5, 1, 1)
        outputs = model({k: series[k] for k in model.forcings}, {k: series[k][:1] for k in model.of(Parameter)})
        (slope,) = torch.autograd.grad(outputs["water_temperature"].sum(), held)
        assert slope.isfinite() and outputs["water_temperature"].isfinite().all()


def test_the_sources_are_as_the_equation_says(model):
    """Soil and ground of the end of the day; none enters colder than ice."""
    for tair in (18.0, -25.0):
        values = {k: p.default for k, p in model.of(Parameter).items()} | REACH | {"tair": tair}
        outputs = simulate(model, 1, **values)
        soil = 8.0 + outputs["into_shallow"].item()
        ground = 8.0 + outputs["into_deep"].item() + values["tgw"]
        flows = [values[name] for name in ("quickflow", "interflow", "baseflow")]
        waters = [max(value, 0.0) for value in (tair, soil, ground)]
        expected = sum(f * w for f, w in zip(flows, waters, strict=True)) / sum(flows)
        assert outputs["source_temperature"].item() == pytest.approx(expected)


def test_a_short_reach_has_the_water_of_its_sources_and_a_long_one_that_of_its_weather(model):
    short, long = simulate(model, reach_length=1e-6), simulate(model, reach_length=1000.0)
    torch.testing.assert_close(short["water_temperature"], short["source_temperature"], atol=1e-6, rtol=0)
    torch.testing.assert_close(long["water_temperature"], long["equilibrium_temperature"], atol=1e-6, rtol=0)


def test_on_the_way_the_distance_from_equilibrium_falls_as_its_differential_equation_says():
    """Against d' = -(K1 d - K2 d^2) / (c Q / w) in ten thousand steps."""
    source, equilibrium, linear, quadratic = map(double, (8.0, 20.0, 12.0, 2e-3))
    exposure = 6e5
    kelvin, start = equilibrium + ZERO, source - equilibrium
    first = 4 * BLACK_BODY * kelvin**3 + linear - 2 * quadratic * equilibrium
    second = quadratic - BLACK_BODY * (6 * kelvin**2 + 4 * kelvin * start + start**2)
    distance, step = start.clone(), exposure / 4.182e6 / 10_000
    for _ in range(10_000):
        half = distance - 0.5 * step * (first * distance - second * distance**2)
        distance = distance - step * (first * half - second * half**2)
    found = approach(source, equilibrium, linear, quadratic, double(exposure))
    torch.testing.assert_close(found, equilibrium + distance, rtol=1e-8, atol=0)


def test_shade_cools_by_day_and_groundwater_damps_the_air(model):
    warm = simulate(model)["water_temperature"]
    assert simulate(model, shade_rip=0.9)["water_temperature"] < warm - 1
    rises = []
    for share in (0.1, 0.9):
        flows = dict(quickflow=(1 - share) * 0.3, interflow=(1 - share) * 0.9, baseflow=share * 1.2)
        days = dict(n_days=20, lag_deep=365.0, reach_length=3.0)
        rises.append(
            simulate(model, **days, **flows, tair=19.0)["water_temperature"]
            - simulate(model, **days, **flows, tair=18.0)["water_temperature"]
        )
    assert 0 < rises[1] < 0.7 * rises[0] < 1


def test_a_twin_is_made_by_the_processes_that_are_named():
    twin = open_dataset("twin:stream_temperature,exchange=EquilibriumTemperature,sites=3,years=1,noise=0")
    assert "true_shade_rip" in twin and "true_a1" not in twin
    assert float(twin.true_water_temperature.min()) >= 0


def test_training_finds_shade_and_width_of_the_twin_again(tmp_path):
    """At streams whose trees, width and sources nobody told; the lumped form, which has none of these, errs more."""
    data, errors = "twin:stream_temperature,exchange=EquilibriumTemperature,sites=24", {}
    for exchange in ("EquilibriumTemperature", "EightParameters"):
        config = RunConfig(data=data, exchange=exchange, learning_rate=0.02, members=2)
        run = Run.create(config, tmp_path)
        carry_out(run)
        results = run.results()
        errors[exchange] = float(results.rmse.sel(period="test").median())
        if exchange == "EquilibriumTemperature":
            truth = open_dataset(data)
            for name in ("shade_rip", "width_a"):
                assert rank_correlation(results[name].mean("member"), truth[f"true_{name}"]) > 0.8, name
    assert errors["EquilibriumTemperature"] < 0.7 * errors["EightParameters"]
