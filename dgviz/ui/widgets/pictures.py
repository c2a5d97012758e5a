"""Figures to take away: a button in the title of each card, and what the browser makes of its figure."""

from pathlib import Path

import param
from panel.custom import JSComponent

from dgviz.ui.words.markup import Markup

# In the title of a card. The browser finds figure, title and caption of the card around it.
BUTTON = Markup(
    "<details class='take' data-view='{view}'>"
    "<summary aria-label='Take this figure away' title='Take this figure away'>\u2913</summary>"
    "<button data-take='png'>PNG, 300 dpi</button><button data-take='svg'>SVG</button>"
    "<button data-take='python'>Copy Python</button></details>"
)


class Pictures(JSComponent):
    """Listens for the buttons of all cards; there is one on a page, so that a card costs nothing for it."""

    about = param.String(doc="What is written below every figure: site, run and period")
    python = param.String(doc="The lines of Python that make a figure, with VIEW in place of its name")

    _esm = Path(__file__).with_name("pictures.js").read_text()

    def __init__(self, **params):
        super().__init__(width=0, height=0, margin=0, **params)
