"""Simulations that follow a person or a training: one at a time, and after it the latest wish."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
from typing import Any

from dgviz.ui.session.served import served, to_session
from dgviz.ui.session.store import DataStore

PACE = 40  # ms from a result to the next simulation, so that the browser can draw it


class Latest:
    """Works off the latest wish in the background, beside what is computed for the views."""

    def __init__(self, store: DataStore):
        self.store, self._busy, self._asked = store, False, None
        self._wish: tuple | None = None

    def ask(self, key: Hashable, work: Callable[[], Any], show: Callable[[Future], None]) -> None:
        """Call `show` with the future of `work`; a wish that another one has overtaken is not begun."""
        if key != self._asked:
            self._asked, self._wish = key, (work, show)
            self._begin()

    def forget(self) -> None:
        """Drop what was wished for, so that the same may be asked again."""
        self._asked, self._wish = None, None

    def _begin(self) -> None:
        if self._busy or self._wish is None:
            return
        (work, show), self._wish, self._busy = self._wish, None, True
        future, document = self.store.live.submit(work), served()
        done = partial(self._done, future, show, document)
        if document is None:
            done()
        else:
            show_in_session = to_session()
            future.add_done_callback(lambda _: show_in_session(done))

    def _done(self, future: Future, show: Callable[[Future], None], document) -> None:
        try:
            show(future)
        finally:
            self._busy = False
            if document is None:
                self._begin()
            else:
                document.add_timeout_callback(self._begin, PACE)
