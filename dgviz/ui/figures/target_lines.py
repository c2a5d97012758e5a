"""How the target is drawn: the names, colours and dashes of its lines, the same in every figure."""

from collections.abc import Iterable

from bokeh.models import ColumnDataSource, GlyphRenderer
from bokeh.plotting import figure

from dgviz.ui import theme
from dgviz.ui.look import Look

NAMES = {  # of columns: as people call them
    "observed": "observed",
    "simulated": "run A",
    "learning": "in training",
    "what_if": "what if",
    "baseline": "run B",
}


def ink_of(name: str, look: Look) -> str:
    """The colour of a line: all that is simulated as learned has the same."""
    return look.ink(name if name in ("observed", "what_if") else "simulated")


def draw_lines(
    fig: figure, source: ColumnDataSource, x: str, names: Iterable[str], look: Look, width: float, legend: bool = True
) -> dict[str, GlyphRenderer]:
    """A line for each of these columns over the column `x`, the later ones over the earlier; run B is dashed."""
    drawn = {}
    for name in names:
        dash = theme.DASH if name == "baseline" else "solid"
        words = {"legend_label": NAMES[name]} if legend else {}
        drawn[name] = fig.line(x, name, source=source, name=name, line_color=ink_of(name, look), line_dash=dash,
                               line_width=width, **words)  # fmt: skip
    return drawn


def draw_samples(fig: figure, source: ColumnDataSource, colour: str, size: float = 4.0) -> GlyphRenderer:
    """The observations that stand alone, the column `samples` over `time`, as points."""
    return fig.scatter("time", "samples", source=source, size=size, color=colour, name="samples")


def line_tips(names: Iterable[str]) -> list[tuple[str, str]]:
    """The lines of a hover that say the values of these columns."""
    return [(NAMES[name].capitalize(), f"@{name}{{0.00}}") for name in names]
