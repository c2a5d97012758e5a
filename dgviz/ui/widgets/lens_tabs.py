"""The names of the lenses as tabs, in one model: a tab of Material takes two for each name, and what it holds."""

import param
from panel.custom import JSComponent

from dgviz.ui import theme

STYLE = f"""
:host {{ min-width: 0 !important; }}
div {{ display: flex; height: {theme.HEAD}px; overflow-x: auto; scrollbar-width: none; }}
button {{ font: 500 13px {theme.FONT}; color: var(--mui-palette-text-secondary); background: none; border: 0;
          padding: 0 11px; white-space: nowrap; cursor: pointer; border-bottom: 2px solid transparent; }}
button:hover {{ color: var(--mui-palette-text-primary); }}
button[aria-selected=true] {{ color: var(--mui-palette-primary-main); border-color: currentColor; }}
button:focus-visible {{ outline: 2px solid var(--mui-palette-primary-main); outline-offset: -2px; }}
i {{ flex: none; width: 1px; height: 20px; margin: auto 8px; background: var(--mui-palette-divider); }}
@media (max-width: {theme.NARROW}px) {{
  div {{ mask-image: linear-gradient(90deg, #000 82%, transparent); }}
  div::after {{ content: ""; flex: 0 0 18%; }} /* so that the last one can be brought out of what fades away */
}}
"""


class LensTabs(JSComponent):
    """`names` are pairs of a name and its words; a rule stands before `of_all`, the first of those about all sites."""

    names = param.List(doc="Pairs of name and words")
    active = param.String(doc="The name of the open one")
    of_all = param.String()

    _esm = """
    export function render({model}) {
      const bar = document.createElement("div")
      bar.setAttribute("role", "tablist")
      bar.setAttribute("aria-label", "Lenses")
      const open = (name) => { model.active = name; mark() }  // seen at once, before the session answers
      const mark = () => {
        for (const tab of bar.querySelectorAll("button")) {
          const active = tab.dataset.name === model.active
          tab.setAttribute("aria-selected", active)
          tab.tabIndex = active ? 0 : -1
        }
        show()
      }
      const show = () => {  // the open one in the middle, where not all have room
        const tab = bar.querySelector("[aria-selected=true]")?.getBoundingClientRect()
        const place = bar.getBoundingClientRect()
        if (tab) bar.scrollLeft += tab.left + tab.width / 2 - place.left - place.width / 2
      }
      const draw = () => {
        bar.replaceChildren()
        for (const [name, words] of model.names) {
          if (name === model.of_all) bar.append(document.createElement("i"))
          const tab = document.createElement("button")
          tab.dataset.name = name
          tab.textContent = words
          tab.setAttribute("role", "tab")
          tab.addEventListener("click", () => open(name))
          bar.append(tab)
        }
        mark()
      }
      bar.addEventListener("keydown", (event) => {
        const tabs = [...bar.querySelectorAll("button")], at = tabs.findIndex((tab) => tab === event.target)
        const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1}[event.key]
        if (to === undefined) return
        event.preventDefault()
        const tab = tabs[(to + tabs.length) % tabs.length]
        open(tab.dataset.name)
        tab.focus()
      })
      model.on("names", draw)
      model.on("active", mark)
      new ResizeObserver(show).observe(bar)  // it has no width before it is laid out
      draw()
      return bar
    }
    """
    _stylesheets = [STYLE]
