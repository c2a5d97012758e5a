"""How the values of a map are distributed, standing on its colour scale."""

import math
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, FixedTicker, Range1d

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.words.text import MINUS, number

HEIGHT = 104  # px
N_BINS = 32
BEYOND = 0.045  # of the scale: the width of the bars of what lies beyond its ends
STRIP = 0.12  # of the tallest bar: the height of the colour scale below the bars
LETTERS = 34  # of the words beside the triangle
STEPS = (1, 2, 2.5, 5, 10)  # round distances between ticks
N_TICKS = 4


@dataclass(frozen=True)
class Scale:
    """Where values lie on a colour scale, from 0 at its low to 1 at its high end; by powers of ten or evenly."""

    low: float
    high: float
    powers: bool = False

    def place(self, values: np.ndarray) -> np.ndarray:
        """The places of values; NaN where they have none."""
        values = np.asarray(values, "float64")
        if not self.powers:
            return (values - self.low) / (self.high - self.low)
        logs = np.log10(np.where(values > 0, values, np.nan))
        return (logs - math.log10(self.low)) / math.log10(self.high / self.low)

    def at(self, place: float) -> float:
        """The value at a place."""
        if self.powers:
            return self.low * (self.high / self.low) ** place
        return self.low + place * (self.high - self.low)

    @property
    def digits(self) -> int:
        """How many decimals tell values on this scale apart."""
        return max(2, 2 - math.floor(math.log10(self.high - self.low)))

    @property
    def ticks(self) -> np.ndarray:
        """Round values within the scale."""
        if self.powers:
            return 10.0 ** np.arange(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)
        least = (self.high - self.low) / N_TICKS
        power = 10.0 ** math.floor(math.log10(least))
        step = next(s * power for s in STEPS if s * power >= least * 0.999)
        return np.arange(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1) * step


