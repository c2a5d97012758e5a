"""What made the peaks of all sites, month by month and on the map."""

from functools import cached_property

import panel as pn
import param
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.mechanisms import APART, HIGH, agreement_of_baselines, by_month, joined, of_sites
from dgviz.ui.figures.by_month import ByMonth
from dgviz.ui.figures.contributions import parts_of
from dgviz.ui.lenses.applies import amounts, taken_apart, ways_of
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
        """Where the science cuts its processes at amounts, and the run has these alone, of one seed, site by site."""
        return taken_apart(state) and amounts(state)

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
        """The button that begins, and the one that shows the map again."""
        return [*super().tools(), self.on_map, self.begin]

    @cached_property
    def begin(self):
        """Starts the simulations of all sites."""

        def begin():
            self.ask_for_map()
            self.asked = True

        return material.begin_button(self._begin_words, begin)

    @cached_property
    def on_map(self):
        """Puts what made the most peaks of each site on the map."""
        return self.map_button("Show on the map", lambda: self._map(self.of_each))

    def body(self, *, run, dataset, dark, asked):
        """The bars, to be filled."""
        there = Simulation.of(self.state) is not None
        self.begin.visible, self.on_map.visible = there and not asked, False
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
        state = self.state
        self.of_each, self.on_map.visible = of_sites(found), True
        counts, n_peaks = by_month(found), found.sizes["peak"]
        self.bars.show(counts)
        self._map(self.of_each)
        shares = {name: int(counts.sel(part_name=name).sum()) / max(n_peaks, 1) for name in self.parts}
        order = sorted((name for name in shares if shares[name] >= SAID), key=lambda name: -shares[name])
        said = "; ".join(f"{number(100 * shares[name], 0)} % {self.parts[name][0]}" for name in order) or "no peak"
        sites, target = counted(self.of_each.size, state.science.site), lower_first(state.target.long_name)
        years = sorted({*found.time.dt.year.values.tolist()})
        span = f", {years[0]} to {years[-1]}" if years else ""
        self.heading = html(
            "What made {} peaks of {} <span class='muted'>{}{}{}</span>",
            number(n_peaks, 0), target, sites, span, " so far" * more,
        )  # fmt: skip
        self.summary = f"Largest part of {counted(n_peaks, 'peak')}: {said}."
        self.caption = html(
            "{} {}\n{}",
            key_of((words, ink, "area") for words, ink in self.parts.values()),
            f"Largest part of each peak: {said}; with the means of these inputs in place of nothing, "
            f"{number(100 * agreement_of_baselines(found), 0)} % of the peaks have the same."
            if n_peaks
            else "No peak.",
            self._about(found),
        )

    def _about(self, found: xr.Dataset) -> str:
        """What a peak is, how its parts were found, and what was left out."""
        steps, site = self.state.step.names, self.state.science.site
        short, again = found.attrs["left_out"], found.attrs["repeated"]
        return (
            f"A peak is simulated, above {100 * HIGH:.0f} % of the {steps} of its {site} and the highest of {APART} "
            "around it. Its parts are integrated gradients from nothing of these inputs, and add up to within "
            f"{small(100 * float(found.completeness.values.max(initial=0.0)))} %."
            + f" {short} more have too short a past." * bool(short)
            + f" Of {again} the past begins before the record, where its first year stands once more." * bool(again)
            + f" On the map: what made the most peaks of a {site}; of equally many, what made most of all of them."
        )

    def _map(self, of_each: xr.DataArray) -> None:
        names = [*self.parts]
        codes = of_each.copy(data=[float(names.index(name)) for name in of_each.values])
        self.put_on_map(codes.assign_attrs(
            long_name="What made the most peaks",
            classes=dict(self.parts.values()),
            about="Largest part of each peak, by integrated gradients from nothing",
        ))  # fmt: skip
