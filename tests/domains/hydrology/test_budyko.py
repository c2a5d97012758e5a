"""The curves of the long-term water balance stay within their limits."""

import numpy as np
import pytest

from dgviz.domains.hydrology.evaluation.budyko import curves, fu, turc_pike


def test_every_curve_is_below_the_limits_of_water_and_energy():
    found = curves(5.0)
    for name in ("fu", "turc_pike"):
        assert (found[name] <= found.limit + 1e-12).all() and (found[name].diff("aridity") > 0).all(), name
        assert found[name][0] == 0
    assert all("doi:10." in curve.__doc__ for curve in (fu, turc_pike))


def test_where_water_and_energy_are_equal():
    at_one = curves(2.0).sel(aridity=1.0, method="nearest")
    assert at_one.limit == 1
    assert at_one.turc_pike.item() == pytest.approx(1 / np.sqrt(2))
    assert at_one.fu.item() == pytest.approx(2 - 2 ** (1 / 2.6))


def test_a_large_omega_of_fu_is_the_limit():
    aridity = curves(3.0).aridity
    np.testing.assert_allclose(fu(aridity, 200.0), np.minimum(aridity, 1), atol=0.01)
