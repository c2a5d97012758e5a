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
