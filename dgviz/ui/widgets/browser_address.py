"""The address of the page in the browser: written as the session changes, read when a person goes back or forward."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class BrowserAddress(JSComponent):
    """What stands from the question mark on. `on_turn` is called with it when the browser went back or forward."""

    search = param.String("", doc="What the session is, as an address says it")

    _esm = """
    export function render({model}) {
      let written = false  // the first address of a page, and what follows from going back, is no step of its own
      const write = () => {
        if (!model.search || model.search === window.location.search) { written = true; return }
        const step = written ? "pushState" : "replaceState"
        window.history[step]({}, "", window.location.pathname + model.search + window.location.hash)
        written = true
      }
      const turn = () => { written = false; model.send_msg(window.location.search) }
      model.on("search", write)
      window.addEventListener("popstate", turn)
      model.on("remove", () => window.removeEventListener("popstate", turn))
      write()
    }
    """

    def __init__(self, on_turn: Callable[[str], None]):
        super().__init__(width=0, height=0, margin=0)
        self._on_turn = on_turn

    def _handle_msg(self, message: str) -> None:
        self._on_turn(message)
