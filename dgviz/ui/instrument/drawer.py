"""All of the training, in a drawer below the bar: its controls, its curves and the queue."""

import panel as pn

from dgviz.ui import theme
from dgviz.ui.lenses.training.learning import LossCurves
from dgviz.ui.lenses.training.queue import TrainingQueue
from dgviz.ui.lenses.training.training import TrainingControl
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.islands import Island

ABREAST = 640  # px from which they stand side by side
VIEWS = {TrainingControl: 4, LossCurves: 5, TrainingQueue: 3}  # columns out of twelve


def drawer(state: AppState) -> Island:
    """It is made when it is first opened."""
    place = Island()

    def follow(*_):
        if state.drawer and not place.objects:
            look = {"sizing_mode": "stretch_width", "margin": 0}
            cells = [
                pn.Column(view(state=state), css_classes=[f"span-{span}"], stylesheets=[theme.STACK], **look)
                for view, span in VIEWS.items()
            ]
            place.objects = [
                pn.Column(*cells, stylesheets=[theme.row(ABREAST)], **look | {"margin": (theme.GAP, 0, 0, 0)})
            ]
        place.show(state.drawer)

    follow()
    state.param.watch(follow, "drawer")
    return place
