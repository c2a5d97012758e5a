"""All of the training, in a drawer below the bar: its controls, its curves and the queue."""

import panel as pn

from dgviz.ui import theme
from dgviz.ui.lenses.training.learning import LossCurves
from dgviz.ui.lenses.training.queue import TrainingQueue
from dgviz.ui.lenses.training.training import TrainingControl
from dgviz.ui.session.state import AppState


def drawer(state: AppState) -> pn.Column:
    """It is made when it is first opened."""
    place = pn.Column(stylesheets=[theme.ROW], sizing_mode="stretch_width", margin=(theme.GAP, 0, 0, 0), visible=False)

    def follow(*_):
        if state.drawer and not place.objects:
            views = [(TrainingControl, 5), (TrainingQueue, 7), (LossCurves, 12)]
            place.objects = [
                pn.Column(view(state=state), css_classes=[f"span-{span}"], sizing_mode="stretch_width", margin=0)
                for view, span in views
            ]
        place.visible = state.drawer

    follow()
    state.param.watch(follow, "drawer")
    return place
