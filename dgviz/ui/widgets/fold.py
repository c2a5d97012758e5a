"""What folds out below a card: made when it is first opened, and open in the address."""

from collections.abc import Callable, Sequence

import panel as pn

from dgviz.processes.declare import title
from dgviz.ui import theme
from dgviz.ui.lenses.view import View
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material

UNFOLDED = "Questions.unfolded"  # in `AppState.choices`: the questions of which more is seen, joined by commas


def fold(state: AppState, name: str, views: Sequence[type[View]], make: Callable[[], list]) -> pn.Column:
    """A button that names the views behind it, and below it what `make` gives once it is pressed."""
    place = pn.Column(sizing_mode="stretch_width", margin=0, visible=False)
    button = material.Button(label="", variant="text", size="small", margin=(0, 0, theme.GAP, 0))

    def show(*_):
        is_open = name in _open(state)
        if is_open and not place.objects:
            place.objects = make()
        place.visible = is_open
        seen = [title(view) for view in views if view.is_wanted(state)]
        button.param.update(
            label="Less" if is_open else f"More: {', '.join(seen)}",
            icon="expand_less" if is_open else "expand_more",
            visible=bool(seen),
        )

    def turn(_):
        wanted = [*_open(state), name] if name not in _open(state) else [n for n in _open(state) if n != name]
        kept = {key: value for key, value in state.choices.items() if key != UNFOLDED}
        state.choices = kept | ({UNFOLDED: ",".join(wanted)} if wanted else {})

    show()
    button.on_click(turn)
    state.param.watch(show, ["choices", "dataset", "run", "lesson"])
    return pn.Column(button, place, sizing_mode="stretch_width", margin=0, stylesheets=[theme.MAIN])


def _open(state: AppState) -> list[str]:
    return [name for name in state.choices.get(UNFOLDED, "").split(",") if name]
