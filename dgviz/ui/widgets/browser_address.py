"""The address of the page in the browser: written as the session changes, read when a person goes back or forward."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class BrowserAddress(JSComponent):
    """What stands from the question mark on. `on_turn` is called with it when the browser went back or forward.

    A person goes back faster than the session follows. What the session says before it has answered the last step is
    of a page that was left already: written, it would take the steps forward from the browser's history.
    """

    search = param.String("", doc="What the session is, as an address says it")
    answered = param.Integer(0, doc="How many steps back or forward the session has followed")

    _esm = """
    export function render({model}) {
      let turns = model.answered
      let written = false  // the first address of a page, and what follows from going back, is no step of its own
      const write = () => {
        if (!model.search || model.answered < turns) return
        if (model.search !== window.location.search) {
          const step = written ? "pushState" : "replaceState"
          window.history[step]({}, "", window.location.pathname + model.search + window.location.hash)
        }
        written = true
      }
      const turn = () => {
        turns += 1
        written = false
        model.send_msg({search: window.location.search, turns})
      }
      model.on("search", write)
      model.on("answered", write)
      window.addEventListener("popstate", turn)
      model.on("remove", () => window.removeEventListener("popstate", turn))
      write()
    }
    """

    def __init__(self, on_turn: Callable[[str], None]):
        super().__init__(width=0, height=0, margin=0)
        self._on_turn = on_turn

    def _handle_msg(self, message: dict) -> None:
        try:
            self._on_turn(message["search"])
        finally:
            self.answered = message["turns"]
