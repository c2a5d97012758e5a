"""Equations and references as people read them, HTML."""

import re

from latex2mathml.converter import convert

from dgviz.ui.words.markup import Markup, escape, html, joined

DOI = re.compile(r"\b(?:doi:\s*|https?://(?:dx\.)?doi\.org/)(10\.\d{4,}/[^\s;,\"<>]*[^\s;,\"<>.])", re.IGNORECASE)
# Without a font for mathematics browsers lower an index only where it is high: all are made as high as a digit.
LOW_INDEX = re.compile(r"(?<=</mi>)<mi>[acegmnopqrsuvwxyz]</mi>(?=</msub>)")
NAME = re.compile(r"\\mathrm\{(\w+)\}")  # a name of several letters is one word


def formula(latex: str, block: bool = False) -> Markup:
    """LaTeX as MathML, which browsers typeset by themselves and screen readers read; in a line, or as a block."""
    mathml = convert(NAME.sub(r"\\text{\1}", latex), display="block" if block else "inline")
    return Markup(LOW_INDEX.sub(r"<mrow><mspace height='1.1em'></mspace>\g<0></mrow>", mathml))


def linked(words: str) -> Markup:
    """Words in which every DOI is a link."""
    pieces, end = [], 0
    for match in DOI.finditer(words):
        doi = match[1] if match[1].count("(") >= match[1].count(")") else match[1].rstrip(")")
        pieces += [escape(words[end : match.start()]), _link(doi)]
        end = match.start(1) + len(doi)
    return joined([*pieces, escape(words[end:])])


def _link(doi: str) -> Markup:
    return html("<a href='https://doi.org/{}' target='_blank' rel='noopener'>doi:{}</a>", doi, doi)
