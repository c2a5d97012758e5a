"""The response of every day to a forcing on every day is, row by row, the response of that day."""

import numpy as np
import pytest

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import forcing_response, forcing_triangle
from dgviz.sensitivity.pathways import in_double

SMOOTH = dict(snow="SmoothDegreeDaySnow", groundwater="ThreeOutlets", routing="GammaRouting")


CASES = {"static": {}, "dynamic": dict(dynamic=("k0", "fc")), "corrected": dict(predictor="corrected")}


@pytest.fixture(params=CASES.values(), ids=CASES)
def site(request, untrained):
    """One basin, 20 days of warm-up and 50 scored ones, in double precision."""
    model, tensors, config = untrained(**SMOOTH, **request.param)
    model.learn_statistics(tensors)
    return in_double(SiteModel(model, tensors.span(20, 70, 20, [1]), np.arange(50), config.target))


@pytest.mark.parametrize("forcing", ["prcp", "tmean"])
def test_each_row_is_the_response_of_its_day(site, forcing):
    triangle = forcing_triangle(site, forcing)
    assert triangle.dims == ("time", "cause") and triangle.shape == (50, 70)
    scale = float(abs(triangle).max())
    for day in (0, 13, 31, 49):
        row = forcing_response(site, forcing, day)
        np.testing.assert_array_equal(triangle.cause, row.time)
        np.testing.assert_allclose(
            triangle.sel(time=day), row, rtol=1e-6, atol=1e-10 * scale
        )  # backward, forcings are raised by 1e-9
        assert triangle.attrs == row.attrs


def test_the_future_is_exactly_zero(site):
    triangle = forcing_triangle(site, "prcp")
    later = triangle.cause > triangle.time
    assert (triangle.where(later, 0) == 0).all()
    assert (triangle.where(~later, 0).sum("cause") > 0).all()
