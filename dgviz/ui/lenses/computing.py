"""The base of views that show what takes a moment to compute."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel as pn
import param
import xarray as xr

from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.served import served
from dgviz.ui.words.markup import html


class ComputingView(View):
    """A view that computes in the background: `compute` in a refresh, and a hint in the title bar meanwhile."""

    hint = param.String("", doc="What is being computed; '' when nothing is")
    has_data = True

    def __init__(self, *args, **params):
        self._asked: dict[str, Hashable] = {}
        self.data: dict[str, list[xr.Dataset]] = {}  # what was computed and is shown, by what it is
        super().__init__(*args, **params)

    def tools(self) -> list:
        """The hint."""
        words = pn.bind(partial(html, "<span class='muted' role='status'>{}</span>"), self.param.hint)
        return [text(words, sizing_mode=None, align="center", margin=(0, 10))]

    def _draw(self) -> None:
        self._forget_data()
        super()._draw()

    def _refresh(self) -> None:
        self._forget_data()
        super()._refresh()

    def _forget_data(self) -> None:
        """Whoever takes data away while others are computed must not get those of before: all are asked for again."""
        self.data = self.state.drawn[type(self).__name__] = {}

    def compute(self, what: str, key: Hashable, work: Callable[[], Any], show: Callable[[Any], None]) -> None:
        """Call `show` with the result of `work`: at once where it is known, else when it is ready.

        `what` names it in the hint; asking for the same `what` again drops the earlier question. Outside a served
        page (a notebook, a test) it is computed on the spot.
        """
        key, before = (what, *key), self._asked.get(what)
        if before == key:
            return
        computed, document = self.state.store.computed, served()
        if before is not None:
            computed.leave(before)
        self._asked[what] = key
        future = computed.ask(key, work)
        ready = partial(self._ready, what, key, future, show)
        if future.done() or document is None:
            ready()
        else:
            self.hint = f"computing {what} \u2026"
            # not before: a page that is still loading would miss what changes in its widgets
            pn.state.onload(lambda: future.add_done_callback(lambda _: document.add_next_tick_callback(ready)))

    def _ready(self, what: str, key: Hashable, future: Future, show: Callable[[Any], None]) -> None:
        if self._asked.get(what) != key:
            return  # another was asked for since
        try:
            with pn.io.unlocked():  # behind the figures that Panel has still to send, else what they show is lost
                show(future.result())
            self.data[what] = labelled(future.result())
        except Exception as error:
            self._show_problem(error)
        finally:
            del self._asked[what]
            self.state.store.computed.leave(key)
            self.hint = f"computing {next(iter(self._asked))} \u2026" if self._asked else ""


def labelled(found: Any) -> list[xr.Dataset]:
    """The labelled arrays among what was computed, which may be one of them or several; figures alone are left out."""
    if isinstance(found, xr.Dataset):
        return [found]
    if isinstance(found, xr.DataArray):
        return [found.to_dataset(name=found.name or "values")]
    return [each for part in found for each in labelled(part)] if isinstance(found, (list, tuple)) else []
