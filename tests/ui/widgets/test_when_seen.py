"""What is further down is made when it is about to be seen, and at once where there is no window."""

from types import SimpleNamespace

import panel as pn
import pytest
from panel.models.esm import DataEvent

from dgviz.ui.widgets import when_seen as module
from dgviz.ui.widgets.when_seen import Seen, when_seen


@pytest.fixture
def made():
    return []


@pytest.fixture
def make(made):
    """Makes one pane, and notes that it did."""

    def make():
        made.append(pn.pane.HTML("there"))
        return list(made)

    return make


def test_outside_a_served_page_it_is_made_at_once(make, made):
    place = when_seen(make, 300)
    assert place.objects == made and len(made) == 1


def test_in_a_served_page_its_place_is_kept_until_it_comes_near(make, made, monkeypatch):
    monkeypatch.setattr(module.pn, "state", SimpleNamespace(curdoc=SimpleNamespace(session_context=True)))
    place = when_seen(make, 300, css_classes=["row"])
    (near,) = place.objects
    assert isinstance(near, Seen) and near.height == 300 and place.css_classes == ["row"] and not made
    near._process_event(DataEvent(model=None, data="seen"))
    assert place.objects == made and len(made) == 1
