"""Sensitivities against finite differences, causality, and the conservation of what flows."""

from dataclasses import replace

import pytest
import torch
from torch.autograd import forward_ad

from dgviz.domains import hydrology
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter, State
from dgviz.sensitivity import forcing_response, mean_response, parameter_response
from dgviz.sensitivity.units import units_per

TARGET = "streamflow"


def in_double(model, tensors):
    """In float64, in which finite differences mean something."""
    return model.double(), tensors.to(torch.float64)


@pytest.fixture(params=[(), ("k0", "fc")], ids=["static", "dynamic"])
def case(request, untrained):
    """A model of all processes with 20 days of warm-up and 40 scored days of one basin."""
    chosen = dict(snow="SmoothDegreeDaySnow", groundwater="ThreeOutlets", routing="GammaRouting")
    model, tensors, _ = untrained(capillary_rise="CapillaryRise", dynamic=request.param, **chosen)
    model.learn_statistics(tensors)
    model, tensors = in_double(model, tensors)
    return model, tensors.span(20, 60, 20, [1]), list(range(40))


def shifted(model, tensors, name, by):
    """The target on the scored days with one parameter shifted in all members and on all days, (time,)."""
    with torch.no_grad():
        parameters = model.parameters_of(tensors)
        parameters[name] = parameters[name] + by
        return model.process_model(tensors.forcings, parameters, [TARGET])[TARGET].mean(-1)[tensors.warmup :, 0]


def test_parameter_response_is_that_of_finite_differences(case):
    model, tensors, time = case
    response = parameter_response(SiteModel(model, tensors, time, TARGET))
    assert list(response) == list(model.parameters_of(tensors)) and response.sizes == {"time": 40}
    for name, parameter in model.process_model.of(Parameter).items():
        step = 1e-6 * (parameter.range[1] - parameter.range[0])
        expected = (shifted(model, tensors, name, step) - shifted(model, tensors, name, -step)) / (2 * step)
        torch.testing.assert_close(torch.tensor(response[name].values), expected, rtol=1e-5, atol=1e-7, msg=name)


def test_mean_response_to_a_forcing_is_that_of_a_shift_at_all_times(case):
    model, tensors, time = case
    mean = mean_response(SiteModel(model, tensors, time, TARGET))
    parameters = {k: v.detach() for k, v in model.parameters_of(tensors).items()}
    assert "prcp" in mean and "lat" not in mean and "day_of_year" not in mean

    def mean_flow(by):
        forcings = tensors.forcings | {"prcp": tensors.forcings["prcp"] + by}
        return model.process_model.mean(forcings, parameters, [TARGET])[TARGET][tensors.warmup :].mean().item()

    # Forward alone: on dry days without snow the model sits on a kink, and less than no rain cannot fall.
    assert mean.prcp.item() == pytest.approx((mean_flow(1e-6) - mean_flow(0)) / 1e-6, rel=0.05)
    assert mean.prcp.attrs["units"] == "1"


def test_mean_response_is_the_mean_of_parameter_response(case):
    model, tensors, time = case
    site = SiteModel(model, tensors, time, TARGET)
    by_day, mean = parameter_response(site), mean_response(site)
    assert mean.sizes == {"site": 1}
    for name in by_day:
        assert mean[name].item() == pytest.approx(by_day[name].mean().item(), rel=1e-7, abs=1e-12), (
            name
        )  # forcings are nudged by 1e-9
        assert mean[name].attrs["units"] == by_day[name].attrs["units"]


def test_mean_response_of_a_site_does_not_depend_on_other_sites(untrained):
    model, tensors, _ = untrained()
    model, tensors = in_double(model, tensors)
    sites = (SiteModel(model, tensors.span(20, 60, 20, s), None, TARGET) for s in ([0, 1, 2], [1]))
    together, alone = map(mean_response, sites)
    for name in together:
        assert together[name][1].item() == pytest.approx(alone[name].item(), rel=1e-9)


