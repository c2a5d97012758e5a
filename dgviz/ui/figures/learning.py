"""How a training goes: loss and median score over the epochs, a line for each of its parts."""

import math

from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from dgviz.ui.figures import hover, plain_figure, plain_legend
from dgviz.ui.look import Look
from dgviz.ui.words.progress import part_of

NAMES = ("epoch", "loss", "validation_loss", "median_nse")
FAINT = 0.35  # the opacity of parts that have ended
LOSS, SCORE = 100, 124  # px: heights


class LearningCurves:
    """Two figures above each other over the epochs of the present part, and those of the parts before it, fainter.

    `update` adds the epochs that are new.
    """

    def __init__(self, epochs: int, look: Look):
        self.look, self.known, self.part = look, 0, 1
        self.source = ColumnDataSource({name: [] for name in NAMES})
        self.earlier = ColumnDataSource({f"earlier_{name}": [] for name in NAMES})
        self.x_range = Range1d(min(1, epochs - 1), epochs)
        losses = {"loss": ("Training loss", look.token("primary")),
                  "validation_loss": ("Validation loss", look.token("warning"))}  # fmt: skip
        loss = self._figure(LOSS, "Loss", losses)
        loss.xaxis.visible = False
        plain_legend(loss)
        self.legend, self.validation = loss.legend[0], loss.select_one({"name": "validation_loss"})
        score = self._figure(SCORE, "Median NSE", {"median_nse": ("Median NSE", look.ink("simulated"))})
        score.xaxis.axis_label, score.legend.visible = "Epoch", False
        self.loss_range, self.score_range = loss.y_range, score.y_range
        self.layout = column(loss, score, sizing_mode="stretch_width", spacing=0)

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
        self.validation.visible = self.legend.visible = validated
        self.loss_range.end = 1.05 * max((_largest_loss(record) for record in progress), default=1.0) or 1.0
        worst = min((record["median_nse"] for record in progress if math.isfinite(record["median_nse"])), default=0.0)
        self.score_range.start = max(math.floor(min(worst, 0.0) * 5) / 5, -1.0)

    def _figure(self, height: int, y_label: str, curves: dict[str, tuple[str, str]]) -> figure:
        """Curves by column, with their words and colours; the first one has dots."""
        fig = plain_figure(height, y_label=y_label, x_range=self.x_range, y_range=Range1d(0, 1), tools="save")
        for name, (words, ink) in curves.items():
            fig.multi_line("earlier_epoch", f"earlier_{name}", source=self.earlier, line_color=ink, line_alpha=FAINT)
            look = dict(source=self.source, line_color=ink, line_width=2)
            fig.line("epoch", name, name=name, legend_label=words, **look)
        first, (_, ink) = next(iter(curves.items()))
        fig.scatter("epoch", first, source=self.source, size=4, color=ink)
        tips = [("Epoch", "@epoch"), *((words, f"@{name}{{0.000}}") for name, (words, _) in curves.items())]
        fig.add_tools(hover(tips, renderers=[fig.select_one({"name": first})], mode="vline"))
        return fig


def _largest_loss(record: dict) -> float:
    return max(record["loss"], record["validation_loss"] or 0.0)


def _values(records: list[dict], name: str) -> list[float]:
    return [math.nan if record[name] is None else float(record[name]) for record in records]
