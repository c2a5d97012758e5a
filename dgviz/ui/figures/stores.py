"""Stores and fluxes of a site through time: what comes in from the top, fluxes, and stores, on one axis of time."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

from dgviz.processes.declare import Flux, Quantity, State
from dgviz.ui import theme
from dgviz.ui.figures import high_enough, hover_in_time, moment_line, nothing_yet, stacked, time_figure, tip
from dgviz.ui.figures.series import inside_of, limits_of, show_days
from dgviz.ui.look import Look
from dgviz.ui.words.text import has_no_zero, short_label, units, with_units

INFLOW = 96  # px of a panel of inflows, or more
FLAT = 0.2  # of the largest store: one that never holds more is flat beside it
DASHES = ("solid", (6, 2), (2, 2), (8, 2, 2, 2))  # of quantities that share a colour


class StoreSeries:
    """Panels over one source of all series; which are drawn is chosen with `show_only`.

    `inflows` of the same units hang from the top, stacked, or stand on zero where some are negative, as gains and
    losses of heat; `others` are drawn as lines, fluxes above and what is held below. Stores that hold much less than
    the largest one of `simulated` have a panel of their own: beside it they would be flat.
    """

    def __init__(
        self, inflows: dict[str, Flux], others: dict[str, Quantity], look: Look, simulated: xr.Dataset | None = None
    ):
        self.inflows, self.others, self.look = inflows, others, look
        names = ["time", *inflows, *others, *(f"{end}_{name}" for name in inflows for end in ("base", "top"))]
        self.source = ColumnDataSource(nothing_yet(*names))
        self.x_range = Range1d()
        self.lines: dict = {}
        self.stacks = {self._inflow_panel(alike): list(alike) for alike in _by_units(inflows)}
        self.panels = list(self.stacks)
        for alike in _by_units({n: q for n, q in others.items() if isinstance(q, Flux)}):
            self.panels.append(self._line_panel(alike, "Fluxes", 200))
        for alike in _by_units({n: q for n, q in others.items() if isinstance(q, State)}):
            for words, some in _by_size(alike, simulated).items():
                self.panels.append(self._line_panel(some, words, 150))
        self.moment = moment_line(self.panels, look)
        self.layout = stacked(self.panels)

    def update(self, simulated: xr.Dataset) -> None:
        """The series of another site or of other times, `(time,)`."""
        columns = {name: simulated[name].values for name in (*self.inflows, *self.lines)}
        for names in self.stacks.values():
            columns |= stack({name: columns[name] for name in names})
        self.source.data = {"time": simulated.time.values, **columns}

    def show_only(self, names: Sequence[str]) -> None:
        """Draw these quantities."""
        for name, line in self.lines.items():
            line.visible = name in names
        for panel in self.panels:
            if panel in self.stacks:
                continue
            drawn = {n: line for n, line in self.lines.items() if line in panel.renderers and line.visible}
            declared = {name: self.others[name] for name in drawn}
            rows = [(short_label(n, q), f"@{n}{{0.00}}", units(q.units)) for n, q in declared.items()]
            panel.select_one(HoverTool).update(
                renderers=list(drawn.values())[:1], tooltips=tip([self.look.step.date_tip, *rows])
            )

    def show_window(self, window: tuple[str, str], names: Sequence[str]) -> None:
        """Fit the axes to a window and to what is drawn of it."""
        show_days(self.x_range, window)
        inside = inside_of(self.source, window)
        for panel in self.panels:
            if panel in self.stacks:
                low, high = limits_of(self.source.data, [f"top_{n}" for n in self.stacks[panel]], inside, 0.0)
                start, end = (high, low) if low == 0 else (low, high)
                panel.y_range.update(start=1.12 * start, end=1.12 * end)
                continue
            drawn = [n for n in names if n in self.lines and self.lines[n] in panel.renderers]
            panel.visible = bool(drawn) or panel is self.panels[-1]
            # Zero stays in sight, but of temperatures, whose zero means nothing.
            floor = None if drawn and has_no_zero(self.others[drawn[0]].units) else 0.0
            low, high = limits_of(self.source.data, drawn, inside, floor) if drawn else (0.0, 1.0)
            high = high if floor is None else max(high, floor)
            panel.y_range.update(start=low, end=high + 0.06 * (high - low))

    def _inflow_panel(self, inflows: dict[str, Flux]) -> figure:
        words = with_units("Inflow", next(iter(inflows.values())).units)
        height = high_enough(INFLOW, words)
        fig = time_figure(height, words, self.x_range, Range1d(10, 0), tools="xpan,xwheel_zoom")
        area = dict(source=self.source, step_mode="center")
        for name in inflows:
            fig.varea_step("time", f"base_{name}", f"top_{name}", fill_color=self.look.ink(name), **area)
        fig.yaxis.ticker.desired_num_ticks = 3
        fig.toolbar_location = None
        return fig

    def _line_panel(self, quantities: dict[str, Quantity], words: str, height: int) -> figure:
        unit = next(iter(quantities.values())).units
        fig = time_figure(height, with_units(words, unit), self.x_range, Range1d(0, 1))
        order = list(self.look.colours)  # the quantity after which a colour is named comes before those that share it
        for name in quantities:
            colour = self.look.ink(name)
            alike = sorted((n for n in quantities if self.look.ink(n) == colour), key=order.index)
            dash = DASHES[alike.index(name) % len(DASHES)]
            self.lines[name] = fig.line("time", name, source=self.source, line_color=colour, line_dash=dash,
                                        line_width=theme.LINE)  # fmt: skip
        fig.add_tools(hover_in_time(self.look))
        return fig


def stack(amounts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The ends of stacked areas, `base_NAME` and `top_NAME`: gains upon gains above zero, losses upon losses below."""
    ends, gains, losses = {}, 0.0, 0.0
    for name, amount in amounts.items():
        gained, lost = np.maximum(amount, 0), np.minimum(amount, 0)
        ends[f"base_{name}"] = np.where(amount > 0, gains, losses)
        gains, losses = gains + gained, losses + lost
        ends[f"top_{name}"] = np.where(amount > 0, gains, losses)
    return ends


def _by_size(stores: dict[str, Quantity], simulated: xr.Dataset | None) -> dict[str, dict[str, Quantity]]:
    """Stores that can share an axis without being flat on it, by the words for them."""
    if simulated is None or any(has_no_zero(store.units) for store in stores.values()):
        return {"Stores": stores}
    most = {name: float(abs(simulated[name]).max()) for name in stores}
    large = {name: store for name, store in stores.items() if most[name] >= FLAT * max(most.values())}
    small = {name: store for name, store in stores.items() if name not in large}
    return {"Large stores": large, "Small stores": small} if small else {"Stores": stores}


def _by_units(quantities: dict[str, Quantity]) -> list[dict[str, Quantity]]:
    """Quantities that can share an axis."""
    groups: dict[str, dict[str, Quantity]] = {}
    for name, quantity in quantities.items():
        groups.setdefault(quantity.units, {})[name] = quantity
    return list(groups.values())
