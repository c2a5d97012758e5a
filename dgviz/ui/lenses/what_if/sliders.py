"""What if a learned parameter of the picked site were another?"""

import panel as pn

from dgviz.processes.declare import Parameter, Process, title
from dgviz.quantities import lower_first
from dgviz.scores import metrics
from dgviz.sensitivity.effects import effects
from dgviz.ui.figures.series import overlap
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_html, text
from dgviz.ui.lenses.what_if.cases import case_picker, what_is_shown
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.what_if import digits, parameter_number, what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import number, score_label, units, with_units

STAY = """
:host { position: sticky; top: 0; z-index: 2; padding: 2px 0 8px 0; background: var(--mui-palette-background-paper); }
"""  # in sight while the last of many sliders is dragged on a small screen
LOWER, UPPER = "at its lower bound", "at its upper bound"
TICK = {
    "& .MuiFormLabel-root, & .MuiTypography-root": {"fontSize": 12.5},
    "& .MuiSlider-mark": {"height": 12, "backgroundColor": "text.secondary", "opacity": 1},
}
LABEL = {"fontSize": 11, "top": 20}
# The words at a tick near an end of the slider stand inwards of it: beside it a phone has no room.
INWARDS = {LOWER: {"transform": "none"}, UPPER: {"transform": "translateX(-100%)"}}
NO_BAR = Markup("<div class='effect'></div>")  # keeps the place of one, so that no slider moves when that is known
NEAR = 0.02  # of a range: a value nearer to an end is at its bound
EXPLAINED = (
    "A tick marks what run A learned, the mean over its members (parallel parameter sets).\nA change moves all members "
    "by the same amount, held within the range. It is not trained: another site or run begins again from what was "
    "learned."
)


def slider_help(name: str, parameter: Parameter, processes: list[type[Process]]) -> str:
    """What a parameter is, its range, and what reads it."""
    low, high = parameter.range
    unit = units(parameter.units)
    readers = [lower_first(title(process).partition(":")[0]) for process in processes if name in process.of(Parameter)]
    return f"{parameter.long_name}, {low:g} to {high:g} {unit}".strip() + f". Read by: {', '.join(readers)}."


def at_an_end(value: float, parameter: Parameter) -> str:
    """Whether a learned value lies within two hundredths of the range of its end, in words; nothing elsewhere."""
    low, high = parameter.range
    place = (value - low) / (high - low)
    return LOWER if place < NEAR else UPPER if place > 1 - NEAR else ""


