"""Where the stores and fluxes of a model stand in a picture, from the declarations alone.

Stores stand one below the other in the order of the slots. What comes from outside falls from the top; what returns
there rises on the left. A flux to the next store is an arrow in the gap between them; one that passes stores by has a
lane beside them, down on the right, up on the left. Stores that only drain to the other outside places (a channel)
stand on the right, above those places. What leaves another store for such a place does not pass them: it goes straight
down to the ground, where the place is named (deep groundwater).

Options that are not chosen keep their place, switched off, so that the picture does not jump.
x goes from 0 to 100 % of the width, y in pixels from the top.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from dgviz.domains import Domain
from dgviz.processes.declare import Flux, State
from dgviz.ui.figures.picture import Arrow, Bucket, Picture

SKY, GAP, STORE, OFF, THIN, GROUND = 32, 24, 24, 14, 6, 44  # px: heights
OFF_LINE = 16  # px: for the name of a way out that is switched off
BELOW = 22  # px: for the names of places in the ground
OUTLET = 38  # px of a store's side for each arrow that leaves there
LANE, MAIN, SIDE = 13.0, 60.0, 80.0  # %: width of a lane, right end of the stores, left end of the side


def lay_out(domain: Domain, processes: Mapping[str, str], thin: Collection[str] = (), units: str = "") -> Picture:
    """The picture of a domain with the chosen option of each slot; `thin` names the stores that hold nothing.

    With `units` only of the stores that have these, where a domain holds several things.
    """
    return _Layout(domain, processes, thin, units).picture()


@dataclass
class _Layout:
    domain: Domain
    processes: Mapping[str, str]
    thin: Collection[str]
    units: str = ""
    arrows: dict[str, Arrow] = field(default_factory=dict)

    def __post_init__(self):
        chosen = [self.domain.option(slot, name) for slot, name in self.domain.complete(self.processes).items()]
        self.on = {name for option in chosen for name in option.declared}
        self.learned = {name for option in chosen for name in option.learned}
        self.states, fluxes = (self.domain.of(kind, chosen) for kind in (State, Flux))
        self.states = {name: state for name, state in self.states.items() if self.units in ("", state.units)}
        ends = {*self.states, *self.domain.outside}
        self.fluxes = {name: flux for name, flux in fluxes.items() if {flux.out_of, flux.into} <= ends}
        self.fluxes = {n: f for n, f in self.fluxes.items() if {f.out_of, f.into} & self.states.keys()}
        self.above = tuple(p for p in self.domain.outside if any(f.out_of == p for f in self.fluxes.values()))
        reached = {f.into for f in self.fluxes.values()}
        self.beside = tuple(p for p in self.domain.outside if p not in self.above and p in reached)
        side = [name for name in self.states if self._drains_aside(name)]
        self.side = side if len(side) < len(self.states) else []
        self.main = [name for name in self.states if name not in self.side]
        self.row = dict.fromkeys(self.above, -1) | {name: i for i, name in enumerate(self.main)}
        past = {n for n, f in self.fluxes.items() if f.out_of in self.main and f.into in self.beside}
        self.sinking = past if self.side else set()
        vertical = {n: self._rows(f) for n, f in self.fluxes.items() if n in self.sinking or self._is_vertical(f)}
        self.near = {n: rows for n, rows in vertical.items() if abs(rows[0] - rows[1]) == 1}
        far = {n: rows for n, rows in vertical.items() if abs(rows[0] - rows[1]) > 1}
        self.down = _lanes({n: rows for n, rows in far.items() if rows[0] < rows[1]})
        self.up = _lanes({n: (rows[1], rows[0]) for n, rows in far.items() if rows[0] > rows[1]})

    def picture(self) -> Picture:
        self.stores = self._boxes()
        self.ground = ground = max(store.bottom for store in self.stores.values()) + GAP
        for rows in {rows for pair in self.near.values() for rows in [min(pair)]}:
            self._draw_gap(rows)
        for name in self.down | self.up:
            self._draw_lane(name)
        for source in self.main:
            self._draw_side(source)
        self._draw_outlets(ground)
        arrows = {name: self.arrows[name] for name in self.fluxes if name in self.arrows}
        below = tuple((arrows[name].declared.into, arrows[name].x0) for name in arrows if name in self.sinking)
        aside = {f.into for n, f in self.fluxes.items() if n not in self.sinking}
        beside = tuple(place for place in self.beside if place in aside)
        height = ground + GROUND + (BELOW if below else 0) + OFF_LINE * bool(self.off_outlets)
        return Picture(self.stores, arrows, self.above, beside, below, ground, height)

    def _drains_aside(self, store: str) -> bool:
        leaving = [flux.into for flux in self.fluxes.values() if flux.out_of == store]
        return bool(leaving) and all(place in self.beside for place in leaving)

    def _is_vertical(self, flux: Flux) -> bool:
        return flux.out_of in self.row and flux.into in self.row

    def _rows(self, flux: Flux) -> tuple[int, int]:
        """From which row to which a flux goes; the ground is the row below the last store."""
        return self.row[flux.out_of], self.row.get(flux.into, len(self.main))

    def _leaves_aside(self, store: str) -> list[str]:
        leaving = [n for n, f in self.fluxes.items() if f.out_of == store and f.into not in self.row]
        return [name for name in leaving if name not in self.sinking]

    def _boxes(self) -> dict[str, Bucket]:
        boxes, y = {}, SKY + GAP
        for i, name in enumerate(self.main):
            least = STORE if name in self.on else OFF
            height = THIN if name in self.thin else max(least, OUTLET * len(self._leaves_aside(name)))
            left = LANE * _passing(self.up, i)
            right = MAIN - LANE * _passing(self.down, i)
            boxes[name] = self._box(name, left, right, y, y + height)
            y += height + GAP
        return boxes | self._side_boxes(boxes)

    def _side_boxes(self, boxes: dict[str, Bucket]) -> dict[str, Bucket]:
        """On the right, beside the stores that feed them, one below the other."""
        sources = [boxes[f.out_of] for f in self.fluxes.values() if f.out_of in boxes and f.into in self.side]
        top = min((s.top for s in sources), default=SKY)
        bottom = max((s.bottom for s in sources), default=SKY + STORE)
        ends = np.linspace(top, bottom + GAP, len(self.side) + 1).tolist()
        # A gap below each; the last one ends where its sources do.
        places = zip(self.side, ends, ends[1:], strict=False)
        return {name: self._box(name, SIDE, 100, start, stop - GAP) for name, start, stop in places}

    def _box(self, name: str, left: float, right: float, top: float, bottom: float) -> Bucket:
        return Bucket(name, self.states[name], left, right, top, bottom, name in self.on, name in self.thin)

    def _ends(self, row: int) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of a row: a store, all that is above, or the ground."""
        if row < 0:
            return 0, 100, SKY, SKY
        if row == len(self.main):
            return 0, MAIN, self.ground, self.ground
        store = self.stores[self.main[row]]
        return store.left, store.right, store.top, store.bottom

    def _draw_gap(self, upper: int) -> None:
        """Arrows between a row and the next, side by side."""
        above, below = self._ends(upper), self._ends(upper + 1)
        left, right = max(above[0], below[0]), min(above[1], below[1])
        if upper + 1 < len(self.main) and any(self._starts_up_from(upper + 1)):
            left += 0.5 * (right - left)  # its label needs the place
        names = [n for n, rows in self.near.items() if min(rows) == upper]
        for i, name in enumerate(names):
            x = left + (right - left) * (i + (0.22 if upper >= 0 else 0.7)) / len(names)
            y0, y1 = (above[3], below[2]) if self.near[name][0] == upper else (below[2], above[3])
            at_sky = upper < 0
            label = (x, SKY / 2) if at_sky else (x, (y0 + y1) / 2)
            self._add(name, x, y0, x, y1, label, "center" if at_sky else "left")

    def _starts_up_from(self, row: int) -> list[str]:
        return [n for n in self.up if self.row[self.fluxes[n].out_of] == row and self.fluxes[n].into not in self.above]

    def _draw_lane(self, name: str) -> None:
        """An arrow that passes stores by."""
        flux = self.fluxes[name]
        source, goal = (self._ends(row) for row in self._rows(flux))
        if name in self.down:
            x = MAIN - LANE * (self.down[name][0] + 0.5)
            y0, y1 = source[3], goal[2]
            label, align = ((x, SKY / 2), "center") if flux.out_of in self.above else ((x, (y0 + y1) / 2), "left")
        else:
            x = LANE * (self.up[name][0] + 0.5)
            y0, y1 = source[2], goal[3]
            label, align = ((0, SKY / 2), "left") if flux.into in self.above else ((x, y0 - GAP / 2), "left")
        self._add(name, x, y0, x, y1, label, align)

    def _draw_side(self, source: str) -> None:
        """Arrows from a store to the right, the first declared the highest."""
        box, names = self.stores[source], self._leaves_aside(source)
        for i, name in enumerate(names):
            y = box.top + (i + 0.5) / len(names) * (box.bottom - box.top)
            goal = self.stores.get(self.fluxes[name].into)
            y1 = min(max(y, goal.top + 8), goal.bottom - 8) if goal else y
            self._add(name, box.right, y, SIDE, y1, ((box.right + SIDE) / 2, (y + y1) / 2), "center", split=True)

    def _draw_outlets(self, ground: float) -> None:
        """From the stores on the right down to the places there, each in its own column."""
        names = [n for n, f in self.fluxes.items() if f.out_of in self.side]
        for i, name in enumerate(names):
            box = self.stores[self.fluxes[name].out_of]
            x = SIDE + (100 - SIDE) * (i + 0.5) / len(names)
            goal = self.stores.get(self.fluxes[name].into)
            label = (x, ground + 32)
            self._add(name, x, box.bottom, x, goal.top if goal else ground + 6, label, "center")

    @property
    def off_outlets(self) -> list[str]:
        """Ways out of the stores on the right that are switched off."""
        return [n for n, f in self.fluxes.items() if f.out_of in self.side and n not in self.on]

    def _add(self, name, x0, y0, x1, y1, label, align, split=False) -> None:
        on, learned = name in self.on, name in self.learned & self.on
        self.arrows[name] = Arrow(name, self.fluxes[name], x0, y0, x1, y1, label, align, on, learned, split)


def _lanes(rows: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int, int]]:
    """Lane number, first and last row of each flux; the longest are outermost, and no two share a part of a lane."""
    lanes: dict[str, tuple[int, int, int]] = {}
    for name, (first, last) in sorted(rows.items(), key=lambda item: item[1][0] - item[1][1]):
        taken = {lane for lane, start, stop in lanes.values() if first < stop and start < last}
        lanes[name] = (next(i for i in range(len(rows)) if i not in taken), first, last)
    return lanes


def _passing(lanes: dict[str, tuple[int, int, int]], row: int) -> int:
    """How many lanes must be kept free beside a row."""
    return max((lane + 1 for lane, first, last in lanes.values() if first < row < last), default=0)
