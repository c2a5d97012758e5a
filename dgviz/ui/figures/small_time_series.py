"""The target of a few sites above each other, over the same days."""

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, nothing_yet, plain_figure, plain_legend, show_lines, stacked
from dgviz.ui.figures.series import in_window, limits_of
from dgviz.ui.look import Look

LINES = {"observed": "observed", "simulated": "run A", "baseline": "run B"}


class SmallTimeSeries:
    """One panel for each name; `update` gives it a site, `show_window` moves all."""

    def __init__(self, names: list[str], look: Look, height: int = 104):
        self.look, self.x_range = look, Range1d()
        self.sources = {name: ColumnDataSource(nothing_yet("time", *LINES)) for name in names}
        self.panels = {name: self._panel(source, height) for name, source in self.sources.items()}
        first, *rest = panels = list(self.panels.values())
        for panel in panels[:-1]:
            panel.xaxis.visible = False
        for panel in rest:
            panel.legend.visible = False
        self.layout = stacked(panels)

    def update(self, name: str, title: str, columns: dict[str, np.ndarray], with_baseline: bool) -> None:
        """Show a site in a panel; `columns` as of `series.target_columns`."""
        self.panels[name].title.text = title
        self.sources[name].data = {key: columns[key] for key in ("time", *LINES)}
        show_lines(self.panels[name], {"baseline": with_baseline})

    def show_window(self, window: tuple[str, str]) -> None:
        """Fit the axes to the days from the first to the last of the window."""
        first, last = pd.Timestamp(window[0]), pd.Timestamp(window[1]) + pd.Timedelta(days=1)
        self.x_range.update(start=first, end=last)
        for name, source in self.sources.items():
            inside = in_window(pd.DatetimeIndex(source.data["time"]), window)
            low, high = limits_of(source.data, LINES, inside, self.look.target.floor)
            room = 0.08 * (high - low)
            start = low if self.look.target.floor is not None else low - room
            self.panels[name].y_range.update(start=start, end=high + room)

    def _panel(self, source: ColumnDataSource, height: int) -> figure:
        fig = plain_figure(
            height,
            y_label=self.look.units,
            x_axis_type="datetime",
            x_range=self.x_range,
            y_range=Range1d(0, 1),
            title=" ",
            tools="xpan,xbox_zoom,xwheel_zoom,reset,save",
        )
        fig.title.update(text_font_size="13px", text_font_style="normal", standoff=2)
        fig.yaxis.ticker.desired_num_ticks = 3
        for name, words in reversed(LINES.items()):
            colour = self.look.ink("observed" if name == "observed" else "simulated")
            dash = theme.DASH if name == "baseline" else "solid"
            fig.line("time", name, source=source, line_color=colour, line_dash=dash, line_width=1.3,
                     legend_label=words, name=name)  # fmt: skip
        fig.legend[0].items = fig.legend[0].items[::-1]
        plain_legend(fig)
        tips = [self.look.step.date_tip, *((words, f"@{name}{{0.00}}") for name, words in LINES.items())]
        fig.add_tools(hover(tips, mode="vline", renderers=fig.renderers[-1:]))
        return fig
