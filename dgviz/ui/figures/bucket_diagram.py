"""The bucket diagram: a time step of a model as levels in its stores and arrows as wide as its fluxes."""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure
from dgviz.ui.figures.buckets import GROUND, MAIN, SIDE, SKY, Arrow, Bucket, Picture
from dgviz.ui.look import Look
from dgviz.ui.words.markup import Markup
from dgviz.ui.words.text import has_no_zero, number, sentence, units

WIDEST = 20  # px, of the widest arrow
FULL = 98  # the percentile of a store that fills its bucket
LEAST = 2e-4  # of the widest flux: a smaller one is drawn as a hairline without a label
EMPTY = 2e-4  # of the fullest store: one that never holds more passes on all it gets within a time step
SMALL, NORMAL = "11px", "12px"
STORE_TIP = [
    ("", Markup("<b>@long_name</b>")),
    ("", "@value @units"),
    ("empty at", "@empty"),
    ("full at", "@full @units"),
]
FLUX_TIP = [("", Markup("<b>@long_name</b>")), ("", "@value @units"), ("", "@moves")]


def thin_stores(simulated: xr.Dataset, names) -> frozenset[str]:
    """The stores of a simulation `(time,)` that hold next to nothing at the end of any time step."""
    highest = {name: float(abs(simulated[name]).max()) for name in names if name in simulated}
    fullest = max(highest.values(), default=0.0)
    return frozenset(name for name, value in highest.items() if value < EMPTY * fullest)