class ParameterSliders(ComputingView):
    """What if?"""

    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to change what it learned."

    def tools(self):
        """Back to what was learned."""
        reset = material.Button(label="Reset", icon="restart_alt", variant="text", size="small", margin=0)
        reset.on_click(lambda _: self.state.suppose({}))
        reset.visible = self.state.param.supposed.rx.bool()
        return [*super().tools(), case_picker(self.state), reset]

    def body(self, *, run, dataset):
        """The sliders in one column, each with a bar for how much it matters, and what follows from them."""
        self.parameters, self.learned = self.state.parameters(), {}
        self.scored = None, ""
        self.sliders = {name: self._slider(name, parameter) for name, parameter in self.parameters.items()}
        self.bars = {name: text(NO_BAR, margin=(0, 0, 6, 0)) for name in self.parameters}
        rows = (row for name in self.parameters for row in (self.sliders[name], self.bars[name]))
        self.grid = pn.Column(*rows, sizing_mode="stretch_width", margin=0)
        self.said = text()
        self.said.stylesheets = [*self.said.stylesheets, STAY]
        return pn.Column(self.said, self.grid, sizing_mode="stretch_width", margin=0) if self.parameters else None

    def refresh(self, *, site, window, supposed, what_if, case):
        """What was learned at the picked site, and what is supposed instead."""
        if not self.learned or "site" in self.changed:
            self.learned = self.state.learned()
        self.grid.visible = bool(self.learned)
        self.caption = f"Grey bars: {lower_first(what_is_shown(self.state))}\n{EXPLAINED}" if self.learned else ""
        self._show_sliders()
        self._say()
        simulation = Simulation.of(self.state)
        if simulation is not None and self.learned:
            work, key = simulation.parameter_response, simulation.key
            self.compute("sensitivities", key, work, lambda found: self._show_effects(simulation, found))

    def _show_sliders(self):
        """Where the learned values are, which are changed, and to what."""
        for name in self.sliders.keys() & self.learned.keys():
            learned, changed = self.learned[name], name in self.state.supposed
            end = at_an_end(learned, self.parameters[name])
            was = f"learned {parameter_number(learned, self.parameters[name])}" if changed else end
            self.sliders[name].param.update(
                value=self.state.supposed.get(name, learned),
                marks=[{"value": learned, "label": was}],
                color="secondary" if changed else "primary",
                sx=TICK | {"& .MuiSlider-markLabel": LABEL | INWARDS.get(end, {})},
            )

    def _slider(self, name, parameter):
        low, high = parameter.range
        decimals = digits(parameter)
        slider = material.FloatSlider(
            label=with_units(f"{parameter.long_name} ({name})", parameter.units),
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

    def _show_effects(self, simulation, responses):
        """A bar below each slider: how much a tenth of its range changes the target, against the largest."""
        state = self.state
        target = state.results(state.run)[state.config.target].sel(site=state.site, time=slice(*state.window))
        found = effects(responses, target.sel(time=target.time.isin(responses.time)), state.case, self.parameters)
        largest = max(found.values(), default=0.0) or 1.0
        for name, effect in found.items():
            said = f"{number(effect, 3)} {self.state.look.units} for a tenth of the range"
            bar = "<div class='effect' title='{}' role='img' aria-label='{}'><i style='width:{:.1f}%'></i></div>"
            self.bars[name].object = html(bar, said, said, 100 * effect / largest)

    def _processes(self):
        config = self.state.store.run(self.state.run).config
        return (type(process) for process in config.build().processes)

    def _drag(self, name, value):
        supposed, learned = self.state.supposed, self.learned
        if value != supposed.get(name, learned[name]):
            self.state.suppose({k: v for k, v in (supposed | {name: value}).items() if v != learned[k]})

    def _say(self):
        """The changes, and what they do to the score."""
        state, name = self.state, self.state.name_of(self.state.site)
        self.heading = html("What if? <span class='muted'>{}</span>{}", name, what_if_badge(state.what_if))
        if not self.learned:
            self.said.object = empty_html(f"This {state.science.site} was not part of the run.")
        elif state.what_if:
            learned, supposed = self._scores(state.what_if.simulated)
            score = score_label(state.target.scores[0])
            self.said.object = html(
                "<p>{} over {}: {} as learned, <b>{}</b> with the change.</p>",
                *(score, state.step.shown, learned, supposed),
            )
        elif state.supposed:
            self.said.object = Markup("<p class='muted' role='status'>computing \u2026</p>")
        else:
            what = "the curve follows" if state.science.curves else "series, stores and scores follow"
            self.said.object = html("<p class='muted'>Drag a learned parameter: {} at once.</p>", what)

    def _scores(self, simulated):
        """The first score in the window, as learned and as supposed."""
        state, target = self.state, self.state.config.target
        window, score = overlap(state.window, simulated.indexes["time"]), metrics.METRICS[state.target.scores[0]]
        inside = slice(*window)
        observed = state.dataset[target].sel(site=state.site, time=inside)
        if self.scored[0] != (scored := (state.site, window)):  # not at each step of a drag
            own = state.results(state.run)[target].sel(site=state.site, time=inside)
            self.scored = scored, number(float(score(own, observed)))
        return self.scored[1], number(float(score(simulated[target].sel(time=inside), observed)))
