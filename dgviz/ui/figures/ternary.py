"""Three shares of each site in a triangle: near a corner its share is all."""

import math
from collections.abc import Sequence

import numpy as np
from bokeh.models import Label

from dgviz.ui import theme
from dgviz.ui.figures import without_axes
from dgviz.ui.figures.site_scatter import SiteScatter

WIDTH, HEIGHT = 350, 320  # px: a triangle with equal sides
TOP = math.sqrt(3) / 2  # the height of a triangle with sides of 1
LINES = (0.2, 0.4, 0.6, 0.8)


class Ternary:
    """A point for each site; `corners` are the words at the left, the right and the upper corner."""

    def __init__(self, dark: bool, corners: Sequence[str]):
        self.scatter, self.corners = SiteScatter(dark, HEIGHT), tuple(corners)
        fig = self.figure = self.scatter.figure
        fig.update(sizing_mode="fixed", width=WIDTH, min_border_left=4, min_border_right=4)
        without_axes(fig)
        self._draw_grid(dark)
        muted = theme.token("text", dark)
        places = ((0, -0.03, "left", "top"), (1, -0.03, "right", "top"), (0.5, TOP + 0.03, "center", "bottom"))
        for words, (x, y, align, base) in zip(self.corners, places, strict=True):
            fig.add_layout(Label(x=x, y=y, text=words, text_align=align, text_baseline=base, text_color=muted,
                                 text_font_size="12px", text_font=theme.FONT))  # fmt: skip
        names = ("left", "right", "top")
        self.scatter.tell([(words, f"@{name}{{0 %}}", "") for words, name in zip(self.corners, names, strict=True)])

    def show(self, shares: np.ndarray, sites: Sequence[str], names: Sequence[str]) -> None:
        """Shares `(corner, site)`, which sum to 1, in the order of the corners."""
        x, y = place(*shares)
        columns = {"x": x, "y": y, "low": y, "high": y, "site": np.array(sites), "name": np.array(names)}
        columns |= dict(zip(("left", "right", "top"), shares, strict=True))
        self.scatter.show(columns, "", "", (-0.06, 0.98), (0.0, 1.0))

    def _draw_grid(self, dark: bool) -> None:
        ends = np.eye(3)
        for share in (0.0, *LINES):
            for i in range(3):
                # A line on which the share of one corner is the same, from one side to another.
                start, stop = (share * ends[i] + (1 - share) * ends[j] for j in range(3) if j != i)
                x, y = place(*np.stack([start, stop], 1))
                ink = theme.token("muted" if share == 0 else "border", dark)
                self.figure.line(x, y, line_color=ink, line_width=1, level="underlay")


def place(left: np.ndarray, right: np.ndarray, top: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where shares that sum to 1 lie, with corners at (0, 0), (1, 0) and (1/2, sqrt(3)/2)."""
    return right + top / 2, TOP * top
