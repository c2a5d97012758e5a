"""Explanations, all from the declarations: what a process does, its equations, parameters, ranges and source."""

import panel as pn

from dgviz.domains import Domain
from dgviz.processes.declare import Flux, Parameter, Process, Quantity, State, explanation, source, title
from dgviz.processes.symbols import explained
from dgviz.quantities import lower_first
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets import material
from dgviz.ui.words.formulas import formula, linked
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

    def show_slot(self, name: str, options: tuple[type[Process], ...], chosen: str, science: Domain) -> None:
        """The options of a slot, the chosen one first."""
        ordered = sorted(options, key=lambda option: option.__name__ != chosen)
        said = (process_help(option, science, option.__name__ == chosen) for option in ordered)
        self.show(name, *(text(one, margin=(0, 0, 18, 0)) for one in said))


def process_help(process: type[Process], science: Domain, chosen: bool = False) -> Markup:
    """What a process is, its equations, what each symbol stands for, its stores and fluxes, and its source, as HTML."""
    mark = Markup(" <span class='badge'>chosen</span>") if chosen else ""
    words = explanation(process).replace("`", "")
    parts = [
        html("<h2>{}{}</h2><p>{}</p>", title(process), mark, words),
        joined(html("<div class='equation'>{}</div>", formula(equation, block=True)) for equation in process.equations),
        _symbols(process, science),
        _stores(process),
    ]
    if text_of := source(process):
        parts.append(html("<p class='caption'>Source: {}</p>", linked(text_of)))
    return joined(parts)


def _symbols(process: type[Process], science: Domain) -> Markup:
    """What every symbol of the equations stands for, the parameters first, with their ranges."""
    known = science.quantities() | process.declared
    symbols = {meaning: symbol for symbol, meaning in explained(process).items()}
    named = dict.fromkeys([*process.of(Parameter), *symbols])
    rows = joined(_row(symbols.get(name, ""), name, known.get(name)) for name in named)
    heads = joined(html("<th class='left'>{}</th>", head) for head in ("Symbol", "Meaning", "Unit", "Range", "Default"))
    return html("<table><tr>{}</tr>{}</table>", heads, rows) * bool(rows)


def _row(symbol: str, name: str, quantity: Quantity | None) -> Markup:
    meaning, unit, limits, default = html("{}", name), "", "", ""
    if quantity is not None:
        meaning, unit = (
            html("{} <code class='muted'>{}</code>", quantity.long_name, name),
            units(quantity.units) or DASH,
        )
    if isinstance(quantity, Parameter):
        low, high, default = map(_number, (*quantity.range, quantity.default))
        limits = f"{low} \u2013 {high}"
    cells = (formula(symbol) if symbol else "", meaning, unit, limits, default)
    return html("<tr>{}</tr>", joined(html("<td class='left'>{}</td>", cell) for cell in cells))


def _number(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _stores(process: type[Process]) -> Markup:
    moved = [f"{lower_first(f.long_name)} ({f.out_of} {ARROW} {f.into})" for f in process.of(Flux).values() if f.into]
    stores = [lower_first(s.long_name) for s in process.of(State).values()]
    lines = [
        html("<p class='caption'>{}: {}</p>", word, ", ".join(items))
        for word, items in (("Stores", stores), ("Fluxes", moved))
        if items
    ]
    return joined(lines)
