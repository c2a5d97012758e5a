"""Where everything stands: the map on the left; bar, series and the open lens on the right."""

import logging

import panel as pn

from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.instrument.drawer import drawer
from dgviz.ui.instrument.lenses import LENSES, Question, Row
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.instrument.target_curve import TargetCurve
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.fold import fold
from dgviz.ui.widgets.islands import STYLE, Island, Sea
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.widgets.when_seen import when_seen
from dgviz.ui.words.markup import Markup, html

SKELETON = Markup("<div class='skeleton' role='status' aria-label='The lens is on its way'></div>")
log = logging.getLogger(__name__)
ABREAST = 860  # px of a lens from which its cards stand side by side
ROOM = 300  # px that a row takes before it is made


def workspace(state: AppState, *above: pn.viewable.Viewable) -> Sea:
    """The grid; `above` stands above the series. A lens is made when it is first opened."""
    bar = Island(*above, drawer(state), css_classes=["whole"], stylesheets=[STYLE])  # the drawer is hidden by it
    charts = pn.Column(TargetCharts(state=state), TargetCurve(state=state), margin=0, sizing_mode="stretch_width")
    series = Island(charts, css_classes=["series"])
    words = text(SKELETON)
    waiting = Island(words, css_classes=["lens"])
    places: dict[str, list[Island]] = {}
    look = {"stylesheets": [theme.RIGHT, STYLE], "sizing_mode": "stretch_width", "margin": 0}
    right = Sea(bar, series, waiting, css_classes=["right"], **look)

    def fill():
        name = state.page
        try:
            if name not in places:
                places[name] = _islands(state, name)
                right.extend(places[name])
            waiting.show(False)
        except Exception as error:
            log.error("The lens %r could not be made", name, exc_info=error)
            words.object = html("<div class='problem'>{} could not be opened: {}</div>", name, error)

    def turn(*_):
        lens = LENSES[state.page]
        beside = any(view.is_wanted(state) for view in lens.beside)
        right.css_classes = ["right", "two"] if beside else ["right"]
        series.show(lens.of_site and state.shows("series"))
        for name, islands in places.items():
            for island in islands:
                island.show(name == state.page)
        # The old lens is away, and the new one said to be coming, before that is made: it takes a moment.
        words.object = SKELETON
        waiting.show(state.page not in places)
        pn.state.execute(fill, schedule=True)

    turn()
    state.param.watch(turn, ["page", "lesson"])
    site_map = Island(SiteMap(state=state), css_classes=["map"])
    place = Sea(site_map, right, stylesheets=[theme.WORKSPACE, STYLE], sizing_mode="stretch_width", margin=0)

    def show_map(*_):
        site_map.show(state.shows("map"))
        place.css_classes = [] if state.shows("map") else ["alone"]

    show_map()
    state.param.watch(show_map, "lesson")
    return place


def _islands(state: AppState, name: str) -> list[Island]:
    """What a lens holds, and what stands beside the series with it."""
    lens = LENSES[name]
    rows = [_row(state, name, row, at_once=not place) for place, row in enumerate(lens.rows)]
    for place, question in enumerate(lens.questions):
        rows += _question(state, name, question, at_once=not place)
    page = pn.Column(*rows, stylesheets=[theme.MAIN], sizing_mode="stretch_width", margin=0)
    views = [view(state=state, page=name) for view in lens.beside]
    beside = [Island(_stack(views), css_classes=["beside"])] if views else []
    return [*beside, Island(page, css_classes=["lens"])]


def _question(state: AppState, name: str, question: Question, at_once: bool) -> list[pn.viewable.Viewable]:
    """A question as a heading, the card that answers it, and a fold with what else there is to see."""

    def rest():
        return [_row(state, name, row, at_once=not place) for place, row in enumerate(question.more)]

    words = pn.bind(lambda _: html("<h1>{}</h1>", question.said(state.science)), state.param.dataset)
    heading = text(words, margin=(theme.GAP, 4, 4, 4))
    _while_wanted(state, heading, [view for row in question.rows for views, _ in row for view in views])
    made = [heading, _row(state, name, question.answer, at_once)]
    views = [view for row in question.more for views, _ in row for view in views]
    return [*made, fold(state, question.name, views, rest)] if views else made


