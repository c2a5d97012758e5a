"""Exact derivatives against reruns of the model, and how far back a response reaches."""

import numpy as np
import pytest
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import agreement, finite_difference, forcing_response, memory, parameter_response

SMOOTH = dict(snow="SmoothDegreeDaySnow", groundwater="ThreeOutlets", routing="GammaRouting")


@pytest.fixture
def at_one_site(untrained):
    def make(**changes):
        model, tensors, config = untrained(n_time=150, **changes)
        return model, tensors.span(30, 150, 30, [0]), config.target, np.arange(120)

    return make


def test_every_exact_response_agrees_with_a_rerun(at_one_site):
    model, tensors, target, time = at_one_site(**SMOOTH)
    exact = parameter_response(SiteModel(model, tensors, time, target))
    for name in model.process_model.of(Parameter):
        rerun = finite_difference(SiteModel(model, tensors, time, target), name)
        assert agreement(exact[name], rerun) > 99, name
        assert rerun.attrs["units"] == exact[name].attrs["units"]


def test_a_dynamic_parameter_is_shifted_on_all_days(at_one_site):
    model, tensors, target, time = at_one_site(**SMOOTH, dynamic=("beta",))
    exact = parameter_response(SiteModel(model, tensors, time, target))
    assert agreement(exact.beta, finite_difference(SiteModel(model, tensors, time, target), "beta")) > 99


def test_a_hard_threshold_has_no_gradient_that_a_rerun_would_see(at_one_site):
    model, tensors, target, time = at_one_site(snow="DegreeDaySnow")
    exact = parameter_response(SiteModel(model, tensors, time, target))
    wide = finite_difference(SiteModel(model, tensors, time, target), "tt", step=0.2)
    assert agreement(exact.tt, wide) < 90


def test_agreement_is_the_share_of_the_norm_that_is_the_same():
    series = xr.DataArray([3.0, 4.0], dims="time")
    assert agreement(series, series) == 100
    assert agreement(series * 0.9, series) == pytest.approx(90)
    assert agreement(-series, series) == pytest.approx(-100)
    assert agreement(series * 0, series * 0) == 100
    assert agreement(series, series * 0) == -np.inf


def test_memory_counts_the_days_that_give_half_of_a_response():
    response = xr.DataArray([4.0, 1.0, -1.0, 2.0, 0.0, 0.0], dims="time")
    assert memory(response, 3) == 3  # 2 + 1 + 1 is half of 8
    assert memory(response, 3, share=0.6) == 4
    assert memory(response, 3, share=0.2) == 1
    assert memory(response * 0, 3) == 0


def test_rain_after_the_day_has_no_part_in_its_memory(at_one_site):
    model, tensors, target, time = at_one_site(**SMOOTH)
    response = forcing_response(SiteModel(model, tensors, time, target), "prcp", 60)
    at = tensors.warmup + 60
    assert not response.values[at + 1 :].any()
    assert 1 <= memory(response, at) <= at + 1
