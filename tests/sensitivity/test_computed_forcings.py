"""The response to what is computed from forcings, and acts as one."""

import numpy as np
import pytest
import torch

from dgviz.sensitivity import forcing_response
from dgviz.sensitivity.cut import computed_forcings
from tests.sensitivity.conftest import shipped

DAY = 300


@pytest.fixture(scope="module")
def without_snow():
    return shipped("delaware-without-snow", "01439500", "1979-01-01", "1980-06-30")


def test_potential_evapotranspiration_acts_as_a_forcing(without_snow):
    assert computed_forcings(without_snow.process_model, "streamflow") == ["pet"]


def test_where_warmth_acts_through_one_flux_alone_its_response_is_that_times_the_slope(without_snow):
    """dQ / dT = dQ / dPET * dPET / dT on every day."""
    model, tensors = without_snow.process_model, without_snow.tensors
    warmth = tensors.forcings["tmean"].clone().requires_grad_()
    known = {name: tensors.forcings[name] for name in model.forcings} | {"tmean": warmth}
    pet = model(known, without_snow.learned, ["pet"], backend="torch")["pet"]
    (slope,) = torch.autograd.grad(pet[..., 0].sum(), warmth)
    through = forcing_response(without_snow, "pet", DAY)
    assert float(through.sum()) < 0 and not through[tensors.warmup + DAY + 1 :].any()
    expected = forcing_response(without_snow, "tmean", DAY)
    np.testing.assert_allclose(expected, through * slope[:, 0, 0].numpy(), rtol=1e-8, atol=1e-14)


def test_what_is_neither_given_nor_computed_is_named(without_snow):
    with pytest.raises(ValueError, match="computes no 'petrol'.*Did you mean 'pet'"):
        forcing_response(without_snow, "petrol", DAY)


def test_a_source_keeps_the_stores_that_it_moves():
    site = shipped("twin-watershed")  # what warms the stream reads flows that fill the channel
    names = computed_forcings(site.process_model, site.target)
    assert "production_rate" in names
    for name in names:
        response = forcing_response(site, name, 200)
        assert bool((response != 0).any()) and not response.sel(time=slice(site.time[201], None)).any()
