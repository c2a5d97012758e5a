"""The interval of a difference, drawn in a line of text."""

from dgviz.scores.paired import Paired
from dgviz.ui.words.markup import Markup, html

WIDEST = 0.3  # the largest difference that is drawn
STRIP = (
    "<div class='strip' aria-hidden='true' style='flex:none;position:relative;width:96px;height:12px'>"
    "<i style='position:absolute;left:50%;height:100%;border-left:1px solid var(--mui-palette-text-secondary)'></i>"
    "<i style='position:absolute;left:{:.1f}%;width:{:.1f}%;min-width:2px;top:5px;height:2px;background:{ink}'></i>"
    "<i style='position:absolute;left:{:.1f}%;top:2px;width:8px;height:8px;margin-left:-4px;border-radius:4px;"
    "background:{ink}'></i></div>"
)


def interval_strip(difference: Paired, ink: str) -> Markup:
    """The interval on a line from -0.3 to 0.3, with a mark at zero, in a colour of CSS, HTML."""
    low, middle, high = (
        50 + 50 * max(-1.0, min(1.0, value / WIDEST)) for value in (difference.low, difference.median, difference.high)
    )
    return html(STRIP, low, high - low, middle, ink=ink)
