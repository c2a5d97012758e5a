"""The physics checks after a training are kept with the weights that they were asked of."""

import json

import pytest

from dgviz.checks import checks_by_name
from dgviz.experiment.job import carry_out
from dgviz.experiment.physics import FILE, SITES, Physics, check_run, physics_of
from dgviz.experiment.runs import Run, list_runs
from dgviz.paths import data_folder

BY_SITE = {
    "a": {"closes": "passed", "holds": "failed", "melts": "does not apply"},
    "b": {"closes": "passed", "holds": "passed", "melts": "does not apply"},
}


def test_a_check_counts_as_passed_where_it_fails_at_no_site():
    found = Physics("2000-01-01/2001-12-31", BY_SITE, n_sites=9)
    assert found.counts == (1, 2)
    assert found.in_words("pond") == (
        "After training, at 2 of 9 ponds: 1 of 2 physics checks that apply passed everywhere. Failed: holds at 1 of 2."
    )
    assert found.failures() == {"holds": 1} and found.applied() == ["closes", "holds"]


def test_nothing_applies_where_sites_are_simulated_together():
    assert Physics("", {}, 0).in_words("pond") == "No physics check applies."
    river = next(run for run in list_runs(data_folder() / "runs") if run.id == "delaware-river")
    assert check_run(river) is None and not (river.folder / FILE).exists()


@pytest.fixture
def own_run(small, tmp_path):
    run = Run.create(small, tmp_path)
    carry_out(run)
    return run


def test_what_was_found_is_read_again_until_the_weights_are_others(own_run):
    assert physics_of(own_run) is None
    found = check_run(own_run)
    assert list(found.by_site) == list(own_run.config.sites) and found.n_sites == 4
    assert found.period == "1979-01-01/1979-05-30"
    assert list(found.by_site[own_run.config.sites[0]]) == list(checks_by_name(own_run.config.science.checks))
    assert physics_of(own_run) == found
    content = json.loads((own_run.folder / FILE).read_text())
    (own_run.folder / FILE).write_text(json.dumps(content | {"checksums": "of others"}))
    assert physics_of(own_run) is None
    (own_run.folder / FILE).write_text("{")
    assert physics_of(own_run) is None


def test_runs_that_travel_have_been_checked():
    shipped = [run for run in list_runs(data_folder() / "runs") if run.folder.parent == data_folder() / "runs"]
    unchecked = {run.id for run in shipped if physics_of(run) is None}
    assert unchecked == {run.id for run in shipped if run.config.build().joins_sites}
    hbv = next(physics_of(run) for run in shipped if run.id == "delaware-hbv")
    assert len(hbv.by_site) == SITES and hbv.n_sites == 94


def test_the_models_of_an_ensemble_are_checked_together(small, tmp_path):
    # With routing, whose memory goes with the state of each model; a year, so that there is such a state.
    year = dict(train_period="1979-01-01/1979-12-31", test_period="1980-01-01/1980-12-31")
    run = Run.create(small.edited(seeds=2, routing="GammaRouting", epochs=1, **year), tmp_path)
    carry_out(run)
    found = check_run(run)
    outcomes = {
        outcomes[name] for outcomes in found.by_site.values() for name in ("mass_closure", "restart_is_one_run")
    }
    assert outcomes == {"passed"}
