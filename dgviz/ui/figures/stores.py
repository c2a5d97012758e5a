"""Stores and fluxes of a site through time: what comes in from the top, fluxes, and stores, on one axis of days."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, HoverTool, Range1d, Span
from bokeh.plotting import figure

from dgviz.processes.declare import Flux, Quantity
from dgviz.ui import theme
from dgviz.ui.figures import hover, nothing_yet, plain_figure, plain_legend, tip
from dgviz.ui.words.text import lower_first, sentence, short_label, units

DATE = ("", "@time{%e %b %Y}")
DASHES = ("solid", (6, 2), (2, 2), (8, 2, 2, 2))  # of quantities that share a colour


class StoreSeries:
    """Panels over one source of all series; which are drawn is chosen with `show_only`.

    `inflows` hang from the top, stacked; `others` are drawn as lines, fluxes above and what is held below.
    """

    def __init__(self, inflows: dict[str, Flux], others: dict[str, Quantity], dark: bool = False):
        self.inflows, self.others, self.dark = inflows, others, dark
        names = ["time", *inflows, *others, *(f"top_{name}" for name in inflows)]
        self.source = ColumnDataSource(nothing_yet(*names))
        self.x_range = Range1d()
        self.day = Span(dimension="height", line_color=theme.token("text", dark), line_width=1, line_alpha=0.6)
        fluxes = {n: q for n, q in others.items() if q.units.endswith(" d-1")}
        stores = {n: q for n, q in others.items() if n not in fluxes}
        self.lines: dict = {}
        self.panels = [
            panel
            for panel in (
                self._inflow_panel() if inflows else None,
                self._line_panel(fluxes, "Fluxes", 210) if fluxes else None,
                self._line_panel(stores, "Stores", 190) if stores else None,
            )
            if panel
        ]
        for panel in self.panels:
            panel.add_layout(self.day)
            panel.xaxis.visible = panel is self.panels[-1]
        self.layout = column(*self.panels, sizing_mode="stretch_width", spacing=0)

    def update(self, simulated: xr.Dataset) -> None:
        """The series of another site or of other days, `(time,)`."""
        columns = {name: simulated[name].values for name in (*self.inflows, *self.lines)}
        tops = np.cumsum([columns[name] for name in self.inflows], 0)
        stacked = {f"top_{name}": top for name, top in zip(self.inflows, tops, strict=True)}
        self.source.data = {"time": simulated.time.values, **columns, **stacked}

    def show_only(self, names: Sequence[str]) -> None:
        """Draw these quantities."""
        for name, line in self.lines.items():
            line.visible = name in names
        for panel in self.panels:
            drawn = {n: line for n, line in self.lines.items() if line in panel.renderers and line.visible}
            if "inflow" not in panel.tags:
                for item in panel.legend[0].items:
                    item.visible = item.renderers[0].visible
                panel.select_one(HoverTool).update(
                    renderers=list(drawn.values())[:1],
                    tooltips=tip(
                        [
                            DATE,
                            *(
                                (short_label(n, self.others[n]), f"@{n}{{0.00}} {units(self.others[n].units)}")
                                for n in drawn
                            ),
                        ]
                    ),
                )

    def show_window(self, window: tuple[str, str], names: Sequence[str]) -> None:
        """Fit the axes to the days of a window and to what is drawn of them."""
        first, last = pd.Timestamp(window[0]), pd.Timestamp(window[1]) + pd.Timedelta(days=1)
        self.x_range.update(start=first, end=last)
        days = pd.DatetimeIndex(self.source.data["time"])
        inside = slice(*days.slice_locs(first, last))
        for panel in self.panels:
            drawn = [n for n in names if n in self.lines and self.lines[n] in panel.renderers]
            values = [self.source.data[n][inside] for n in drawn]
            if "inflow" in panel.tags:
                values = [self.source.data[f"top_{n}"][inside] for n in self.inflows]
            low = min((float(v.min(initial=0)) for v in values), default=0)
            high = (
                max((float(v.max(initial=0)) for v in values), default=0) * (1.12 if "inflow" in panel.tags else 1.3)
                or 1
            )  # room for the legend
            panel.y_range.update(
                **({"start": high, "end": 0} if "inflow" in panel.tags else {"start": low, "end": high})
            )

    def _inflow_panel(self) -> figure:
        unit = next(iter(self.inflows.values())).units
        fig = self._panel(96, f"Inflow, {units(unit)}", Range1d(10, 0), "xpan,xwheel_zoom")
        fig.tags = ["inflow"]
        below = 0
        for name in self.inflows:
            fig.varea_step(
                "time",
                below,
                f"top_{name}",
                source=self.source,
                step_mode="center",
                fill_color=theme.colour(name, self.dark),
                legend_label=sentence(name).lower(),
            )
            below = f"top_{name}"
        plain_legend(fig, "bottom_right")
        fig.yaxis.ticker.desired_num_ticks = 3
        fig.toolbar_location = None
        return fig

    def _line_panel(self, quantities: dict[str, Quantity], words: str, height: int) -> figure:
        unit = next(iter(quantities.values())).units
        fig = self._panel(height, f"{words}, {units(unit)}", Range1d(0, 1), "xpan,xbox_zoom,xwheel_zoom,reset,save")
        for name in quantities:
            colour = theme.colour(name, self.dark)
            alike = sorted((n for n in quantities if theme.colour(n, self.dark) == colour), key=_has_own_colour)
            dash = DASHES[alike.index(name) % len(DASHES)]
            called = lower_first(short_label(name, quantities[name]))
            self.lines[name] = fig.line("time", name, source=self.source, line_color=colour, line_dash=dash,
                                        line_width=theme.LINE, legend_label=called)  # fmt: skip
        fig.add_tools(hover([DATE], mode="vline", point_policy="follow_mouse"))
        plain_legend(fig, "top_right")
        fig.legend.update(ncols=2, spacing=8, label_height=14, padding=0)  # two fit on a narrow screen
        return fig

    def _panel(self, height: int, y_label: str, y_range: Range1d, tools: str) -> figure:
        return plain_figure(
            height, y_label=y_label, x_axis_type="datetime", x_range=self.x_range, y_range=y_range, tools=tools
        )


def _has_own_colour(name: str) -> bool:
    """False, thus first, for the quantity after which a colour is named."""
    return name not in theme.COLOURS
