"""Explanations, all from the declarations: what a process does, its equations, parameters, ranges and source."""

import panel as pn
import param
from panel.custom import JSComponent

from dgviz.processes.declare import Flux, Parameter, Process, State, explanation, source, title
from dgviz.ui import theme
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import MINUS, units

DASH, ARROW = "\u2013", "\u2192"
ABOUT = Markup("""
<p>dgviz trains a process model through its own equations: a small network reads what is known about each {site} and
gives the parameters of the processes, and the error of the simulated {target} tells the network how to change them.</p>
<p><b>1.</b> Pick a {site} on the map: its {target} is drawn below. A box or a lasso selects several.</p>
<p><b>2.</b> Choose the processes in the side bar; the (?) beside each one shows its equations and ranges.</p>
<p><b>3.</b> Press <b>Train</b>. It runs in the background, and the page stays usable; Stop keeps the best weights.</p>
<p><b>4.</b> Read what was learned: colour the map by a parameter, compare two runs, look at sensitivities. Below the
time series, change a parameter of the picked {site} and see what would happen.</p>
<p class="muted">The address of the page holds all that you see: copy it with the link button to show it to others.
Every figure has its tools in the upper right corner when the pointer is on it.</p>
""")


class HelpDialog(pn.viewable.Viewer):
    """One dialog for all explanations; its content is made when it is opened."""

    def __init__(self):
        super().__init__()
        self._body = pn.Column(sizing_mode="stretch_width", margin=0)
        self._dialog = material.Dialog(
            self._body,
            open=False,
            show_close_button=True,
            close_on_click=True,
            width_option="md",
            title_variant="h5",
            scroll="paper",
        )

    def __panel__(self):
        return self._dialog

    def show(self, heading: str, *content) -> None:
        """Open the dialog."""
        self._body.objects = list(content)
        self._dialog.param.update(title=heading, open=True)

    def show_about(self, site: str, target: str) -> None:
        """What this program does and how to begin, in the words of a science."""
        self.show("What you can do here", text(ABOUT.format(site=site, target=target)))

    def show_slot(self, name: str, options: tuple[type[Process], ...], chosen: str) -> None:
        """The options of a slot, the chosen one first."""
        ordered = sorted(options, key=lambda option: option.__name__ != chosen)
        self.show(name, *(Formulas(process_help(option, option.__name__ == chosen)) for option in ordered))


class Formulas(JSComponent):
    """HTML in which $$ ... $$ is typeset by the MathJax that travels with Bokeh, which is big: loaded when needed."""

    content = param.ClassSelector(class_=Markup, doc="HTML")

    _esm = """
    let mathjax = null

    function load() {
      const bokeh = document.querySelector("script[src*='/bokeh.min.js']").src.split("?")[0]
      const script = document.createElement("script")
      script.src = bokeh.replace("bokeh.min.js", "bokeh-mathjax.min.js")
      return new Promise((done, failed) => {
        script.onload = done
        script.onerror = failed
        document.head.append(script)
      }).then(async () => {
        const provider = Bokeh.require("models/text/providers").default_provider
        await provider.fetch()
        return provider.MathJax
      })
    }

    export async function render({model, el}) {
      el.innerHTML = model.content
      mathjax ??= load()
      const {tex2svg} = await mathjax
      for (const equation of el.querySelectorAll(".equation")) {
        equation.replaceChildren(tex2svg(equation.textContent.replaceAll("$$", ""), {display: true}))
      }
    }
    """

    def __init__(self, content: Markup):
        super().__init__(content=content, stylesheets=[theme.TEXT], sizing_mode="stretch_width", margin=(0, 0, 18, 0))


def process_help(process: type[Process], chosen: bool = False) -> Markup:
    """Meaning, equations, parameters with unit, range and default, and source of a process, as HTML."""
    mark = Markup(" <span class='badge'>chosen</span>") if chosen else ""
    words = explanation(process).replace("`", "")
    parts = [
        html("<h2>{}{}</h2><p>{}</p>", title(process), mark, words),
        joined(html("<div class='equation'>$${}$$</div>", equation) for equation in process.equations),
        _parameters(process),
        _stores(process),
    ]
    if text_of := source(process):
        parts.append(html("<p class='caption'>Source: {}</p>", text_of))
    return joined(parts)


def _parameters(process: type[Process]) -> Markup:
    row = (
        "<tr><td><code>{}</code></td><td class='left'>{}</td>"
        "<td>{} \u2013 {}</td><td>{}</td><td class='left'>{}</td></tr>"
    )
    rows = joined(
        html(row, name, p.long_name, *map(_number, (*p.range, p.default)), units(p.units) or DASH)
        for name, p in process.of(Parameter).items()
    )
    titles = Markup(
        "<th>Parameter</th><th class='left'>Meaning</th><th>Range</th><th>Default</th><th class='left'>Unit</th>"
    )
    return html("<table><tr>{}</tr>{}</table>", titles, rows) * bool(rows)


def _number(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _stores(process: type[Process]) -> Markup:
    moved = [f"{f.long_name.lower()} ({f.out_of} {ARROW} {f.into})" for f in process.of(Flux).values() if f.into]
    stores = [s.long_name.lower() for s in process.of(State).values()]
    lines = [
        html("<p class='caption'>{}: {}</p>", word, ", ".join(items))
        for word, items in (("Stores", stores), ("Fluxes", moved))
        if items
    ]
    return joined(lines)
