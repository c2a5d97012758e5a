"""Draw the target that is wanted: the least change of a forcing, of the stores or of the parameters that makes it."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.changeable import BY
from dgviz.sensitivity.wanted import BACK
from dgviz.ui import theme
from dgviz.ui.figures.ranking import Ranking
from dgviz.ui.figures.wanted import Handles, Rerun, Steps
from dgviz.ui.lenses.applies import by_itself
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import label, number, signed, units

AROUND = 30  # steps before and after those wanted that are drawn
LONG = 10  # steps of a recession
MOST = 6  # bars of an answer
LOWEST, HIGHEST, NOW = 0, 200, 100  # percent of the simulated


class Wanted(ComputingView):
    """Draw what you want."""

    to_take = "target site window a"
    use = "Drag a ring up or down, or move the slider. Tap another time in the series above to draw there."
    choices = ("extent", "forcing")
    patience = 300  # ms: a slider that is dragged asks once
    empty = "No run is shown. Press Train, or pick a run above, to draw the target that you want."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time with a true zero, simulated alone: joined sites take too long."""
        return by_itself(state) and state.target.floor is not None  # of which one may want so many percent

    def tools(self):
        """Over which steps, how much, and of which forcing."""
        return [*super().tools(), self.extent, self.forcing, self.amount]

    @cached_property
    def extent(self):
        """One step, or those that follow too."""
        return material.RadioButtonGroup(options={}, size="small", margin=0)

    @cached_property
    def forcing(self):
        """The forcing that may change."""
        return material.Select(label="By", options={}, size="small", width=190, margin=(0, 8))

    @cached_property
    def amount(self):
        """What is wanted, in percent of what is simulated."""
        slider = material.IntSlider(
            label="Wanted there, % of simulated", start=LOWEST, end=HIGHEST, value=NOW, step=1, size="small",
            width=220, margin=(0, 12),
        )  # fmt: skip
        slider.param.watch(lambda _: self.redraw("amount"), "value")
        return slider

    def body(self, *, run, dataset, dark):
        """The series with its handles, and below it the three answers side by side."""
        simulation, state = Simulation.of(self.state), self.state
        if simulation is None:
            return None
        first = f"1 {state.step.name}"
        self.chosen.offer("extent", "peak", {first: "peak", f"{LONG} {state.step.names}": "recession"})
        drivers = simulation.drivers
        self.chosen.offer("forcing", drivers[0], {label(dataset[n], n): n for n in drivers})
        self.handles = Handles(state.look, self._drag)
        model = simulation.run.config.build()
        ways = {"forcing": drivers, "stores": model.stores, "parameters": model.of(Parameter)}
        self.answers = {by: _Answer(by, state.look) for by in BY if ways[by]}
        columns = [pn.Column(answer.layout, css_classes=["span-4"], sizing_mode="stretch_width", margin=0)
                   for answer in self.answers.values()]  # fmt: skip
        self.below = pn.Column(*columns, stylesheets=[theme.row(500)], sizing_mode="stretch_width", margin=0)
        top = pn.pane.Bokeh(self.handles.figure, sizing_mode="stretch_width", margin=0)
        return pn.Column(top, self.below, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, extent, forcing):
        """What is wanted around the moment, and the answers when they are computed."""
        if {"site", "window", "moment"} & self.changed and self.amount.value != NOW:
            self.amount.value = NOW  # which refreshes once more
            return
        simulation, state = Simulation.of(self.state), self.state
        self.below.visible = self.amount.value != NOW
        target = lower_first(state.target.long_name)
        self.heading = html("Draw the {} you want <span class='muted'>{}</span>", target, state.name_of(site))
        what = "the simulation"
        self.compute(what, simulation.key, simulation.simulate, lambda found: self._ask(simulation, found))

    def _ask(self, simulation: Simulation, found: xr.Dataset) -> None:
        """Show what is wanted, and ask for the change that makes it."""
        state, simulated = self.state, found[simulation.run.config.target]
        at = simulation.position(shown_moment(state, simulation))
        steps = slice(at, at + (LONG if self.extent.value == "recession" else 1))
        self.wanted = simulated.isel(time=steps) * (self.amount.value / 100)
        self.simulated = simulated.isel(time=steps)
        self.span = slice(max(0, at - AROUND), steps.stop + AROUND)
        self.handles.show(simulated.isel(time=self.span), self.wanted, HIGHEST / 100)
        percent = self.amount.value
        days = state.step.at(simulated.time.values[at])
        self.caption = self._caption(days)
        self.summary = f"Wanted {days}: {percent} % of the simulated {lower_first(state.target.long_name)}."
        if percent == NOW:
            return
        values = dict(zip(range(at, at + self.wanted.size), self.wanted.values.tolist(), strict=True))
        for by in self.answers:
            forcing = self.forcing.value if by == "forcing" else ""
            self.answers[by].wait()
            self.compute(
                f"the change of {by}",
                (*simulation.key, by, forcing, *values.items()),
                lambda by=by, forcing=forcing: simulation.wanted(values, by, forcing),
                lambda answer, by=by: self._answered(by, answer),
            )

    def _answered(self, by: str, found: xr.Dataset) -> None:
        said = self.answers[by].show(found, self.span, self.state.step)
        self.summary = f"{self.summary} {said}"

    def _caption(self, when: str) -> str:
        step = self.state.step
        return (
            f"What would have had to be otherwise for the ring {when}? Three answers, each the least change that does "
            f"it: of the forcing in the last {BACK} {step.names}, of what the stores held {BACK} {step.names} before, "
            "or of the parameters all along.\nThe least: the smallest sum of squares, each change as a share of its "
            "range, found through exact gradients, within what is allowed. There may be other ways. Every answer is "
            "rerun with the whole model: the line is that rerun, not an estimate."
        )

    def _drag(self, at: int, value: float) -> None:
        """A handle went to a value: all keep the same share of what is simulated."""
        base = float(self.simulated.values[at])
        share = NOW if base == 0 else round(100 * value / base)
        amount = int(np.clip(share, LOWEST, HIGHEST))
        if amount == self.amount.value:
            pn.state.execute(lambda: self.handles.place(self.wanted), schedule=True)  # back above its step
        else:
            self.amount.value = amount


