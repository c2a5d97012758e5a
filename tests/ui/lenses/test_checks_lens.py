"""The page Checks: what a user presses, reads and sees."""

import numpy as np
import pandas as pd
import pytest

from dgviz.checks import CheckResult, Criterion, checks_by_name, meaning
from dgviz.domains import discover
from dgviz.experiment.run_files import RunError
from dgviz.ui.figures.check_result import plot_check_result
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks, allowed, chip, criteria_table, in_words
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.markup import escape
from tests.ui.conftest import LOOK

CHECKS = checks_by_name(discover()["hydrology"].checks)


@pytest.fixture
def view(state):
    return PhysicsChecks(state=state)


def said(view, name):
    return view.lines[name].said.object


def panels(verdict):
    return plot_check_result(verdict, LOOK).children


def test_all_checks_are_carried_out_when_the_page_opens_and_one_that_failed_is_shown(view):
    assert view.verdicts.keys() == CHECKS.keys()
    failed = [name for name, verdict in view.verdicts.items() if verdict.outcome == "failed"]
    assert failed and view.shown == failed[0] and escape(meaning(CHECKS[failed[0]])) in view.found[0].object
    assert "picked" in view.lines[failed[0]].layout.css_classes


def test_picking_a_check_says_what_it_means(view):
    view.pick("doubled_storm")
    assert escape(meaning(CHECKS["doubled_storm"])) in view.found[0].object
    assert [name for name, line in view.lines.items() if "picked" in line.layout.css_classes] == ["doubled_storm"]


def test_checks_give_the_verdicts_of_the_library(view, state):
    trial = Simulation.of(state).trial()
    for name, check in CHECKS.items():
        verdict = check(trial)
        assert chip(verdict.outcome, False) in said(view, name) and in_words(verdict) in said(view, name)
        assert view.verdicts[name].criteria == verdict.criteria
    passed = sum(verdict.outcome == "passed" for verdict in view.verdicts.values())
    applied = sum(verdict.outcome != "does not apply" for verdict in view.verdicts.values())
    assert f"{passed} of {applied} that apply passed" in view.heading
    assert all(verdict.sentence in view.summary for verdict in view.verdicts.values())


def test_a_check_is_shown_with_its_criteria(view):
    view.pick("no_response_to_the_future")
    table = view.found[2].object
    assert "Largest change before the forcings changed" in table and "exactly 0 mm" in table and "passed" in table


def test_another_site_and_run_are_asked_too(view, state):
    before = view.verdicts["mass_closure"].series
    state.pick("c3")
    assert "Cedar Run" in view.heading
    assert not np.allclose(before.water, view.verdicts["mass_closure"].series.water)
    state.show("no-snow")
    assert view.verdicts["warmer_means_earlier_melt"].outcome == "does not apply"
    assert "no store of snow" in said(view, "warmer_means_earlier_melt")
    view.pick("warmer_means_earlier_melt")
    assert "no store of snow" in view.found[1].object


def test_what_is_known_of_a_site_is_not_carried_out_again(view, state, monkeypatch):
    found = view.verdicts["mass_closure"]
    state.pick("c3")
    state.pick("a1")
    assert view.verdicts["mass_closure"] is found
    again = PhysicsChecks(state=state)
    assert again.verdicts["mass_closure"] is found


def test_while_they_are_carried_out_each_says_so(state, served_late):
    view = PhysicsChecks(state=state)
    assert {said(view, name) for name in CHECKS} == {"<span class='muted'>computing \u2026</span>"}
    assert "that apply" not in view.heading


@pytest.fixture
def served_late(monkeypatch):
    """Nothing that is computed in the background becomes ready."""
    monkeypatch.setattr(PhysicsChecks, "compute", lambda *_: None)


def test_a_check_that_cannot_be_run_says_why_and_is_tried_again(view, state, monkeypatch):
    def gone(*_):
        raise RunError("The weights are gone.")

    run = state.store.run(state.run)
    with monkeypatch.context() as broken:
        broken.setattr(run, "at", gone)
        state.pick("c3")
    assert "The weights are gone." in view._place[0].object
    state.pick("d4")
    assert chip("passed", False) in said(view, "mass_closure")


def test_another_theme_keeps_what_was_found(view, state):
    found = view.verdicts["mass_closure"]
    state.dark = True
    assert view.verdicts["mass_closure"] is found and chip("passed", True) in said(view, "mass_closure")


def test_an_outcome_is_told_by_word_and_sign_not_by_colour_alone():
    signs = {"passed": "\u2713", "failed": "\u2715", "does not apply": "\u2013"}
    for outcome, sign in signs.items():
        assert f"{sign} {outcome}" in chip(outcome, False)


@pytest.mark.parametrize(
    "limits, words",
    [
        (dict(at_least=0.0, at_most=0.0), "exactly 0 mm"),
        (dict(at_least=-2e-6, at_most=2e-6), "within \u00b1 2 \u00d7 10\u207b\u2076 mm"),
        (dict(at_least=-0.5), "at least \u22120.5 mm"),
        (dict(at_most=3.0), "at most 3 mm"),
        (dict(at_least=0.95, at_most=1.05), "0.95 to 1.05 mm"),
    ],
)
def test_limits_in_words(limits, words):
    assert allowed(Criterion("", 0.0, "mm", **limits)) == words


def test_a_failed_criterion_stands_out_in_the_table():
    verdict = CheckResult(
        "x", "", (Criterion("good", 1.0, "mm", at_most=2.0), Criterion("<bad>", 3.0, "mm", at_most=2.0))
    )
    table = criteria_table(verdict, False)
    assert table.count("\u2713 passed") == 1 and table.count("\u2715 failed") == 1 and "&lt;bad&gt;" in table


def test_the_figure_shows_the_days_around_the_change(state):
    verdict = CHECKS["doubled_storm"](Simulation.of(state).trial())
    rain, flow = panels(verdict)
    assert rain.x_range is flow.x_range
    assert rain.x_range.start <= pd.Timestamp(verdict.day) <= rain.x_range.end
    assert rain.y_range.start > rain.y_range.end == 0  # hangs from the top
    assert {item.label.value for item in rain.legend[0].items} == {"precipitation", "added"}
    assert {item.label.value for item in flow.legend[0].items} == {"as it was", "storm doubled"}
    assert not rain.xaxis[0].visible and flow.xaxis[0].visible


def test_the_figure_of_every_check_can_be_drawn(view, caplog):
    drawn = [name for name, verdict in view.verdicts.items() if verdict.series is not None]
    for name in drawn:
        view.pick(name)
        assert len(view.found) == 3, name  # what it asks, the figure, the criteria
    assert len(drawn) > 10 and not caplog.records


def test_parts_of_the_balance_stand_upon_each_other(state):
    verdict = CHECKS["mass_closure"](Simulation.of(state).trial())
    water, gap = panels(verdict)
    data = water.renderers[0].data_source.data
    np.testing.assert_allclose(data["top2"], data["whole"], rtol=1e-9)  # nothing is missing below the line
    assert list(gap.yaxis[0].ticker.ticks) == [0]  # rounding is drawn as zero


def test_units_of_a_sentence_are_written_as_people_write_them():
    found = CheckResult("x", "At least 2 umol m-2 s-1.", (Criterion("Least", 2.0, "umol m-2 s-1"),))
    assert in_words(found) == "At least 2 µmol m⁻² s⁻¹."
