"""What if a learned parameter of the picked site were another?"""

import html
from functools import cached_property

import panel as pn

from ... import metrics
from ...declare import Parameter, Process, title
from .. import material
from ..figures.series import overlap
from ..text import lower_first, number, units, with_units
from ..what_if import WhatIf, badge, digits, parameter_number
from . import View, text

GRID = """
:host { display: grid !important; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 6px 28px;
        max-height: none !important; }
"""


def slider_help(name: str, parameter: Parameter, processes: list[type[Process]]) -> str:
    """What a parameter is, its range, and what reads it."""
    low, high = parameter.range
    unit = units(parameter.units)
    readers = [lower_first(title(process).partition(":")[0]) for process in processes if name in process.of(Parameter)]
    return f"{parameter.long_name}, {low:g} to {high:g} {unit}".strip() + f". Read by: {', '.join(readers)}."


def nse_words(what_if: WhatIf, own, observed, window: tuple[str, str]) -> str:
    """The NSE in the window as learned and with the changes; flows `(time)`."""
    days = slice(*overlap(window, what_if.simulated.indexes["time"]))
    learned, supposed = (
        number(float(metrics.nse(flow.sel(time=days), observed.sel(time=days))))
        for flow in (own, what_if.simulated.streamflow)
    )
    return f"NSE in the window: {learned} as learned, <b>{supposed}</b> with the change."


class ParameterSliders(View):
    """What if?"""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to change what it learned."

    @cached_property
    def unfold(self):
        """The button that shows and hides the sliders."""
        button = material.Toggle(label="Change parameters", icon="tune", variant="outlined", size="small", margin=0)
        button.param.watch(lambda event: self._unfold(), "value")
        return button

    def tools(self):
        """Back to what was learned, and the sliders themselves."""
        reset = material.Button(label="Reset", icon="restart_alt", variant="text", size="small", margin=(0, 8))
        reset.on_click(lambda _: self.state.suppose({}))
        reset.visible = self.state.param.supposed.rx.bool()
        return [reset, self.unfold]

    def body(self, *, run, dataset):
        """Places for the sliders, which are made when they are first unfolded, and for what follows from them."""
        self.sliders, self.learned = {}, {}
        self.grid = pn.Column(stylesheets=[GRID], sizing_mode="stretch_width", margin=0, visible=False)
        self.said = text()
        return (
            pn.Column(self.said, self.grid, sizing_mode="stretch_width", margin=0) if self.state.parameters() else None
        )

    def refresh(self, *, site, window, supposed, what_if):
        """What was learned at the picked site, and what is supposed instead."""
        if self.changed & {"site", "supposed"} and supposed and not self.unfold.value:
            self.unfold.value = True
        if not self.learned or "site" in self.changed:
            self.learned = self.state.learned()
        self._set_sliders()
        self._say()

    def _unfold(self):
        if self.unfold.value and not self.sliders:
            self.sliders = {name: self._slider(name, p) for name, p in self.state.parameters().items()}
            self.grid.objects = list(self.sliders.values())
            self._set_sliders()
        self.grid.visible = self.unfold.value and bool(self.learned)
        self._say()

    def _slider(self, name, parameter):
        low, high = parameter.range
        decimals = digits(parameter)
        slider = material.FloatSlider(
            start=low,
            end=high,
            value=low,
            step=10.0**-decimals,
            format=f"0.{'0' * decimals}" if decimals else "0",
            description=slider_help(name, parameter, list(self._processes())),
            size="small",
            sizing_mode="stretch_width",
            margin=0,
        )
        slider.param.watch(lambda event: self._drag(name, event.new), "value")
        return slider

    def _processes(self):
        config = self.state.store.run(self.state.run).config
        return (type(process) for process in config.build().processes)

    def _drag(self, name, value):
        supposed, learned = self.state.supposed, self.learned
        if value != supposed.get(name, learned[name]):
            self.state.suppose({k: v for k, v in (supposed | {name: value}).items() if v != learned[k]})

    def _set_sliders(self):
        """Where the learned values are, which are changed, and to what."""
        parameters = self.state.parameters() if self.learned else {}
        self.grid.visible = self.unfold.value and bool(self.learned)
        for name in self.sliders.keys() & parameters.keys():
            learned, changed = self.learned[name], name in self.state.supposed
            parameter = parameters[name]
            called = with_units(f"{parameter.long_name} {name}", parameter.units)
            was = f" (learned {parameter_number(learned, parameter)})" if changed else ""
            self.sliders[name].param.update(
                value=self.state.supposed.get(name, learned),
                marks=[{"value": learned}],
                label=called + was,
                color="secondary" if changed else "primary",
            )

    def _say(self):
        """The changes, and what they do to the NSE."""
        state, name = self.state, html.escape(self.state.name_of(self.state.site))
        self.heading = f"What if? <span class='muted'>{name}</span>{badge(state.what_if)}"
        if not self.learned:
            self.said.object = "<div class='empty'>This basin was not part of the run.</div>"
        elif state.what_if:
            own, observed = (flows.sel(site=state.site) for flows in self._flows())
            self.said.object = f"<p>{nse_words(state.what_if, own, observed, state.window)}</p>"
        elif state.supposed:
            self.said.object = "<p class='muted' role='status'>computing \u2026</p>"
        else:
            self.said.object = "<p class='muted'>Drag a learned parameter: flow, stores and scores follow at once.</p>"
        self.caption = (
            "A tick marks what run A learned, the mean over its members. A change moves all members by the same "
            "amount, held within the range. It is not trained: another basin or run begins again from what was learned."
            if self.unfold.value
            else ""
        )

    def _flows(self):
        return self.state.results(self.state.run).streamflow, self.state.dataset.streamflow
