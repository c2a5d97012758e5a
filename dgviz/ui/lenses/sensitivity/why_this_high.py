"""Why the target is as high as it is in a step: recent and earlier inputs, and what was stored."""

import panel as pn
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.contributions import BACK, groups
from dgviz.ui.figures.contributions import ByStep, Shares, axis_words, parts_of
from dgviz.ui.lenses.applies import taken_apart, ways_of
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.text import number, small, units, with_units

BASELINES = {"none": "to nothing", "mean": "to the means"}


class WhyThisHigh(ComputingView):
    """Why this peak."""

    to_take = "target site window a"
    use = "Tap another time in the series above to ask of that one."
    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to ask why its target is as high as it is."

    @classmethod
    def applies(cls, state):
        """Where the science cuts its processes, and the run has processes alone, of one seed, of separate sites."""
        return taken_apart(state)

    def body(self, *, run, dataset, dark):
        """The figures, to be filled."""
        if Simulation.of(self.state) is None:
            return None
        self.inputs, look = ways_of(self.state), self.state.look
        self.parts = parts_of(self.inputs, look, self.state.science.quantities())
        self.shares = Shares(look, self.parts, with_units(look.target.long_name, look.target.units))
        quantities = self.state.science.quantities()
        words = {name: quantities[name].long_name for name in self.inputs}
        self.by_step = ByStep(look, words, axis_words(look))
        return pn.Column(
            pn.pane.Bokeh(self.shares.figure, sizing_mode="stretch_width", margin=0),
            pn.pane.Bokeh(self.by_step.figure, sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_width",
            margin=0,
        )

    def refresh(self, *, site, window, moment):
        """The contributions when they are computed."""
        simulation, ways = Simulation.of(self.state), self.inputs
        at = shown_moment(self.state, simulation)
        self.compute(
            "the contributions",
            (*simulation.key, at),
            lambda: simulation.why(at, ways),
            lambda found: self._show(found, at),
        )

    def _show(self, found: list[xr.Dataset], at: str) -> None:
        state, step = self.state, self.state.step
        rows = {BASELINES[one.attrs["baseline"]]: groups(one) for one in found}
        self.shares.show(rows)
        self.by_step.show(found[0], state.look.step.ms)
        value, unit = found[0].attrs["value"], units(state.target.units)
        target = lower_first(state.target.long_name)
        self.heading = html(
            "Why {} was {} {} {} <span class='muted'>{}</span>",
            target, number(value), unit, step.at(at), state.name_of(state.site),
        )  # fmt: skip
        said = "; ".join(f"{words}: {self._largest(row, value)}" for words, row in rows.items())
        missing = max(one.attrs["completeness"] for one in found)
        points, repeated = max(one.attrs["points"] for one in found), found[0].attrs["repeated"]
        again = (
            f" The first {repeated} {step.names} lie before the record, where its first year stands once more."
            if repeated
            else ""
        )
        key = key_of((words, ink, "area") for words, ink in self.parts.values())
        self.summary = f"Parts of {number(value)} {unit}, {said}"
        self.caption = html("{} {}", key, (
            f"{said}.\nIntegrated gradients along the way from a baseline (nothing of these inputs in the last {BACK} "
            f"{step.names}; or their means) to what they were. The parts depend on the baseline, so both are shown; "
            "parts below zero lower it. They add up to the difference to the baseline but for "
            f"{small(100 * missing)} % of it ({points} points).{again}"
        ))  # fmt: skip

    def _largest(self, row: dict[str, float], value: float) -> str:
        """The largest parts of a row in percent."""
        parts = sorted(row.items(), key=lambda item: -abs(item[1]))[:3]
        whole = value or 1.0  # of a value of zero all parts are zero too, or cancel
        return ", ".join(f"{number(100 * part / whole, 0)} % {self.parts[name][0]}" for name, part in parts)
