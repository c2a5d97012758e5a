"""Physics checks of the run that is shown, at the picked site."""

from collections import Counter
from functools import partial

import panel as pn
import param

from dgviz.checks import CheckResult, Criterion, checks_by_name, concise, meaning
from dgviz.experiment.physics import physics_of
from dgviz.processes.declare import title
from dgviz.ui import theme
from dgviz.ui.figures.check_result import plot_check_result
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_words, text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import MINUS, sentence, units

SIGNS = {"passed": "\u2713", "failed": "\u2715", "does not apply": "\u2013"}
INKS = {"passed": "primary", "failed": "warning"}


def chip(words: str, dark: bool) -> Markup:
    """An outcome with its sign, HTML; a failure is filled."""
    ink = theme.token(INKS.get(words, "muted"), dark)
    fill = f"background:{ink};color:{theme.token('surface', dark)}" if words == "failed" else f"color:{ink}"
    style = f"border:1px solid {ink};{fill};border-radius:10px;padding:0 8px;font-weight:500;white-space:nowrap"
    return html("<span style='{}'>{} {}</span>", style, SIGNS.get(words, ""), words)


def _figure(value: float) -> str:
    """Two or three digits: limits such as 0.95 have as many."""
    return concise(value).replace("-", MINUS)


def measured(criterion: Criterion) -> str:
    """A figure with its units."""
    return f"{_figure(criterion.value)} {units(criterion.units)}".strip()


def allowed(criterion: Criterion) -> str:
    """The limits of a figure in words."""
    low, high, unit = criterion.at_least, criterion.at_most, units(criterion.units)
    if low == high:
        words = f"exactly {_figure(low)}"
    elif -low == high:
        words = f"within \u00b1 {_figure(high)}"
    elif high == float("inf"):
        words = f"at least {_figure(low)}"
    elif low <= 0:
        words = f"at most {_figure(high)}"
    else:
        words = f"{_figure(low)} to {_figure(high)}"
    return f"{words} {unit}".strip()


def criteria_table(verdict: CheckResult, dark: bool) -> Markup:
    """A row for each criterion: what is judged, the figure, what is allowed, HTML."""
    rows = (
        html(
            "<tr><td>{}</td><td style='white-space:nowrap'><b>{}</b></td><td class='muted'>{}</td><td>{}</td></tr>",
            *(c.what, measured(c), allowed(c), chip("passed" if c.holds else "failed", dark)),
        )
        for c in verdict.criteria
    )
    head = Markup("<tr><th>Judged by</th><th>found</th><th>allowed</th><th></th></tr>")
    return html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, joined(rows)) * bool(verdict.criteria)


def in_words(verdict: CheckResult) -> str:
    """The sentence of a verdict with units as people write them."""
    series = {} if verdict.series is None else verdict.series.data_vars
    found = {c.units for c in verdict.criteria} | {str(values.attrs.get("units", "")) for values in series.values()}
    words = verdict.sentence
    for unit in sorted(found - {"", "1"}, key=len, reverse=True):  # "mg L-1 d-1" before "mg L-1"
        words = words.replace(f" {unit}", f" {units(unit)}")
    return words


