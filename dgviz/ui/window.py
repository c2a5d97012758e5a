"""The time window that a user drags in a figure, told to the state at a bearable rate."""

import pandas as pd
import panel as pn
from bokeh.models import Range1d

from .state import AppState

PAUSE = 200  # ms, at most one change of the window in this time


def follow_range(x_range: Range1d, state: AppState) -> None:
    """Let `state.window` follow a time axis while it is dragged or zoomed in a browser."""
    waiting = []

    def tell():
        waiting.clear()
        window = days_of(x_range)
        if window != state.window:
            state.window = window

    def moved(attr, old, new):
        document = pn.state.curdoc
        if not waiting and document is not None and document.session_context:
            waiting.append(True)
            document.add_timeout_callback(tell, PAUSE)

    x_range.on_change("start", moved)
    x_range.on_change("end", moved)


def days_of(x_range: Range1d) -> tuple[str, str]:
    """The first and the last whole day of a time axis."""
    start, end = (
        pd.Timestamp(v, unit="ms") if isinstance(v, int | float) else pd.Timestamp(v)
        for v in (x_range.start, x_range.end)
    )
    last = max(end.ceil("D") - pd.Timedelta(days=1), start.floor("D"))
    return str(start.floor("D").date()), str(last.date())
