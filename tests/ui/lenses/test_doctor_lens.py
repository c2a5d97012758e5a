"""The gradient doctor among the views."""

import numpy as np
import pytest

from dgviz.sensitivity.doctor import Finding, Report
from dgviz.ui.lenses.sensitivity.doctor import WHAT, Doctor, plot_report
from dgviz.ui.session.simulation import Simulation


@pytest.fixture
def answered(monkeypatch):
    """Examinations that find what is in the list, and count how often they were asked."""
    asked, findings = [], []

    def examine(simulation):
        asked.append(simulation.site)
        return Report(tuple(findings), ("22 derivatives were compared with reruns.",))

    monkeypatch.setattr(Simulation, "examine", examine)
    return asked, findings


def test_nothing_is_examined_before_it_is_asked_for(state, answered):
    view = Doctor(state=state)
    assert answered[0] == [] and view.found.object == WHAT


def test_a_sound_model_is_said_to_be_so_with_what_was_examined(state, answered):
    view = Doctor(state=state)
    view.examine()
    assert "No fault found" in view.found.object and "22 derivatives" in view.found.object


def test_each_finding_has_its_grade_its_sentence_and_its_day(state, answered):
    answered[1].append(Finding("leak", "It sees <the future>.", process="Early", day=np.datetime64("2001-02-03")))
    answered[1].append(Finding("dead parameter", "It changes nothing.", "note"))
    view = Doctor(state=state)
    view.examine()
    said = str(view.found.object)
    assert "1 fault<" in said and "1 note" in said and "First on 2001-02-03" in said
    assert "&lt;the future&gt;" in said and said.index("Leak") < said.index("Dead parameter")


def test_another_site_is_examined_where_one_was(state, answered):
    view, first = Doctor(state=state), state.site
    view.examine()
    state.site = next(site for site in state.dataset.site.values.tolist() if site != first)
    assert answered[0] == [first, state.site]


def test_a_run_is_examined_in_earnest(state):
    assert isinstance(Simulation.of(state).examine(), Report)


def test_both_themes_have_inks_of_their_own():
    report = Report((Finding("leak", "It leaks."),), ())
    assert plot_report(report, dark=True) != plot_report(report, dark=False)
