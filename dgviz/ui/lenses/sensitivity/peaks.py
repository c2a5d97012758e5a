"""What made the peaks of all sites, month by month and on the map."""

from functools import cached_property

import numpy as np
import panel as pn
import param
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.mechanisms import APART, HIGH, by_month, joined, of_sites
from dgviz.ui.figures.by_month import ByMonth
from dgviz.ui.figures.contributions import parts_of
from dgviz.ui.lenses.applies import taken_apart, ways_of
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.text import counted, number, small

SAID = 5e-3  # of the peaks: what made fewer is not in the sentence


class Peaks(ComputingView):
    """What made the peaks."""

    to_take = "target data a"
    choices = ("asked",)
    asked = param.Boolean(False, doc="Are the peaks of all sites computed?")
    needs = "stores"

    @classmethod
    def applies(cls, state):
        """Where the science cuts its processes, and the run has processes alone, of one seed, of separate sites."""
        return taken_apart(state)

    @property
    def empty(self):
        """What to do to see them."""
        if Simulation.of(self.state) is None:
            return "No run is shown. Press Train, or pick a run above, to ask what made its peaks."
        sites = f"{self.state.science.site}s"
        return f"Press \u2018{self._begin_words}\u2019: takes seconds, or a minute for hundreds of {sites}."

    @property
    def _begin_words(self) -> str:
        return f"Peaks of all {self.state.science.site}s"

    def tools(self):
        """The button that begins."""
        return [*super().tools(), self.begin]

    @cached_property
    def begin(self):
        """Starts the simulations of all sites."""
        return material.begin_button(self._begin_words, lambda: self.param.update(asked=True))

    def body(self, *, run, dataset, dark, asked):
        """The bars, to be filled."""
        there = Simulation.of(self.state) is not None
        self.begin.visible = there and not asked
        if not there or not asked:
            self.heading, self.caption, self.summary = "What made the peaks", "", ""
            return None
        look, self.ways = self.state.look, ways_of(self.state)
        self.parts = parts_of(self.ways, look, self.state.science.quantities())
        self.bars = ByMonth(look, self.parts, "Peaks")
        return pn.pane.Bokeh(self.bars.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, run):
        """Part after part of the sites."""
        parts = Simulation.of(self.state).mechanisms_in_parts(self.ways)
        self.compute_parts("the peaks", parts, lambda found: self._show(joined(found), len(found) < len(parts)))

    def _show(self, found: xr.Dataset, more: bool) -> None:
        state, of_each = self.state, of_sites(found)
        self.bars.show(by_month(found))
        self._map(of_each)
        n_peaks, mechanism = found.sizes["peak"], found.mechanism.sel(baseline="none")
        shares = {name: float((mechanism == name).mean()) for name in self.parts}
        order = sorted((name for name in shares if shares[name] >= SAID), key=lambda name: -shares[name])
        said = "; ".join(f"{number(100 * shares[name], 0)} % {self.parts[name][0]}" for name in order)
        alike = float((mechanism == found.mechanism.sel(baseline="mean")).mean())
        sites, target = counted(of_each.size, state.science.site), lower_first(state.target.long_name)
        years = np.unique(found.time.dt.year)
        so_far = " so far" * more
        key = key_of((words, ink, "area") for words, ink in self.parts.values())
        self.heading = html(
            "What made {} peaks of {} <span class='muted'>{}, {} to {}{}</span>",
            number(n_peaks, 0), target, sites, years[0], years[-1], so_far,
        )  # fmt: skip
        self.summary = f"Largest part of {counted(n_peaks, 'peak')}: {said}."
        past = f" {found.attrs['left_out']} have too short a past." * bool(found.attrs["left_out"])
        steps, site = state.step.names, state.science.site
        missing = small(100 * float(found.completeness.max()))
        self.caption = html("{} {}", key, (
            f"Largest part of each peak: {said}.\nA peak is simulated, above {100 * HIGH:.0f} % of the {steps} of its "
            f"{site}, the highest of {APART} around.{past} Its parts are integrated gradients from nothing of these "
            f"inputs; from their means, {number(100 * alike, 0)} % of the peaks have the same one. They add up "
            f"to within {missing} %. On the map: what made the most peaks of a {site}."
        ))  # fmt: skip

    def _map(self, of_each: xr.DataArray) -> None:
        if self.page not in ("", self.state.page):
            return
        names = [*self.parts]
        codes = xr.DataArray(
            [float(names.index(name)) for name in of_each.values], {"site": of_each.site.values}, ("site",)
        )
        self.state.mapped = codes.assign_attrs(
            long_name="What made the most peaks",
            classes=dict(self.parts.values()),
            about="Largest part of each peak, by integrated gradients from nothing",
        )
