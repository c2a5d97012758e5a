"""What matters over the whole ranges of the parameters, beside what matters where the model stands."""

from functools import cached_property

import panel as pn
import param
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.global_sensitivity import disagreement
from dgviz.sensitivity.target_statistics import global_target_sensitivity
from dgviz.ui import theme
from dgviz.ui.figures.global_bars import plot_effects, plot_shares
from dgviz.ui.lenses.applies import by_itself
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.text import number

OUTPUTS = {"Mean": "mean", "High": "high", "Low": "low", "Score": "score"}


class GlobalBesideLocal(ComputingView):
    """Global beside local."""

    to_take = "target site window a"
    choices = ("output", "asked")
    asked = param.Boolean(False, doc="Is it computed?")
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to vary its parameters over their whole ranges."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time, simulated alone by processes: networks take minutes."""
        return by_itself(state) and state.shown_config.predictor == "processes"

    def tools(self):
        """What is asked of the target, and the button that begins."""
        return [*super().tools(), self.output, self.begin]

    @cached_property
    def output(self):
        """The statistic of the target."""
        return material.RadioButtonGroup(options=OUTPUTS, value="mean", size="small", margin=0)

    @cached_property
    def begin(self):
        """Starts the simulations."""
        return material.begin_button("Vary all parameters", lambda: self.param.update(asked=True))

    def body(self, *, run, dataset, dark):
        """Places for both figures."""
        if Simulation.of(self.state) is None:
            return None
        whole = dict(sizing_mode="stretch_width", margin=0)
        self.shares, self.effects = pn.pane.Bokeh(**whole), pn.pane.Bokeh(**whole)
        cells = (
            pn.Column(self.shares, css_classes=["span-7"], **whole),
            pn.Column(self.effects, css_classes=["span-5"], **whole),
        )
        return pn.Column(*cells, stylesheets=[theme.row(640)], **whole)

    def refresh(self, *, site, window, output, asked):
        """The measures, where they are asked for."""
        simulation = Simulation.of(self.state)
        self.begin.visible = not asked
        if not asked:
            self.caption = (
                "A derivative says what matters where the model stands. Thousands of simulations, with all parameters "
                "anywhere in their ranges, say what matters there: a few seconds for this site."
            )
            return
        self.compute(
            "thousands of simulations",
            simulation.key,
            lambda: global_target_sensitivity(simulation.site_model()),
            self._show,
        )

    def _show(self, found: xr.Dataset) -> None:
        state, wanted = self.state, self.output.value
        output = wanted if wanted in found.output.values else "mean"
        of_output, declared = found.sel(output=output), state.parameters()
        words = {name: declared[name].long_name for name in found.parameter.values}
        if not of_output.total.notnull().all():
            self.shares.object = self.effects.object = None
            self.caption = disagreement(found, output)
            return
        name = of_output.long_name.item()
        self.shares.object = plot_shares(of_output, words, state.look)
        self.effects.object = plot_effects(of_output, of_output.unit.item(), state.look)
        order = of_output.parameter.values[of_output.total.values.argsort()[::-1]].tolist()
        said = disagreement(found, output)
        self.heading = html(
            "Global beside local: over all ranges {} decides {} <span class='muted'>{}</span>",
            lower_first(words[order[0]]), lower_first(name), state.name_of(state.site),
        )  # fmt: skip
        missing = "" if output == wanted else " Nothing was observed here, so that there is no score."
        self.caption = html("{} {}", self._key(), f"{said}{missing}\n{self._words(of_output)}")
        shares = (f"{words[n]} {number(float(of_output.total.sel(parameter=n)))}" for n in order[:5])
        self.summary = f"Shares of the variance of {lower_first(name)}: {', '.join(shares)}. {said}"

    def _key(self) -> str:
        look = self.state.look
        marks = (
            ("total share", look.token("primary"), "area"),
            ("bound by derivatives", look.ink("what_if"), ""),
            ("local", look.token("warning"), "area"),
        )
        return key_of(marks)

    def _words(self, found: xr.Dataset) -> str:
        """What the marks mean, how many simulations they rest on, and the check."""
        runs = found.attrs["samples"] * (found.sizes["parameter"] + 2)
        rates = ", ".join(found.parameter.values[found.logarithmic.values])
        by_logarithm = f" {rates}: sampled by their logarithm." if rates else ""
        above = int((found.total - found.total_interval > found.derivative_bound).sum())
        check = f"{above} of {found.sizes['parameter']} totals exceed their bound by more than their interval"
        return (
            f"Left: the share of the variance that a parameter has a part in (Sobol, {number(runs, 0)} simulations), "
            "with its 95 % interval; ring: the share that it has alone; stroke: the bound by exact derivatives, which "
            f"no total exceeds ({check}; bounds above 1.25 are not drawn). Right: Morris's mean effect over all ranges "
            f"(blue) and the derivative where the model stands (orange), for a whole range.{by_logarithm}"
        )