class PhysicsChecks(ComputingView):
    """Physics checks."""

    to_take = "site a"
    has_data = False
    choices = ("picked",)
    picked = param.String("", doc="The check that is looked at, by name")
    empty = "No run is shown. Press Train, or pick a run above, to check its physics."

    def __init__(self, state, **params):
        self.verdicts: dict[str, CheckResult] = {}
        self.simulation, self.domain = None, ""
        super().__init__(state=state, **params)

    def body(self, *, run, dataset, dark):
        """A line for each check of the science on the left; on the right, what the picked one found."""
        if self.domain != self.state.config.domain:
            self._begin_science()
        if Simulation.of(self.state) is None:
            self.simulation, self.heading, self.caption, self.summary = None, title(type(self)), "", ""
            return None
        self.lines = {name: _Line(name, self.pick) for name in self.checks}
        self.found = pn.Column(sizing_mode="stretch_width", margin=0)
        after = physics_of(self.state.store.run(self.state.run))
        said = after.in_words(self.state.science.site) if after else ""
        lines = [text(html("<span class='muted'>{}</span>", said)), *(line.layout for line in self.lines.values())]
        wide = dict(sizing_mode="stretch_width", margin=0)
        cells = (
            pn.Column(*lines, css_classes=["span-5"], **wide),
            pn.Column(self.found, css_classes=["span-7"], **wide),
        )
        return pn.Column(*cells, stylesheets=[theme.row(640)], sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, picked):
        """All checks of the run at the site over the window, as soon as they are carried out."""
        simulation = Simulation.of(self.state)
        if self.simulation is None or simulation.key != self.simulation.key:
            self.simulation, self.verdicts = simulation, {}
        for name in self.checks:
            self._say(name)
        self._show()
        self._sum_up()
        if not self.verdicts:
            key, work = (*simulation.key, "checks"), partial(_carry_out, self.checks, simulation.trial)
            self.compute("the checks", key, work, partial(self._keep, simulation))

    @property
    def shown(self) -> str:
        """The check that is looked at: the picked one, else one that failed."""
        failed = (name for name, verdict in self.verdicts.items() if verdict.outcome == "failed")
        return self.picked or next(failed, next(iter(self.checks)))

    def pick(self, name: str) -> None:
        """Show what a check means and found."""
        self.picked = name

    def _begin_science(self):
        """Nothing that was picked or found is of use in another science."""
        science = self.state.config.science
        self.domain, self.checks = self.state.config.domain, checks_by_name(science.checks, science.has_stores)
        self.simulation, self.verdicts = None, {}
        self.chosen.offer("picked", "", [*self.checks])

    def _keep(self, simulation, verdicts):
        if simulation is not self.simulation:
            return  # of what was looked at before
        self.verdicts = verdicts
        for name in self.checks:
            self._say(name)
        self._show()
        self._sum_up()

    def _say(self, name):
        verdict = self.verdicts.get(name)
        if verdict is None:
            self.lines[name].say(Markup("<span class='muted'>computing \u2026</span>"))
            return
        headline = verdict.headline
        said = html("{} {}", chip(verdict.outcome, self.state.dark), in_words(verdict))
        if headline and headline is not verdict.criteria[0]:  # the sentence speaks of the first
            said += f" {headline.what}: {measured(headline)}, allowed {allowed(headline)}."
        self.lines[name].say(said, measured(headline) if headline else "")

    def _show(self):
        shown = self.shown
        for name, line in self.lines.items():
            line.mark(name == shown)
        asks = text(html("<h3>{}</h3><p class='muted'>{}</p>", sentence(shown), meaning(self.checks[shown])))
        verdict = self.verdicts.get(shown)
        if verdict is None:
            self.found.objects = [asks]
        elif verdict.series is None:
            self.found.objects = [asks, empty_words(in_words(verdict))]
        else:
            dark = self.state.dark
            drawn = pn.pane.Bokeh(
                plot_check_result(verdict, self.state.look), sizing_mode="stretch_width", margin=(6, 0)
            )
            self.found.objects = [asks, drawn, text(criteria_table(verdict, dark))]

    def _sum_up(self):
        outcomes = Counter(verdict.outcome for verdict in self.verdicts.values())
        applied = outcomes["passed"] + outcomes["failed"]
        found = f"{outcomes['passed']} of {applied} that apply passed" if applied else "none applies"
        name = self.state.name_of(self.state.site)
        self.heading = html("Physics checks <span class='muted'>{}{}</span>", name, f": {found}" * bool(self.verdicts))
        days = self.state.step.period(self.simulation.start, self.simulation.stop)
        self.caption = (
            f"Carried out over {days}.\nIn double precision, so that a difference is of the model; means over the "
            "members (parallel parameter sets)."
        )
        self.summary = " ".join(str(verdict) for verdict in self.verdicts.values())


def _carry_out(checks, trial):
    """What each check finds, by name."""
    asked = trial()
    return {name: check(asked) for name, check in checks.items()}


class _Line:
    """One check: its name, which shows it, and what came of it."""

    def __init__(self, name, pick):
        words = sentence(name)
        self.name = material.Button(
            label=words, variant="text", size="small", margin=0, sx={"textTransform": "none", "fontWeight": 600}
        )
        self.name.on_click(lambda _: pick(name))
        self.figure, self.said = text(sizing_mode=None, align="center"), text(margin=(0, 8, 0, 8))
        bar = pn.Row(self.name, pn.HSpacer(), self.figure, sizing_mode="stretch_width", margin=0)
        self.layout = pn.Column(bar, self.said, sizing_mode="stretch_width", margin=0, css_classes=["line"],
                                stylesheets=[LINE])  # fmt: skip

    def say(self, words, figure=""):
        """What came of it, HTML, and its figure."""
        self.said.object, self.figure.object = words, html("<b>{}</b>", figure)

    def mark(self, picked):
        """Set it off from the others."""
        self.layout.css_classes = ["line", "picked"] if picked else ["line"]


LINE = """
:host { border-left: 3px solid transparent; padding: 2px 0 6px 2px; max-height: none !important;
        border-bottom: 1px solid var(--mui-palette-divider); }
:host(.picked) { border-left-color: var(--mui-palette-primary-main); }
"""