@pytest.mark.parametrize("forcing", ["prcp", "tmean"])
def test_forcing_response_is_that_of_finite_differences_and_zero_in_the_future(case, forcing):
    model, tensors, time = case
    day = 30
    response = forcing_response(SiteModel(model, tensors, time, TARGET), forcing, day)
    assert (response.sel(time=slice(day + 1, None)) == 0).all() and (response.sel(time=slice(day)) != 0).any()
    for earlier in (-20, -3, 0, 17, 28, day):  # those before 0 are of the warm-up
        flows = []
        for step in (1e-5, -1e-5):
            series = tensors.forcings[forcing].clone()
            series[tensors.warmup + earlier] += step
            changed = replace(tensors, forcings=tensors.forcings | {forcing: series})
            with torch.no_grad():
                flows.append(model(changed, [TARGET])[TARGET].mean(-1)[tensors.warmup + day].item())
        expected = (flows[0] - flows[1]) / 2e-5
        assert response.sel(time=earlier).item() == pytest.approx(expected, rel=1e-4, abs=1e-8), earlier


def test_the_response_to_rain_is_the_same_by_tangents(case):
    """Forward from the rain of one day and backward from the flow of another meet."""
    model, tensors, time = case
    rain_day, flow_day = 12, 25
    with torch.no_grad(), forward_ad.dual_level():
        rain = tensors.forcings["prcp"]
        tangent = torch.zeros_like(rain)
        tangent[tensors.warmup + rain_day] = 1
        changed = tensors.forcings | {"prcp": forward_ad.make_dual(rain, tangent)}
        flow = model(replace(tensors, forcings=changed), [TARGET])[TARGET].mean(-1)
        forward = forward_ad.unpack_dual(flow).tangent[tensors.warmup + flow_day].item()
    backward = forcing_response(SiteModel(model, tensors, time, TARGET), "prcp", flow_day).sel(time=rain_day).item()
    assert backward == pytest.approx(forward, rel=1e-9)


def tangents_in_total(model, forcings, parameters):
    """What leaves as streamflow and evapotranspiration plus what stays in the end, by tangents, (site,)."""
    outputs = {k: forward_ad.unpack_dual(v).tangent for k, v in model(forcings, parameters).items()}
    outputs = {k: torch.zeros(()) if v is None else v.mean(-1) for k, v in outputs.items()}
    gone = outputs[TARGET].sum(0) + outputs["evapotranspiration"].sum(0)
    return gone + sum(outputs[k][-1] for k in model.of(State) if outputs[k].ndim)


CHOICES = [dict(), dict(capillary_rise="CapillaryRise", snow="SmoothDegreeDaySnow"), dict(routing="NoRouting")]


@pytest.mark.parametrize("choices", CHOICES, ids=["default", "capillary rise", "no routing"])
@pytest.mark.parametrize("day", [0, 31, 59])
def test_the_rain_of_a_day_leaves_or_stays(choices, day, example):
    model = hydrology.domain.build(**choices)
    forcings, parameters = example(model)
    with torch.no_grad(), forward_ad.dual_level():
        tangent = torch.zeros_like(forcings["prcp"])
        tangent[day] = 1
        rain = forward_ad.make_dual(forcings["prcp"], tangent)
        total = tangents_in_total(model, forcings | {"prcp": rain}, parameters)
    torch.testing.assert_close(total, torch.ones_like(total), atol=1e-10, rtol=0)


@pytest.mark.parametrize("choices", CHOICES, ids=["default", "capillary rise", "no routing"])
def test_a_parameter_moves_water_but_makes_none(choices, example):
    model = hydrology.domain.build(**choices)
    forcings, parameters = example(model)
    for name, value in parameters.items():
        with torch.no_grad(), forward_ad.dual_level():
            shift = forward_ad.make_dual(value.detach(), torch.ones_like(value))
            total = tangents_in_total(model, forcings, parameters | {name: shift})
        torch.testing.assert_close(total, torch.zeros_like(total), atol=1e-10, rtol=0, msg=name)


def test_responses_carry_time_units_and_names(case):
    model, tensors, time = case
    response = parameter_response(SiteModel(model, tensors, time, TARGET)).k1
    assert response.attrs == {"units": "mm", "long_name": "Response of streamflow to interflow recession"}
    rain = forcing_response(SiteModel(model, tensors, time, TARGET), "prcp", 3)
    assert rain.attrs == {"units": "1", "long_name": "Response of streamflow to precipitation"}
    assert rain.time.values.tolist() == list(range(-20, 40))


@pytest.mark.parametrize(
    "of, expected",
    [("d-1", "mm"), ("1", "mm d-1"), ("degC", "mm d-1 degC-1"), ("mm d-1 degC-1", "degC"),
     ("km2", "mm d-1 km-2"), ("%", "mm d-1 %-1")],
)  # fmt: skip
def test_units_of_a_derivative(of, expected):
    assert units_per("mm d-1", of) == expected
