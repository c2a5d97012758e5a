"""A button and a slider that go through steps, one after the other."""

from collections.abc import Callable

import panel as pn

from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material

PACE = 400  # ms a step


class Player:
    """Plays steps from 0 to an end and begins again; it stops where the page, the run or the data are left."""

    def __init__(self, state: AppState, shown: Callable[[], None]):
        look = {"size": "small", "width": 170, "margin": (0, 12)}
        self.slider = material.IntSlider(label="Steps", value=0, start=0, end=1, **look)
        self.button = material.icon_button("play_arrow", "Play", on_click=lambda _: self.turn())
        self.row = pn.Row(self.button, self.slider, margin=0)
        self._ticking: pn.io.PeriodicCallback | None = None
        self.slider.param.watch(lambda _: shown(), "value")
        state.param.watch(lambda *_: self._ticking and self.turn(), ["page", "run", "dataset"])

    @property
    def step(self) -> int:
        """The step that is shown."""
        return self.slider.value

    def begin(self, n_steps: int) -> None:
        """From the first of so many steps."""
        self.row.visible = n_steps > 1
        self.slider.param.update(end=max(n_steps - 1, 1), value=0)

    def turn(self) -> None:
        """Play, or pause."""
        playing = self._ticking is None
        self.button.param.update(icon="pause" if playing else "play_arrow", description="Pause" if playing else "Play")
        if self._ticking is None:
            self._ticking = pn.state.add_periodic_callback(self._next, period=PACE)
        else:
            self._ticking.stop()
            self._ticking = None

    def _next(self) -> None:
        if self.row.visible:
            self.slider.value = 0 if self.step >= self.slider.end else self.step + 1
