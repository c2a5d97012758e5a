"""Shapes in SVG: horizontal places are shares of the width in %, vertical ones pixels."""

import numpy as np

from dgviz.ui.figures.buckets import SIDE
from dgviz.ui.figures.picture import Bucket
from dgviz.ui.words.markup import Markup, html, joined


def line(x0: float, y0: float, x1: float, y1: float, ink: str, width: float, dash: str = "none") -> Markup:
    """A straight line."""
    look = html("stroke='{}' stroke-width='{:.1f}' stroke-dasharray='{}'", ink, width, dash)
    return html("<line x1='{:.2f}%' y1='{:.1f}' x2='{:.2f}%' y2='{:.1f}' {}/>", x0, y0, x1, y1, look)


def sides(store: Bucket, ink: str, width: float, dash: str = "none") -> Markup:
    """A box that is open at the top."""
    left, right, top, bottom = store.left, store.right, store.top, store.bottom
    sides = [(left, top, left, bottom), (left, bottom, right, bottom), (right, top, right, bottom)]
    return joined(line(*side, ink, width, dash) for side in sides)


def text(x: float, y: float, words: str, kind: str = "", dx: float = 0, align: str = "left") -> Markup:
    """Words in a CSS class, moved to the right by `dx` pixels."""
    anchor = {"left": "start", "center": "middle", "right": "end"}[align]
    place = "<text x='{:.2f}%' y='{:.1f}' dx='{:.0f}' text-anchor='{}' class='{}'>{}</text>"
    return html(place, x, y, dx, anchor, kind, words)


def arrow(x0: float, y0: float, x1: float, y1: float, width: float, ink: str) -> Markup:
    """A shaft and, at its end, a head; it runs straight up, down, to the right or to the left."""
    long, half = 0.7 * width + 6, 0.75 * width + 3.5
    down, right = float(np.sign(y1 - y0)) if x0 == x1 else 0.0, float(np.sign(x1 - x0))
    angle = {(1.0, 0.0): 180, (-1.0, 0.0): 0, (0.0, 1.0): 90, (0.0, -1.0): -90}[down, right]
    head = (
        "<svg x='{:.2f}%' y='{:.1f}' overflow='visible'>"
        "<path d='M0 0 L{half:.1f} {long:.1f} L-{half:.1f} {long:.1f} Z' fill='{}' transform='rotate({})'/></svg>"
    )
    if right:  # a share of the width less some pixels
        begin = f"{x0:.2f}%" if right > 0 else f"calc({x1:.2f}% + {long:.1f}px)"
        size = f"x:{begin};width:calc({abs(x1 - x0):.2f}% - {long:.1f}px)"
        shaft = html("<rect y='{:.1f}' height='{:.1f}' fill='{}' style='{}'/>", y0 - width / 2, width, ink, size)
    else:
        shaft = line(x0, y0, x1, y1 - down * long, ink, width)
    return shaft + html(head, x1, y1, ink, angle, half=half, long=long)


def wave(y: float, ink: str, alpha: float) -> Markup:
    """A line of water below the stores on the right."""
    crests = " ".join(f"Q{5 + 10 * i} {0 if i % 2 else 6} {10 + 10 * i} 3" for i in range(10))
    return html(
        "<svg x='{}%' y='{:.1f}' width='{}%' height='6' viewBox='0 0 100 6' preserveAspectRatio='none'>"
        "<path d='M0 3 {}' fill='none' stroke='{}' stroke-opacity='{}' stroke-width='2.5' "
        "vector-effect='non-scaling-stroke'/></svg>",
        *(SIDE - 6, y - 3, 106 - SIDE, crests, ink, alpha),
    )
