"""Where everything stands: the map on the left; bar, series and the open lens on the right."""

import panel as pn

from dgviz.ui import theme
from dgviz.ui.instrument.lenses import LENSES, Row
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.view import View
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.islands import Island, Sea
from dgviz.ui.widgets.parameters import chosen


def workspace(state: AppState, *above: pn.viewable.Viewable) -> Sea:
    """The grid; `above` stands above the series."""
    follow_lens(state)
    bar = Island(*above, css_classes=["bar"])
    series = Island(TargetCharts(state=state), css_classes=["series"])
    beside = {name: Island(css_classes=["beside"]) for name, lens in LENSES.items() if lens.beside}
    places = {name: Island(css_classes=["lens"]) for name in LENSES}
    right = Sea(
        bar, series, *beside.values(), *places.values(), css_classes=["right"], stylesheets=[theme.RIGHT],
        sizing_mode="stretch_width", margin=0,
    )  # fmt: skip

    def fill():
        name = state.page
        lens = LENSES[name]
        if not places[name].objects:
            rows = [_row(state, name, row) for row in lens.rows]
            page = pn.Column(*rows, stylesheets=[theme.MAIN], sizing_mode="stretch_width", margin=0)
            places[name].objects = [page]
            if lens.beside:
                beside[name].objects = [_stack(state, name, lens.beside)]

    def turn(*_):
        lens = LENSES[state.page]
        right.css_classes = ["right", "two"] if lens.beside else ["right"]
        series.show(lens.of_site)
        for name, place in (*places.items(), *beside.items()):
            place.show(name == state.page)
        # The old lens is away before the new one, which takes a moment, is made.
        pn.state.execute(fill, schedule=True)

    turn()
    state.param.watch(turn, "page")
    site_map = Island(SiteMap(state=state), css_classes=["map"])
    return Sea(site_map, right, stylesheets=[theme.WORKSPACE], sizing_mode="stretch_width", margin=0)


def _row(state: AppState, name: str, row: Row) -> pn.Column:
    cells = [_stack(state, name, views, f"span-{span}") for views, span in row]
    return pn.Column(*cells, stylesheets=[theme.ROW], sizing_mode="stretch_width", margin=(0, 0, theme.GAP, 0))


def _stack(state: AppState, name: str, views: tuple[type[View], ...], *classes: str) -> pn.Column:
    made = (view(state=state, page=name) for view in views)
    return pn.Column(*made, css_classes=list(classes), margin=0, stylesheets=[theme.STACK], sizing_mode="stretch_width")


def follow_lens(state: AppState) -> None:
    """Let the map show what the open lens is about, and the same parameter as everything else."""
    of_parameter = ("parameter", "spread", "sensitivity", "gradient")

    def open_lens(event):
        kept[event.old] = state.colour
        state.colour = kept.get(event.new) or state.colour_of(LENSES[event.new].colour, chosen(state))

    def follow_parameter(event):
        if state.colour.kind in of_parameter and state.colour.name != event.new:
            state.colour = state.colour_of(state.colour.kind, event.new)

    def follow_colour(event):
        if event.new.kind in of_parameter and event.new.name != chosen(state):
            state.parameter = event.new.name

    kept: dict = {}
    state.param.watch(open_lens, "page")
    state.param.watch(follow_parameter, "parameter")
    state.param.watch(follow_colour, "colour")
