"""A table with radio buttons, check boxes and buttons in it that tell when one is used."""

from collections.abc import Callable

import panel as pn
import param

from dgviz.ui import theme
from dgviz.ui.words.markup import Markup, html

STYLE = """
.scroll { overflow: auto; max-height: 330px; contain: inline-size; }
th { position: sticky; top: 0; background: var(--mui-palette-background-paper); white-space: nowrap; z-index: 1; }
td { white-space: nowrap; } td.wrap { white-space: normal; min-width: 170px; }
@media (max-width: 600px) { th { white-space: normal; } td.wrap { min-width: 140px; } }
/* A shadow at the right edge as long as there is more to see there: the cover moves with the table, the shadow not. */
.scroll { background: linear-gradient(to left, var(--mui-palette-background-paper) 40%, transparent) right / 32px 100%
            no-repeat local, linear-gradient(to left, rgb(128 128 128 / 0.4), transparent) right / 10px 100%
            no-repeat scroll; }
td, th { padding: 4px 12px 4px 0; }
tr:hover td { background: var(--mui-palette-action-hover); }
button { font: inherit; font-size: 12px; color: var(--mui-palette-primary-main); background: none; cursor: pointer;
         border: 1px solid currentColor; border-radius: 6px; padding: 1px 9px; }
button:hover { background: var(--mui-palette-action-hover); }
input { accent-color: var(--mui-palette-primary-main); margin: 2px; cursor: pointer; width: 15px; height: 15px; }
select, input[type=text] { font: inherit; color: inherit; background: var(--mui-palette-background-paper);
  border: 1px solid var(--mui-palette-divider); border-radius: 4px; box-sizing: border-box; cursor: auto;
  width: 100%; min-width: 70px; height: 26px; }
.row { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; padding: 6px 0; }
.row select { width: auto; } .row input[type=text] { width: 180px; }
"""


def choice(kind: str, column: str, value: str, checked: bool) -> Markup:
    """A radio button or a check box of a column."""
    mark = " checked" * checked
    return html(
        "<input type='{}' name='{}' value='{}' aria-label='{}: {}'{}>", kind, column, value, column, value, mark
    )


class FormTable(pn.custom.JSComponent):
    """HTML with input elements and buttons; `on_change(name, value, checked)` is called when the user uses one of them.

    The HTML is made with `html`, which escapes what comes from data.
    """

    content = param.ClassSelector(class_=Markup, default=Markup(""), doc="The HTML")

    _esm = """
    export function render({ model }) {
      const place = document.createElement("div")
      place.className = "scroll"
      const draw = () => { place.innerHTML = model.content }
      place.addEventListener("change", ({ target }) =>
        model.send_msg({ name: target.name, value: target.value, checked: !!target.checked }))
      place.addEventListener("click", ({ target }) => {
        if (target.tagName === "BUTTON") model.send_msg({ name: target.name, value: target.value, checked: true })
      })
      model.on("content", draw)
      draw()
      return place
    }
    """
    _stylesheets = [theme.TEXT, STYLE]

    def __init__(self, on_change: Callable[[str, str, bool], None], **params):
        super().__init__(**params)
        self._on_change = on_change

    def _handle_msg(self, message: dict) -> None:
        self._on_change(message["name"], message["value"], message["checked"])