class SiteHistogram:
    """Faint bars for all sites, strong ones for those selected, a triangle at the picked one.

    What lies beyond the ends of the scale stands in a bar of its own at either end. A box along the bars selects.
    """

    def __init__(self, dark: bool):
        ink = theme.token("text", dark)
        self.bars = ColumnDataSource({name: [] for name in ("left", "right", "every", "some", "colour", "words")})
        self.strip = ColumnDataSource({"left": [], "right": [], "colour": []})
        self.picked = ColumnDataSource({"x": [], "text": [], "align": [], "offset": []})
        self.scale, self.values = Scale(0, 1), np.empty(0)
        self.y_range, self.ticker = Range1d(0, 1), FixedTicker()
        self.figure = fig = plain_figure(
            HEIGHT, x_range=Range1d(-BEYOND - 0.01, 1 + BEYOND + 0.01), y_range=self.y_range, tools="xbox_select",
            min_border=0, min_border_left=4, min_border_right=4,
        )  # fmt: skip
        fig.toolbar_location = None
        fig.left, fig.center = [], []
        lines = dict.fromkeys(("axis_line_color", "major_tick_line_color", "minor_tick_line_color"))
        fig.xaxis.update(ticker=self.ticker, major_label_standoff=1, major_label_text_font_size="11px", **lines)
        look = dict(fill_color="colour", line_color=None, nonselection_fill_alpha=1)
        fig.quad(left="left", right="right", top=0, bottom=-STRIP, source=self.strip, **look)
        fig.quad(left="left", right="right", top="every", bottom=0, source=self.bars, fill_alpha=0.3, **look)
        strong = fig.quad(left="left", right="right", top="some", bottom=0, source=self.bars, **look)
        fig.add_tools(hover([("", "@words")], renderers=[strong]))
        fig.segment("x", 0, "x", 1.04, source=self.picked, line_color=ink, line_width=1)
        fig.scatter("x", 1.1, source=self.picked, marker="inverted_triangle", size=8, fill_color=ink, line_color=None)
        fig.text("x", 1.12, "text", source=self.picked, text_color=ink, text_font=value(theme.FONT), x_offset="offset",
                 text_font_size="12px", text_font_style="bold", text_baseline="middle", text_align="align")  # fmt: skip

    def show(self, shown: Colouring, selected: np.ndarray, picked: int | None, sites: str) -> None:
        """The values of a colouring `(site)`; `selected` are flags, `picked` a position, `sites` the word for them."""
        self.scale = Scale(shown.low, shown.high, shown.powers)
        self.values = np.asarray(shown.values.values, "float64")
        n_bins = len(shown.classes) or N_BINS
        edges = np.linspace(0, 1, n_bins + 1)
        # What lies below the scale, its bins, and what lies above it.
        left, right = np.array([-BEYOND, *edges[:-1], 1.005]), np.array([-0.005, *edges[1:], 1 + BEYOND])
        places = self.scale.place(self.values)
        every, some = _counts(places, n_bins), _counts(places[selected], n_bins)
        tallest = max(every.max(), 1)
        middles = (edges[:-1] + edges[1:]) / 2
        colours = [shown.palette[int(middle * len(shown.palette))] for middle in middles]
        self.strip.data = {"left": edges[:-1], "right": edges[1:], "colour": colours}
        words = [self._words(*bar, shown.units, sites) for bar in zip(every, left, right, strict=True)]
        if shown.classes:
            words[1:-1] = [f"{n} {sites}: {said}" for n, said in zip(every[1:-1], shown.classes, strict=True)]
        self.bars.data = {
            "left": left, "right": right, "every": every / tallest, "some": some / tallest, "words": words,
            "colour": [colours[0], *colours, colours[-1]],
        }  # fmt: skip
        self.y_range.update(start=-STRIP, end=1.28)
        self._mark(places, picked, shown)
        # Under each class its sites are counted; a scale has round values.
        ticks = self.scale.ticks
        at = middles.tolist() if shown.classes else self.scale.place(ticks).tolist()
        labels = map(str, every[1:-1]) if shown.classes else map(_round_words, ticks.tolist())
        self.ticker.ticks = at
        self.figure.xaxis.major_label_overrides = dict(zip(at, labels, strict=True))

    def inside(self, start: float, stop: float) -> np.ndarray:
        """Flags `(site)` of the values between two places of the horizontal axis; its ends take what lies beyond."""
        places = np.clip(self.scale.place(self.values), -BEYOND, 1 + BEYOND)
        low, high = sorted((start, stop))
        return (places >= low) & (places <= high)

    def _words(self, count: int, start: float, stop: float, unit: str, sites: str) -> str:
        if stop <= 0:
            span = f"below {number(self.scale.low)}"
        elif start >= 1:
            span = f"above {number(self.scale.high)}"
        else:
            digits = self.scale.digits
            span = f"{number(self.scale.at(start), digits)} to {number(self.scale.at(stop), digits)}"
        return f"{count} {sites}: {span} {unit}".strip()

    def _mark(self, places: np.ndarray, picked: int | None, shown: Colouring) -> None:
        known = picked is not None and bool(np.isfinite(places[picked]))
        place = float(np.clip(places[picked], -BEYOND / 2, 1 + BEYOND / 2)) if known else 0.0
        right = place > (0.5 if shown.classes else 0.75)  # the text stands on the side where there is room
        value = float(self.values[picked]) if known else 0.0
        words = shorten(shown.said(value), LETTERS, placeholder="\u2026") if shown.classes else ""
        text = words or number(value, self.scale.digits)
        self.picked.data = {
            "x": [place] * known,
            "text": [text] * known,
            "align": ["right" if right else "left"] * known,
            "offset": [-8 if right else 8] * known,
        }


def _round_words(tick: float) -> str:
    """A round number: 0.25, 1 000, 10\u207b\u00b3."""
    power = math.log10(abs(tick)) if tick else 0.0
    if power < -3:
        return f"{tick:.2g}".replace("-", MINUS)
    return f"{tick:,.4g}".replace(",", "\u202f").replace("-", MINUS) if power < 4 else f"{tick / 1000:g}\u202f000"


def _counts(places: np.ndarray, n_bins: int) -> np.ndarray:
    """How many lie below the scale, in each bin of it, and above it."""
    edges = [-np.inf, *np.linspace(0, 1, n_bins + 1)[:-1], np.nextafter(1, 2), np.inf]
    return np.histogram(places[np.isfinite(places)], edges)[0]
