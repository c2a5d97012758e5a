"""A page is laid out by itself, and hidden without being made smaller."""

import panel as pn
import pytest
from bokeh.models import LayoutDOM

from dgviz.ui.widgets.islands import HIDDEN, Island, Sea


def test_an_island_is_no_layout_to_bokeh_and_holds_one():
    island = Island(pn.Column(pn.Spacer(height=10)))
    model = Sea(island).get_root().children[0]
    assert model.__qualified_model__ == "Pane" and not isinstance(model, LayoutDOM)
    assert [isinstance(element, LayoutDOM) for element in model.elements] == [True]


@pytest.mark.parametrize("shown", [True, False])
def test_it_is_hidden_by_its_class_and_stays_where_it_is(shown):
    island = Island(pn.Spacer(height=10))
    model = Sea(island).get_root().children[0]
    island.show(shown)
    assert (HIDDEN in model.css_classes) is not shown
    assert model.visible
