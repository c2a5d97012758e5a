"""The words of lessons as HTML: paragraphs, steps, and what stands between stars."""

import re

from dgviz.lessons import Verdict
from dgviz.ui.words.markup import Markup, escape, html, joined

BOLD, SLANTED, CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\*(.+?)\*"), re.compile(r"`(.+?)`")


def text_html(words: str) -> Markup:
    """Paragraphs between empty lines; lines that begin with - are steps; **bold**, *slanted* and `code`."""
    parts = []
    for part in re.split(r"\n\s*\n", words.strip()):
        lines = [line.strip() for line in part.splitlines()]
        if lines[0].startswith("- "):
            steps = re.split(r"(?:^|\n)- ", "\n".join(lines))[1:]
            parts.append(html("<ul>{}</ul>", joined(html("<li>{}</li>", _inline(step)) for step in steps)))
        else:
            parts.append(html("<p>{}</p>", _inline(" ".join(lines))))
    return html("<div class='lesson'>{}</div>", joined(parts))


def _inline(words: str) -> Markup:
    """Escaped before the stars are read, so that a file brings no HTML."""
    said = str(escape(words))
    said = CODE.sub(r"<code>\1</code>", BOLD.sub(r"<b>\1</b>", said))
    return Markup(SLANTED.sub(r"<i>\1</i>", said))


def question_html(ask: str) -> Markup:
    """The question."""
    return html("<div class='lesson'><p class='ask'>{}</p></div>", _inline(ask))


def verdict_html(verdict: Verdict) -> Markup:
    """Right or not yet, read aloud when it changes."""
    if verdict.right:
        return html("<div class='lesson right' role='status'><p><b>Right.</b> {}</p></div>", _inline(verdict.words))
    return html("<div class='lesson wrong' role='status'><p>{}</p></div>", _inline(verdict.words))
