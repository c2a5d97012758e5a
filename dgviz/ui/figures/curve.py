"""The target of one site over what was varied: points observed, and curves whose colour says what limits them."""

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource

from dgviz.ui import theme
from dgviz.ui.figures import hover, nothing_yet, plain_figure, zero_line
from dgviz.ui.figures.target_lines import NAMES, ink_of
from dgviz.ui.look import Look
from dgviz.ui.words.text import label, with_units

HEIGHT = 330
CURVES = ("simulated", "baseline", "what_if")  # the later ones over the earlier
PERIODS = {"training": "observed, for training", "test": "observed, for testing"}


class CurveFigure:
    """`show_observed` draws the points, `show_curves` what runs simulate along the axis."""

    def __init__(self, look: Look, x: xr.DataArray, limits: dict[str, str]):
        """`x` names the axis and its units, `limits` the fluxes that can limit the target, in words by name."""
        self.look, self.limits = look, limits
        x_label = with_units(label(x, str(x.name)), x.attrs.get("units", ""))
        self.figure = plain_figure(HEIGHT, x_label, look.axis_label, tools="pan,box_zoom,reset,save")
        if look.target.floor is None:
            zero_line(self.figure, look)
        self.limit_lines = {name: self._limit_line(name) for name in limits}
        self.sources = {name: ColumnDataSource(nothing_yet("x", "y")) for name in CURVES}
        self.parts = {name: self._limited_part(name) for name in limits}
        for name in CURVES:
            self._curve(name)
        self.points = {period: self._points(period, words) for period, words in PERIODS.items()}

    def _limit_line(self, name: str) -> ColumnDataSource:
        """What the target would be if this alone limited it."""
        source = ColumnDataSource(nothing_yet("x", "y"))
        self.figure.line("x", "y", source=source, line_color=self.look.ink(name), line_dash=[3, 3], line_alpha=0.8)
        return source

    def _limited_part(self, name: str) -> ColumnDataSource:
        """Where this limits the target: a broad band below the curve."""
        source = ColumnDataSource(nothing_yet("x", "y"))
        look = {"line_width": 9, "line_alpha": 0.45, "line_cap": "round", "line_color": self.look.ink(name)}
        self.figure.line("x", "y", source=source, **look)
        return source

    def _curve(self, name: str) -> None:
        dash = theme.DASH if name == "baseline" else "solid"
        style = {"line_color": ink_of(name, self.look), "line_dash": dash, "line_width": 2}
        self.figure.line("x", "y", source=self.sources[name], name=name, **style)

    def _points(self, period: str, words: str) -> ColumnDataSource:
        source = ColumnDataSource(nothing_yet("x", "y"))
        ink, hollow = ink_of("observed", self.look), period == "test"
        fill = self.look.token("surface") if hollow else ink
        drawn = self.figure.scatter("x", "y", source=source, size=8, fill_color=fill, line_color=ink, line_width=1.5,
                                    name="observed")  # fmt: skip
        tips = [("", words), (self.look.target.long_name, "@y{0.00}", self.look.units)]
        self.figure.add_tools(hover(tips, renderers=[drawn]))
        return source

    def key(self, curves: dict[str, xr.Dataset | None]) -> list[tuple[str, str, str]]:
        """What the lines stand for, as `key_of` takes it."""
        drawn = [name for name in CURVES if curves[name] is not None]
        lines = [(NAMES[name], ink_of(name, self.look), "dashes" * (name == "baseline")) for name in drawn]
        return lines + [(words, self.look.ink(name), "shade") for name, words in self.limits.items()] * bool(drawn)

    def show_observed(self, points: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
        """The points `(x, y)` of each of the periods."""
        for period, source in self.points.items():
            x, y = points[period]
            source.data = {"x": x, "y": y}

    def show_curves(self, curves: dict[str, xr.Dataset | None], x: str, target: str) -> None:
        """What runs simulate, `(time,)` each; the limits are those of the curve that is drawn last of A and what-if."""
        for name, source in self.sources.items():
            found = curves.get(name)
            source.data = nothing_yet("x", "y") if found is None else _line(found, x, target)
        leading = curves["simulated"] if curves["what_if"] is None else curves["what_if"]
        if leading is None or not {*self.limits} <= {*leading}:  # no run, or a network alone
            for source in (*self.limit_lines.values(), *self.parts.values()):
                source.data = nothing_yet("x", "y")
            return
        values = {name: leading[name].values for name in self.limits}
        for name, of_limit in values.items():
            limits = np.all([of_limit <= other for other in values.values()], 0)
            self.limit_lines[name].data = _line(leading, x, name)
            self.parts[name].data = _part(leading, x, target, limits)

    def fit(self, points: dict[str, tuple[np.ndarray, np.ndarray]], curves: dict[str, xr.Dataset | None], target: str):
        """Let the axis of the target hold points and curves; what only a limit would reach is cut off."""
        values = [y for _, y in points.values()]
        values += [found[target].values for found in curves.values() if found is not None]
        known = np.concatenate(values)
        known = known[np.isfinite(known)]
        if known.size:
            low, high = float(known.min()), float(known.max())
            floor = self.look.target.floor
            low, room = low if floor is None else floor, 0.08 * ((high - low) or 1.0)
            self.figure.y_range.update(start=low - room * (floor is None), end=high + room)


def _line(found: xr.Dataset, x: str, y: str) -> dict[str, np.ndarray]:
    return {"x": found[x].values, "y": found[y].values}


def _part(found: xr.Dataset, x: str, y: str, here: np.ndarray) -> dict[str, np.ndarray]:
    """The part of a line that is `here`, gaps elsewhere."""
    return {"x": found[x].values, "y": np.where(here, found[y].values, np.nan)}
