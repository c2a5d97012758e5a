"""The symbols of an equation in LaTeX, and what they stand for."""

import re

from dgviz.processes.declare import Process

OPERATORS = frozenset(
    {"left", "right", "quad", "cdot", "propto", "ge", "le", "partial", "pi", "sum"}
    | {"min", "max", "cos", "sin", "exp", "log", "sqrt", "frac", "tfrac"}
)
DERIVATIVE = re.compile(r"\\frac\{d(\w)\}\{d(\w)\}")
# A letter, a Greek one or a name, perhaps with a mark above or a difference before it, and perhaps with an index.
SYMBOL = re.compile(
    r"(?P<base>\\mathrm\{\w+\}|\\bar\{\w\}|\\Delta \w|\\[A-Za-z]+|[A-Za-z])(?P<index>_\{[^}]*\}|_\w)?(?P<power>\^)?"
)
TIME = re.compile(r"_\{?t([+-]\w)?\}?")  # an index that says when
NOTATIONS = {"^+": "x^+", "[": "[A]"}  # signs that need words as a symbol does, and the symbol that has them


def symbols_in(equation: str) -> set[str]:
    """Every symbol of an equation, with its index unless that is a time: "\\mathrm{TT}", "P_s", "t" ..."""
    found = {symbol for sign, symbol in NOTATIONS.items() if sign in equation}
    for match in SYMBOL.finditer(DERIVATIVE.sub(r"\1 \2", equation)):
        base, index = match["base"], match["index"] or ""
        if base.lstrip("\\") not in OPERATORS:
            found |= {base, "t"} if TIME.fullmatch(index) else {base + index}
    return found


def explained(process: type[Process]) -> dict[str, str]:
    """The symbols that stand in the equations of a process, in the order in which they are declared."""
    there = set[str]().union(*map(symbols_in, process.equations))
    return {symbol: meaning for symbol, meaning in process.symbols.items() if symbol in there}
