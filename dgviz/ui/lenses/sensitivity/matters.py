"""What matters at the picked site: every parameter, forcing and store, ranked by what it does to the target."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures.ranking import Ranking
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import number, signed, units, with_units

MOST = 10  # bars before the rest is asked for
FIRST = "mean"


class Matters(ComputingView):
    """What matters here."""

    to_take = "target site window a"
    use = "Press a bar to see its cause on the map, in its curve through time and on its slider."
    choices = ("aim", "every")
    empty = "No run is shown. Press Train, or pick a run above, to see what matters for its target."

    def tools(self):
        """For what, and how many of the causes; the slider of the one that is looked at."""
        slider = material.Button(label="Slider", variant="text", size="small", margin=0, icon="tune")
        slider.on_click(lambda _: self.state.param.update(page="What if"))
        return [*super().tools(), self.aim, self.every, slider]

    @cached_property
    def aim(self):
        """The number made of the target."""
        return material.Select(label="For", options={}, size="small", width=190, margin=(0, 8))

    @cached_property
    def every(self):
        """Are all causes shown, or the first?"""
        return material.Checkbox(label="All causes", value=False, size="small", margin=0)

    def body(self, *, run, dataset, dark):
        """The figure, to be filled."""
        simulation = Simulation.of(self.state)
        if simulation is None:
            return None
        offered = simulation.aims(simulation.stamps[0])
        self.chosen.offer("aim", FIRST, {aim.label.capitalize(): name for name, aim in offered.items()})
        self.ranking = Ranking(self.state.look, "Change for 1 %, % of what is asked for")
        self.ranking.source.selected.on_change("indices", lambda attr, old, new: self._choose(new))
        return pn.pane.Bokeh(self.ranking.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, aim, every):
        """The ranking at the picked site in the window."""
        simulation = Simulation.of(self.state)
        at = shown_moment(self.state, simulation)
        key = (*simulation.key, aim, at if aim in ("moment", "volume") else "")
        self.compute("what matters", key, lambda: simulation.what_matters(aim, at), self._show)

    def _show(self, found: xr.Dataset) -> None:
        self.found = found
        some = found if self.every.value else found.isel(cause=slice(MOST))
        some = some.isel(cause=~some.zero.values)
        label = found.attrs["aim"]
        in_percent = bool(found.percent.notnull().all())
        values = (some.percent if in_percent else some.effect).values
        unit = units(found.attrs["units"])
        words = [self._words(some.isel(cause=i), unit) for i in range(some.sizes["cause"])]
        axis = f"Change of {label} of {lower_first(self.state.target.long_name)} for 1 % more of each"
        self.ranking.figure.xaxis.axis_label = with_units(axis, "%" if in_percent else found.attrs["units"])
        self.ranking.show([str(name) for name in some.cause.values], values.tolist(), words)
        called = [lower_first(str(name)) for name in some.long_name.values]
        of_parameters = [n for n, kind in zip(called, some.kind.values, strict=True) if kind == "parameter"]
        others = bool(of_parameters) and of_parameters[0] != called[0]
        and_then = f", of the parameters {of_parameters[0]}" if others else ""
        name = called[0] if called else "nothing"
        target = lower_first(self.state.target.long_name)
        self.heading = html(
            "For {} of {}, {} matters most{} <span class='muted'>{} {}</span>",
            label, target, name, and_then, number(found.attrs["value"], 3), unit,
        )  # fmt: skip
        self.caption = self._caption(found)
        self.summary = f"For {label} of {target}, the largest first: " + ", ".join(words)

    def _words(self, one: xr.Dataset, unit: str) -> str:
        percent, effect = float(one.percent), f"{signed(float(one.effect), 4)} {unit}".strip()
        amount = f"{signed(percent, 2)} % ({effect})" if np.isfinite(percent) else effect
        kind, name = str(one.kind.item()), str(one.cause.item())
        of = " at the beginning" if kind == "store" else ""
        return f"{one.long_name.item()} ({name}){of}: {amount}"

    def _caption(self, found: xr.Dataset) -> str:
        dead = [f"{n} ({w})" for n, w in zip(found.cause.values, found.why.values, strict=True) if w]
        others = [str(n) for n, zero, why in zip(found.cause.values, found.zero.values, found.why.values, strict=True)
                  if zero and not why]  # fmt: skip
        silent = f" Exactly nothing: {'; '.join([*dead, *others])}" if dead or others else ""
        return (
            f"One percent: of the declared range of a parameter, of a forcing itself (of its range where it may be "
            f"negative), of the range of a store over {self.state.step.shown}.\n"
            "Exact derivatives, by two reverse passes; parameters, also those that vary in time, stay as they are "
            f"where a forcing changes. A store: what it holds before the first {self.state.step.name}.{silent}"
        )

    def _choose(self, positions):
        if not positions:
            return
        name = str(self.ranking.source.data["name"][positions[0]])
        self.ranking.source.selected.indices = []
        if name in self.state.parameters():
            self.state.parameter = name
        elif (results := self.state.results(self.state.run)) is not None and f"sensitivity_{name}" in results:
            self.state.colour = ColourChoice("sensitivity", name)
