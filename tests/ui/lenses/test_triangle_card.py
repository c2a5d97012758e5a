"""The card of the triangle: the memory of all sites on the map when it is asked."""

import numpy as np
import pytest

from dgviz.ui.lenses.sensitivity.triangle import Triangle
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.simulation import Simulation


@pytest.fixture
def view(state):
    state.param.update(window=("2002-08-05", "2002-09-20"))
    return Triangle(state=state)


def test_the_memory_of_all_sites_is_put_on_the_map_when_it_is_asked(view, state):
    assert state.mapped is None and not view.share.visible
    view.begin.clicks += 1
    found = Simulation.of(state).memory_of_all("prcp")
    shown = shown_colours(state)
    np.testing.assert_allclose(shown.values.sel(site=found.site), found.sel(share=0.5))
    assert "50 % of the response to precipitation" in shown.title and shown.low == 0
    assert "On the map: 50 % comes from" in view.summary and "Half of a response" in view.summary
    assert view.share.visible and not view.begin.visible


def test_another_share_and_another_forcing_are_put_on_the_map(view, state):
    view.begin.clicks += 1
    view.share.value = 0.9
    assert "90 % of the response to precipitation" in shown_colours(state).title
    assert view.caption.count("On the map") == 1 and "90 % comes from" in view.caption.partition("\n")[0]
    view.forcing.value = "tmean"
    found = Simulation.of(state).memory_of_all("tmean")
    np.testing.assert_allclose(shown_colours(state).values.sel(site=found.site), found.sel(share=0.9))
