"""Trainings of seconds begin with what a run like them has learned, and never with what has seen their test."""

from types import SimpleNamespace

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.short_training import EPOCHS, nearest, shortened

DRAFT = RunConfig(domain="hydrology", data="delaware")


def run(name, status="done", **options):
    return SimpleNamespace(id=name, status=status, config=DRAFT.edited(**options))


HBV, NO_SNOW = run("hbv"), run("no-snow", snow="NoSnow")


def test_the_nearest_run_has_the_same_processes():
    assert nearest(DRAFT, [NO_SNOW, HBV]) is HBV
    assert nearest(DRAFT.edited(snow="NoSnow", epochs=3, seed=7), [HBV, NO_SNOW]) is NO_SNOW


def test_of_equal_ones_the_first_is_nearest():
    again = run("again", epochs=7)
    assert nearest(DRAFT, [again, HBV]) is again and nearest(DRAFT, [HBV, again]) is HBV


@pytest.mark.parametrize(
    "other",
    [
        run("waits", "waiting"),
        run("failed", "failed"),
        run("fixed", parameters="fixed"),
        run("elsewhere", data="twin:hydrology"),
    ],
    ids=lambda other: other.id,
)
def test_what_has_no_weights_for_these_data_is_not_near(other):
    assert nearest(DRAFT, [other]) is None
    assert shortened(DRAFT, [other]) == DRAFT.edited(epochs=EPOCHS)


def test_it_begins_with_the_nearest_run_for_few_epochs():
    short = shortened(DRAFT.edited(snow="NoSnow"), [HBV, NO_SNOW])
    assert (short.start_from, short.epochs, short.schedule) == ("no-snow", EPOCHS, "cosine")
    assert shortened(DRAFT.edited(epochs=3), [HBV]).epochs == 3
    assert shortened(short, [HBV]) == short


@pytest.mark.parametrize(
    "options",
    [dict(holdout="folds"), dict(holdout="sites", held_sites=("01439500",)), dict(test_period="1984-10-01/1986-09-30")],
    ids=str,
)
def test_it_begins_anew_where_another_run_may_have_seen_what_is_tested(options):
    short = shortened(DRAFT.edited(**options), [HBV])
    assert (short.start_from, short.epochs) == ("", EPOCHS)


def test_a_start_that_was_chosen_stays():
    short = shortened(DRAFT.edited(start_from="mine"), [HBV])
    assert (short.start_from, short.epochs) == ("mine", EPOCHS)
