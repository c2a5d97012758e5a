"""The base of views that show what takes a moment to compute."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel as pn
import param
import xarray as xr

from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.served import served, to_session
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html


class ComputingView(View):
    """A view that computes in the background: `compute` in a refresh, and a hint in the title bar meanwhile."""

    hint = param.String("", doc="What is being computed; '' when nothing is")
    has_data = True

    def __init__(self, *args, **params):
        self._asked: dict[str, Hashable] = {}
        self._said: dict[str, str] = {}  # the hint of each
        self._to_map = False  # was its map asked for, and is it still to come?
        self._mapped: xr.DataArray | None = None  # what it put there last
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

    def compute(
        self, what: str, key: Hashable, work: Callable[[], Any], show: Callable[[Any], None], so_far: str = ""
    ) -> None:
        """Call `show` with the result of `work`: at once where it is known, else when it is ready.

        `what` names it in the hint, `so_far` how much of it is done; asking for the same `what` again drops the earlier
        question. Outside a served page (a notebook, a test) it is computed on the spot.
        """
        key, before = (what, *key), self._asked.get(what)
        if before == key:
            return
        computed = self.state.store.computed
        if before is not None:
            computed.leave(before)
        self._asked[what] = key
        future = computed.ask(key, work)
        ready = partial(self._ready, what, key, future, show)
        if future.done() or served() is None:
            ready()
        else:
            self._said[what] = f"computing {what}{so_far} \u2026"
            self.hint = self._said[what]
            # not before: a page that is still loading would miss what changes in its widgets
            show_in_session = to_session()
            pn.state.onload(lambda: future.add_done_callback(lambda _: show_in_session(ready)))

    def ask_for_map(self) -> None:
        """The next that is given to `put_on_map` is put there, whatever the map shows."""
        self._to_map = True

    def map_button(self, words: str, show: Callable[[], None]) -> material.Button:
        """The small button that puts something on the map by `show`; hidden until there is something."""
        button = material.Button(label=words, size="small", variant="text", margin=0, visible=False)

        def put(_):
            self.ask_for_map()
            show()

        button.on_click(put)
        return button

    @property
    def has_map(self) -> bool:
        """Is what the map shows from here, or to come from here?"""
        seen = self.page in ("", self.state.page)
        return seen and (self._to_map or (self._mapped is not None and self.state.mapped is self._mapped))

    def put_on_map(self, values: xr.DataArray) -> None:
        """Put values `(site,)` on the map where that was asked for, or in place of those that were put there before.

        What a person has chosen since is left there.
        """
        if self.has_map:
            self._to_map, self._mapped = False, values
            self.state.mapped = values

    def compute_parts(
        self, what: str, parts: Sequence[tuple[Hashable, Callable[[], Any]]], show: Callable[[list], None], done=()
    ) -> None:
        """As `compute`, of what takes long: part after part, each a key and its work, and `show` all so far after each.

        What others ask for is computed between two parts.
        """
        key, work = parts[len(done)]

        def show_part(found: Any) -> None:
            all_so_far = [*done, found]
            self.data[what] = labelled(all_so_far)
            show(all_so_far)
            if len(all_so_far) < len(parts):
                self.compute_parts(what, parts, show, all_so_far)

        self.compute(what, key, work, show_part, f", {100 * len(done) // len(parts)} %")

    def _ready(self, what: str, key: Hashable, future: Future, show: Callable[[Any], None]) -> None:
        if self._asked.get(what) != key:
            return  # another was asked for since
        del self._asked[what]
        self._said.pop(what, None)
        try:
            found = future.result()
            self.data[what] = labelled(found)
            with pn.io.unlocked():  # behind the figures that Panel has still to send, else what they show is lost
                show(found)
        except Exception as error:
            self._show_problem(error)
        finally:
            self.state.store.computed.leave(key)
            self.hint = next(iter(self._said.values()), "")


def labelled(found: Any) -> list[xr.Dataset]:
    """The labelled arrays among what was computed, which may be one of them or several; figures alone are left out."""
    if isinstance(found, xr.Dataset):
        return [found]
    if isinstance(found, xr.DataArray):
        return [found.to_dataset(name=found.name or "values")]
    return [each for part in found for each in labelled(part)] if isinstance(found, (list, tuple)) else []
