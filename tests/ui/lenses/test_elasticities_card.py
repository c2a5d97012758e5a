"""The card of elasticities: exact beside a rerun and the expected, and the scatter of all sites."""

import numpy as np
import pytest

from dgviz.ui.lenses.sensitivity.elasticities import Elasticities
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.text import number


@pytest.fixture
def view(state):
    state.param.update(window=("2002-08-05", "2002-09-20"))
    return Elasticities(state=state)


def test_each_forcing_has_its_elasticity_its_rerun_and_what_is_expected(view, state):
    found, table = Simulation.of(state).elasticities(["pet"]), view.table.object
    for name in found.cause.values:
        one = found.sel(cause=name)
        assert number(float(one.exact)) in table and number(float(one.rerun)) in table
    expected = state.science.expected_elasticities(state.dataset).prcp.sel(site=state.site)
    assert number(float(expected)) in table and "Budyko" in table and "in % \u00b0C" in table
    assert "Elasticities of mean streamflow" in view.heading and "precipitation" in view.summary
    assert not view.of_all.visible


def test_all_sites_lie_beside_the_expected_when_it_is_asked(view, state):
    view.begin.clicks += 1
    data = view.scatter.source.data
    assert view.of_all.visible and not view.begin.visible and list(data["site"]) == list(state.sites)
    np.testing.assert_allclose(data["y"], Simulation.of(state).elasticity_of_all("prcp"))
    np.testing.assert_allclose(data["x"], state.science.expected_elasticities(state.dataset).prcp)
    assert len(view.scatter.picked.data["x"]) == 1


def test_three_shares_of_each_site_stand_in_a_triangle(view, state):
    assert not view.shares.visible and view.three == ["rainfall", "snow_outflow", "pet"]
    view.begin.clicks += 1
    found = Simulation.of(state).flux_elasticities_of_all(view.three)
    sizes = np.abs(np.stack([found[name].values for name in view.three]))
    left, right, top = sizes / sizes.sum(0)
    data = view.ternary.scatter.source.data
    assert view.shares.visible and list(data["site"]) == list(found.site.values)
    # The middle of the corners (0, 0), (1, 0) and (1/2, sqrt(3)/2), weighted by the shares.
    np.testing.assert_allclose(data["x"], right + top / 2, rtol=1e-5)
    np.testing.assert_allclose(data["y"], top * np.sqrt(3) / 2, rtol=1e-5)
    assert view.ternary.corners == ("Rainfall", "Outflow from snow", "Potential evapotranspiration")
    assert "Medians: rainfall" in view.in_triangle.object


def test_a_run_without_snow_has_two_ways_and_no_triangle(state):
    state.run = "no-snow"
    view = Elasticities(state=state)
    assert view.three == [] and not hasattr(view, "shares")
