"""The gradient doctor: can what is shown here be trusted, and if not, what is to blame?"""

import numpy as np
import panel as pn
import param

from dgviz.sensitivity.doctor import Finding, Report
from dgviz.ui import theme
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html, joined

SIGNS = {"good": "\u2713", "fault": "\u2715", "note": "i"}
INKS = {"good": "primary", "fault": "warning", "note": "muted"}
WHAT = (
    "Derivatives are compared with reruns, also of each process by itself, and what happens with what is declared: for "
    "wrong or lost gradients, values that are no numbers, leaks, balances, signs, dead parameters and doubtful data."
)


def chip(words: str, sign: str, dark: bool) -> Markup:
    """A word with its sign, HTML; a fault is filled."""
    ink = theme.token(INKS[sign], dark)
    fill = f"background:{ink};color:{theme.token('surface', dark)}" if sign == "fault" else f"color:{ink}"
    style = f"border:1px solid {ink};{fill};border-radius:10px;padding:0 8px;font-weight:500;white-space:nowrap"
    return html("<span style='{}'>{} {}</span>", style, SIGNS[sign], words)


def in_a_line(finding: Finding, dark: bool) -> Markup:
    """A finding with its grade, HTML."""
    day = "" if finding.day is None else f" First on {np.datetime_as_string(finding.day, 'D')}."
    words = "<p style='margin:8px 0;line-height:22px'>{} <b>{}</b><br>{}{}</p>"
    kind = finding.kind[0].upper() + finding.kind[1:]
    return html(words, chip(finding.severity, finding.severity, dark), kind, finding.sentence, day)


def plot_report(report: Report, dark: bool) -> Markup:
    """Whether there is a fault, what was examined, and each finding with its sentence, HTML."""
    n_faults, n_notes = len(report.faults), len(report.notes)
    said = f"{n_faults} fault{'s' * (n_faults > 1)}" if n_faults else "No fault found"
    also = f" \u2003 {n_notes} note{'s' * (n_notes > 1)}" if n_notes else ""
    examined = joined(html("<p style='margin:4px 0'>{}</p>", sentence) for sentence in report.examined)
    head = html(
        "<div style='line-height:26px'>{}{}</div>{}", chip(said, "fault" if n_faults else "good", dark), also, examined
    )
    return head + joined(in_a_line(finding, dark) for finding in report.findings)


class Doctor(ComputingView):
    """Gradient doctor."""

    asked = param.Boolean(False, doc="Was an examination asked for?")
    empty = "No run is shown. Press Train, or pick a run above, to have its gradients examined."

    def tools(self):
        """The button that begins."""
        return [*super().tools(), material.begin_button("Examine", self.examine, align="center")]

    def body(self, *, run, dark):
        """A place for the findings."""
        self.found = text(WHAT)
        return pn.Column(self.found, sizing_mode="stretch_width", margin=0) if Simulation.of(self.state) else None

    def refresh(self, *, site, window):
        """What was asked before is asked again of another run, site or window."""
        simulation = Simulation.of(self.state)
        if self.asked:
            self.found.object = html("<span class='muted' role='status'>{}</span>", "examining \u2026")
            self.compute("the examination", simulation.key, simulation.examine, self._show)

    def examine(self) -> None:
        """Examine the picked site."""
        self.asked = True
        self.redraw("site")

    def _show(self, report: Report) -> None:
        self.found.object = plot_report(report, self.state.dark)
        self.caption = WHAT
