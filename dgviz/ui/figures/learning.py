"""How a training goes: loss and median score over the epochs, a line for each of its parts."""

import math

from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.words.progress import part_of

NAMES = ("epoch", "loss", "validation_loss", "median_nse")
FAINT = 0.35  # the opacity of parts that have ended


class LearningCurves:
    """Two figures above each other over the epochs of the present part, and those of the parts before it, fainter.

    `update` adds the epochs that are new.
    """

    def __init__(self, epochs: int, dark: bool = False, height: int = 100):
        self.dark, self.known, self.part = dark, 0, 1
        self.source = ColumnDataSource({name: [] for name in NAMES})
        self.earlier = ColumnDataSource({f"earlier_{name}": [] for name in NAMES})
        self.x_range = Range1d(min(1, epochs - 1), epochs)
        self.loss_range, self.score_range = Range1d(0, 1), Range1d(0, 1)
        self.layout = column(self._loss(height), self._score(height + 24), sizing_mode="stretch_width", spacing=0)

    def update(self, progress: list[dict]) -> None:
        """Show these epochs; those already there are not sent again."""
        if self.known > len(progress):
            raise ValueError("The epochs of another run need new figures.")
        parts: dict[int, list[dict]] = {}
        for record in progress:
            parts.setdefault(part_of(record), []).append(record)
        part = part_of(progress[-1]) if progress else self.part
        present = parts.pop(part, [])
        if part != self.part:
            self.part = part
            self.earlier.data = {
                f"earlier_{name}": [_values(records, name) for records in parts.values()] for name in NAMES
            }
            self.source.data = {name: _values(present, name) for name in NAMES}
        else:
            shown = len(self.source.data["epoch"])
            self.source.stream({name: _values(present[shown:], name) for name in NAMES})
        self.known = len(progress)
        self._fit(progress)

    def _fit(self, progress: list[dict]) -> None:
        """Axes and legend for what is shown."""
        validated = any(record["validation_loss"] is not None for record in progress)
        self.loss_range.end = 1.05 * max((_largest_loss(record) for record in progress), default=1.0) or 1.0
        self.validation.visible = validated
        self.legend.visible = validated
        worst = min((record["median_nse"] for record in progress if math.isfinite(record["median_nse"])), default=0.0)
        self.score_range.start = max(math.floor(min(worst, 0.0) * 5) / 5, -1.0)

    def _loss(self, height: int) -> figure:
        fig = plain_figure(height, y_label="Loss", x_range=self.x_range, y_range=self.loss_range, tools="save")
        fig.xaxis.visible = False
        line = dict(source=self.source, line_width=2)
        ink = {name: theme.token(name, self.dark) for name in ("primary", "warning")}
        for name, colour in (("loss", ink["primary"]), ("validation_loss", ink["warning"])):
            fig.multi_line("earlier_epoch", f"earlier_{name}", source=self.earlier, line_color=colour, line_alpha=FAINT)
        training = fig.line("epoch", "loss", line_color=ink["primary"], legend_label="training", **line)
        fig.scatter("epoch", "loss", source=self.source, size=4, color=ink["primary"])
        self.validation = fig.line(
            "epoch", "validation_loss", line_color=ink["warning"], legend_label="validation", **line
        )
        fig.add_tools(
            hover(
                [
                    ("Epoch", "@epoch"),
                    ("Training loss", "@loss{0.000}"),
                    ("Validation loss", "@validation_loss{0.000}"),
                ],
                renderers=[training],
                mode="vline",
            )
        )
        plain_legend(fig)
        self.legend = fig.legend[0]
        return fig

    def _score(self, height: int) -> figure:
        fig = plain_figure(height, "Epoch", "Median NSE", x_range=self.x_range, y_range=self.score_range, tools="save")
        ink = theme.colour("simulated", self.dark)
        fig.multi_line("earlier_epoch", "earlier_median_nse", source=self.earlier, line_color=ink, line_alpha=FAINT)
        score = fig.line("epoch", "median_nse", source=self.source, line_color=ink, line_width=2)
        fig.scatter("epoch", "median_nse", source=self.source, size=4, color=ink)
        fig.add_tools(
            hover([("Epoch", "@epoch"), ("Median NSE", "@median_nse{0.00}")], renderers=[score], mode="vline")
        )
        return fig


def _largest_loss(record: dict) -> float:
    return max(record["loss"], record["validation_loss"] or 0.0)


def _values(records: list[dict], name: str) -> list[float]:
    return [math.nan if record[name] is None else float(record[name]) for record in records]
