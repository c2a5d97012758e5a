"""The check of a gradient: does rerunning the model give the same?"""

import panel as pn

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.figures.gradient_check import plot_check
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import units

GOOD = 99.0  # %: of agreement
STEPS = (1e-4, 2e-2)  # of the parameter's range: too small to matter, and one that a person would notice


def agreement_badge(agreement: float, dark: bool) -> Markup:
    """The agreement in % as a badge, HTML."""
    colour = theme.token("primary" if agreement >= GOOD else "warning", dark)
    said = "more than 99.99" if agreement > 99.99 else "less than 0" if agreement < 0 else f"{agreement:.2f}"
    style = f"border:1px solid {colour};color:{colour};border-radius:10px;padding:1px 9px;white-space:nowrap"
    return html("<span style='{}'>{} % agreement</span>", style, said)


def agreement_words(parameter: Parameter, agreements: list[float], dark: bool) -> Markup:
    """What the agreements of a gradient with reruns of a small and a large step say, HTML."""
    width = parameter.range[1] - parameter.range[0]
    small, large = (f"{100 * step:g} %" for step in STEPS)
    amount = f"{STEPS[1] * width:.2g} {units(parameter.units)}".strip()
    jumps = (
        " There the curve bends, or passes thresholds of a process, which a gradient does not see."
        if agreements[1] < GOOD
        else ""
    )
    badges = (agreement_badge(agreement, dark) for agreement in agreements)
    more = (
        f"With reruns after a change of {small} of the allowed range, too small for the curve to bend, and of {large} "
        f"({amount}).{jumps}"
    )
    words = (
        "<div style='line-height:26px'>{} small step \u2003 {} large step <details class='more'>{}{}</details></div>"
    )
    return html(words, *badges, Markup("<summary aria-label='More about this'>i</summary>"), more)


class GradientCheck(ComputingView):
    """Finite-difference check."""

    to_take = "target site window a"
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to check its gradients."

    def body(self, *, run, dark):
        """The agreement in words and a place for the figure."""
        self.badge, self.pane = text(), pn.pane.Bokeh(sizing_mode="stretch_width", margin=0)
        return pn.Column(self.badge, self.pane, margin=0) if Simulation.of(self.state) else None

    def refresh(self, *, site, window, parameter):
        """Both responses of the picked site."""
        simulation, name = Simulation.of(self.state), chosen(self.state)
        self.compute(
            "the check",
            (*simulation.key, name),
            lambda: simulation.check(name, STEPS),
            lambda found: self._show(simulation, name, *found),
        )

    def _show(self, simulation, name, exact, reruns, agreements):
        parameter = simulation.run.config.build().of(Parameter)[name]
        self.badge.object = agreement_words(parameter, agreements, self.state.dark)
        self.heading = f"Finite-difference check: {lower_first(parameter.long_name)}"
        self.pane.object = plot_check(exact, reruns[0], reruns[1], self.state.look)
        self.caption = (
            f"A point for each {self.state.step.name}: the gradient that training uses against the central finite "
            "difference of two reruns.\nAgreement: 100 % less the norm of their difference, in % of that of the reruns."
        )
