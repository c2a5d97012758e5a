"""A card of the dashboard in a file: its title, what it holds, and its caption."""

import panel as pn
from bokeh.embed.elements import script_for_render_items
from bokeh.embed.util import OutputDocumentFor, RenderItem, standalone_docs_json_and_render_items
from bokeh.models import Legend, Model, Plot
from bokeh.themes import Theme

from dgviz.ui import theme
from dgviz.ui.lenses.view import View
from dgviz.ui.session.state import AppState
from dgviz.ui.words.markup import Markup, escape, html, joined, key_of

HEIGHT = 520  # px of a figure that fills what it is in
# As the page of the dashboard draws its figures.
AXIS = {
    "axis_line_color": None,
    "major_tick_line_color": None,
    "minor_tick_line_color": None,
    "axis_label_text_font_size": "13px",
    "axis_label_text_font_style": "normal",
    "axis_label_text_color": theme.token("text", False),
    "major_label_text_font_size": "12px",
    "major_label_text_color": theme.token("muted", False),
}
LOOK = Theme(json={"attrs": {"Axis": AXIS, "Grid": {"grid_line_color": theme.token("grid", False)}}})


def card_html(view: type[View], state: AppState, figures: list[Model]) -> Markup:
    """A view of the state, HTML; its figures are appended to `figures`, to be drawn by `scripts`."""
    made = view(state=state)
    panes = made.content.select(pn.pane.base.PaneBase)
    chosen = made.content.select(lambda each: "chips" in each.css_classes)
    key = joined(_key(chips, state) for chips in chosen)
    parts = joined(_pane_html(pane, figures) for pane in panes if pane.object is not None and pane.visible)
    first, _, rest = made.caption.partition("\n")
    below = html("<p class='caption'>{} {}</p>", first, rest) * bool(first)
    return html("<section class='card'><h2>{}</h2>{}{}{}</section>", made.heading, key, parts, below)


def _key(chips: pn.viewable.Viewable, state: AppState) -> Markup:
    """What the lines stand for that were chosen by chips."""
    return key_of((words, state.look.ink(name), "") for words, name in chips.options.items() if name in chips.value)


def _pane_html(pane: pn.viewable.Viewable, figures: list[Model]) -> Markup:
    if isinstance(pane, pn.pane.HTML):
        return html("<div>{}</div>", escape(pane.object))
    for plot in pane.object.select({"type": Plot}):
        _for_paper(plot)
    figures.append(pane.object)
    return html("<div id='{}'></div>", _place(len(figures) - 1))


def _for_paper(plot: Plot) -> None:
    """Sharp, and without what only a page of the dashboard can do."""
    plot.update(output_backend="svg", toolbar_location=None)
    if plot.sizing_mode == "stretch_both":  # as high as its card, which a file has not
        plot.update(sizing_mode="stretch_width", height=HEIGHT)
    for legend in [each for each in plot.above if isinstance(each, Legend)]:
        plot.above = [each for each in plot.above if each is not legend]
        legend.update(location="top_right")  # inside: Bokeh draws an SVG with one above it in the wrong size
        plot.center = [*plot.center, legend]


def _place(number: int) -> str:
    return f"figure-{number}"


def scripts(figures: list[Model]) -> Markup:
    """What draws the figures into their places."""
    if not figures:
        return Markup("")
    with OutputDocumentFor(figures, apply_theme=LOOK, always_new=True):
        documents, (item,) = standalone_docs_json_and_render_items(figures, suppress_callback_warning=True)
        placed = RenderItem(docid=item.docid, roots={figure: _place(i) for i, figure in enumerate(figures)})
        return Markup(f"<script>{script_for_render_items(documents, [placed])}</script>")
