"""How much parameters matter, against reruns and against a store that empties by a law."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import parameter_response
from dgviz.sensitivity.effects import HIGH, LOW, SHARE, effects

TARGET = "streamflow"


def root_mean_square(values) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def recession(k: float, days: np.ndarray, storage: float = 100.0) -> np.ndarray:
    """The flow of a linear reservoir that nothing feeds: k times what is left after each day."""
    return k * storage * (1 - k) ** days


@pytest.mark.parametrize(("case", "of_flow"), [("all", (0, 1)), ("low", (0, LOW)), ("high", (HIGH, 1))])
def test_the_recession_of_a_linear_reservoir_matters_as_its_law_says(case, of_flow):
    k, days = 0.1, np.arange(100)
    derivative = 100.0 * (1 - k) ** (days - 1) * (1 - k - k * days)
    responses = xr.Dataset({"k": ("time", derivative), "idle": ("time", 0.0 * days)}, {"time": days})
    flow = xr.DataArray(recession(k, days), {"time": days}, "time")
    declared = {
        "idle": Parameter("mm", "Without effect", range=(0.0, 1e6)),
        "k": Parameter("d-1", "Recession", range=(0.0999, 0.1001)),
    }
    found = effects(responses, flow, case, declared)
    least, most = np.quantile(flow, of_flow)
    inside = ((flow >= least) & (flow <= most)).values
    rerun = recession(k + SHARE * 0.0002, days) - flow.values
    assert list(found) == ["k", "idle"] and found["idle"] == 0
    assert found["k"] == pytest.approx(root_mean_square(rerun[inside]), rel=2e-3)


def test_days_of_low_and_of_high_flow_are_told_apart():
    days = np.arange(100)
    flow = xr.DataArray(days.astype(float), {"time": days}, "time")
    responses = xr.Dataset({"low": ("time", 1.0 * (days < 30)), "peak": ("time", 1.0 * (days >= 98))}, {"time": days})
    declared = {name: Parameter("1", name.capitalize(), range=(0.0, 10.0)) for name in ("low", "peak")}
    assert effects(responses, flow, "low", declared) == {"low": 1.0, "peak": 0.0}
    assert effects(responses, flow, "high", declared) == {"peak": 1.0, "low": 0.0}
    found = effects(responses, flow, "all", declared)
    assert found == {"low": pytest.approx(0.3**0.5), "peak": pytest.approx(0.02**0.5)}


@pytest.fixture
def site(untrained):
    """A model with 20 days of warm-up and 40 scored days of one basin, in double precision."""
    model, tensors, _ = untrained(groundwater="ThreeOutlets")
    return SiteModel(model.double(), tensors.to(torch.float64).span(20, 60, 20, [1]), list(range(40)), TARGET)


def flow_of(site, name, by) -> np.ndarray:
    """The target on the scored days with one parameter shifted in all members."""
    with torch.no_grad():
        parameters = site.model.parameters_of(site.tensors)
        parameters[name] = parameters[name] + by
        outputs = site.model.process_model(site.tensors.forcings, parameters, [TARGET])
    return outputs[TARGET].mean(-1)[site.tensors.warmup :, 0].numpy()


@pytest.mark.parametrize("case", ["all", "low", "high"])
def test_an_effect_is_what_a_rerun_changes_to_first_order(site, case):
    declared = site.model.process_model.of(Parameter)
    ranges = {name: (p.range[0], p.range[0] + 1e-4 * (p.range[1] - p.range[0])) for name, p in declared.items()}
    narrow = {name: Parameter(p.units, p.long_name, range=ranges[name]) for name, p in declared.items()}
    name = next(iter(declared))
    flow = xr.DataArray(flow_of(site, name, 0.0), {"time": list(range(40))}, "time")
    found = effects(parameter_response(site), flow, case, narrow)
    assert found.keys() == declared.keys() and list(found.values()) == sorted(found.values(), reverse=True)
    wanted = {"all": flow >= 0, "low": flow <= flow.quantile(LOW), "high": flow >= flow.quantile(HIGH)}[case].values
    for name, (low, high) in ranges.items():
        rerun = flow_of(site, name, SHARE * (high - low)) - flow.values
        assert found[name] == pytest.approx(root_mean_square(rerun[wanted]), rel=1e-3, abs=1e-9), name


def test_parameters_without_a_response_are_left_out():
    days = np.arange(3)
    responses = xr.Dataset({"k": ("time", 1.0 + 0 * days)}, {"time": days})
    declared = {name: Parameter("1", name.capitalize(), range=(0.0, 1.0)) for name in ("k", "gone")}
    flow = xr.DataArray(1.0 * days, {"time": days}, "time")
    assert effects(responses, flow, "all", declared) == {"k": pytest.approx(SHARE)}
