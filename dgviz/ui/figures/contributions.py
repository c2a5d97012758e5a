"""What a value is made of: a bar of shares for each baseline, and the contributions of each earlier step."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, FactorRange, Range1d
from bokeh.plotting import figure

from dgviz.processes.declare import Quantity
from dgviz.quantities import lower_first
from dgviz.sensitivity.contributions import BACK, RECENT
from dgviz.ui import theme
from dgviz.ui.figures import high_enough, hover, hover_in_time, nothing_yet, plain_figure, time_figure, zero_line
from dgviz.ui.figures.stores import stack
from dgviz.ui.look import Look
from dgviz.ui.words.text import with_units

EARLIER = (1, 6, 7, 5)  # places in the palette, of what came earlier: a shade would not be told apart on a map


class Shares:
    """A row for each baseline: parts of a value, those above zero to the right and those below to the left."""

    def __init__(self, look: Look, parts: Mapping[str, tuple[str, str]], words: str):
        self.look, self.parts = look, parts  # by name: words, colour
        self.rows = FactorRange()
        self.x_range = Range1d(0, 1)
        self.source = ColumnDataSource(nothing_yet("row", *(f"{e}_{n}" for n in parts for e in ("base", "top"))))
        self.figure = plain_figure(108, words, x_range=self.x_range, y_range=self.rows, min_border_left=118)
        for name, (said, ink) in parts.items():
            bar = self.figure.hbar("row", left=f"base_{name}", right=f"top_{name}", height=0.62, source=self.source,
                                   fill_color=ink, line_color=look.token("surface"))  # fmt: skip
            self.figure.add_tools(hover([(said, f"@{name}{{0.00}}")], renderers=[bar]))
        self.figure.ygrid.visible = False

    def show(self, rows: Mapping[str, Mapping[str, float]]) -> None:
        """Parts by name, for each row by its words."""
        values = {n: np.array([row.get(n, 0.0) for row in rows.values()]) for n in self.parts}
        ends = stack(values)
        self.rows.factors = list(rows)[::-1]
        self.source.data = {"row": list(rows), **values, **ends}
        high = max(float(v.max()) for v in ends.values())
        low = min(float(v.min()) for v in ends.values())
        self.x_range.update(start=1.03 * low, end=1.03 * high)


class ByStep:
    """Contributions of each step, stacked."""

    def __init__(self, look: Look, inputs: Mapping[str, str], words: str):
        self.inputs = dict(inputs)  # words by name
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        columns = ["time", *inputs, *(f"{e}_{n}" for n in inputs for e in ("base", "top"))]
        self.source = ColumnDataSource(nothing_yet(*columns))
        self.figure = self._figure(look, words)

    def show(self, found: xr.Dataset, step_ms: float) -> None:
        """Contributions `(time,)` by input."""
        values = {n: found[n].values for n in self.inputs}
        ends = stack(values)
        times = found.indexes["time"]
        half = np.timedelta64(int(step_ms), "ms")
        self.x_range.update(start=times[0] - half, end=times[-1] + half)
        low, high = min(float(v.min()) for v in ends.values()), max(float(v.max()) for v in ends.values())
        self.y_range.update(start=1.06 * low, end=1.06 * high or 1.0)
        self.source.data = {"time": times.values, **values, **ends}

    def _figure(self, look: Look, words: str) -> figure:
        fig = time_figure(high_enough(150, words), words, self.x_range, self.y_range)
        bars = [
            fig.vbar("time", bottom=f"base_{n}", top=f"top_{n}", width=0.86 * look.step.ms, source=self.source,
                     line_color=None, fill_color=look.ink(n))
            for n in self.inputs
        ]  # fmt: skip
        zero_line(fig, look)
        rows = [(said, f"@{n}{{0.000}}") for n, said in self.inputs.items()]
        fig.add_tools(hover_in_time(look, rows, renderers=bars[:1]))
        return fig


def parts_of(inputs: Sequence[str], look: Look, quantities: Mapping[str, Quantity]) -> dict[str, tuple[str, str]]:
    """What a value is made of, by name: words and colour."""
    names, found = look.step.names, {}
    for name in inputs:
        said = lower_first(quantities[name].long_name)
        found[name] = f"{said}, last {RECENT} {names}", look.ink(name)
    for place, name in enumerate(inputs):
        said = lower_first(quantities[name].long_name)
        ink = theme.PALETTE[EARLIER[place % len(EARLIER)]][look.dark]
        found[f"earlier_{name}"] = f"{said}, {RECENT} to {BACK} {names} before", ink
    return found | {"baseline": ("at the baseline, with what was stored before", look.token("muted"))}


def axis_words(look: Look) -> str:
    """The label of an axis of contributions."""
    return with_units("Contribution", look.target.units)
