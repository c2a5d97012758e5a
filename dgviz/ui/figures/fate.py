"""What became of one unit: stacked areas through time, what has left below and what is still held above."""

from collections.abc import Collection

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d

from dgviz.ui.figures import hover_in_time, nothing_yet, time_figure, tip, zero_line
from dgviz.ui.figures.stores import stack
from dgviz.ui.look import Look
from dgviz.ui.words.text import units, with_units

HEIGHT = 250
HELD = 0.5  # opacity
NEGLIGIBLE = 5e-3  # of the largest: an area that is never seen


class FateFigure:
    """Areas of the account of one unit of a forcing; `names` are those that can be drawn, from below.

    What is still held, in the stores among them, is pale.
    """

    def __init__(self, look: Look, names: dict[str, str], stores: Collection[str]):
        self.look, self.names, self.stores = look, names, stores
        self.x_range, self.y_range = Range1d(), Range1d(0, 1)
        columns = ["time", "came_in", *names, *(f"{end}_{name}" for name in names for end in ("base", "top"))]
        self.source = ColumnDataSource(nothing_yet(*columns))
        self.figure = time_figure(HEIGHT, " ", self.x_range, self.y_range)
        self.areas = {
            name: self.figure.varea("time", f"base_{name}", f"top_{name}", source=self.source,
                                    fill_color=look.ink(name), fill_alpha=self.alpha(name))
            for name in names
        }  # fmt: skip
        zero_line(self.figure, look)
        self.line = self.figure.line("time", "came_in", source=self.source, line_alpha=0)
        self.hover = hover_in_time(look, renderers=[self.line])
        self.figure.add_tools(self.hover)

    def alpha(self, name: str) -> float:
        """The opacity of an area."""
        return HELD if name in self.stores else 0.95

    def show(self, found: xr.Dataset) -> list[str]:
        """The account of `fate`; the names of the areas that are seen, from below."""
        order = [name for name in self.names if name in found]
        amounts = {name: found[name].values for name in order}
        largest = max((float(np.abs(v).max()) for v in amounts.values()), default=0.0)
        seen = [name for name in order if float(np.abs(amounts[name]).max()) > NEGLIGIBLE * largest]
        ends = stack(amounts)
        zeros = {name: np.zeros(found.sizes["time"]) for name in self.names if name not in amounts}
        ends |= {f"{end}_{name}": flat for name, flat in zeros.items() for end in ("base", "top")}
        self.source.data = {"time": found.time.values, "came_in": found.came_in.values, **zeros, **amounts, **ends}
        for name, area in self.areas.items():
            area.visible = name in seen
        low = min((float(ends[f"top_{n}"].min()) for n in order), default=0.0)
        high = max((float(ends[f"top_{n}"].max()) for n in order), default=1.0)
        margin = 0.04 * (high - low or 1.0)
        self.y_range.update(start=low - margin * (low < 0), end=high + margin)
        unit = found.attrs["units"]
        self.figure.yaxis.axis_label = with_units("Of one unit", unit)
        rows = [(self.names[name], f"@{name}{{0.000}}", units(unit)) for name in reversed(seen)]
        self.hover.tooltips = tip([self.look.step.date_tip, *rows])
        return seen
