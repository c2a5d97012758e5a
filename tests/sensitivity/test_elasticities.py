"""Elasticities: a linear reservoir in closed form, reruns, and a flux inside the model."""

import numpy as np
import pytest
import torch

from dgviz.sensitivity import elasticities
from tests.sensitivity.conftest import shipped
from tests.sensitivity.linear import Reservoir, linear_site, reservoir_site


@pytest.fixture(scope="module")
def reservoir():
    """A linear reservoir that begins empty."""
    return reservoir_site(Reservoir())


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
