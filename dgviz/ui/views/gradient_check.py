"""The check of a gradient: does rerunning the model give the same?"""

import html

import panel as pn

from ...declare import Parameter
from ..figures.gradient_check import plot_check
from ..learned import chosen, parameter_select
from ..simulation import Simulation
from ..text import number
from . import text
from .computing import ComputingView

GOOD = 99.0  # %: of agreement


def in_words(agreement: float, name: str) -> str:
    """What the agreement of a gradient with reruns, in %, says."""
    if agreement >= GOOD:
        return f"The exact gradient and a rerun of the model with {name} a little higher and lower agree."
    return (
        f"They differ: on some days a small change of {name} passes a threshold of the model (such as between rain "
        "and snow), where a rerun jumps and a gradient does not see it."
    )


class GradientCheck(ComputingView):
    """Check of the gradient."""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to check its gradients."

    def tools(self):
        """Which parameter."""
        return [*super().tools(), parameter_select(self.state)]

    def body(self, *, run, dark):
        """A badge and a place for the figure."""
        self.badge, self.pane = text(), pn.pane.Bokeh(sizing_mode="stretch_width", margin=0)
        return pn.Column(self.badge, self.pane, margin=0) if Simulation.of(self.state) else None

    def refresh(self, *, site, window, parameter):
        """Both responses of the picked site."""
        simulation, name = Simulation.of(self.state), chosen(self.state)
        self.compute(
            "the check",
            (*simulation.key, name),
            lambda: simulation.check(name),
            lambda found: self._show(simulation, name, *found),
        )

    def _show(self, simulation, name, exact, rerun, agreement):
        words = simulation.run.config.build().of(Parameter)[name].long_name
        colour = "good" if agreement >= GOOD else "poor"
        said = "less than 0" if agreement < 0 else number(min(agreement, 99.999), 3 if agreement > 99 else 1)
        self.badge.object = (
            f"<p><span class='badge {colour}'>{said} % agreement</span> {html.escape(in_words(agreement, name))}</p>"
        )
        self.heading = f"Check of the gradient to {words[:1].lower()}{words[1:]}"
        self.pane.object = plot_check(exact, rerun, self.state.dark)
        self.caption = (
            "A point for each day: the gradient that training uses against a central difference of two runs. "
            "Agreement is 100 % less the size of the difference relative to that of the rerun."
        )
