"""A figure that is reached by the keyboard, and says in which direction a person wants to go."""

import param
from panel.custom import JSComponent


class ArrowKeys(JSComponent):
    """Makes a figure of the page one stop of the tabulator; an arrow key sends its step east and north."""

    figure = param.String(doc="Id of the Bokeh model")
    says = param.String(doc="What it is and how it is used, for those who hear it")

    _esm = """
    const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}

    export function render({model}) {
      let tries = 0
      const press = (event) => {
        if (!STEPS[event.key]) return
        event.preventDefault()
        model.send_msg(STEPS[event.key])
      }
      const attach = () => {
        const view = Bokeh.index.find_one_by_id(model.figure)
        if (!view?.el) return void (tries++ < 100 && setTimeout(attach, 100))
        view.el.tabIndex = 0
        view.el.setAttribute("role", "group")
        view.el.setAttribute("aria-label", model.says)
        view.el.addEventListener("keydown", press)
      }
      attach()
    }
    """
