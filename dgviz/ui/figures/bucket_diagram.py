"""The bucket diagram: a time step of a model as levels in its stores and arrows as wide as its fluxes, in SVG.

Horizontal places are shares of the width and vertical ones pixels, so that it fits any card without being scaled.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import xarray as xr

from dgviz.ui.figures import svg
from dgviz.ui.figures.buckets import GROUND, MAIN, OUTLET, SIDE, SKY
from dgviz.ui.figures.picture import Arrow, Bucket, Picture
from dgviz.ui.look import Look
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import has_no_zero, number, sentence, units

NARROW = 30  # % of the width: too narrow for a name and an amount in one line on a phone
WIDEST = 16  # px, of the widest arrow
FULL = 98  # the percentile of a store that fills its bucket
LEAST = 2e-4  # of the widest flux: a smaller one is drawn as a hairline without a label
EMPTY = 2e-4  # of the fullest store: one that never holds more passes on all it gets within a time step
ROW, ABREAST = 36, 2  # px of a row of figures below the picture, and how many stand in one: what a phone has room for
WAVES = ((10, 0.55), (17, 0.3))  # px below the ground and opacity of the lines of the water


def thin_stores(simulated: xr.Dataset, names: Collection[str]) -> frozenset[str]:
    """The stores of a simulation `(time,)` that hold next to nothing at the end of any time step."""
    highest = {name: float(abs(simulated[name]).max()) for name in names if name in simulated}
    fullest = max(highest.values(), default=0.0)
    return frozenset(name for name, value in highest.items() if value < EMPTY * fullest)


class BucketDiagram:
    """A `Picture` in SVG. `scale` fits buckets and arrows to a simulation, `draw` gives one of its time steps.

    A bucket is empty at zero; one that may hold less, or a temperature, at the 2nd percentile. A flux that runs
    backwards, as heat does, has its arrow turned round.
    """

    def __init__(self, picture: Picture, look: Look):
        self.picture, self.look = picture, look
        self.stores = [store for store in picture.stores.values() if store.on]
        self.arrows = [arrow for arrow in picture.arrows.values() if arrow.on]
        self.empty: dict[str, float] = {}
        self.full: dict[str, float] = {}
        self.widest = 1.0

    def scale(self, simulated: xr.Dataset) -> None:
        """Full buckets at the 98th percentile of each store, the widest arrow at the largest flux of `(time,)`."""
        for store in self.stores:
            low, self.full[store.name] = np.percentile(simulated[store.name].values, [100 - FULL, FULL]).tolist()
            below_zero = low < 0 or has_no_zero(store.declared.units)
            self.empty[store.name] = low if below_zero else 0.0
        self.widest = max((float(abs(simulated[a.name]).max()) for a in self.arrows), default=1.0) or 1.0

    def draw(self, values: Mapping[str, float], lines: Sequence[tuple[str, str]], about: str) -> Markup:
        """The stores and fluxes of a time step; `lines` are pairs of a figure and a word written beside them.

        `about` says what it is to who hears it.
        """
        has_room = self._has_room(lines)
        parts = [
            self._surroundings(),
            *(self._off_store(store) for store in self.picture.stores.values() if not store.on),
            *(self._off_arrow(arrow) for arrow in self.picture.arrows.values() if not arrow.on),
            *(self._store(store, values[store.name]) for store in self.stores),
            *(self._flux(arrow, values[arrow.name]) for arrow in self.arrows),
            self._beside(lines) if has_room else self._beneath(lines),
            self._key(),
        ]
        height = self.picture.height + (0 if has_room else ROW * math.ceil(len(lines) / ABREAST))
        frame = "<svg class='buckets' width='100%' height='{}' role='img' aria-label='{}'>{}</svg>"
        return html(frame, round(height), about, joined(parts))

    def width(self, flux: float) -> float:
        """The width of an arrow in px: the square root, so that small fluxes are still seen."""
        return max(1.0, WIDEST * math.sqrt(abs(flux) / self.widest))

    def share(self, store: Bucket, value: float) -> float:
        """How full a bucket is, from 0 to 1."""
        empty, full = self.empty.get(store.name, 0.0), self.full.get(store.name, 0.0)
        return min(max((value - empty) / (full - empty), 0.0), 1.0) if full > empty else 0.0

    def _store(self, store: Bucket, value: float) -> Markup:
        left, right, top, bottom = store.left, store.right, store.top, store.bottom
        level = bottom - self.share(store, value) * (bottom - top - 3)
        ink, unit = self.look.ink(store.name), units(store.declared.units)
        name, amount = sentence(store.name), f"{number(value, 1)} {unit}"
        empty, full = (number(ends.get(store.name, 0.0)) for ends in (self.empty, self.full))
        told = f"{store.declared.long_name}: {number(value)} {unit}; empty at {empty}, full at {full} {unit}"
        box = "<rect x='{}%' y='{}' width='{}%' height='{:.1f}' fill='{}' fill-opacity='{}'/>"
        if store.thin:
            words = svg.text(right, (top + bottom) / 2 + 4, name, "muted", dx=6)
        else:
            # In a narrow box the amount stands below the name.
            below = right - left < NARROW and bottom - top > OUTLET
            place = html("x='{:.2f}%' dx='8' dy='16'", left) if below else html("dx='4'")
            words = svg.text(left, top + 17, html("{} <tspan class='strong' {}>{}</tspan>", name, place, amount), dx=8)
        return html(
            "<g><title>{}</title>{}{}{}{}</g>",
            *(told, html(box, left, top, right - left, bottom - top, self.look.token("surface"), 1)),
            html(box, left, f"{level:.1f}", right - left, bottom - level, ink, 0.42),
            *(svg.sides(store, ink, 2.5), words),
        )

    def _flux(self, arrow: Arrow, value: float) -> Markup:
        flows = abs(value) >= LEAST * self.widest
        width = self.width(value) if flows else 1.0
        ink = self.look.ink(arrow.name) if flows else self.look.token("missing")
        x0, y0, x1, y1 = arrow.x0, arrow.y0, arrow.x1, arrow.y1
        if value < 0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        unit, learned = units(arrow.declared.units), ", by a learned network" * arrow.learned
        moves = f"{sentence(arrow.declared.out_of)} \u2192 {sentence(arrow.declared.into).lower()}"
        told = f"{arrow.declared.long_name}{learned}: {number(value, 3)} {unit}; {moves}"
        labels = self._flux_words(arrow, value, width) if flows else Markup("")
        return html("<g><title>{}</title>{}{}</g>", told, svg.arrow(x0, y0, x1, y1, width, ink), labels)

    def _flux_words(self, arrow: Arrow, value: float, width: float) -> Markup:
        """The name above and the figure below the place of the label, on both sides of an arrow that runs through."""
        aside = width / 2 + 2 if arrow.split else 0
        x, y = arrow.label
        dx = width / 2 + 5 if arrow.align == "left" and x == arrow.x0 else 0
        name = sentence(arrow.name) + " (learned)" * arrow.learned
        amount = number(value) if arrow.split else f"{number(value)} {units(arrow.declared.units)}"
        return svg.text(x, y - aside - 2, name, "small muted", dx, arrow.align) + svg.text(
            x, y + aside + 10, amount, "small", dx, arrow.align
        )

    def _surroundings(self) -> Markup:
        """Sky, ground and stream."""
        picture, parts = self.picture, [svg.line(0, SKY, 100, SKY, self.look.token("border"), 1)]
        if picture.above:
            parts.append(svg.text(100, SKY - 6, ", ".join(map(sentence, picture.above)), "small muted", 0, "right"))
        if picture.beside:
            parts += [svg.wave(picture.ground + depth, self.look.token("primary"), alpha) for depth, alpha in WAVES]
            places = ", ".join(map(sentence, picture.beside))
            parts.append(svg.text(SIDE - 7, picture.ground + 18, places, "small muted", 0, "right"))
            off = [sentence(a.name) for a in picture.arrows.values() if not a.on and a.declared.into in picture.beside]
            if off:  # in a line of their own: side by side below the stores there is no room for their names
                words = f"Off: {', '.join(off).lower()}"
                parts.append(svg.text(100, picture.height - 3, words, "small muted", 0, "right"))
        parts += [svg.text(x, picture.ground + 18, sentence(p), "small muted", 0, "center") for p, x in picture.below]
        return joined(parts)

    def _off_store(self, store: Bucket) -> Markup:
        """A store that is switched off: dashed, and said."""
        words = svg.text(
            store.left, (store.top + store.bottom) / 2 + 4, f"{sentence(store.name)}: off", "small muted", 8
        )
        return svg.sides(store, self.look.token("missing"), 1.2, "4 3") + words

    def _off_arrow(self, arrow: Arrow) -> Markup:
        """A flux that is switched off; one at a store that is off itself needs no words, nor one said below."""
        off = {store.name for store in self.picture.stores.values() if not store.on} | {*self.picture.beside}
        drawn = svg.line(arrow.x0, arrow.y0, arrow.x1, arrow.y1, self.look.token("missing"), 1.2, "4 3")
        if off & {arrow.declared.out_of, arrow.declared.into}:
            return drawn
        dx, y = 8 if arrow.align == "left" else 0, arrow.label[1] + (-5 if arrow.split else 4)
        return drawn + svg.text(arrow.label[0], y, f"{sentence(arrow.name)}: off", "small muted", dx, arrow.align)

    def _has_room(self, lines: Sequence[tuple[str, str]]) -> bool:
        """Is there room on the right for figures and words, above all that leaves the stores there?"""
        leaving = [arrow.label[1] - WIDEST - 10 for arrow in self.picture.arrows.values() if arrow.split]
        return SKY + sum(map(_height, lines)) <= min(leaving, default=self.picture.ground)

    def _beside(self, lines: Sequence[tuple[str, str]]) -> Markup:
        """Figures and words on the right of the stores, one below the other."""
        parts, y = [], SKY + 18
        for line in lines:
            parts.append(_figure(MAIN + 12, y, *line))
            y += _height(line)
        return joined(parts)

    def _beneath(self, lines: Sequence[tuple[str, str]]) -> Markup:
        """Figures and words below the picture, side by side."""
        top = self.picture.height + 16
        rows = [(100 / ABREAST * (i % ABREAST), top + ROW * (i // ABREAST)) for i in range(len(lines))]
        return joined(_figure(*place, *line) for place, line in zip(rows, lines, strict=True))

    def _key(self) -> Markup:
        """Three arrows of round fluxes, at the bottom on the left."""
        unit = units(self.arrows[0].declared.units) if self.arrows else ""
        top, y = 10.0 ** math.floor(math.log10(self.widest)), self.picture.height - GROUND / 2 + 8
        parts = []
        for i, flux in enumerate((top / 100, top / 10, top)):
            words = f"{flux:g} {unit}" if i == 2 else f"{flux:g}"
            parts.append(svg.line(1 + 15 * i, y, 6 + 15 * i, y, self.look.token("missing"), self.width(flux)))
            parts.append(svg.text(6 + 15 * i, y + 4, words, "small muted", 6))
        return joined(parts)


def _height(line: tuple[str, str]) -> int:
    return 32 if line[1] else 20


def _figure(x: float, y: float, large: str, small: str) -> Markup:
    return svg.text(x, y, large, "large") + svg.text(x, y + 14, small, "small muted")