class _Answer:
    """One answer: in words, the rerun, and the change."""

    def __init__(self, by: str, look):
        self.by, self.look = by, look
        self.words, self.rerun = text(), Rerun(look)
        self.change = Steps(look) if by == "forcing" else Ranking(look, "Change, % of the range")
        panes = (pn.pane.Bokeh(one.figure, sizing_mode="stretch_width", margin=0) for one in (self.rerun, self.change))
        self.layout = pn.Column(self.words, *panes, sizing_mode="stretch_width", margin=0)

    def wait(self) -> None:
        """Said while it is computed."""
        self.words.object = html("<p><b>{}</b> <span class='muted'>computing …</span></p>", TITLES[self.by])

    def show(self, found: xr.Dataset, span: slice, step) -> str:
        """The answer; in words."""
        self.rerun.show(found.isel(time=span))
        said = self._forcing(found, step) if self.by == "forcing" else self._named(found)
        short = found.attrs["falls_short"]
        reached = html("<span class='muted'>Rerun: {} % of what was wanted.</span>", number(found.attrs["reached"], 1))
        below = html("<p class='problem'>{}</p>", short) if short else Markup("")
        self.words.object = html("<p><b>{}</b> {} {}</p>{}", TITLES[self.by], said, reached, below)
        return f"{TITLES[self.by]} {said} {short}"

    def _forcing(self, found: xr.Dataset, step) -> str:
        self.change.show(found)
        change, unit = found.change, units(found.change.attrs["units"])
        most = int(np.abs(change.values).argmax())
        name = lower_first(found.change.attrs["long_name"].rpartition(", ")[0])
        return (
            f"{signed(float(change.mean()))} {unit} {name} on average over {change.size} {step.names}, most "
            f"{step.at(found.cause.values[most])}: {signed(float(change[most]))} {unit}."
        )

    def _named(self, found: xr.Dataset) -> str:
        share = found.share.values
        order = [i for i in np.argsort(-np.abs(share)) if share[i]][:MOST]
        amounts = [f"{signed(float(found.change[i]), 3)} {units(found.units.values[i])}".strip() for i in order]
        names = [str(found.cause.values[i]) for i in order]
        short = [f"{name} {amount}" for name, amount in zip(names, amounts, strict=True)]  # columns are narrow
        self.change.show(names, [100 * float(share[i]) for i in order], short)
        words = [lower_first(str(found.long_name.values[i])) for i in order]
        rows = [f"{amount} {word} ({name})" for amount, word, name in zip(amounts, words, names, strict=True)]
        return f"{'; '.join(rows[:3])}." if rows else "Nothing."


TITLES = {"forcing": "By what came in.", "stores": "By what was stored.", "parameters": "By parameters."}
