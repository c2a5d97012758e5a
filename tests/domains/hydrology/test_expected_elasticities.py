"""Elasticities of streamflow after Budyko: their sum, their limits, and the curve they are derivatives of."""

import numpy as np
import xarray as xr

import dgviz
from dgviz.domains.hydrology.evaluation.budyko import turc_pike
from dgviz.domains.hydrology.evaluation.elasticities import expected_elasticities, of_aridity

ARIDITY = xr.DataArray(np.linspace(0.05, 5.0, 60), dims="site")


def flow(rain, potential):
    return rain * (1 - turc_pike(potential / rain))


def test_they_sum_to_one():
    found = of_aridity(ARIDITY)
    np.testing.assert_allclose(found.prcp + found.pet, 1, rtol=1e-14)


def test_they_are_the_derivatives_of_the_curve():
    rain, potential, step = 900.0 + 0 * ARIDITY, 900.0 * ARIDITY, 1e-5
    found = of_aridity(ARIDITY)
    for name, more in (("prcp", (step, 0)), ("pet", (0, step))):
        up = flow(rain * (1 + more[0]), potential * (1 + more[1]))
        down = flow(rain * (1 - more[0]), potential * (1 - more[1]))
        np.testing.assert_allclose(np.log(up / down) / (2 * step), found[name], rtol=1e-6)


def test_where_nothing_can_evaporate_flow_follows_the_rain_and_in_a_desert_its_third_power():
    ends = of_aridity(xr.DataArray([1e-9, 1e9], dims="site"))
    np.testing.assert_allclose(ends.prcp, [1, 3], rtol=1e-6)
    np.testing.assert_allclose(ends.pet, [0, -2], atol=1e-6)


def test_the_basins_of_the_delaware_lie_in_between():
    dataset = dgviz.open_dataset("delaware")
    found = expected_elasticities(dataset)
    assert found.prcp.sizes == {"site": dataset.sizes["site"]} and 1.2 < float(found.prcp.median()) < 2.2
    assert expected_elasticities(dataset.drop_vars("tmean")) is None
    assert found.attrs["source"].startswith("doi:10.") and found.prcp.attrs["units"] == "1"
