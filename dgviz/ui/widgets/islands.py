"""Pages that are laid out by themselves, so that a hidden page costs nothing when another one changes.

Bokeh lays a layout out together with its parent, as far up as the parents are layouts. Its `Pane` is none: a page
inside one is the root of its own layout. Hiding by a CSS class instead of `visible` keeps the size of its figures, so
that they aren't drawn again when the page returns.
"""

import panel as pn
from bokeh.models.ui.panes import Pane
from panel.layout.base import ListPanel

HIDDEN = "off"  # the CSS class of a page out of sight
STYLE = f"""
.{HIDDEN} {{ content-visibility: hidden; visibility: hidden;
         position: absolute; width: 100%; height: 0; overflow: hidden; }}
"""

# What Panel knows of any layout and a Pane hasn't.
LAYOUT_ONLY = set(ListPanel.param) - set(Pane.properties()) - {"objects"}


class _Pane(Pane):
    """Bokeh's Pane with the sizes that Panel reads from a child; none of them goes to the browser."""

    __qualified_model__ = "Pane"
    sizing_mode = width = height = min_width = min_height = max_width = max_height = width_policy = height_policy = None
    margin = 0


class Island(ListPanel):
    """A page that is shown or hidden without a new layout of the others."""

    _bokeh_model = _Pane
    _direction = "vertical"
    _rename = {"objects": "elements"} | dict.fromkeys(LAYOUT_ONLY)

    def show(self, shown: bool) -> None:
        rest = [name for name in self.css_classes if name != HIDDEN]
        self.css_classes = rest if shown else [*rest, HIDDEN]

    def _compute_sizing_mode(self, children, props):
        return {}


class Sea(pn.Column):
    """A column that holds islands: its size is left to the browser, since islands tell Bokeh nothing about theirs."""

    def _compute_sizing_mode(self, children, props):
        return {}
