"""A run that goes on from the state of an earlier one gives what one long run gives."""

import pytest
import torch

from dgviz.domains import discover
from dgviz.processes.declare import State
from tests.engine.both import BACKENDS

hydrology = discover()["hydrology"]
DAYS = 40
DTYPES = [torch.float64, torch.float32]
CUTS = [(20,), (5,), (39,), (1,), (1, 2), (7, 12), (16, 32)]  # of the 14 days of routing memory, some leave fewer
every_backend = pytest.mark.parametrize("backend", BACKENDS)


@pytest.fixture
def case(example):
    """Makes a model, its forcings and its parameters, of which those named vary from day to day."""

    def make(routing="GammaRouting", dtype=torch.float64, varying=()):
        model = hydrology.build(routing=routing).to(dtype)
        forcings, parameters = example(model, n_time=DAYS, n_site=3, n_member=5, dtype=dtype)
        shares = 0.5 + 0.5 * torch.rand(DAYS, 1, 1, generator=torch.Generator().manual_seed(1), dtype=dtype)
        parameters |= {k: (v * shares).detach().requires_grad_() for k, v in parameters.items() if k in varying}
        return model, forcings, parameters

    return make


def days(series, first, last):
    return {k: v[first:last] if len(v) > 1 else v for k, v in series.items()}


def run_in_parts(model, forcings, parameters, cuts, backend, **options):
    """The values of all parts, one after the other, and the state at the end."""
    ends, state, parts = [0, *cuts, DAYS], None, []
    for first, last in zip(ends, ends[1:], strict=False):
        inputs = days(forcings, first, last), days(parameters, first, last)
        values, state = model.run(*inputs, initial=state, backend=backend, **options)
        parts.append(values)
    return {k: torch.cat([values[k] for values in parts]) for k in parts[0]}, state


def assert_same(parts, whole, dtype, routed=()):
    """Exactly the same, except what is routed: a convolution of another length adds in another order."""
    for name, value in whole.items():
        near = 10 * torch.finfo(dtype).eps if name in routed else 0
        torch.testing.assert_close(parts[name], value, rtol=near, atol=near, msg=lambda text, k=name: f"{k}: {text}")


@every_backend
@pytest.mark.parametrize("varying", [("beta", "tt"), ("route_a", "route_b", "manning_n")], ids=["soil", "routing"])
@pytest.mark.parametrize("routing", [p.__name__ for p in hydrology.slots["routing"]])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("cuts", CUTS, ids=str)
def test_parts_give_what_the_whole_gives(case, cuts, dtype, routing, varying, backend):
    model, forcings, parameters = case(routing, dtype, varying)
    with torch.no_grad():
        whole, end = model.run(forcings, parameters, backend=backend)
        parts, state = run_in_parts(model, forcings, parameters, cuts, backend)
    routed = {"streamflow", "channel", "river_storage"} if routing != "NoRouting" else ()
    assert_same(parts, whole, dtype, routed)
    assert_same(state, {k: end[k] for k in model.of(State)}, dtype, routed)


def test_day_after_day_gives_what_the_whole_gives(case):
    model, forcings, parameters = case(varying=["route_a", "beta"])
    with torch.no_grad():
        whole, _ = model.run(forcings, parameters)
        parts, _ = run_in_parts(model, forcings, parameters, range(1, DAYS), "auto")
    assert_same(parts, whole, torch.float64, {"streamflow", "channel"})


@every_backend
def test_gradients_go_through_the_state(case, backend):
    model, forcings, parameters = case(varying=["beta"])
    gradients = []
    for cuts in ((), (7, 12)):
        values, state = run_in_parts(model, forcings, parameters, cuts, backend)
        loss = values["streamflow"].square().sum() + sum(state[k].sum() for k in model.of(State))
        gradients.append(torch.autograd.grad(loss, list(parameters.values())))
    for name, whole, parts in zip(parameters, *gradients, strict=True):
        torch.testing.assert_close(parts, whole, rtol=1e-12, atol=1e-12 * whole.abs().max().item(), msg=name)


def test_the_state_of_one_backend_serves_the_other(case):
    model, forcings, parameters = case()
    with torch.no_grad():
        whole, _ = model.run(forcings, parameters, backend="torch")
        _, state = model.run(days(forcings, 0, 25), parameters, backend="fused")
        rest, _ = model.run(days(forcings, 25, DAYS), parameters, initial=state, backend="torch")
    for name, value in whole.items():
        torch.testing.assert_close(rest[name], value[25:], rtol=1e-12, atol=1e-12, msg=name)


@every_backend
def test_what_is_asked_for_does_not_change_the_state(case, backend):
    model, forcings, parameters = case()
    with torch.no_grad():
        _, everything = model.run(forcings, parameters, backend=backend)
        values, state = model.run(forcings, parameters, only=["snowpack"], backend=backend)
    assert values.keys() == {"snowpack"}
    assert state.keys() == everything.keys()
    # The mean over members that are not kept is taken by the kernel, which adds in another order.
    routed = {k for k in state if k.startswith("past_") or k == "channel"}
    assert_same(state, everything, torch.float64, routed)


@every_backend
def test_stores_before_the_first_day_may_differ_between_members(case, backend):
    model, forcings, parameters = case()
    before = torch.arange(5.0, dtype=torch.float64).reshape(1, 1, 5)
    with torch.no_grad():
        values = model(forcings, parameters, initial=dict(lower_zone=before, channel=before), backend=backend)
        usual = model(forcings, parameters, backend=backend)
    share = parameters["k2"]
    difference = share * (before - 0.001)
    torch.testing.assert_close((values["baseflow"] - usual["baseflow"])[:1], difference, rtol=1e-9, atol=1e-12)
    routed = values["streamflow"].double().cumsum(0) - usual["streamflow"].double().cumsum(0)
    made = (values["baseflow"] - usual["baseflow"]).mean(-1, keepdim=True).cumsum(0)
    channel = 2.0 + made - routed
    torch.testing.assert_close(values["channel"] - usual["channel"], channel.expand(-1, -1, 5), rtol=1e-9, atol=1e-9)


@every_backend
@pytest.mark.parametrize(
    "initial, message",
    [
        (dict(snowpak=torch.ones(1, 3, 5)), "no store 'snowpak' to begin with. It has: .* Did you mean 'snowpack'"),
        (dict(past_quickfow=torch.ones(14, 3, 1)), "no store 'past_quickfow'.* Did you mean 'past_quickflow'"),
        (dict(snowpack=torch.ones(1, 4, 5)), r"'snowpack' has the shape \(1, 4, 5\). Give \(1, 3, 5\)"),
        (dict(snowpack=torch.ones(2, 3, 5)), r"'snowpack' has the shape \(2, 3, 5\). Give \(1, 3, 5\)"),
        (dict(channel=torch.ones(1, 4, 1)), r"'channel' has the shape \(1, 4, 1\). Give \(1, 3, 1\)"),
        (dict(past_quickflow=torch.ones(14, 4, 1)), r"'past_quickflow' has the shape \(14, 4, 1\). Give \(14, 3, 1\)"),
    ],
    ids=["unknown store", "unknown past", "sites", "days", "sites of a summed store", "sites of the past"],
)
def test_a_wrong_state_is_named_with_its_fix(case, initial, message, backend):
    model, forcings, parameters = case()
    with pytest.raises(ValueError, match=message):
        model.run(forcings, parameters, initial=initial, backend=backend)
