"""The target that is wanted: handles and a slider, and three answers, each rerun."""

import numpy as np
import pytest

from dgviz.ui.figures.wanted import Handles
from dgviz.ui.lenses.what_if.wanted import LONG, Wanted
from dgviz.ui.session.simulation import Simulation


@pytest.fixture
def view(state):
    state.param.update(window=("2002-08-05", "2002-09-20"), moment="2002-09-10")
    return Wanted(state=state)


def test_at_first_the_handle_is_on_the_simulated_series_and_nothing_is_asked(view, state):
    simulated = Simulation.of(state).simulate().streamflow
    assert view.handles.handles.data["value"] == pytest.approx([float(simulated.sel(time="2002-09-10"))])
    assert not view.below.visible and view.amount.value == 100
    assert view.heading.startswith("Draw the streamflow you want") and "10 Sep 2002" in view.caption


def test_the_slider_brings_three_answers_with_their_reruns(view, state):
    view.amount.value = 110
    at = Simulation.of(state).position("2002-09-10")
    value = 1.1 * float(Simulation.of(state).simulate().streamflow[at])
    for by, answer in view.answers.items():
        found = Simulation.of(state).wanted({at: value}, by, "prcp" if by == "forcing" else "")
        drawn = answer.rerun.source.data
        np.testing.assert_allclose(drawn["rerun"], found.rerun[view.span])
        assert np.nanmax(drawn["wanted"]) == pytest.approx(value)
        assert f"Rerun: {found.attrs['reached']:.1f}".rstrip("0").rstrip(".")[:9] in answer.words.object
        if found.attrs["falls_short"]:
            assert found.attrs["falls_short"] in answer.words.object
    assert view.below.visible and "precipitation on average over 31 days" in view.answers["forcing"].words.object
    np.testing.assert_allclose(view.answers["forcing"].change.source.data["time"].shape, 31)


def test_a_handle_that_is_dragged_moves_the_slider_and_goes_back_above_its_step(view):
    source = view.handles.handles
    days, value = source.data["time"], float(source.data["value"][0])
    source.data = {"time": days + np.timedelta64(3, "D"), "value": [1.25 * value]}
    assert view.amount.value == 125
    assert source.data["time"] == days and source.data["value"] == pytest.approx([1.25 * value])
    source.data = {"time": [], "value": []}  # taken away with a key
    assert source.data["value"] == pytest.approx([1.25 * value])


def test_what_a_browser_says_before_there_is_a_handle_is_no_drag(state):
    dragged = []
    handles = Handles(state.look, lambda *args: dragged.append(args))
    handles.handles.data = {"time": [np.nan], "value": [np.nan]}
    assert dragged == []


def test_a_recession_has_a_handle_on_each_of_its_days(view):
    view.extent.value = "recession"
    assert len(view.handles.handles.data["value"]) == LONG
    view.amount.value = 90
    assert np.isfinite(view.answers["parameters"].rerun.source.data["wanted"]).sum() == LONG


def test_another_day_begins_again(view, state):
    view.amount.value = 120
    state.moment = "2002-09-12"
    assert view.amount.value == 100 and not view.below.visible and "12 Sep 2002" in view.caption


def test_a_run_without_stores_offers_no_change_of_them(state, store):
    config = store.run("default").config.edited(predictor="network")
    results = store.run("default").results()
    store.add("network", config, results[["streamflow", *[n for n in results if "period" in results[n].dims]]])
    state.show("network")
    assert [*Wanted(state=state).answers] == ["forcing"]
