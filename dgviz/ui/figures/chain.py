"""The chain of processes of a model: which reads what of which, and what each gives at a time."""

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dgviz.processes.declare import Flux, Parameter, Process, title
from dgviz.processes.model import ProcessModel
from dgviz.quantities import lower_first
from dgviz.ui.figures import svg
from dgviz.ui.look import Look
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number, short_label, units

TOP, HEAD, LINE, PAD, GAP = 4, 25, 18, 8, 26  # px: above all, of a box its title, a line and its end, between boxes
WIDE = 48  # characters in a line: what a phone has room for
FIRST_LANE, LANE = 8.0, 7.0  # % of the width: where the first process sends what it computes, and from one to the next


@dataclass(frozen=True)
class Box:
    """A process from `top` to `bottom` px: its place in the chain, and the fluxes of others that it reads."""

    process: Process
    place: int
    reads: tuple[str, ...]
    lines: tuple[Markup, ...]
    top: float

    @property
    def bottom(self) -> float:
        """Where its last line ends."""
        return self.top + HEAD + LINE * len(self.lines) + PAD

    @property
    def lane(self) -> float:
        """Where what it computes goes down to those that read it, %."""
        return FIRST_LANE + LANE * self.place


class ChainDiagram:
    """Processes one below the other in their order; what one computes runs down a lane of its own to all that read it.

    `draw` writes in what they are given and what they give, but for the fluxes of `without`.
    """

    def __init__(self, model: ProcessModel, look: Look, without: Collection[str] = ()):
        self.model, self.look, self.without, self.fluxes = model, look, without, model.of(Flux)
        self.processes = [process for process in model.processes if process.of(Flux)]

    def scale(self, simulated) -> None:
        """Nothing is scaled: values are written, not drawn."""

    def draw(self, values: Mapping[str, float], lines: Sequence[tuple[str, str]], about: str) -> Markup:
        """The values of a time by name: of fluxes, and of the forcings and parameters that are known.

        `about` says what it is to who hears it; `lines`, which a picture of stores has beside it, stand in the boxes.
        """
        boxes: list[Box] = []
        top = float(TOP)
        for place, process in enumerate(self.processes):
            reads = tuple(name for name in process.reads if name in self.fluxes and name not in process.declared)
            boxes.append(Box(process, place, reads, tuple(self._lines(process, values)), top))
            top = boxes[-1].bottom + GAP
        parts = [*self._lanes(boxes), *map(self._box, boxes)]
        frame = "<svg class='buckets' width='100%' height='{}' role='img' aria-label='{}'>{}</svg>"
        return html(frame, round(top - GAP + PAD), about, joined(parts))

    def _lanes(self, boxes: list[Box]) -> list[Markup]:
        """An arrow from each process into each that reads what it computes; boxes between them are passed behind."""
        drawn = []
        for box in boxes:
            for other in boxes[: box.place]:
                if read := [name for name in other.process.of(Flux) if name in box.reads]:
                    ink = self.look.ink(read[0])
                    drawn.append(svg.arrow(other.lane, other.bottom, other.lane, box.top, 1.8, ink))
        return drawn

    def _box(self, box: Box) -> Markup:
        frame = "<rect x='0.5%' y='{}' width='99%' height='{:.0f}' rx='6' fill='{}' stroke='{}'/>"
        surface, border = self.look.token("surface"), self.look.token("border")
        parts = [html(frame, box.top, box.bottom - box.top, surface, border)]
        parts.append(svg.text(0.5, box.top + 18, title(type(box.process)).partition(":")[0], "strong", 10))
        for number_of, line in enumerate(box.lines):
            place = "<svg x='0.5%' y='{:.0f}' overflow='visible'>{}</svg>"
            parts.append(html(place, box.top + HEAD + LINE * number_of, line))
        return html("<g>{}</g>", joined(parts))

    def _lines(self, process: Process, values: Mapping[str, float]) -> list[Markup]:
        """What a process is given, what it computes, and with which parameters."""
        given = [n for n in process.reads if n in self.model.forcings and n not in self.fluxes]
        lines = self._wrapped("is given", [self._said(name, values) for name in given])
        lines += [self._flux(process, name, values) for name in process.of(Flux) if name not in self.without]
        return lines + self._wrapped("with", [self._said(name, values) for name in process.of(Parameter)])

    def _wrapped(self, before: str, words: list[str]) -> list[Markup]:
        """As many lines as it takes; a name stays together with its value."""
        kept = [word.replace(" ", "\u00a0") for word in words]
        lines = textwrap.wrap(f"{before} {', '.join(kept)}", WIDE, break_long_words=False) if words else []
        return [svg.text(0, 13, line, "small muted", 10) for line in lines]

    def _flux(self, process: Process, name: str, values: Mapping[str, float]) -> Markup:
        flux = self.fluxes[name]
        dot = html("<circle cx='14' cy='9' r='4' fill='{}'/>", self.look.ink(name))
        amount = f"{number(values.get(name, float('nan')))} {units(flux.units)}".strip()
        learned = " (learned)" * (name in process.learned)
        words = html("{}{} <tspan class='strong'>{}</tspan>", short_label(name, flux), learned, amount)
        return joined([dot, svg.text(0, 13, words, "", 24)])

    def _said(self, name: str, values: Mapping[str, float]) -> str:
        """A forcing in words, or a parameter by its symbol, with its value where it is known."""
        declared = {**self.model.inputs, **self.model.of(Parameter)}[name]
        called = name if isinstance(declared, Parameter) else lower_first(declared.long_name).partition(" (")[0]
        value = values.get(name)
        return called + ("" if value is None else f" {number(value)} {units(declared.units)}".rstrip())
