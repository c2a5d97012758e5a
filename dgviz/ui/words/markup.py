"""HTML that is safe by default: what comes from data, files and runs is escaped wherever it becomes part of a page.

`html` makes a piece of a page from a template and values. Values are escaped, unless they are such pieces themselves.
All that shows text takes a plain string as words, not as HTML (`text` in `lenses/view.py`, headings, captions), or
refuses it (`content` of a table, `tip` of a hover): whoever forgets to escape shows a tag, and never runs a script.
"""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

__all__ = ["Markup", "escape", "html", "joined", "key_of", "literal"]

PLACEHOLDERS = {"@": "&#64;", "$": "&#36;", "{": "&#123;", "}": "&#125;"}


def html(template: str, /, *values: Any, **named: Any) -> Markup:
    """A piece of HTML: `template`, as for `str.format`, with the values escaped."""
    return Markup(template).format(*values, **named)


def joined(pieces: Iterable[str], between: str = "") -> Markup:
    """Pieces one after the other; plain strings among them are escaped."""
    return Markup(between).join(pieces)


def key_of(entries: Iterable[tuple[str, str, str]]) -> Markup:
    """A key, of words, the colour and "area", "shade", "dashes" or "": words with a piece of what they stand for."""
    mark = "<span><i class='{}' style='--ink:{}'></i>{}</span>"
    return html("<span class='key'>{}</span>", joined(html(mark, kind, ink, words) for words, ink, kind in entries))


def literal(words: str) -> Markup:
    """Words in the template of a Bokeh hover, which replaces @name by a column: shown as they are."""
    said = str(escape(words))
    for sign, spelled in PLACEHOLDERS.items():
        said = said.replace(sign, spelled)
    return Markup(said)
