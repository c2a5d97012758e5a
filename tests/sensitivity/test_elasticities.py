"""Elasticities: a linear reservoir in closed form, reruns, and a flux inside the model."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.engine import CompiledModel
from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import ParameterNetwork
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Forcing, Parameter, Process, State
from dgviz.sensitivity import elasticities
from tests.sensitivity.conftest import shipped
from tests.sensitivity.linear import linear_site


class Reservoir(Process):
    """A store that empties in proportion to what it holds."""

    k = Parameter("d-1", "Recession", range=(0.1, 0.9))
    store = State("mm", "Store", initial=0.0)
    inflow = Flux("mm d-1", "Inflow", out_of="outside", into="store")
    outflow = Flux("mm d-1", "Outflow", out_of="store", into="outside")

    def forward(self, *, rain, store, k):
        return dict(inflow=rain, outflow=k * store)


@pytest.fixture(scope="module")
def reservoir():
    """A linear reservoir that begins empty, in double precision."""
    model = CompiledModel([Reservoir()], {"rain": Forcing("mm d-1", "Rain", range=(0.0, 100.0))}, ("outside",))
    torch.manual_seed(0)
    network = ParameterNetwork(model.of(Parameter), 0, members=2, hidden=1, source="shared")
    rain = torch.as_tensor(np.random.default_rng(0).gamma(0.5, 6.0, (80, 1, 1)))
    tensors = Tensors({"rain": rain}, torch.zeros(1, 0).double(), torch.zeros(80, 1).double())
    whole = DifferentiableModel(model, network, (), target="outflow").double().eval()
    return SiteModel(whole, tensors, xr.DataArray(np.arange(80), dims="time"), "outflow")


@pytest.fixture(scope="module")
def found(gauge):
    """Of the gauge, with potential evapotranspiration, which the model computes."""
    return elasticities(gauge, ["pet"])


def test_of_a_linear_reservoir_it_is_one(reservoir):
    one = elasticities(reservoir).sel(cause="rain")
    assert one.exact.item() == pytest.approx(1, abs=1e-8) and one.rerun.item() == pytest.approx(1, abs=1e-8)
    assert one.units == "1"


@pytest.mark.parametrize("name", ["prcp", "pet"])
def test_it_is_that_of_a_rerun_with_one_percent_more(found, name):
    one = found.sel(cause=name)
    assert one.rerun.item() == pytest.approx(one.exact.item(), rel=0.02) and one.units == "1"


def test_temperature_is_in_percent_for_a_degree(gauge, found):
    one = found.sel(cause="tmean")
    assert one.units == "% degC-1" and np.sign(one.exact) == np.sign(one.rerun)
    warmer = gauge.tensors.forcings | {"tmean": gauge.tensors.forcings["tmean"] + 1}
    with torch.no_grad():
        before, after = (
            gauge.model.process_model.mean(forcings, gauge.learned, ["streamflow"], gauge.tensors.initial)[
                "streamflow"
            ][gauge.tensors.warmup :, 0].mean()
            for forcings in (gauge.tensors.forcings, warmer)
        )
    assert one.rerun.item() == pytest.approx(100 * float((after - before) / before), rel=1e-6)


def test_more_rain_and_more_demand_pull_in_opposite_ways(found):
    assert found.exact.sel(cause="prcp") > 1 and found.exact.sel(cause="pet") < 0


def test_a_flux_is_refused_where_it_cannot_be_cut(gauge):
    with pytest.raises(ValueError, match="also: 'pte' is no flux"):
        elasticities(gauge, ["pte"])
    with pytest.raises(ValueError, match="also: 'melt' is no flux"):
        elasticities(gauge, ["melt"])


def test_a_mean_of_zero_is_refused():
    still = linear_site(np.zeros((20, 3)), np.zeros(20))
    with pytest.raises(ValueError, match="The mean of y is zero here"):
        elasticities(still)


def test_of_another_science_too():
    found = elasticities(shipped("twin-stream-temperature"))
    warm = found.sel(cause="tair")
    assert warm.exact.item() == pytest.approx(warm.rerun.item(), rel=0.1) and warm.exact > 0