def _row(state: AppState, name: str, row: Row, at_once: bool) -> pn.Column:
    """A row of cards; one further down is made when it is about to be seen."""

    def cells():
        made = [[view(state=state, page=name) for view in views] for views, _ in row]
        stacks = [_stack(views, f"span-{span}") for views, (_, span) in zip(made, row, strict=True)]
        _share_width(stacks, made)
        return stacks

    fills = [theme.FILLS] if at_once and LENSES[name].fills else []
    look = {"stylesheets": [theme.row(ABREAST), *fills], "margin": (0, 0, theme.GAP, 0)}
    views = [view for views, _ in row for view in views]
    place = pn.Column(*cells(), sizing_mode="stretch_width", **look) if at_once else when_seen(cells, ROOM, **look)
    return _while_wanted(state, place, views)


def _while_wanted(state: AppState, place: pn.viewable.Viewable, views: list[type[View]]) -> pn.viewable.Viewable:
    """Show a place while any of the views in it applies and the open lesson, if any, shows it."""

    def show(*_):
        place.css_classes = [] if any(view.is_wanted(state) for view in views) else ["away"]

    place.stylesheets = [*place.stylesheets, theme.AWAY]
    show()
    state.param.watch(show, ["run", "dataset", "lesson"])
    return place


def _stack(views: list[View], *classes: str) -> pn.Column:
    return pn.Column(
        *views, css_classes=list(classes), margin=0, stylesheets=[theme.STACK], sizing_mode="stretch_width"
    )


def _share_width(stacks: list[pn.Column], views: list[list[View]]) -> None:
    """Let a stack that stands alone, as nothing applies in the others, have the width of them all."""
    classes = [stack.css_classes for stack in stacks]

    def share(*_):
        seen = [any(view.relevant for view in of_stack) for of_stack in views]
        for stack, own, is_seen in zip(stacks, classes, seen, strict=True):
            stack.param.update(visible=is_seen, css_classes=["span-12"] if sum(seen) == 1 else own)

    share()
    for view in (view for of_stack in views for view in of_stack):
        view.param.watch(share, "relevant")


def follow_lens(state: AppState) -> None:
    """Let the map show what the open lens is about, and the same parameter as everything else."""
    of_parameter = ("parameter", "spread", "sensitivity", "gradient")

    def open_lens(event):
        kept[event.old] = state.colour
        state.colour = kept.get(event.new) or state.colour_of(LENSES[event.new].colour, chosen(state))

    def follow_run(event):
        if event.new and not event.old:  # there was nothing but attributes to see
            state.colour = state.colour_of(LENSES[state.page].colour, chosen(state))

    def follow_learning(event):
        learned = event.new[-1].get("parameters", {}) if event.new and not event.old else {}
        if learned and not state.run:  # the first training on these data
            state.colour = ColourChoice("parameter", next(iter(learned)))

    def follow_parameter(event):
        if state.colour.kind in of_parameter and state.colour.name != event.new:
            state.colour = state.colour_of(state.colour.kind, event.new)

    def follow_colour(event):
        if event.new.kind in of_parameter and event.new.name != chosen(state):
            state.parameter = event.new.name

    def forget_mapped(*_):
        state.mapped = None

    kept: dict = {}
    state.param.watch(forget_mapped, ["page", "run", "dataset", "colour"])
    state.param.watch(open_lens, "page")
    state.param.watch(follow_run, "run")
    state.param.watch(follow_learning, "progress")
    state.param.watch(lambda *_: kept.clear(), ["run", "dataset"])  # what was looked at of another run is of no use
    state.param.watch(follow_parameter, "parameter")
    state.param.watch(follow_colour, "colour")
