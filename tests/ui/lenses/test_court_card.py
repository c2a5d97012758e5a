"""The court on the page Compare: structures chosen, trained, judged, and what cannot be compared said in words."""

import pytest

from dgviz.ui.lenses.compare.court import Court
from dgviz.ui.session.state import AppState
from tests.ui.conftest import FakeRun, Helper, make_results


@pytest.fixture
def court(state, dataset, store, monkeypatch):
    """A session with a run of the draft, and one without snow, which is shown; and the card."""
    monkeypatch.setattr(FakeRun, "dataset", lambda run: dataset, raising=False)
    store._worker = Helper()
    state.show("default")
    state.restore("default")
    return Court(state=state)


def choose(court, *options, seeds="1"):
    """Options as "2.SLOT=Option"."""
    court._choose("seeds", seeds, True)
    for option in options:
        name, _, value = option.partition("=")
        court._choose(name, value, True)


def test_nothing_chosen_asks_for_a_choice(court):
    assert "Choose a process in column 2" in court.said.object and not court.train.visible
    assert "name='2.snow'" in court.form.content and "name='3.snow'" not in court.form.content
    choose(court, "2.snow=NoSnow")
    assert "name='3.snow'" in court.form.content
    choose(court, "2.snow=DegreeDaySnow")  # the draft's own again
    assert court.rivals == [] and "Choose a process" in court.said.object


def test_what_was_trained_is_judged_and_what_is_missing_is_offered(court):
    choose(court, "2.snow=NoSnow")
    assert court.state.choices == {"Court.rivals": "2.snow=NoSnow", "Court.seeds": "1"}
    assert "2 of 6 trainings are there: 4 missing." in court.said.object
    assert court.train.label.startswith("Train 4 missing") and court.train.visible
    assert [judgment.case for judgment in court.hearing.ruling.judgments] == ["test"]
    assert court.hearing.ruling.sentence.startswith("Degree-day snow does best on other days")
    assert court.hearing.ruling.sentence in court.found.content and "5 basins, 1 seed" in court.found.content


def test_training_queues_what_is_missing_with_the_data_and_budget_of_the_draft(court, store, dataset):
    court.state.select(["a1", "b2", "c3"])
    court.state.edit(epochs=7)
    choose(court, "2.snow=NoSnow", seeds="2")
    assert "0 of 12 trainings are there: 12 missing." in court.said.object and court.hearing is None
    before = len(store.made)
    court._train()
    made = store.made[: len(store.made) - before]
    assert len(made) == 12 and {run.config.seed for run in made} == {0, 1}
    assert {(run.config.epochs, run.config.sites) for run in made} == {(7, ("a1", "b2", "c3"))}
    assert {run.config.holdout for run in made} == {"none", "folds", "regions"}
    assert "12 waiting" in court.said.object and not court.train.visible
    for run in made:
        run.status, run.stored = "done", make_results(dataset.sel(site=list(run.config.sites)), run.config, 0.1)
    court.state.refresh_runs()
    assert len(court.hearing.ruling.judgments) == 3 and "12 of 12 trainings are there." in court.said.object


def test_a_failed_training_says_why_and_is_offered_again(court, store):
    choose(court, "2.snow=NoSnow")
    court._train()
    store.made[0].status, store.made[0].error = "failed", "no <memory>\n\nTraceback ..."
    court.state.refresh_runs()
    said = court.said.object
    assert "3 waiting, 1 failed" in said and "no &lt;memory&gt;" in said and "Traceback" not in said
    assert court.train.label.startswith("Train 1 missing")


@pytest.mark.parametrize(
    "options, draft, message",
    [
        (("2.snow=NoSnow", "3.snow=NoSnow"), {}, "The structures 2 and 3 are the same, No snow. Change one of them."),
        (("2.pet=GivenPet",), {}, "The chosen processes need &#39;pet&#39;"),
        (("2.snow=NoSnow",), {"predictor": "network"}, "a network alone, which has no processes"),
    ],
)
def test_what_cannot_be_compared_is_said(court, options, draft, message):
    choose(court, "2.snow=NoSnow")
    assert court.hearing is not None
    court.state.edit(**draft)
    choose(court, *options)
    assert message in court.said.object
    assert court.hearing is None and not court.found.content and not court.train.visible and not court.share.visible


def test_one_site_is_too_few_for_an_interval(court):
    choose(court, "2.snow=NoSnow")
    court.state.select(["a1"])
    assert "Only one basin is there to be judged on" in court.said.object


def test_parameters_of_each_site_are_judged_in_time_only(court):
    court.state.edit(parameters="sites")
    choose(court, "2.snow=NoSnow")
    assert "0 of 2 trainings" in court.said.object
    assert "Not judged in folds and with regions held out: parameters of each basin are of no use" in court.said.object


def test_a_click_shows_where_the_structures_differ_most(court):
    choose(court, "2.snow=NoSnow")
    state, hearing = court.state, court.hearing
    for site in hearing.sites:
        assert f"<button name='site' value='{site}'>" in court.found.content
    first = next(iter(hearing.sites))
    court._look("site", first, True)
    assert state.site == first
    day = next(iter(hearing.days))
    court._look("day", day, True)
    assert state.moment == day and state.window[0] < day < state.window[1]


def test_the_page_to_share_is_that_of_the_command(court):
    assert court._page() is None
    choose(court, "2.snow=NoSnow")
    told = court._page().read().decode()
    assert f"<h1>{court.hearing.ruling.sentence}</h1>" in told and "Measure here next" in told


def test_an_address_opens_the_same_structures(court, store):
    state = AppState(store)
    state.choices = {"Court.rivals": "2.snow=NoSnow,2.routing=NoRouting,3.routing=NoRouting", "Court.seeds": "3"}
    opened = Court(state=state)
    assert len(opened.structures) == 3 and opened.seeds == "3"
    state.choices = {"Court.rivals": "2.snow=NoSnw"}
    Court(state=state)
    assert "Court.rivals='2.snow=NoSnw'" in state.problem
