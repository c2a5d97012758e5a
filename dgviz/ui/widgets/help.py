"""Explanations, all from the declarations: what a process does, its equations, parameters, ranges and source."""

import re
from collections.abc import Mapping
from functools import cached_property

import panel as pn

from dgviz.domains import Domain
from dgviz.processes.declare import Flux, Parameter, Process, Quantity, State, explanation, source, title
from dgviz.processes.symbols import explained
from dgviz.quantities import lower_first
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets import material
from dgviz.ui.words.formulas import formula, linked
from dgviz.ui.words.markup import Markup, escape, html, joined
from dgviz.ui.words.text import MINUS, units

ARROW = "\u2192"
COLUMNS = ("Symbol", "Meaning", "Unit", "Range", "Default")
CODE, NAME = re.compile("`([^`]*)`"), re.compile(r"\w+")
ABOUT = Markup("""
<p>dgviz trains a process model through its own equations: a small network reads what is known about each {site} and
gives the parameters of the processes, and the error of the simulated {target} tells the network how to change them.</p>
<p><b>1.</b> Pick a {site} on the map, by a click or with the arrow keys: its {target} is drawn beside it. A box or a
lasso, or a stroke along the bars below the map, selects several. The map shows what the open lens is about; its list
of colours can be searched.</p>
<p><b>2.</b> Press <b>Model</b> and choose the processes; the (?) beside each one shows its equations and ranges.</p>
<p><b>3.</b> Press <b>Try it</b>: the model learns on for some seconds from what the shown run has learned, and map and
{target} move while it does. <b>Train</b> begins anew and takes longer. Stop keeps the best weights.</p>
<p><b>4.</b> Turn to a lens: where the stores stand, what the {target} is sensitive to, what if a parameter were
another, whether physics holds, how good the run is at all {site}s, and how it compares.</p>
<p>New to all this? The cap in the header opens short lessons, each with a question.</p>
<p class="muted">The address of the page holds all that you see: copy it with the link button to show it to others. The
arrow in the title of a card takes its figure away. Every figure has its tools on the right when the pointer is on
it.</p>
""")


class HelpDialog:
    """One dialog for all explanations, put into `place` when it is first opened."""

    def __init__(self, place: pn.Column):
        self._place = place

    @cached_property
    def _dialog(self) -> material.Dialog:
        dialog = material.Dialog(
            open=False,
            show_close_button=True,
            close_on_click=True,
            width_option="md",
            title_variant="h5",
            scroll="paper",
        )
        self._place.append(dialog)
        return dialog

    def show(self, heading: str, *content) -> None:
        """Open the dialog."""
        self._dialog.param.update(objects=list(content), title=heading)
        self._dialog.open = True

    def close(self) -> None:
        """Close it."""
        self._dialog.open = False

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
    known = science.quantities() | process.declared
    symbols = {meaning: symbol for symbol, meaning in explained(process).items()}
    parts = [
        html("<h2>{}{}</h2><p>{}</p>", title(process), mark, _explanation(process, symbols)),
        joined(html("<div class='equation'>{}</div>", formula(equation, block=True)) for equation in process.equations),
        _symbols(process, symbols, known),
        _stores(process, known),
    ]
    if text_of := source(process):
        parts.append(html("<p class='caption'>Source: {}</p>", linked(text_of)))
    return joined(parts)


def _explanation(process: type[Process], symbols: Mapping[str, str]) -> Markup:
    """The words of a docstring; what it calls by a name in code, by its symbol."""

    def with_symbols(code: re.Match) -> str:
        return NAME.sub(lambda name: formula(symbols[name[0]]) if name[0] in symbols else name[0], code[1])

    return Markup(CODE.sub(with_symbols, escape(explanation(process))))


def _symbols(process: type[Process], symbols: Mapping[str, str], known: Mapping[str, Quantity]) -> Markup:
    """What every symbol of the equations stands for, the parameters first, with their ranges."""
    named = dict.fromkeys([*process.of(Parameter), *symbols])
    rows = [_cells(symbols.get(name, ""), name, known.get(name)) for name in named]
    if not process.of(Parameter):
        rows = [row[:3] for row in rows]
    heads = joined(html("<th class='left'>{}</th>", head) for head in COLUMNS[: len(rows[0])]) if rows else ""
    lines = (joined(html("<td class='left'>{}</td>", cell) for cell in row) for row in rows)
    body = joined(html("<tr>{}</tr>", line) for line in lines)
    return html("<table><tr>{}</tr>{}</table>", heads, body) * bool(rows)


def _cells(symbol: str, name: str, quantity: Quantity | None) -> tuple[str, ...]:
    words, _, unit = name.rstrip("]").partition(" [")  # words, and perhaps their units
    meaning, limits, default = html("{}", words[:1].upper() + words[1:]), "", ""
    if quantity is not None:
        meaning = html("{} <code class='muted'>{}</code>", quantity.long_name, name)
        unit = quantity.units
    if isinstance(quantity, Parameter):
        low, high, default = map(_number, (*quantity.range, quantity.default))
        limits = f"{low} \u2013 {high}"
    return formula(symbol) if symbol else "", meaning, units(unit), limits, default


def _number(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _stores(process: type[Process], known: Mapping[str, Quantity]) -> Markup:
    def called(name: str) -> str:
        return lower_first(known[name].long_name) if name in known else name.replace("_", " ")

    fluxes = process.of(Flux).items()
    moved = [f"{called(name)} ({called(f.out_of)} {ARROW} {called(f.into)})" for name, f in fluxes if f.into]
    said = (("Stores", [*map(called, process.of(State))]), ("Fluxes", moved))
    return joined(html("<p class='caption'>{}: {}</p>", word, "; ".join(items)) for word, items in said if items)
