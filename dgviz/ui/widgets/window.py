"""The time window that a user drags in a figure, told to the state at a bearable rate."""

from bokeh.models import Range1d

from dgviz.ui.figures.series import days_in_sight
from dgviz.ui.session.served import served
from dgviz.ui.session.state import AppState

PAUSE = 200  # ms, at most one change of the window in this time


def follow_range(x_range: Range1d, state: AppState) -> None:
    """Let `state.window` follow a time axis while it is dragged or zoomed in a browser."""
    waiting = []

    def tell():
        waiting.clear()
        window = days_in_sight(x_range)
        if window != state.window:
            state.window = window

    def moved(attr, old, new):
        if not waiting and (document := served()):
            waiting.append(True)
            document.add_timeout_callback(tell, PAUSE)

    x_range.on_change("start", moved)
    x_range.on_change("end", moved)
