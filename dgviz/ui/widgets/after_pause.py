"""What is done when nothing has changed for a while."""

from collections.abc import Callable

from dgviz.ui.session.served import served


class AfterPause:
    """Calls `action` once, when it has not been asked for again during a pause; at once outside a served page."""

    def __init__(self, action: Callable[[], None]):
        self.action, self._latest = action, 0

    def __call__(self, pause: int) -> None:
        """Ask for it in `pause` ms."""
        if (document := served()) is None:
            self.action()
            return
        self._latest += 1
        turn = self._latest
        document.add_timeout_callback(lambda: turn == self._latest and self.action(), pause)
