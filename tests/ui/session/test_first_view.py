"""A session begins with a complete run, a natural site and a window worth seeing."""

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.experiment.first_view import first_site, first_window
from dgviz.experiment.runs import list_runs
from dgviz.experiment.turns import sign
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.words.steps import STEPS
from tests.ui.conftest import SITES, make_dataset, make_results

CONFIG = RunConfig(domain="hydrology", data="made-up")


@pytest.fixture
def add(empty_store, dataset):
    """Adds a run with these options, this much noise in its simulation, and by whom it was asked for."""

    def add(run_id, noise=0.2, visitor="", status="done", **options):
        config = CONFIG.edited(**options)
        empty_store.add(run_id, config, make_results(dataset, config, noise), status)
        sign(empty_store.run(run_id).folder, visitor)

    return add


def opened(store, visitor="") -> str:
    return AppState(store, visitor).run


def test_a_run_that_was_stopped_is_not_what_a_session_opens_on(empty_store, add):
    add("stopped", status="stopped")
    assert opened(empty_store) == ""
    add("no-snow", snow="NoSnow")
    add("stopped-too", status="stopped")
    assert opened(empty_store) == "no-snow"


def test_the_nearest_to_the_defaults_comes_before_the_best_and_the_best_before_the_newest(empty_store, add):
    add("good", noise=0.1)
    add("poor", noise=0.4)
    add("best", noise=0.01, snow="NoSnow")
    assert opened(empty_store) == "good"


def test_ones_own_runs_come_first(empty_store, add):
    add("default")
    add("mine", visitor="me", snow="NoSnow")
    assert opened(empty_store) == "default"
    assert opened(empty_store, "me") == "mine"
    assert opened(empty_store, "you") == "default"


def test_runs_that_travel_with_dgviz_come_after_the_owners(empty_store, add, tmp_path):
    add("packaged")
    add("mine", snow="NoSnow")
    empty_store.run("packaged").folder = tmp_path / "elsewhere" / "packaged"
    assert opened(empty_store) == "mine"


def test_a_run_whose_scores_are_damaged_comes_last(empty_store, add):
    add("whole", noise=0.4)
    add("damaged", noise=0.1)
    run = empty_store.run("damaged")
    run.stored = run.stored.drop_vars("nse")
    assert opened(empty_store) == "whole"


def test_the_site_is_the_best_of_those_with_natural_flow():
    dataset = make_dataset()
    del dataset.attrs["first_site"]
    scores = xr.DataArray([0.1, 0.9, 0.7, np.nan, 0.3], {"site": SITES}, "site", attrs={"best": 1.0})
    natural = xr.DataArray([""] * 5, {"site": SITES}, "site")
    regulated = xr.where(natural.site == "b2", "below a dam", natural)
    assert first_site(dataset, "streamflow", natural, scores) == "b2"
    assert first_site(dataset, "streamflow", regulated, scores) == "c3"
    assert first_site(dataset, "streamflow", xr.full_like(natural, "dam"), scores) == "a1"
    assert first_site(dataset, "streamflow", natural, None) == "a1"
    unseen = dataset.assign(streamflow=dataset.streamflow.where(dataset.site != "a1"))
    assert first_site(unseen, "streamflow", natural, None) == "b2"


def test_the_data_may_name_site_and_window(dataset):
    natural = xr.DataArray([""] * 5, {"site": SITES}, "site")
    named = dataset.assign_attrs(first_site="d4", first_window="2000-02-01/2000-06-30")
    assert first_site(named, "streamflow", natural, None) == "d4"
    assert first_window(named, STEPS["day"].span) == ("2000-02-01", "2000-06-30")
    wrong = dataset.assign_attrs(first_site="z9", first_window="1900-02-01/1900-06-30")
    assert first_site(wrong, "streamflow", natural, None) == "a1"
    assert (
        first_window(wrong, STEPS["day"].span)
        == first_window(dataset, STEPS["day"].span)
        == ("1999-10-01", "2002-09-29")
    )


def test_a_long_record_opens_on_the_last_three_years_of_its_test_period():
    assert first_window(make_dataset("1980-10-01", 30), STEPS["day"].span) == ("1998-10-01", "2001-09-30")
    assert first_window(make_dataset("1999-10-01", 2), STEPS["day"].span)[0] == "1999-10-01"


def test_the_delaware_opens_on_a_snow_melt_that_the_shipped_run_simulates(tmp_path):
    state = AppState(DataStore(tmp_path))
    assert (state.run, state.name_of(state.site)) == ("delaware-hbv", "Tremper Kill near Andes, NY")
    assert state.window == ("1979-02-01", "1979-06-30")
    assert state.store.flags(state.config).sel(site=state.site).item() == ""
    shown = slice(*state.window)
    here = state.dataset.sel(site=state.site, time=shown)
    snow_free = {run.id: run for run in list_runs(tmp_path)}["delaware-without-snow"].results()

    def nse(simulated):
        error = ((simulated.sel(site=state.site, time=shown).streamflow - here.streamflow) ** 2).mean()
        return float(1 - error / here.streamflow.var())

    assert nse(state.results(state.run)) > 0.85
    assert nse(snow_free) < 0.4


def test_the_window_is_part_of_the_test_period_of_the_run():
    dataset = make_dataset("1980-10-01", 30).assign_attrs(first_window="1990-02-01/1990-06-30")
    assert first_window(dataset, STEPS["day"].span, "1985-10-01/1989-09-30") == ("1986-10-01", "1989-09-30")
