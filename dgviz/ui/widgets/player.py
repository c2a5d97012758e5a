"""A button and a slider that go through steps, one after the other."""

from collections.abc import Callable

import panel as pn

from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material

PACE = 400  # ms a step


def play_button(turn: Callable[[], None]) -> material.Button:
    """A button that says what pressing it does: play, or pause. An icon alone would stay as it is first drawn."""
    button = material.Button(variant="text", size="small", width=86, margin=0, align="center")
    button.on_click(lambda _: turn())
    say_playing(button, False)
    return button


def say_playing(button: material.Button, playing: bool) -> None:
    """Offer a pause while it plays."""
    button.param.update(label="Pause" if playing else "Play", icon="pause" if playing else "play_arrow")


class Player:
    """Plays steps from 0 to an end and begins again; it stops where the page, the run or the data are left."""

    def __init__(self, state: AppState, shown: Callable[[], None]):
        look = {"size": "small", "width": 170, "margin": (0, 12)}
        self.slider = material.IntSlider(label="Steps", value=0, start=0, end=1, **look)
        self.button = play_button(self.turn)
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
        say_playing(self.button, self._ticking is None)
        if self._ticking is None:
            self._ticking = pn.state.add_periodic_callback(self._next, period=PACE)
        else:
            self._ticking.stop()
            self._ticking = None

    def _next(self) -> None:
        if self.row.visible:
            self.slider.value = 0 if self.step >= self.slider.end else self.step + 1
