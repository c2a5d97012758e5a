"""The target of a few sites above each other, over the same days."""

import numpy as np
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui.figures import hover_in_time, nothing_yet, plain_legend, show_lines, stacked, time_figure
from dgviz.ui.figures.series import inside_of, limits_of, show_days
from dgviz.ui.figures.target_lines import draw_lines, draw_samples, line_tips
from dgviz.ui.look import Look

HEIGHT = 104  # px of a panel
LINES = ("baseline", "simulated", "observed")  # the later ones over the earlier


class SmallTimeSeries:
    """One panel for each name; `update` gives it a site, `show_window` moves all."""

    def __init__(self, names: list[str], look: Look):
        self.look, self.x_range = look, Range1d()
        self.sources = {name: ColumnDataSource(nothing_yet("time", *LINES, "samples")) for name in names}
        self.panels = {name: self._panel(source) for name, source in self.sources.items()}
        panels = list(self.panels.values())
        for panel in panels[1:]:
            panel.legend.visible = False
        self.layout = stacked(panels)

    def update(self, name: str, title: str, columns: dict[str, np.ndarray], with_baseline: bool) -> None:
        """Show a site in a panel; `columns` as of `series.target_columns`."""
        self.panels[name].title.text = title
        self.sources[name].data = {key: columns[key] for key in ("time", *LINES, "samples")}
        show_lines(self.panels[name], {"baseline": with_baseline})

    def show_window(self, window: tuple[str, str]) -> None:
        """Fit the axes to the days from the first to the last of the window."""
        show_days(self.x_range, window)
        for name, source in self.sources.items():
            low, high = limits_of(source.data, LINES, inside_of(source, window), self.look.target.floor)
            room = 0.08 * (high - low)
            start = low if self.look.target.floor is not None else low - room
            self.panels[name].y_range.update(start=start, end=high + room)

    def _panel(self, source: ColumnDataSource) -> figure:
        fig = time_figure(HEIGHT, self.look.units, self.x_range, Range1d(0, 1), title=" ")
        fig.title.update(text_font_size="13px", text_font_style="normal", standoff=2)
        fig.yaxis.ticker.desired_num_ticks = 3
        lines = draw_lines(fig, source, "time", LINES, self.look, 1.3)
        points = draw_samples(fig, source, self.look.ink("observed"))
        fig.legend[0].items = fig.legend[0].items[::-1]
        plain_legend(fig)
        fig.add_tools(hover_in_time(self.look, line_tips(LINES[::-1]), renderers=[lines["observed"], points]))
        return fig