class BucketDiagram:
    """A figure of a `Picture`. `scale` fits buckets and arrows to a simulation, `show` draws one of its time steps.

    A bucket is empty at zero; one that may hold less, or a temperature, at the 2nd percentile. A flux that runs
    backwards, as heat does, has its arrow turned round.
    """

    def __init__(self, picture: Picture, look: Look):
        self.picture, self.look, self.dark = picture, look, look.dark
        self.stores = [s for s in picture.stores.values() if s.on]
        self.arrows = [a for a in picture.arrows.values() if a.on]
        self.empty: dict[str, float] = {}
        self.full: dict[str, float] = {}
        self.widest = 1.0
        self.levels = ColumnDataSource(_columns([self._store_row(s) for s in self.stores]))
        self.flows = ColumnDataSource(_columns([self._arrow_row(a) for a in self.arrows]))
        self.weather = ColumnDataSource({"x": [], "y": [], "text": [], "size": [], "color": []})
        self.key = ColumnDataSource({"x0": [], "x1": [], "y": [], "width": [], "text": []})
        self.figure = self._figure()

    def scale(self, simulated: xr.Dataset) -> None:
        """Full buckets at the 98th percentile of each store, the widest arrow at the largest flux of `(time,)`."""
        for store in self.stores:
            low, self.full[store.name] = np.percentile(simulated[store.name].values, [100 - FULL, FULL]).tolist()
            below_zero = low < 0 or has_no_zero(store.declared.units)
            self.empty[store.name] = low if below_zero else 0.0
        self.widest = max((float(abs(simulated[a.name]).max()) for a in self.arrows), default=1.0) or 1.0
        self._show_key()

    def show(self, values: Mapping[str, float], lines: list[tuple[str, str]] = ()) -> None:
        """Draw the stores and fluxes of a time step; `lines` are pairs of a figure and a word written beside them."""
        self.levels.data = _columns([self._store_row(s, values[s.name]) for s in self.stores])
        self.flows.data = _columns([self._arrow_row(a, values[a.name]) for a in self.arrows])
        ink, muted = theme.token("text", self.dark), theme.token("muted", self.dark)
        rows = []
        y = SKY + 6
        for large, small in lines:
            rows.append({"x": MAIN + 5, "y": y, "text": large, "size": "16px", "color": ink})
            rows.append({"x": MAIN + 5, "y": y + 18, "text": small, "size": SMALL, "color": muted})
            y += 38 if small else 26
        self.weather.data = _columns(rows)

    def width(self, flux: float) -> float:
        """The width of an arrow in px: the square root, so that small fluxes are still seen."""
        return max(1.0, WIDEST * math.sqrt(abs(flux) / self.widest))

    def _store_row(self, store: Bucket, value: float = 0.0) -> dict:
        empty, full = self.empty.get(store.name, 0.0), self.full.get(store.name, 0.0)
        share = min(max((value - empty) / (full - empty), 0), 1) if full > empty else 0.0
        words = sentence(store.name)
        return {
            "left": store.left,
            "right": store.right,
            "bottom": store.bottom,
            "top": store.top,
            "level": store.bottom - share * (store.bottom - store.top - 3),
            "color": self.look.ink(store.name),
            "name": "" if store.thin else words,
            "label": "" if store.thin else f"{number(value, 1)} {units(store.declared.units)}",
            "beside": words if store.thin else "",
            "value": number(value),
            "empty": number(empty),
            "full": number(full),
            "units": units(store.declared.units),
            "long_name": store.declared.long_name,
        }

    def _arrow_row(self, arrow: Arrow, value: float = 0.0) -> dict:
        flows = abs(value) >= LEAST * self.widest
        width = self.width(value) if flows else 1.0
        head = 1.2 * width + 7 if flows else 5
        aside = width / 2 + 2 if arrow.split else 0
        x0, y0, x1, y1 = arrow.x0, arrow.y0, arrow.x1, arrow.y1
        if value < 0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        unit = units(arrow.declared.units)
        return {
            "x0": x0,
            "y0": y0,
            "x1": x1 - 0.05 * head * np.sign(x1 - x0),
            "y1": y1 - 0.45 * head * np.sign(y1 - y0) * (x0 == x1),
            "width": width,
            "head": head,
            "angle": _angle(x0, y0, x1, y1),
            "color": self.look.ink(arrow.name) if flows else theme.token("missing", self.dark),
            "label_x": arrow.label[0],
            "label_y": arrow.label[1],
            "align": arrow.align,
            "x_offset": width / 2 + 5 if arrow.align == "left" and arrow.label[0] == arrow.x0 else 0,
            "above": -aside,
            "below": aside,
            "name": sentence(arrow.name) + (" (learned)" if arrow.learned else "") if flows else "",
            "label": (number(value) if arrow.split else f"{number(value)} {unit}") if flows else "",
            "value": number(value, 3),
            "units": unit,
            "long_name": arrow.declared.long_name + (", by a learned network" if arrow.learned else ""),
            "moves": f"{sentence(arrow.declared.out_of)} \u2192 {sentence(arrow.declared.into).lower()}",
        }

    def _figure(self) -> figure:
        fig = plain_figure(
            round(self.picture.height),
            x_range=Range1d(-1, 101),
            y_range=Range1d(self.picture.height, 0),
            tools="save",
            min_border_left=2,
            min_border_right=2,
        )
        fig.axis.visible = fig.grid.visible = False
        fig.min_border_top = fig.min_border_bottom = 0
        self._draw_surroundings(fig)
        self._draw_off(fig)
        self._draw_stores(fig)
        self._draw_flows(fig)
        self._draw_labels(fig)
        return fig

    def _draw_surroundings(self, fig: figure) -> None:
        """Sky, ground and stream."""
        picture, muted = self.picture, theme.token("muted", self.dark)
        fig.line([0, 100], [SKY, SKY], line_color=theme.token("border", self.dark), line_width=1)
        words = dict(text_color=muted, text_font=value(theme.FONT), text_font_size=SMALL)
        if picture.above:
            fig.text([100], [SKY - 5], [", ".join(map(sentence, picture.above))], text_align="right", **words)
        if picture.beside:
            x = np.linspace(SIDE - 6, 101, 60)
            wave = 3 * np.sin(x * 0.9)
            blue = theme.token("primary", self.dark)
            for depth, alpha in ((10, 0.55), (17, 0.3)):
                fig.line(x, picture.ground + depth + wave, line_color=blue, line_alpha=alpha, line_width=2.5)
            fig.text(
                [SIDE - 7],
                [picture.ground + 18],
                [", ".join(map(sentence, picture.beside))],
                **words | dict(text_align="right"),
            )

        for place, x in picture.below:
            fig.text([x], [picture.ground + 16], [sentence(place)], **words | dict(text_align="center"))

    def _draw_off(self, fig: figure) -> None:
        """What is switched off: grey, dashed, and said."""
        grey, muted = theme.token("missing", self.dark), theme.token("muted", self.dark)
        stores = {s.name: s for s in self.picture.stores.values() if not s.on}
        arrows = [a for a in self.picture.arrows.values() if not a.on]
        words = dict(text_color=muted, text_font=value(theme.FONT), text_font_size=SMALL, text_baseline="middle")
        for s in stores.values():
            xs, ys = [s.left, s.left, s.right, s.right], [s.top, s.bottom, s.bottom, s.top]
            fig.line(xs, ys, line_color=grey, line_dash="dashed", line_width=1.2)
            fig.text([s.left], [(s.top + s.bottom) / 2], [f"{sentence(s.name)}: off"], x_offset=8, **words)
        for a in arrows:
            fig.segment(a.x0, a.y0, a.x1, a.y1, line_color=grey, line_dash="dashed", line_width=1.2)
            if a.declared.out_of not in stores and a.declared.into not in stores:
                label = dict(text_align=a.align, x_offset=8 if a.align == "left" else 0, y_offset=-9 if a.split else 0)
                fig.text([a.label[0]], [a.label[1]], [f"{sentence(a.name)}: off"], **words | label)

    def _draw_flows(self, fig: figure) -> None:
        shafts = fig.segment(
            "x0", "y0", "x1", "y1", source=self.flows, line_width="width", line_color="color", line_alpha=0.85
        )
        fig.scatter(
            "x1",
            "y1",
            source=self.flows,
            marker="triangle",
            size="head",
            angle="angle",
            fill_color="color",
            line_color=None,
        )
        fig.segment(
            "x0", "y", "x1", "y", source=self.key, line_width="width", line_color=theme.token("missing", self.dark)
        )
        fig.add_tools(hover(FLUX_TIP, renderers=[shafts], line_policy="interp"))

    def _draw_stores(self, fig: figure) -> None:
        fig.quad(
            "left",
            "right",
            "top",
            "bottom",
            source=self.levels,
            fill_color=theme.token("surface", self.dark),
            line_color=None,
        )
        boxes = fig.quad(
            "left", "right", "level", "bottom", source=self.levels, fill_color="color", fill_alpha=0.42, line_color=None
        )
        fig.segment("left", "level", "right", "level", source=self.levels, line_color="color", line_alpha=0.6)
        for x0, y0, x1, y1 in (
            ("left", "top", "left", "bottom"),
            ("left", "bottom", "right", "bottom"),
            ("right", "top", "right", "bottom"),
        ):
            fig.segment(x0, y0, x1, y1, source=self.levels, line_color="color", line_width=2.5, line_cap="round")
        fig.add_tools(hover(STORE_TIP, renderers=[boxes]))

    def _draw_labels(self, fig: figure) -> None:
        ink, muted = theme.token("text", self.dark), theme.token("muted", self.dark)
        font = dict(text_font=value(theme.FONT), source=self.levels)
        fig.text("left", "top", "name", x_offset=8, y_offset=7, text_baseline="top", text_font_size=NORMAL,
                 text_color=ink, **font)  # fmt: skip
        fig.text("left", "top", "label", x_offset=8, y_offset=23, text_baseline="top", text_font_size=NORMAL,
                 text_font_style="bold", text_color=ink, **font)  # fmt: skip
        fig.text("right", "top", "beside", x_offset=6, y_offset=5, text_baseline="middle", text_font_size=SMALL,
                 text_color=muted, **font)  # fmt: skip
        font = dict(text_font=value(theme.FONT), text_font_size=SMALL, text_align="align", x_offset="x_offset")
        fig.text("label_x", "label_y", "name", source=self.flows, y_offset="above", text_baseline="bottom",
                 text_color=muted, **font)  # fmt: skip
        fig.text("label_x", "label_y", "label", source=self.flows, y_offset="below", text_baseline="top",
                 text_color=ink, **font)  # fmt: skip
        fig.text("x", "y", "text", source=self.weather, text_font=value(theme.FONT), text_font_size="size",
                 text_color="color", text_baseline="top")  # fmt: skip
        fig.text("x1", "y", "text", source=self.key, x_offset=6, text_baseline="middle", text_font=value(theme.FONT),
                 text_font_size=SMALL, text_color=muted)  # fmt: skip

    def _show_key(self) -> None:
        """Three arrows of round fluxes, at the bottom on the left."""
        unit = units(self.arrows[0].declared.units) if self.arrows else ""
        top = 10.0 ** math.floor(math.log10(self.widest))
        rows = []
        for i, flux in enumerate((top / 100, top / 10, top)):
            words = f"{flux:g}" + (f" {unit}" if i == 2 else "")
            y = self.picture.height - GROUND / 2 - 12
            rows.append({"x0": 1 + 15 * i, "x1": 7 + 15 * i, "y": y, "width": self.width(flux), "text": words})
        self.key.data = _columns(rows)


def _columns(rows: list[dict]) -> dict[str, list]:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _angle(x0: float, y0: float, x1: float, y1: float) -> float:
    """Of the head, from pointing up: arrows run straight up, down, to the right or to the left."""
    if x0 == x1:
        return math.pi if y1 > y0 else 0.0
    return -math.pi / 2 if x1 > x0 else math.pi / 2
